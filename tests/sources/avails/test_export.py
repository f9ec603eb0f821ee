"""An offer as an Avails workbook reads back equal, and what it does not know is listed."""

from __future__ import annotations

import json
import shutil

import openpyxl
import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame
from pandas.testing import assert_frame_equal

from recommender.errors import CallError, DataError, UnreadableFileError
from recommender.offers import Brief, build_offer, load_offer, write_offer
from recommender.schema import TITLES
from recommender.sources import read_offer, write_table
from recommender.sources.avails import VERSIONS, export_offer, read_avails
from recommender.sources.avails._fields import sheet_name
from tests.offers.rights.rights_builders import rights_frame

KEPT_BACK = ("floor_price",)


@pytest.fixture(scope="module")
def offer(tmp_path_factory):
    """Return the folder of an offer of films, animations and series with every fact a title may have."""
    titles = catalogue(40)
    # A sheet cannot hold control characters; they become visible signs in every workbook of ours.
    titles["title"] = titles["title"].str.replace("[\x01\x0b]", "", regex=True)
    titles.loc[:9, "kind"] = "series"
    titles.loc[:9, "seasons"], titles.loc[:9, "episodes"] = 2, 16
    titles.loc[10, "kind"], titles.loc[11, "kind"] = "documentary", "short"
    titles["resolution"] = ["4K", "HD", "2K", None] * 10
    titles["ask_price"], titles["floor_price"], titles["currency"] = 1500.5, 900.0, "EUR"
    titles["age_rating"] = "12+"
    titles["studio"] = "Mosfilm; Lenfilm"
    titles["release_date"] = "1957-10-12"
    titles.loc[12, "eidr"], titles.loc[13, "eidr"] = "10.5240/7791-8534-2C23-9030-8610-5", "10.5240/1489-49A2-XXXX"
    titles["me_track"] = pd.array([True, False, None, True] * 10, dtype="boolean")
    for name, items in (
        ("dubs", ["zh"]),
        ("subtitles", ["en", "zh-Hans"]),
        ("languages", ["ru"]),
        ("alt_titles", ["Цапли"]),
    ):
        titles[name] = pd.Series([list(items) for _ in range(40)], dtype="object")
    titles["directors"] = pd.Series([["Kalatozov; Mikhail", "Two"] for _ in range(40)], dtype="object")
    brief = Brief(
        name="all-kinds",
        market="CN",
        size=40,
        kinds=("film", "animation", "series", "documentary", "short"),
        media=("svod", "avod"),
        language="zh",
    )
    folder = tmp_path_factory.mktemp("offer") / "made"
    write_offer(build_offer(titles, scores_frame(titles, appeal_of(40)), brief), folder)
    return folder


RIGHTS = [
    {"title_id": "t000", "market": "CN", "media": "online", "status": "owned"},
    {"title_id": "t001", "market": "CN", "media": "online", "status": "owned"},
    {"title_id": "t001", "market": "CN", "media": "svod", "status": "licensed", "licensee": "Rival", "exclusive": True},
    {"title_id": "t002", "market": "CN", "media": "all", "status": "owned"},
    {
        **{"title_id": "t002", "market": "CN", "media": "avod", "status": "reserved"},
        **{"start": "2027-03-01", "end": "2027-04-30"},
    },
    {"title_id": "t003", "market": "CN", "media": "cinema", "status": "owned"},
]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Return the folder of an offer of which some rights are sold, some for a time, and some unknown."""
    titles = catalogue(5)
    brief = Brief.model_validate(
        {
            **{"name": "part", "market": "CN", "size": 5, "kinds": ["film"], "media": ["svod", "avod", "cinema"]},
            **{"window": {"start": "2027-01-01", "end": "2027-12-31"}, "rights": {"on_unknown": "warn"}},
        }
    )
    folder = tmp_path_factory.mktemp("checked") / "made"
    write_offer(build_offer(titles, scores_frame(titles, appeal_of(5)), brief, rights=rights_frame(*RIGHTS)), folder)
    return folder


def promised(path):
    rights = read_avails(path).rights.astype("object")
    return set(
        rights.where(rights.notna(), None)[["title_id", "media", "start", "end"]].itertuples(index=False, name=None)
    )


YEAR = ("2027-01-01", "2027-12-31")


def test_only_media_and_days_that_are_free_are_promised(checked, tmp_path):
    done = export_offer(checked, tmp_path / "a.xlsx")
    assert promised(tmp_path / "a.xlsx") == {
        ("t000", "svod", *YEAR),
        ("t000", "avod", *YEAR),
        ("t001", "avod", *YEAR),
        ("t002", "svod", *YEAR),
        ("t002", "avod", "2027-01-01", "2027-02-28"),
        ("t002", "avod", "2027-05-01", "2027-12-31"),
    }
    assert (done.titles, done.avails) == (3, 6)
    cut, left_out, *_ = done.notes
    assert "free" in cut and "2 titles" in cut and "t001" in cut and "t002" in cut
    assert "nothing is written, of 2 titles" in left_out and "t003" in left_out and "t004" in left_out
    assert set(read_avails(tmp_path / "a.xlsx").titles["title_id"]) == {"t000", "t001", "t002"}


@pytest.mark.parametrize(("budget", "said"), [({}, None), ({"currency": "EUR"}, "EUR")])
def test_prices_are_exported_in_the_currency_of_the_brief_or_it_is_missing(tmp_path, budget, said):
    titles = catalogue(5).assign(ask_price=[100.0, 90.0, 80.0, 70.0, None])
    brief = {"name": "deal", "market": "CN", "size": 5, "kinds": ["film"], "media": ["est"], "budget": budget}
    scores = scores_frame(titles, appeal_of(5))
    write_offer(build_offer(titles, scores, Brief.model_validate(brief)), tmp_path / "made")
    done = export_offer(tmp_path / "made", tmp_path / "a.xlsx")
    missing = {one.field: (one.rows, one.remedy) for one in done.missing}
    priced = read_avails(tmp_path / "a.xlsx").titles.dropna(subset="ask_price")
    assert len(priced) == 4
    if said is None:
        assert missing["PriceCurrency"][0] == 4
        assert "column currency" in missing["PriceCurrency"][1]
        assert priced["currency"].isna().all()
    else:
        assert "PriceCurrency" not in missing
        assert set(priced["currency"]) == {said}


def test_nothing_is_promised_that_nobody_has_checked(checked, tmp_path):
    done = export_offer(checked, tmp_path / "a.xlsx", media=["svod", "est"], start="2026-07-01", end="Open")
    assert promised(tmp_path / "a.xlsx") == {("t000", "svod", *YEAR), ("t002", "svod", *YEAR)}
    assert any("not checked for est" in note for note in done.notes)
    assert any("from 2027-01-01 to 2027-12-31 only" in note for note in done.notes)
    with pytest.raises(DataError, match="nothing of the offer's titles is free"):
        export_offer(checked, tmp_path / "b.xlsx", media=["est"])
    assert not (tmp_path / "b.xlsx").exists()


def test_an_offer_of_which_nothing_is_free_is_not_promised(tmp_path):
    titles = catalogue(3)
    brief = Brief(name="open", market="CN", size=3, kinds=("film",), media=("svod",), rights={"on_unknown": "warn"})
    elsewhere = rights_frame({"title_id": "t000", "market": "FR", "status": "owned"})
    write_offer(build_offer(titles, scores_frame(titles, appeal_of(3)), brief, rights=elsewhere), tmp_path / "offer")
    assert load_offer(tmp_path / "offer").candidates().counts == {"titles": 3, "eligible": 3}
    with pytest.raises(DataError, match="nothing of the offer's titles is free"):
        export_offer(tmp_path / "offer", tmp_path / "a.xlsx")


def test_a_window_that_the_brief_leaves_open_stays_empty_where_nothing_cuts_it(tmp_path):
    titles = catalogue(3)
    brief = Brief(name="open", market="CN", size=3, kinds=("film",), media=("svod", "avod"))
    made = build_offer(titles, scores_frame(titles, appeal_of(3)), brief, rights=rights_frame(*RIGHTS))
    write_offer(made, tmp_path / "offer")
    done = export_offer(tmp_path / "offer", tmp_path / "a.xlsx")
    assert {(item.field, item.rows) for item in done.missing} >= {("Start", 5), ("End", 5)}
    assert not any("t000" in note or "day outside" in note for note in done.notes)


def test_a_folder_that_does_not_tell_what_is_free_says_so(checked, tmp_path):
    folder = shutil.copytree(checked, tmp_path / "old")
    (folder / "rights.parquet").unlink()
    done = export_offer(folder, tmp_path / "a.xlsx")
    assert done.avails == 10
    assert any("make the offer again" in note for note in done.notes)


def facts(folder):
    frame = read_offer(folder / "offer.parquet")
    return frame[[name for name in TITLES.names if name not in KEPT_BACK]]


def in_order(titles, like):
    return titles.set_index("title_id").loc[like["title_id"]].reset_index()[list(like.columns)]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_exported_offer_reads_back_equal(offer, tmp_path, version):
    export_offer(offer, tmp_path / "a.xlsx", version=version, start="2027-01-01", end="2029-12-31", licensor="Ours")
    avails = read_avails(tmp_path / "a.xlsx")
    assert avails.version == version
    ours = facts(offer)
    assert set(ours["kind"]) >= {"film", "animation", "series", "documentary", "short"}
    assert_frame_equal(in_order(avails.titles, ours), ours, check_dtype=False)
    rights = avails.rights
    assert sorted(zip(rights["title_id"], rights["media"], strict=True)) == sorted(
        (title, medium) for title in ours["title_id"] for medium in ("svod", "avod")
    )
    assert set(rights["market"]) == {"CN"}
    assert set(rights["language"]) == {"zh"}
    assert set(zip(rights["start"], rights["end"], strict=True)) == {("2027-01-01", "2029-12-31")}
    assert not [note for note in avails.notes if note.severity == "error"]


def test_the_order_of_the_offer_is_that_of_the_sheets(offer, tmp_path):
    export_offer(offer, tmp_path / "a.xlsx", start="Open", end="Open")
    ours = facts(offer)
    movies = ours.loc[ours["kind"] != "series", "title_id"].tolist()
    avails = read_avails(tmp_path / "a.xlsx")
    assert avails.rows.loc[avails.rows["sheet"] == "Template-Movies", "ALID"].drop_duplicates().tolist() == movies


def test_what_the_offer_does_not_tell_is_listed_and_left_empty(offer, tmp_path):
    done = export_offer(offer, tmp_path / "a.xlsx")
    missing = {(item.sheet, item.field): item for item in done.missing}
    assert set(missing) == {
        (sheet, field)
        for sheet in ("Template-Movies", "Template-TV")
        for field in ("DisplayName", "Start", "End", "FormatProfile")
    }
    assert "--licensor" in missing["Template-Movies", "DisplayName"].remedy
    assert (done.titles, done.avails) == (40, 80)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Template-Movies"]
    place = [cell.value for cell in sheet[2]].index("Start") + 1
    assert {sheet.cell(row, place).value for row in range(4, sheet.max_row + 1)} == {None}


def test_the_windows_of_a_brief_are_taken_where_it_states_them(offer, tmp_path):
    folder = tmp_path / "offer"
    folder.mkdir()
    write_table(read_offer(offer / "offer.parquet"), folder / "offer.parquet")
    brief = {"media": ["est", "cinema"], "window": {"start": "2027-03-01", "end": None}}
    (folder / "manifest.json").write_text(json.dumps({"brief": brief}))
    done = export_offer(folder, tmp_path / "a.xlsx", end="Open", licensor="Ours")
    assert {item.field for item in done.missing} == {"FormatProfile"}
    assert any("cinema" in note for note in done.notes)
    rights = read_avails(tmp_path / "a.xlsx").rights
    assert set(rights["media"]) == {"est"}
    assert set(rights["start"]) == {"2027-03-01"}
    assert rights["end"].isna().all()


def test_online_is_every_business_model(offer, tmp_path):
    done = export_offer(offer, tmp_path / "a.xlsx", media=["online"], start="Open", end="Open")
    assert done.avails == 4 * done.titles
    assert set(read_avails(tmp_path / "a.xlsx").rights["media"]) == {"est", "tvod", "svod", "avod"}


def test_an_offer_without_manifest_is_still_one(offer, tmp_path):
    folder = tmp_path / "offer"
    folder.mkdir()
    write_table(read_offer(offer / "offer.parquet"), folder / "offer.parquet")
    done = export_offer(folder, tmp_path / "a.xlsx")
    assert "LicenseType" in {item.field for item in done.missing}
    assert len(read_avails(tmp_path / "a.xlsx").titles) == 40


def test_the_lowest_price_stays_at_home(offer, tmp_path):
    export_offer(offer, tmp_path / "a.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets:
        assert 900 not in {cell.value for line in sheet.iter_rows() for cell in line}


def test_without_the_sheet_of_facts_it_is_said_what_is_lost(offer, tmp_path):
    done = export_offer(offer, tmp_path / "a.xlsx", facts=False)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["Template-Movies", "Template-TV"]
    assert any("genres" in note for note in done.notes)


def test_what_the_partner_changed_counts(offer, tmp_path):
    export_offer(offer, tmp_path / "a.xlsx", start="Open", end="Open")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["Template-Movies"]
    heads = [cell.value for cell in sheet[2]]
    sheet.cell(4, heads.index("ReleaseYear") + 1).value = 2001
    sheet.cell(5, heads.index("ReleaseYear") + 1).value = 2001
    title_id = sheet.cell(4, heads.index("ALID") + 1).value
    book.save(tmp_path / "a.xlsx")
    titles = read_avails(tmp_path / "a.xlsx").titles.set_index("title_id")
    assert titles.at[title_id, "year"] == 2001


def test_texts_that_look_like_formulas_are_text(offer, tmp_path):
    export_offer(offer, tmp_path / "a.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets:
        assert "f" not in {cell.data_type for line in sheet.iter_rows() for cell in line}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_offer_gives_the_same_bytes(offer, tmp_path, version):
    for name in ("a.xlsx", "b.xlsx"):
        export_offer(offer, tmp_path / name, version=version)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sheet_name(version, "tv") in openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"version": "2.0"}, "1.7.2, 1.7.3"),
        ({"media": ["cinema"]}, "cinema"),
        ({"start": "tomorrow"}, "YYYY-MM-DD"),
    ],
)
def test_a_wrong_call_writes_nothing(offer, tmp_path, wrong, said):
    with pytest.raises(CallError) as raised:
        export_offer(offer, tmp_path / "a.xlsx", **wrong)
    assert said in str(raised.value)
    assert not (tmp_path / "a.xlsx").exists()


def test_a_folder_without_an_offer_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"offer\.parquet"):
        export_offer(tmp_path, tmp_path / "a.xlsx")


def test_a_window_that_ends_before_it_begins_is_refused(offer, tmp_path):
    with pytest.raises(CallError, match="ends \\(2027-01-01\\) before"):
        export_offer(offer, tmp_path / "a.xlsx", start="2028-01-01", end="2027-01-01")
    assert not list(tmp_path.glob("*.xlsx"))
