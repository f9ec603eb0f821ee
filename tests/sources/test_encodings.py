from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import DataError, TableError, UnreadableFileError
from recommender.sources import check_table, read_titles
from recommender.sources._text import _LEGACY, _cost, find_encoding

RUSSIAN = [
    "Сталкер",
    "Зеркало",
    "Война и мир",
    "КИНО",
    "МИР",
    "ЖЕНЩИНЫ",
    "Ёлки",
    "Иван Васильевич меняет профессию",
    "Брат 2",
    "«12»",
    "Летят журавли",
    "Обыкновенное чудо",
    "Тихий Дон",
    "Щит и меч",
    "Адмиралъ",
    "Тіні забутих предків",
]
CHINESE = [
    "霸王别姬",
    "流浪地球",
    "我和我的祖国",
    "饕餮",
    "联通",
    "英国",
    "（2019）爱",
    "法国 / 德国",
    "大圣归来！",
]
FRENCH = ["Amélie", "Les Misérables", "À bout de souffle: été", "Müller", "El niño", "naïve"]


def table(names: list[str], encoding: str, delimiter: str = ",") -> bytes:
    lines = [delimiter.join(("title_id", "kind", "title"))]
    lines += [delimiter.join((str(place), "film", name)) for place, name in enumerate(names)]
    return "\r\n".join([*lines, ""]).encode(encoding)


def read(tmp_path, content: bytes) -> list[str]:
    path = tmp_path / "titles.csv"
    path.write_bytes(content)
    return list(read_titles(path)["title"])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp1251"]
)
def test_a_single_title_tells_its_encoding(tmp_path, encoding):
    for name in RUSSIAN if encoding == "cp1251" else RUSSIAN + CHINESE + FRENCH:
        content = table([name], encoding)
        path = tmp_path / "titles.csv"
        path.write_bytes(content)
        assert name in content.decode(find_encoding(path).codec), name


@pytest.mark.parametrize(
    ("name", "encoding"), [("Обыкновенное чудо", "koi8-r"), ("Летят журавли", "cp866"), ("Amélie", "cp1252")]
)
def test_other_encodings_are_read_with_a_warning(tmp_path, name, encoding):
    path = tmp_path / "titles.csv"
    path.write_bytes(table([name], encoding))
    checked = check_table(path, "titles")
    assert list(checked.frame["title"]) == [name]
    assert "not certain" in checked.warnings[0].problem


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("utf-16", "\t"),
        ("utf-16-le", ","),
        ("cp1251", ";"),
        ("gb18030", "\t"),
    ],
)
def test_encodings_and_delimiters_together(tmp_path, encoding, delimiter):
    names = RUSSIAN[:-1] + ([] if encoding == "cp1251" else CHINESE)
    assert read(tmp_path, table(names, encoding, delimiter)) == names


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(st.sampled_from([word for name in RUSSIAN[:14] for word in name.split()]), min_size=2, max_size=12),
)
def test_any_few_russian_words_are_told_from_chinese(names):
    content = " ".join(names).encode("cp1251")
    costs = {encoding.codec: _cost(content.decode(encoding.codec, errors="replace")) for encoding in _LEGACY[:3]}
    assert min(costs, key=costs.__getitem__) == "cp1251"


def test_languages_that_cannot_be_told_are_an_error_not_rubbish(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_bytes(table(["もののけ姫", "千と千尋の神隠し"], "shift-jis"))
    with pytest.raises(UnreadableFileError, match="encoding") as caught:
        read_titles(path)
    assert "UTF-8" in caught.value.hint


@pytest.mark.parametrize(
    ("main", "odd", "names", "stranger"),
    [
        ("utf-8", "cp1251", RUSSIAN[:6], "Зеркало"),
        ("utf-8", "gb18030", CHINESE, "霸王别姬"),
        ("cp1251", "utf-8", RUSSIAN[:6], "Зеркало"),
        ("gb18030", "utf-8", CHINESE, "流浪地球"),
        ("gb18030", "cp1251", CHINESE, "Зеркало и война"),
        ("utf-8-sig", "cp1251", RUSSIAN[:6], "Зеркало"),
    ],
)
def test_mixed_encodings_name_row_and_column(tmp_path, main, odd, names, stranger):
    path = tmp_path / "titles.csv"
    path.write_bytes(table(names, main) + f'x,film,"{stranger}"\r\n'.encode(odd))
    with pytest.raises(TableError) as caught:
        read_titles(path)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (len(names) + 2, "title", stranger)
    assert "mixes encodings" in fault.problem


def test_truncated_utf16_is_unreadable(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_bytes(table(["霸王别姬"], "utf-16")[:-1])
    with pytest.raises(UnreadableFileError, match="truncated"):
        read_titles(path)


@settings(max_examples=25, deadline=None)
@given(tail=st.binary(max_size=300), head=st.sampled_from([b"", b"title_id,kind,title\n1,film,"]))
def test_random_bytes_raise_nothing_but_our_errors(tmp_path_factory, head, tail):
    path = tmp_path_factory.mktemp("bytes") / "titles.csv"
    path.write_bytes(head + tail)
    try:
        checked = check_table(path, "titles")
    except DataError as error:
        assert str(path) in str(error)
    else:
        assert len(checked.frame) <= checked.n_rows
