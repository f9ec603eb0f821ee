from __future__ import annotations

import datetime
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine as calamine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from offer_builders import appeal_of, catalogue, scores_frame
from review_builders import BRIEF, Formula, Sheet, offer_sheet, save, saved_offer, sheets_of

from recommender.errors import TableError, UnreadableFileError
from recommender.offers import Brief, SavedOffer, apply_workbooks, build_offer, load_offer, write_offer
from recommender.offers._row_id import RowId
from recommender.offers.roundtrip import Edits, read_edits
from recommender.sources import file_sha256, read_offer
from recommender.sources.avails import export_offer


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> SavedOffer:
    return saved_offer(tmp_path_factory.mktemp("offer") / "v1")


@pytest.fixture
def sheet(saved: SavedOffer) -> Sheet:
    return offer_sheet(saved.folder / "offer.xlsx")


@pytest.fixture
def ids(saved: SavedOffer) -> list[str]:
    return saved.offer.frame["title_id"].tolist()


def read(saved: SavedOffer, tmp_path: Path, *sheets: Sheet, **more: Any) -> Edits:
    return read_edits([save(sheets, tmp_path / "back.xlsx", **more)], saved)


def faults(saved: SavedOffer, tmp_path: Path, *sheets: Sheet) -> list[str]:
    with pytest.raises(TableError) as caught:
        read(saved, tmp_path, *sheets)
    assert caught.value.exit_status == 1
    assert "nothing has been written" in str(caught.value.hint)
    return [str(fault) for fault in caught.value.faults if fault.severity == "error"]


def named(sheet: Sheet, head: str) -> str:
    return f"{openpyxl.utils.get_column_letter(sheet.place(head) + 1)} ({head})"


def decisions(edits: Edits) -> dict[str, str]:
    return dict(zip(edits.decisions["title_id"], edits.decisions["decision"], strict=True))


# What any spreadsheet can hold: every script, formulas as text, emoji, right to left; no control characters.
notes = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from("\n\t=+-@"),
    max_size=60,
)


class TestAnythingIsReadBack:
    @settings(max_examples=25)
    @given(
        st.randoms(use_true_random=False),
        st.lists(st.sampled_from(["accept", "hold", "reject", None]), min_size=8, max_size=8),
        st.lists(notes, min_size=8, max_size=8),
        st.lists(st.none() | st.integers(10, 10**9) | st.floats(10, 1e9), min_size=8, max_size=8),
    )
    @example(random.Random(1), ["accept"] * 8, ["=1+1", "_x0041_", "مرحبا", "🎬", "a\nb", "  ", "#REF!", "'"], [10] * 8)
    def test_rows_and_columns_in_any_order(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        saved: SavedOffer,
        order: random.Random,
        said: list[str | None],
        noted: list[str],
        prices: list[float | None],
    ) -> None:
        sheet = offer_sheet(saved.folder / "offer.xlsx")
        titles = sheet.ids()
        said = [
            None if title == "t003" and word == "reject" else word for title, word in zip(titles, said, strict=True)
        ]
        for title, word, note, price in zip(titles, said, noted, prices, strict=True):
            sheet.set(title, "Decision", word)
            sheet.set(title, "Note", note)
            sheet.set(title, "Ask price", price)
            sheet.set(title, "Currency", None if price is None else "EUR")
        columns = [*range(len(sheet.rows[0])), None]
        order.shuffle(columns)
        body = sheet.rows[1:]
        order.shuffle(body)
        shuffled = [
            [f"mine {number}" if at is None else row[at] for at in columns]
            for number, row in enumerate([sheet.rows[0], *body])
        ]
        edits = read(saved, tmp_path_factory.mktemp("back"), Sheet("renamed", shuffled))
        assert decisions(edits) == {title: word for title, word in zip(titles, said, strict=True) if word}
        wanted = {title: note for title, note in zip(titles, noted, strict=True) if note.strip()}
        found = dict(zip(edits.decisions["title_id"], edits.decisions["note"], strict=True))
        loose = edits.extra[edits.extra["what"] == "note without a decision"]
        found |= dict(zip(loose["title_id"], loose["value"], strict=True))
        assert {title: note for title, note in found.items() if isinstance(note, str)} == wanted
        assert {title: cells["ask_price"] for title, cells in edits.prices.items()} == pytest.approx(
            {title: price for title, price in zip(titles, prices, strict=True) if price is not None}
        )
        added = edits.extra[edits.extra["what"] == "added column"]
        assert sorted(added["value"]) == [f"mine {number}" for number in range(1, 9)]
        assert set(edits.extra["what"]) <= {"added column", "note without a decision"}

    def test_an_untouched_workbook_says_nothing(self, saved: SavedOffer) -> None:
        edits = read_edits([saved.folder / "offer.xlsx"], saved)
        assert edits.decisions.empty
        assert edits.extra.empty
        assert not edits.prices
        assert edits.locks == ("t003",)
        assert edits.warnings == ()

    def test_texts_that_look_like_an_escape_of_workbooks_come_back_as_they_were(self, tmp_path: Path) -> None:
        saved = saved_offer(tmp_path / "v1", renamed={"t009": "id_x0041_9"}, title="abc_x0041_def_x000D_")
        path = saved.folder / "offer.xlsx"
        offered = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Offer").to_python()
        assert {row[offered[0].index("Title")] for row in offered[1:]} == {"abc_x0041_def_x000D_"}
        assert "id_x0041_9" in {row[offered[0].index("Title id")] for row in offered[1:]}
        edits = read_edits([path], saved)
        assert (len(edits.extra), edits.warnings) == (0, ())

    @pytest.mark.parametrize(
        ("written", "read_as"),
        [
            ("_xD800_", "\ufffd"),
            ("_xDC00__xD800_", "\ufffd\ufffd"),
            ("_xD83C__xDFAC_", "🎬"),
            ("_x005F_x0041_", "_x0041_"),
        ],
    )
    def test_an_escape_of_half_a_sign_is_no_half_a_sign(
        self, saved: SavedOffer, tmp_path: Path, written: str, read_as: str
    ) -> None:
        book = openpyxl.load_workbook(saved.folder / "offer.xlsx")
        heads = {cell.value: cell for cell in book["Offer"][1]}
        heads["Decision"].offset(1).value = "accept"
        heads["Note"].offset(1).value = f"see {written} there"
        book.save(tmp_path / "back.xlsx")
        apply_workbooks([tmp_path / "back.xlsx"], tmp_path / "v2", offer=saved.folder)
        [note] = load_offer(tmp_path / "v2").history.decisions["note"]
        assert note == f"see {read_as} there"

    def test_words_of_every_language_and_in_any_letters(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        spelled = ["ACCEPT", " accept\u00a0", "принять", "accept 接受", "拒绝", "hold", "reject отклонить"]
        titles = [title for title in sheet.ids() if title != "t003"]
        for title, word in zip(titles, spelled, strict=True):
            sheet.set(title, "Decision", word)
        assert list(decisions(read(saved, tmp_path, sheet)).values()) == [
            *["accept"] * 4,
            "reject",
            "hold",
            "reject",
        ]

    def test_a_renamed_head_is_found_by_the_workbooks_names(self, saved: SavedOffer, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(saved.folder / "offer.xlsx")
        sheet = book["Offer"]
        place = next(cell.column for cell in sheet[1] if cell.value == "Decision")
        sheet.cell(1, place).value = "Entscheidung"
        sheet.cell(2, place).value = "hold"
        book.save(tmp_path / "back.xlsx")
        edits = read_edits([tmp_path / "back.xlsx"], saved)
        assert decisions(edits) == {saved.offer.frame["title_id"].iloc[0]: "hold"}

    def test_a_result_of_a_formula_counts(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        at = sheet.place("Note")
        sheet.rows[1][at] = Formula('="a"&"b"')
        edits = read(saved, tmp_path, sheet)
        assert set(edits.extra["what"]) == {"note without a decision", "formula"}
        assert set(edits.extra["value"]) == {'="a"&"b"'}

    def test_locks_prices_and_currencies(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet, ids: list[str]) -> None:
        sheet.set("t003", "Lock", None)
        one, other = [title for title in ids if title != "t003"][:2]
        sheet.set(one, "Lock", "да")
        sheet.set(one, "Ask price", "12 000.50")
        sheet.set(one, "Floor price", 9000)
        sheet.set(one, "Currency", "usd")
        reserve = sheets_of(saved.folder / "offer.xlsx")[3]
        newcomer = reserve.ids()[2]
        reserve.set(newcomer, "Lock", "lock")
        edits = read(saved, tmp_path, sheet, reserve)
        assert edits.locks == (one, newcomer)
        assert edits.prices == {one: {"ask_price": 12000.5, "floor_price": 9000.0, "currency": "USD"}}
        assert other not in edits.prices

    def test_whatever_else_was_written_is_kept(
        self, saved: SavedOffer, tmp_path: Path, sheet: Sheet, ids: list[str]
    ) -> None:
        sheet.set(ids[1], "Title", "A better title")
        sheet.set(ids[2], "Genres", None)
        sheet.rows.append([None] * 3 + ["Total: see Boris"])
        notes = Sheet("Boris", [["call them"], [None, 7]])
        edits = read(saved, tmp_path, sheet, notes, comments={("Offer", 2, 3): "Is this free?"})
        kept = {(row.what, row.value, row.was) for row in edits.extra.itertuples()}
        title = saved.offer.frame.set_index("title_id")["title"]
        genres = ", ".join(saved.offer.frame["genres"].iloc[2])
        assert kept == {
            ("changed cell", "A better title", title[ids[1]].strip()),
            ("emptied cell", "", genres),
            ("row without a row id", "Total: see Boris", ""),
            ("added sheet", "call them", ""),
            ("added sheet", "7", ""),
            ("comment", "Is this free?", ""),
        }
        assert set(edits.extra["file"]) == {"back.xlsx"}

    def test_deleted_rows_decide_nothing(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        gone = sheet.ids()[3]
        del sheet.rows[4]
        edits = read(saved, tmp_path, sheet)
        assert edits.decisions.empty
        [warning] = edits.warnings
        assert f"1 title of the offer has no row any more ({gone})" in str(warning)

    def test_copies_of_several_reviewers_are_read_together(
        self, saved: SavedOffer, tmp_path: Path, ids: list[str]
    ) -> None:
        paths = []
        for name, title, word in (("Anna", ids[0], "accept"), ("Boris", ids[1], "reject"), ("Chen", ids[0], "accept")):
            sheet = offer_sheet(saved.folder / "offer.xlsx")
            sheet.set(title, "Decision", word)
            sheet.set(title, "Reviewer", name)
            sheet.set(title, "Note", "good" if name != "Boris" else "too long")
            paths.append(save([sheet], tmp_path / f"{name}.xlsx"))
        made = read_edits(paths, saved).decisions.set_index("title_id")
        assert made["reviewer"].to_dict() == {ids[0]: "Anna; Chen", ids[1]: "Boris"}
        assert made["note"].to_dict() == {ids[0]: "good", ids[1]: "too long"}
        assert set(made["version"]) == {1}
        assert set(made["market"]) == {"CN"}
        assert set(made["decided_at"].str[:2]) == {"20"}

    @pytest.mark.parametrize("language", ["en+ru", "en+zh"])
    def test_a_copy_in_another_language_is_as_good(
        self, saved: SavedOffer, tmp_path: Path, language: str, ids: list[str]
    ) -> None:
        from recommender.offers._workbook import workbook_bytes

        (tmp_path / "sent.xlsx").write_bytes(workbook_bytes(saved.offer, language))
        assert read_edits([tmp_path / "sent.xlsx"], saved).extra.empty
        sheet = offer_sheet(tmp_path / "sent.xlsx")
        sheet.set(ids[0], "Decision", "hold")
        edits = read(saved, tmp_path, sheet)
        assert decisions(edits) == {ids[0]: "hold"}
        assert edits.extra.empty

    def test_what_an_earlier_program_worded_otherwise_nobody_wrote(self, saved: SavedOffer, tmp_path: Path) -> None:
        folder = tmp_path / "offer"
        shutil.copytree(saved.folder, folder)
        book = openpyxl.load_workbook(folder / "offer.xlsx")
        sheet = next(sheet for sheet in book if "decision" not in str([cell.value for cell in sheet[1]]).lower())
        texts = [
            cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and len(cell.value) > 3
        ]
        for cell in texts[:3]:
            cell.value = f"In other words: {cell.value}"
        book.save(folder / "offer.xlsx")
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"]["offer.xlsx"] = file_sha256(folder / "offer.xlsx")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        earlier = load_offer(folder)
        assert read_edits([folder / "offer.xlsx"], earlier).extra.empty
        texts[-1].value = "by a reviewer"
        book.save(tmp_path / "back.xlsx")
        assert read_edits([tmp_path / "back.xlsx"], earlier).extra["value"].tolist() == ["by a reviewer"]


class TestNothingIsGuessed:
    @pytest.mark.parametrize(
        ("head", "value", "said"),
        [
            ("Decision", "acept", "not a decision (acept); did you mean 'accept'?"),
            ("Decision", "maybe later", "not a decision (maybe later); write accept, hold or reject, or leave"),
            ("Decision", 1, "not a decision (1)"),
            ("Lock", "lok", "not a lock (lok); did you mean 'lock'?"),
            ("Ask price", "about 500", "a price in words (about 500); write the number alone"),
            (
                "Ask price",
                "12.500,00",
                "a price with signs between its digits (12.500,00); write the number alone, without",
            ),
            (
                "Ask price",
                "12,000",
                "a price with signs between its digits (12,000); write the number alone (12000, or 12.000 if a part",
            ),
            ("Ask price", -5, "not a price (-5); write a number of at least 0"),
            ("Ask price", True, "not a price (TRUE)"),
            ("Ask price", datetime.datetime(2026, 3, 1), "a date, not a price (2026-03-01)"),
            ("Floor price", "$900", "a price in words ($900)"),
            ("Currency", "dollars", "not a currency (dollars); write its three letters"),
            ("Decision", Formula("=IF(1,2,3)"), "a formula whose result the file does not hold (=IF(1,2,3))"),
        ],
    )
    def test_a_cell_that_cannot_be_read_is_named(
        self, saved: SavedOffer, tmp_path: Path, sheet: Sheet, head: str, value: object, said: str
    ) -> None:
        title = sheet.ids()[4]
        sheet.set(title, head, value)
        [fault] = faults(saved, tmp_path, sheet)
        column = openpyxl.utils.get_column_letter(sheet.place(head) + 1)
        assert fault.startswith(f"back.xlsx, sheet Offer, row 6, column {column} ({head}): {said}")

    def test_an_error_in_a_decision_is_named(self, saved: SavedOffer, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(saved.folder / "offer.xlsx")
        cell = next(cell for cell in book["Offer"][1] if cell.value == "Decision").offset(1)
        cell.value = "#REF!"
        cell.data_type = "e"
        book.save(tmp_path / "back.xlsx")
        with pytest.raises(TableError, match=r"row 2, column \w+ \(Decision\): an error, not a value \(#REF!\)"):
            read_edits([tmp_path / "back.xlsx"], saved)

    def test_all_faults_come_at_once(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        for title in sheet.ids()[:3]:
            sheet.set(title, "Decision", "yes!")
            sheet.set(title, "Ask price", "much")
        assert len(faults(saved, tmp_path, sheet)) == 6

    def test_faults_come_by_sheet_row_and_column(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        first, second, third = sheet.ids()[:3]
        sheet.set(third, "Decision", "yes!")
        sheet.set(second, "Floor price", 900)
        sheet.set(second, "Ask price", 500)
        sheet.set(second, "Currency", "EUR")
        copy = list(sheet.rows[1])
        copy[sheet.place("Decision")] = "reject"
        sheet.set(first, "Decision", "accept")
        sheet.set(first, "Ask price", "much")
        said = faults(saved, tmp_path, sheet, Sheet("Shortlist", [sheet.rows[0], copy]))
        places = [re.fullmatch(r".*sheet (\w+), row (\d+), column ([A-Z]+).*", line) for line in said]
        found = [
            (place[1], int(place[2]), openpyxl.utils.column_index_from_string(place[3])) for place in places if place
        ]
        assert len(found) == len(said)
        assert found == sorted(found)
        assert [row for _, row, _ in found] == [2, 2, 3, 3, 4, 2]

    def test_two_decisions_on_one_title_name_both_rows(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        title = sheet.ids()[1]
        sheet.set(title, "Decision", "accept")
        copy = list(sheet.rows[2])
        copy[sheet.place("Decision")] = "reject"
        other = Sheet("Shortlist", [sheet.rows[0], copy])
        one, two = faults(saved, tmp_path, sheet, other)
        assert f"({title}) stands in back.xlsx, sheet Shortlist, row 2: reject (accept)" in one
        assert f"({title}) stands in back.xlsx, sheet Offer, row 3: accept (reject)" in two

    @pytest.mark.parametrize(
        ("head", "first", "second", "shown"),
        [("Decision", "accept", "reject", "reject"), ("Ask price", 500, 600, "600"), ("Currency", "EUR", "USD", "USD")],
    )
    def test_who_empties_a_cell_contradicts_who_changes_it(
        self, saved: SavedOffer, tmp_path: Path, ids: list[str], head: str, first: object, second: object, shown: str
    ) -> None:
        sheet = offer_sheet(saved.folder / "offer.xlsx")
        sheet.set(ids[1], "Currency", "EUR")
        sheet.set(ids[1], head, first)
        apply_workbooks([save([sheet], tmp_path / "back.xlsx")], tmp_path / "v2", offer=saved.folder)
        copies = []
        for name, value in (("A", None), ("B", second)):
            copy = offer_sheet(tmp_path / "v2" / "offer.xlsx")
            copy.set(ids[1], head, value)
            copies.append(save([copy], tmp_path / f"{name}.xlsx"))
        with pytest.raises(TableError) as caught:
            read_edits(copies, load_offer(tmp_path / "v2"))
        row = copy.row_of(ids[1])
        one, two = map(str, caught.value.faults)
        assert one.startswith(f"A.xlsx, sheet Offer, row {row}")
        assert f"stands in B.xlsx, sheet Offer, row {row}: {shown}" in one
        assert f"stands in A.xlsx, sheet Offer, row {row}: empty" in two

    def test_a_lock_and_no_lock_contradict_each_other(
        self, saved: SavedOffer, tmp_path: Path, sheet: Sheet, ids: list[str]
    ) -> None:
        sheet.set(ids[1], "Lock", "lock")
        copy = list(sheet.rows[2])
        copy[sheet.place("Lock")] = "no"
        one, two = faults(saved, tmp_path, sheet, Sheet("Shortlist", [sheet.rows[0], copy]))
        assert "sheet Shortlist, row 2: no lock" in one
        assert "sheet Offer, row 3: lock" in two

    def test_a_decision_on_a_title_that_is_not_offered(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        reserve = sheets_of(saved.folder / "offer.xlsx")[3]
        reserve.rows[0].append("Decision")
        for row in reserve.rows[1:]:
            row.append(None)
        reserve.rows[1][-1] = "accept"
        [fault] = faults(saved, tmp_path, sheet, reserve)
        assert "a decision on a title that is not in the offer" in fault
        assert "lock it to bring it in" in fault

    def test_a_locked_title_cannot_be_rejected(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.set("t003", "Decision", "reject")
        [fault] = faults(saved, tmp_path, sheet)
        assert "the title is locked and rejected (t003)" in fault

    def test_a_price_needs_a_currency(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        one, other, third = sheet.ids()[:3]
        sheet.set(one, "Ask price", 100)
        sheet.set(other, "Floor price", 90)
        sheet.set(third, "Ask price", 80)
        sheet.set(third, "Currency", "USD")
        found = faults(saved, tmp_path, sheet)
        assert [fault.partition(";")[0] for fault in found] == [
            f"back.xlsx, sheet Offer, row {row}, column {named(sheet, head)}: a price without a currency ({title}) ({value})"
            for row, head, title, value in ((2, "Ask price", one, 100.0), (3, "Floor price", other, 90.0))
        ]

    def test_a_currency_that_cannot_be_read_is_told_once(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.set(sheet.ids()[0], "Ask price", 100)
        sheet.set(sheet.ids()[0], "Currency", "euros")
        [fault] = faults(saved, tmp_path, sheet)
        assert "not a currency (euros)" in fault

    def test_a_currency_is_not_taken_from_a_price(self, tmp_path: Path) -> None:
        titles = catalogue(24).assign(ask_price=100.0, currency="EUR")
        offer = build_offer(titles, scores_frame(titles, appeal_of(24)), Brief.model_validate(BRIEF))
        write_offer(offer, tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        sheet.set(sheet.ids()[0], "Currency", None)
        [fault] = faults(load_offer(tmp_path / "v1"), tmp_path, sheet)
        assert f"column {named(sheet, 'Currency')}: a price without a currency" in fault

    def test_a_budget_says_no_currency_of_a_price_where_another_reviewer_states_one(self, tmp_path: Path) -> None:
        titles = catalogue(24)
        budget = {"total": 5000.0, "currency": "EUR", "assume": 50.0}
        brief = Brief.model_validate(BRIEF | {"budget": budget})
        write_offer(build_offer(titles, scores_frame(titles, appeal_of(24)), brief), tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        one, other = sheet.ids()[:2]
        sheet.set(one, "Ask price", 120)
        sheet.set(one, "Currency", "EUR")
        sheet.set(other, "Ask price", 130)
        [fault] = faults(load_offer(tmp_path / "v1"), tmp_path, sheet)
        assert f"row 3, column {named(sheet, 'Ask price')}: a price without a currency ({other})" in fault

    def test_a_currency_that_one_reviewer_states_leaves_the_next_version_readable(self, tmp_path: Path) -> None:
        titles = catalogue(24).assign(ask_price=100.0)
        offer = build_offer(
            titles, scores_frame(titles, appeal_of(24)), Brief.model_validate(BRIEF | {"media": ["est"]})
        )
        write_offer(offer, tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        sheet.set(sheet.ids()[0], "Currency", "EUR")
        apply_workbooks([save([sheet], tmp_path / "back.xlsx")], tmp_path / "v2", offer=tmp_path / "v1")
        assert read_offer(tmp_path / "v2" / "offer.parquet")["currency"].dropna().tolist() == ["EUR"]
        done = export_offer(tmp_path / "v2", tmp_path / "avails.xlsx")
        assert {one.field: one.rows for one in done.missing}["PriceCurrency"] == len(sheet.ids()) - 1

    def test_a_budget_says_the_currency_of_prices_where_no_title_does(self, tmp_path: Path) -> None:
        titles = catalogue(24).assign(ask_price=100.0)
        brief = Brief.model_validate(BRIEF | {"budget": {"total": 5000.0, "currency": "EUR"}})
        write_offer(build_offer(titles, scores_frame(titles, appeal_of(24)), brief), tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        title = sheet.ids()[0]
        sheet.set(title, "Ask price", 120)
        assert read(load_offer(tmp_path / "v1"), tmp_path, sheet).prices == {title: {"ask_price": 120.0}}

    @pytest.mark.parametrize("currency", ["USD", "EUR"])
    def test_a_currency_among_prices_that_have_none_is_named_under_a_budget(
        self, tmp_path: Path, currency: str
    ) -> None:
        titles = catalogue(24).assign(ask_price=100.0)
        brief = Brief.model_validate(BRIEF | {"budget": {"total": 5000.0, "currency": "EUR"}})
        write_offer(build_offer(titles, scores_frame(titles, appeal_of(24)), brief), tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        one, other = sheet.ids()[:2]
        sheet.set(one, "Currency", currency)
        sheet.set(other, "Ask price", 120)
        saved = load_offer(tmp_path / "v1")
        [fault] = faults(saved, tmp_path, sheet)
        assert f"row 2, column {named(sheet, 'Currency')}: a currency, while" in fault
        assert f"without one, taken as EUR ({currency}); write the price in EUR and leave the currency empty" in fault
        sheet.set(one, "Decision", "reject")
        apply_workbooks([save([sheet], tmp_path / "back.xlsx")], tmp_path / "v2", offer=tmp_path / "v1")

    def test_a_currency_without_a_rate_is_named_under_a_budget(self, tmp_path: Path) -> None:
        titles = catalogue(24).assign(ask_price=100.0, currency="EUR")
        budget = {"total": 5000.0, "currency": "EUR", "rates": {"USD": 0.9}}
        brief = Brief.model_validate(BRIEF | {"budget": budget})
        write_offer(build_offer(titles, scores_frame(titles, appeal_of(24)), brief), tmp_path / "v1")
        sheet = offer_sheet(tmp_path / "v1" / "offer.xlsx")
        one, other = sheet.ids()[:2]
        sheet.set(one, "Currency", "USD")
        sheet.set(other, "Currency", "CNY")
        [fault] = faults(load_offer(tmp_path / "v1"), tmp_path, sheet)
        assert f"row 3, column {named(sheet, 'Currency')}: a price in CNY, and the brief's budget, in EUR" in fault

    def test_the_floor_is_not_above_the_price(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        title = sheet.ids()[0]
        sheet.set(title, "Ask price", 100)
        sheet.set(title, "Floor price", 200)
        sheet.set(title, "Currency", "EUR")
        found = faults(saved, tmp_path, sheet)
        assert len(found) == 2
        assert "the ask price 100 is below the floor price 200" in found[0]

    def test_merged_cells_are_named(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.set(sheet.ids()[0], "Decision", "accept")
        column = openpyxl.utils.get_column_letter(sheet.place("Decision") + 1)
        sheet.merged.append(f"{column}2:{column}4")
        [fault] = faults(saved, tmp_path, sheet)
        assert f"row 2, column {column} (Decision): cells are merged, from row 2 to row 4 (accept); unmerge" in fault

    def test_a_part_of_the_columns_that_was_sorted_is_noticed(
        self, saved: SavedOffer, tmp_path: Path, sheet: Sheet
    ) -> None:
        ids = [row[-1] for row in sheet.rows[1:]]
        for row, other in zip(sheet.rows[1:], reversed(ids), strict=True):
            row[-1] = other
        found = faults(saved, tmp_path, sheet)
        assert len(found) == 8
        assert all("the row id is of another title" in fault and "sort whole rows" in fault for fault in found)

    def test_a_row_id_that_was_changed_is_named(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.rows[2][-1] = sheet.rows[2][-1].replace("t0", "t1")
        [fault] = faults(saved, tmp_path, sheet)
        assert "row 3" in fault
        assert "the row id was changed" in fault

    def test_a_decision_in_a_row_without_id_is_not_lost(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.set(sheet.ids()[2], "Decision", "reject")
        sheet.rows[3][-1] = None
        [fault] = faults(saved, tmp_path, sheet)
        assert "row 4" in fault
        assert "a decision in a row without a row id (reject)" in fault

    def test_two_columns_of_one_head_are_named_if_both_are_filled(
        self, saved: SavedOffer, tmp_path: Path, sheet: Sheet
    ) -> None:
        for row in sheet.rows:
            row.append(None)
        sheet.rows[0][-1] = "Note"
        sheet.rows[1][-1] = "second"
        assert read(saved, tmp_path, sheet).extra["value"].tolist() == ["second"]
        sheet.rows[2][sheet.place("Note")] = "first"
        [fault] = faults(saved, tmp_path, sheet)
        assert re.search(r"2 columns have the same head and both are filled \(\w+ \(Note\) and \w+ \(Note\)\)", fault)

    def test_decisions_under_an_unknown_head_are_named(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        sheet.rows[0][sheet.place("Decision")] = "Verdict"
        sheet.rows[1][sheet.heads.index("Verdict")] = "accept"
        found = faults(saved, tmp_path, sheet)
        assert "decisions stand in a column whose head is not known (accept); head it Decision" in found[0]


class TestForeignWorkbooks:
    def test_another_offer_and_another_version(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        at = sheet.place("Row id")
        for row in sheet.rows[1:]:
            row_id = RowId.parse(row[at])
            assert row_id is not None
            row[at] = str(RowId(row_id.offer_id, 2, row_id.title_id))
        [fault] = faults(saved, tmp_path, sheet)
        assert f"back.xlsx: the workbook is of another version; the folder {saved.folder} holds" in fault
        for row in sheet.rows[1:]:
            row_id = RowId.parse(row[at])
            assert row_id is not None
            row[at] = str(RowId("other-12345678", 1, row_id.title_id))
        [fault] = faults(saved, tmp_path, sheet)
        assert "the workbook is of another offer" in fault
        assert "other-12345678 version 1" in fault

    def test_one_row_of_another_version(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        row_id = RowId.parse(sheet.rows[5][-1])
        assert row_id is not None
        sheet.rows[5][-1] = str(RowId(row_id.offer_id, 7, row_id.title_id))
        [fault] = faults(saved, tmp_path, sheet)
        assert fault.startswith("back.xlsx, sheet Offer, row 6")
        assert f"the row is of {row_id.offer_id} version 7" in fault

    def test_a_workbook_without_row_ids(self, saved: SavedOffer, tmp_path: Path, sheet: Sheet) -> None:
        for row in sheet.rows:
            row.pop()
        [fault] = faults(saved, tmp_path, sheet)
        assert "its column Row id was deleted" in fault

    @pytest.mark.parametrize(
        ("content", "said"),
        [(b"", "truncated or damaged"), (b"PK\x03\x04 no", "truncated or damaged"), (None, "no such file")],
    )
    def test_a_file_that_is_no_workbook(
        self, saved: SavedOffer, tmp_path: Path, content: bytes | None, said: str
    ) -> None:
        path = tmp_path / "back.xlsx"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UnreadableFileError, match=said):
            read_edits([path], saved)


@given(st.text(min_size=1), st.integers(1, 10**9 - 1))
def test_a_row_id_holds_any_title_id(title_id: str, version: int) -> None:
    made = RowId("cn-300-00aa11bb", version, title_id)
    assert RowId.parse(str(made)) == made
    assert RowId.parse(f" {made} ") == made
    assert str(made).isascii()
    assert RowId.parse(str(made)[:-1] + ("0" if str(made)[-1] != "0" else "1")) is None
