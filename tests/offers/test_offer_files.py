from __future__ import annotations

import dataclasses
import io
import itertools
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from offer_builders import NAMES, OFFER_FILES, assert_prints_in_two_parts
from openpyxl.utils import get_column_letter

from recommender.errors import OutputError
from recommender.offers import Brief, Offer, build_offer, check_offer_folder, write_offer
from recommender.offers._figures import Bar
from recommender.offers._language import LANGUAGES, words_in
from recommender.offers._plots import mix_plot
from recommender.offers._workbook import workbook_bytes

PAGES = (
    "https://www.imdb.com/title/tt",
    "https://movie.douban.com/subject/",
    "https://www.kinopoisk.ru/film/",
)


@pytest.fixture
def made(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> Offer:
    return build_offer(titles, scores, Brief.model_validate(brief.model_dump() | {"size": 40, "shares": {}}))


@pytest.fixture
def book(made: Offer) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(made)))


def cells(book: Any) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def column(sheet: Any, head: str) -> list[Any]:
    place = [cell.value for cell in sheet[1]].index(head) + 1
    return [sheet.cell(row, place) for row in range(2, sheet.max_row + 1)]


def test_all_files_are_written_twice_with_the_same_bytes(made: Offer, tmp_path: Path) -> None:
    first = write_offer(made, tmp_path / "a")
    second = write_offer(made, tmp_path / "deep" / "b")
    assert set(first) == OFFER_FILES == {path.name for path in (tmp_path / "a").iterdir()}
    for name in OFFER_FILES:
        assert first[name].read_bytes() == second[name].read_bytes()
    write_offer(made, tmp_path / "a")
    assert first["offer.xlsx"].read_bytes() == second["offer.xlsx"].read_bytes()


def test_the_tables_read_back(made: Offer, tmp_path: Path) -> None:
    files = write_offer(made, tmp_path / "offer")
    parquet = pd.read_parquet(files["offer.parquet"])
    assert parquet["title_id"].tolist() == made.frame["title_id"].tolist()
    assert [list(genres) for genres in parquet["genres"]] == made.frame["genres"].tolist()
    csv = pd.read_csv(files["offer.csv"], encoding="utf-8-sig")
    assert csv["title_id"].tolist() == made.frame["title_id"].tolist()


def test_the_manifest_has_hashes_and_no_place_or_time(made: Offer, tmp_path: Path) -> None:
    source = tmp_path / "titles.csv"
    source.write_text("x")
    bundle = tmp_path / "model"
    (bundle / "part").mkdir(parents=True)
    (bundle / "part" / "weights").write_text("y")
    files = write_offer(made, tmp_path / "o", inputs={"titles": source}, bundle=bundle)
    text = files["manifest.json"].read_text("utf-8")
    manifest = json.loads(text)
    assert manifest["inputs"]["titles"]["file"] == "titles.csv"
    assert re.fullmatch("[0-9a-f]{64}", manifest["inputs"]["titles"]["sha256"])
    assert re.fullmatch("[0-9a-f]{64}", manifest["bundle"]["sha256"])
    assert set(manifest["files"]) == OFFER_FILES - {"manifest.json"}
    assert manifest["titles"] == 40
    assert manifest["brief"]["size"] == 40
    assert str(tmp_path) not in text


def test_a_folder_with_other_things_is_left_alone(made: Offer, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        write_offer(made, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("other", [{"name": "second"}, {"market": "FR"}])
def test_the_offer_of_another_brief_is_not_written_over(made: Offer, tmp_path: Path, other: dict[str, str]) -> None:
    files = write_offer(made, tmp_path / "o")
    before = {path: path.read_bytes() for path in files.values()}
    asked = made.brief.model_copy(update=other)
    with pytest.raises(OutputError, match=f"holds the offer {made.offer_id}") as caught:
        check_offer_folder(tmp_path / "o", asked)
    assert "another folder" in str(caught.value.hint)
    with pytest.raises(OutputError, match="which would be lost"):
        write_offer(dataclasses.replace(made, brief=asked), tmp_path / "o")
    assert {path: path.read_bytes() for path in files.values()} == before


def test_an_offer_of_the_same_brief_is_written_again(made: Offer, tmp_path: Path) -> None:
    write_offer(made, tmp_path / "o")
    again = dataclasses.replace(made, brief=made.brief.model_copy(update={"size": 3}))
    check_offer_folder(tmp_path / "o", again.brief)
    files = write_offer(again, tmp_path / "o")
    assert json.loads(files["manifest.json"].read_text("utf-8"))["brief"]["size"] == 3


def test_a_workbook_that_somebody_edited_is_not_written_over(made: Offer, tmp_path: Path) -> None:
    path = write_offer(made, tmp_path / "o")["offer.xlsx"]
    book = openpyxl.load_workbook(path)
    column(book["Offer"], "Decision")[0].value = "accept"
    book.save(path)
    edited = path.read_bytes()
    with pytest.raises(OutputError, match="somebody has edited this workbook"):
        write_offer(made, tmp_path / "o")
    assert path.read_bytes() == edited


def test_the_workbook_has_its_sheets_and_charts(book: Any) -> None:
    assert book.sheetnames == ["Summary", "Offer", "Columns", "Not offered", "Package", "Screen first", "Figures"]
    assert len(book["Summary"]._charts) == 4
    text = " ".join(str(cell.value) for row in book["Summary"].iter_rows() for cell in row if cell.value)
    for words in ("40 titles for China", "How to read the scores", "As of 2026-01-01", "does not fulfill"):
        assert words in text


def test_no_cell_is_a_formula_and_dangerous_text_stays_text(made: Offer, book: Any) -> None:
    assert not [cell for cell in cells(book) if cell.data_type == "f"]
    titles = {cell.value: cell for cell in column(book["Offer"], "Title")}
    risky = [title for title in made.frame["title"] if title[0] in "=+-@"]
    assert risky
    for title in risky:
        assert titles[title].data_type == "s"
        assert titles[title].quotePrefix
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(made))) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_text_is_clean_and_short(book: Any) -> None:
    for cell in cells(book):
        if isinstance(cell.value, str):
            assert len(cell.value) <= 1_000
            assert not re.search(r"[\x00-\x08\x0b-\x1f]", cell.value)
            assert cell.value not in {"nan", "None", "<NA>"}
    assert any("Девчата & «друзья»" in str(cell.value) for cell in column(book["Offer"], "Title"))


def test_the_offer_sheet_is_ready_to_work_with(made: Offer, book: Any) -> None:
    sheet = book["Offer"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.max_row == 41
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    choices = sheet.data_validations.dataValidation
    assert [choice.formula1 for choice in choices] == ['"accept,hold,reject"', '"lock"', "0"]
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    assert [str(choice.sqref).split(":")[0] for choice in choices] == [
        f"{letters[head]}2" for head in ("Decision", "Lock", "Ask price")
    ]
    assert all(cell.value is None for head in ("Decision", "Reviewer", "Note") for cell in column(sheet, head))
    appeal = [cell.value for cell in column(sheet, "Appeal")]
    assert appeal == [round(100 * value, 1) for value in made.frame["appeal"]]
    assert column(sheet, "Comparables")[0].value == (
        "绿皮书 <i>Green Book</i> (2018), CN: top 3% (same genre)\n=1+1, CN: bottom 20%"
    )
    assert column(sheet, "Why")[0].value.startswith("▲ <b>Comedy</b> does well")
    assert "▼ Released long ago" in column(sheet, "Why")[0].value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["Offer", "Not offered"])
def test_sheets_of_titles_print_on_pages_that_can_be_read(made: Offer, language: str, name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made, language)))
    sheet = next(sheet for sheet in book if sheet.title.startswith(name))
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    title, note = heads.index("Title") + 1, heads.index("Note") + 1
    assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
    assert sheet.print_title_cols == f"$A:${get_column_letter(title)}"
    assert sheet.print_area.endswith(f"$A$1:${get_column_letter(note)}${sheet.max_row}")
    scale = sheet.page_setup.scale / 100
    assert scale >= 0.6
    widths = [sheet.column_dimensions[get_column_letter(column)].width for column in range(1, note + 1)]
    ends = [title, *(one.id for one in sheet.col_breaks.brk), note]
    assert {heads[end] for end in ends[1:-1]} <= {"Appeal", "Why", "Why not offered", "Comparables", "Decision", "Lock"}
    for start, end in itertools.pairwise(ends):
        inches = scale * (sum(widths[:title]) + sum(widths[start:end])) * 7.35 / 96
        assert inches <= 11.69 - 0.8


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_prints_on_a4(made: Offer, language: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made, language)))
    assert {sheet.title: str(sheet.page_setup.paperSize) for sheet in book} == dict.fromkeys(
        book.sheetnames, book.worksheets[0].PAPERSIZE_A4
    )


def test_the_package_prints_in_two_parts_that_can_be_read(made: Offer) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made, "en")))
    assert_prints_in_two_parts(book["Package"], repeated=2)
    heads = [cell.value for cell in book["Package"][int(book["Package"].print_title_rows.split(":$")[1])]]
    assert heads[:3] == ["No.", "Title", "Title id"]


def test_links_lead_only_to_the_known_pages(made: Offer, book: Any) -> None:
    links = [cell.hyperlink.target for cell in cells(book) if cell.hyperlink]
    assert links
    assert all(link.startswith(PAGES) for link in links)
    assert (made.frame["imdb_id"] == "javascript:alert(1)").any()


def test_every_column_of_the_offer_sheet_is_explained(book: Any) -> None:
    heads = [cell.value for cell in book["Offer"][1]]
    explained = {row[0]: row[1] for row in book["Columns"].iter_rows(min_row=2, max_col=2, values_only=True)}
    assert list(explained) == heads
    assert all(len(meaning) > 8 for meaning in explained.values())


class Page(HTMLParser):
    """Collect the tags and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_report_is_one_safe_page(made: Offer, tmp_path: Path) -> None:
    html = write_offer(made, tmp_path / "o")["report.html"].read_text("utf-8")
    page = Page()
    page.feed(html)
    assert html.lstrip().startswith("<!DOCTYPE html>")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not page.handlers
    assert all(address.startswith(("#", *PAGES)) for address in page.addresses)
    assert page.tags.count("svg") > 40
    text = " ".join(page.text)
    for name in (*NAMES[:3], "<script>alert('x')</script>", "=cmd|'/c calc'!A1"):
        assert name in text
    heads = ("The top 20", "Where the score is least certain", "What the scores mean", "40 titles for China")
    for words in heads:
        assert words in text
    assert not re.search(r"\b(nan|None|<NA>)\b", text)


def test_what_is_wide_in_the_report_scrolls_on_a_phone_and_the_page_does_not(made: Offer, tmp_path: Path) -> None:
    html = write_offer(made, tmp_path / "o")["report.html"].read_text("utf-8")
    assert html.count("<table") == html.count('<div class="scroll"><table') > 1
    assert ".scroll, figure.wide { overflow-x: auto; }" in html
    assert ".scroll table, figure.wide svg { min-width: 640px; }" in html
    footer = html[html.index("footer {") :]
    assert "overflow-wrap: anywhere" in footer[: footer.index("}")]  # the encoder's hash


def test_the_mix_tells_the_least_asked_from_the_most() -> None:
    def drawn(low: float | None, high: float | None) -> str:
        return mix_plot([Bar("Drama", 2, 3, 0.5, 0.0, low, high)], "Genre", words_in("en"))

    least, most, both = drawn(0.1, None), drawn(None, 0.1), drawn(0.1, 0.6)
    assert least != most
    assert [plot.count("least [ and most ] asked") for plot in (least, most, both)] == [1, 1, 1]
    assert "asked" not in drawn(None, None).split(">", 1)[1]


def test_the_report_shows_what_is_missed(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, tmp_path: Path
) -> None:
    asked = Brief.model_validate(brief.model_dump() | {"shares": {"genre": {"<b>Opera": {"min": 0.1}}}})
    made = build_offer(titles, scores, asked)
    html = write_offer(made, tmp_path / "o")["report.html"].read_text("utf-8")
    assert "Genre &lt;b&gt;Opera: at least 2 asked" in html
    assert "<b>Opera" not in html
    book = openpyxl.load_workbook(tmp_path / "o" / "offer.xlsx")
    assert any("Genre <b>Opera: at least 2 asked" in str(cell.value) for cell in cells(book))


def test_a_bare_catalogue_gives_all_files(scores: pd.DataFrame, titles: pd.DataFrame, tmp_path: Path) -> None:
    bare = titles.copy()
    for name in bare.columns.difference(["title_id", "title", "kind"]):
        if isinstance(bare[name].iloc[0], list):
            bare[name] = [[] for _ in range(len(bare))]
        else:
            bare[name] = pd.array([pd.NA] * len(bare), dtype="Int64" if name == "year" else "str")
    thin = scores.assign(low=float("nan"), high=float("nan"), evidence=None)
    thin["reasons"] = [[] for _ in range(len(thin))]
    thin["comparables"] = [[] for _ in range(len(thin))]
    made = build_offer(bare, thin, Brief(name="bare", market="CN", size=1, kinds=("film",)))
    files = write_offer(made, tmp_path / "o")
    assert "nan" not in files["report.html"].read_text("utf-8").split("<main>")[1]
    heads = [cell.value for cell in openpyxl.load_workbook(files["offer.xlsx"])["Offer"][1]]
    assert "Original title" not in heads
    assert "Decision" in heads
