"""Countries and languages as people write them."""

from __future__ import annotations

import pytest

from recommender.schema import COUNTRIES
from recommender.sources._countries import country_names, find_countries
from recommender.sources._languages import find_languages


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("ru", "RU"),
        ("RUS", "RU"),
        ("Россия", "RU"),
        ("Российская Федерация", "RU"),
        ("俄罗斯", "RU"),
        ("США", "US"),
        ("Сша", "US"),
        ("U.S.A.", "US"),
        ("美国", "US"),
        ("СССР", "SU"),
        ("Soviet Union", "SU"),
        ("苏联", "SU"),
        ("Великобритания", "GB"),
        ("UK", "GB"),
        ("英国", "GB"),
        ("中国大陆", "CN"),
        ("中国香港", "HK"),
        ("Hong Kong SAR China", "HK"),
        ("黎巴嫩", "LB"),
        ("Республика Кипр", "CY"),
        ("Республика Кипр-Россия", "CY RU"),
        ("США-Канада", "US CA"),
        ("США-Южная Корея-Новая Зеландия", "US KR NZ"),
        ("Великобритания-США-Германия-КНР", "GB US DE CN"),
        ("Гвинея-Бисау", "GW"),
        ("США-Гвинея-Бисау-Россия", "US GW RU"),
        ("Босния и Герцеговина", "BA"),
        ("Франция, Италия и Германия", "FR IT DE"),
        ("中国大陆 / 中国香港", "CN HK"),
        ("Côte d'Ivoire", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("Democratic Republic of the Congo", "CD"),
        ("Trinidad and Tobago", "TT"),
        ("Turkey", "TR"),
        ("ФРГ", "DE"),
        ("ГДР", "DD"),
        ("ЧССР", "CS"),
        ("Югославия", "YU"),
        ("Ю.Корея", "KR"),
        ("Н.Зеландия", "NZ"),
        ("Kosovo", "XK"),
        ("XK", "XK"),
        ("Georgia", "GE"),
        ("Belarus", "BY"),
        ("Slovakia", "SK"),
        ("US, GB", "US GB"),
    ],
)
def test_countries(cell, codes):
    assert find_countries(cell) == (tuple(codes.split()), ())


@pytest.mark.parametrize("cell", ["Атлантида", "XX", "JP?", "2019", "Грег Гарт", "-", "|"])
def test_no_countries(cell):
    found, strange = find_countries(cell)
    assert found == ()
    assert strange == (cell,)


def test_the_known_part_of_a_cell_is_kept():
    assert find_countries("Россия, Мордор") == (("RU",), ("Мордор",))


def test_every_name_has_a_legal_code():
    names = country_names()
    assert set(names.values()) <= COUNTRIES
    assert len(names) > 900


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("ru", "ru"),
        ("RUS", "ru"),
        ("русский", "ru"),
        ("Russian", "ru"),
        ("俄语", "ru"),
        ("zh-hans", "zh-Hans"),
        ("zh_CN", "zh-CN"),
        ("chi", "zh"),
        ("Mandarin", "zh"),
        ("粤语", "yue"),
        ("pt-BR", "pt-BR"),
        ("английский язык", "en"),
        ("Russian, English", "ru en"),
        ("es-419", "es-419"),
    ],
)
def test_languages(cell, tags):
    assert find_languages(cell) == (tuple(tags.split()), ())


@pytest.mark.parametrize("cell", ["klingonese", "xx", "zh-Xxxx", "en-QQ", "?"])
def test_no_languages(cell):
    assert find_languages(cell) == ((), (cell,))
