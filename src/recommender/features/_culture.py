"""How near two territories are: by region and by culture.

Regions are those of the United Nations' M49 standard (https://unstats.un.org/unsd/methodology/m49/). Cultures are the
clusters of the Inglehart-Welzel world cultural map of the World Values Survey, 2023 edition
(https://www.worldvaluessurvey.org/), for the territories on it.
"""

from __future__ import annotations

__all__ = ["cultural_distance", "regional_distance"]

_HISTORIC = {"SU": "RU", "DD": "DE", "CS": "CZ", "YU": "RS", "XK": "RS"}

_REGIONS = {
    "Europe/East": "BG BY CZ HU MD PL RO RU SK UA",
    "Europe/North": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE",
    "Europe/South": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
    "Europe/West": "AT BE CH DE FR LI LU MC NL",
    "Asia/Central": "KG KZ TJ TM UZ",
    "Asia/East": "CN HK JP KP KR MN MO TW",
    "Asia/South": "AF BD BT IN IR LK MV NP PK",
    "Asia/South-East": "BN ID KH LA MM MY PH SG TH TL VN",
    "Asia/West": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "Africa/North": "DZ EG LY MA SD TN",
    "Africa/East": "BI DJ ER ET KE KM MG MU MW MZ RE RW SC SO SS TZ UG ZM ZW",
    "Africa/Middle": "AO CD CF CG CM GA GQ TD",
    "Africa/South": "BW LS NA SZ ZA",
    "Africa/West": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SL SN TG",
    "America/North": "BM CA GL US",
    "America/Caribbean": "AG BB BS CU DM DO GD GP HT JM KN LC MQ PR TT VC",
    "America/Central": "BZ CR GT HN MX NI PA SV",
    "America/South": "AR BO BR CL CO EC GF GY PE PY SR UY VE",
    "Oceania": "AU FJ NC NZ PF PG VU WS",
}
_CULTURES = {
    "African-Islamic": "AE AF AL AM AZ BD BF BH DJ DZ EG ET GH ID IQ IR JO KE KG KW KZ LB LY MA ML MV MY MZ NG OM PK PS QA "
    "RW SA SD SN SO SY TJ TM TN TR TZ UG UZ YE ZM ZW",
    "Catholic Europe": "AD AT BE CZ ES FR HR HU IT LI LT LU MC MT PL PT SI SK SM VA",
    "Confucian": "CN HK JP KP KR MN MO SG TW",
    "English-speaking": "AU BM CA GB IE IM JE NZ US",
    "Latin America": "AR BO BR CL CO CR CU DO EC GT HN HT JM MX NI PA PE PH PR PY SV TT UY VE",
    "Orthodox Europe": "BA BG BY CY GE GR MD ME MK RO RS RU UA",
    "Protestant Europe": "CH DE DK EE FI FO IS LV NL NO SE",
    "West and South Asia": "BT IL IN KH LA LK MM NP TH VN ZA",
}


def _by_territory(groups: dict[str, str]) -> dict[str, str]:
    return {territory: group for group, territories in groups.items() for territory in territories.split()}


_REGION_OF, _CULTURE_OF = _by_territory(_REGIONS), _by_territory(_CULTURES)


def regional_distance(territory: str, other: str) -> float | None:
    """Return 0 for the same region, 1 for the same continent, 2 for another one; None where either is not known.

    Examples
    --------
    >>> regional_distance("FR", "DE"), regional_distance("FR", "SU"), regional_distance("FR", "JP")
    (0.0, 1.0, 2.0)
    """
    one, two = (_REGION_OF.get(_HISTORIC.get(code, code)) for code in (territory, other))
    if one is None or two is None:
        return None
    return 0.0 if one == two else 1.0 if one.split("/")[0] == two.split("/")[0] else 2.0


def cultural_distance(territory: str, other: str) -> float | None:
    """Return 0 for the same cluster of cultures, 1 for another; None where either is not known.

    Examples
    --------
    >>> cultural_distance("KR", "CN"), cultural_distance("KR", "IN")
    (0.0, 1.0)
    """
    one, two = (_CULTURE_OF.get(_HISTORIC.get(code, code)) for code in (territory, other))
    return None if one is None or two is None else float(one != two)
