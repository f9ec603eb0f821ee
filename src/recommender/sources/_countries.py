"""Countries as catalogues write them, in English, Russian and Chinese, brought to their codes."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from recommender.schema import COUNTRIES

__all__ = ["country_names", "find_countries"]

# What CLDR does not say: former countries, short and colloquial names, abbreviations of trade registers.
_ALIASES: dict[str, str] = {
    "AE": "uae, оаэ, эмираты, объединенные арабские эмираты, 阿联酋",
    "AM": "республика армения",
    "AN": "netherlands antilles, нидерландские антильские острова",
    "AZ": "азербайджанская республика, республика азербайджан",
    "BA": "bosnia, босния, bosnia and herzegovina, босния-герцеговина, босния и герцеговина, 波黑",
    "BG": "нрб",
    "BN": "бруней",
    "BO": "боливия",
    "BS": "багамы, багамские острова",
    "BU": "burma",
    "BY": "белоруссия, беларусь, республика беларусь",
    "CD": "democratic republic of the congo, dr congo, drc, congo-kinshasa, zaire, заир, 刚果民主共和国, 刚果（金）",
    "CF": "цар",
    "CG": "congo, republic of the congo, конго, 刚果（布）",
    "CI": "ivory coast, cote d'ivoire, côte d'ivoire, кот-д'ивуар, берег слоновой кости",
    "CN": "prc, mainland china, china mainland, people's republic of china, кнр, "
    "китайская народная республика, 中国大陆, 中国内地, 中华人民共和国, 大陆, 内地",
    "CS": "czechoslovakia, чехословакия, чсср, чср, 捷克斯洛伐克",
    "CV": "cape verde, cabo verde",
    "CY": "республика кипр",
    "CZ": "czech republic, чешская республика, 捷克共和国",
    "DD": "east germany, gdr, ddr, german democratic republic, гдр, восточная германия, 东德, 民主德国",
    "DE": "west germany, frg, brd, federal republic of germany, фрг, западная германия, "
    "западный берлин, west berlin, 西德, 联邦德国",
    "DO": "dominican republic, доминиканская республика",
    "FM": "micronesia",
    "FO": "faroe islands, фареры",
    "FX": "metropolitan france",
    "GB": "uk, u.k., great britain, britain, england, scotland, wales, northern ireland, "
    "великобритания, англия, шотландия, уэльс, северная ирландия, соединенное королевство, "
    "英格兰, 苏格兰, 大不列颠",
    "HK": "hong kong, hongkong, гонконг, 香港, 中国香港",
    "HU": "внр",
    "IE": "republic of ireland, eire",
    "IR": "islamic republic of iran, исламская республика иран",
    "KG": "киргизия, киргизстан, кыргызстан, kyrgyz republic",
    "KP": "dprk, кндр, северная корея, 朝鲜",
    "KR": "korea, republic of korea, южная корея, республика корея, корея, ю.корея, ю. корея, 韩国, 南韩, 大韩民国",
    "KZ": "республика казахстан",
    "LA": "laos, лаос",
    "MD": "молдавия, молдова, республика молдова",
    "MK": "macedonia, fyrom, македония, 马其顿",
    "MM": "myanmar, мьянма",
    "MO": "macau, macao, макао, 澳门, 中国澳门",
    "NL": "holland, the netherlands, голландия, 荷兰",
    "NZ": "н.зеландия, н. зеландия",
    "PL": "пнр",
    "PR": "пуэрто рико",
    "PS": "palestine, occupied palestinian territory, палестина, 巴勒斯坦",
    "RO": "срр",
    "RS": "serbia",
    "RU": "russian federation, рф, российская федерация, 俄国, 俄联邦",
    "SG": "сингапур",
    "SU": "ussr, soviet union, ссср, советский союз, рсфср, 苏联",
    "SY": "syrian arab republic, сирия",
    "SZ": "swaziland, свазиленд",
    "TJ": "республика таджикистан",
    "TL": "east timor",
    "TR": "turkey, türkiye",
    "TW": "taiwan, тайвань, 台湾, 中国台湾, 臺灣",
    "TZ": "united republic of tanzania",
    "UA": "украинская сср",
    "US": "usa, u.s.a., u.s., united states of america, сша, cша, соединенные штаты америки, "
    "соединенные штаты, америка, america, 美利坚合众国",
    "UZ": "республика узбекистан",
    "VA": "vatican, ватикан",
    "VE": "bolivarian republic of venezuela, венесуэла",
    "VG": "virgin islands british, british virgin islands",
    "VI": "us virgin islands",
    "VN": "viet nam, вьетнам, 越南",
    "XK": "kosovo, косово",
    "YU": "yugoslavia, югославия, сфрю, фнрю, 南斯拉夫",
    "ZA": "юар",
}
_LOCALES = ("en", "ru", "zh", "zh_Hant")
_FORMS = re.compile(
    r"^(?:the|республика|королевство|княжество|republic of|kingdom of|state of)\s+|"
    r"\s+(?:\((?:сар|sar)\)|sar china|республика)$|特别行政区$|共和国$"
)
_SEPARATORS = re.compile(r"\s*(?:[/;,+&、，；]|\s[–—-]\s|\sи\s|\sand\s)\s*")
_DASHES = re.compile(r"\s*[-–—]\s*")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    folded = re.sub("[’‘ʼ`´]", "'", folded)
    return re.sub(r"\s+", " ", folded).strip(" .\"'")


@cache
def country_names() -> dict[str, str]:
    """Return every known name of a country, in lower case, with its code."""
    import pycountry
    from babel import Locale

    names: dict[str, str] = {}
    for country in [*pycountry.historic_countries, *pycountry.countries]:
        # Former countries that share a code with today's (BY, GE, SK) do not name today's.
        for key in ("name", "official_name", "common_name"):
            if name := getattr(country, key, None):
                names.setdefault(_plain(name), country.alpha_2)
    for code in _LOCALES:
        for territory, name in Locale.parse(code).territories.items():
            if territory in COUNTRIES:
                names[_plain(name)] = territory
                names.setdefault(_FORMS.sub("", _plain(name)), territory)
    for country in pycountry.countries:
        names[country.alpha_3.lower()] = country.alpha_2
        names[_plain(country.name)] = country.alpha_2
    for territory, aliases in _ALIASES.items():
        for alias in aliases.split(", "):
            names[_plain(alias)] = territory
    return names


def find_countries(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the countries named in a cell, and the parts that name none.

    Codes are taken as they are; compound cells of trade registers are taken apart.

    Examples
    --------
    >>> find_countries("США-Канада")
    (('US', 'CA'), ())
    >>> find_countries("中国香港"), find_countries("Грег Гарт")
    ((('HK',), ()), ((), ('Грег Гарт',)))
    """
    if len(cell) == 2 and cell.upper() in COUNTRIES:
        return (cell.upper(),), ()
    if (code := _one(cell)) is not None:
        return (code,), ()
    found: list[str] = []
    strange: list[str] = []
    for part in filter(None, _SEPARATORS.split(cell)):
        if (code := _one(part)) is not None:
            found.append(code)
            continue
        words = _DASHES.split(part)
        codes = _hyphenated(words) if len(words) > 1 else None
        if codes is not None:
            found.extend(codes)
        else:
            strange.append(part)
    return tuple(dict.fromkeys(found)), tuple(strange)


def _one(name: str) -> str | None:
    upper = name.strip().upper()
    if len(upper) == 2 and upper in COUNTRIES:
        return upper
    plain = _plain(name)
    names = country_names()
    return names.get(plain) or names.get(_FORMS.sub("", plain))


def _hyphenated(words: list[str]) -> list[str] | None:
    """Return the codes of a chain such as США-Гвинея-Бисау, whose names may hold hyphens themselves."""
    if not words:
        return []
    for length in range(len(words), 0, -1):
        code = _one("-".join(words[:length]))
        if code is not None:
            rest = _hyphenated(words[length:])
            if rest is not None:
                return [code, *rest]
    return None
