from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offer_builders import appeal_of, catalogue, scores_frame
from review_builders import BRIEF, offer_sheet, save, saved_offer, sheets_of

from recommender.errors import CallError, DataError, OutputError, TableError, UnreadableFileError
from recommender.offers import Applied, Brief, SavedOffer, Shares, apply_workbooks, build_offer, load_offer, write_offer
from recommender.offers._choice import rechoose
from recommender.offers._membership import membership
from recommender.sources import read_decisions


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_offer(tmp_path_factory.mktemp("offer") / "v1").folder


@pytest.fixture
def saved(written: Path, tmp_path: Path) -> SavedOffer:
    return load_offer(shutil.copytree(written, tmp_path / "v1"))


def reviewed(saved: SavedOffer, tmp_path: Path, cells: dict[str, dict[str, object]], name: str = "back") -> Path:
    """Save a copy of a version's workbook with some cells changed."""
    sheets = sheets_of(saved.folder / "offer.xlsx")
    for title_id, changed in cells.items():
        sheet = next(sheet for sheet in sheets if "Title id" in sheet.heads and title_id in sheet.ids())
        for head, value in changed.items():
            sheet.set(title_id, head, value)
    return save(sheets, tmp_path / f"{name}.xlsx")


def apply(saved: SavedOffer, tmp_path: Path, cells: dict[str, dict[str, object]], out: str = "v2") -> Applied:
    return apply_workbooks([reviewed(saved, tmp_path, cells, out)], tmp_path / out, offer=saved.folder)


class TestDecisions:
    def test_accepted_stay_rejected_go_and_the_rest_stays(self, saved: SavedOffer, tmp_path: Path) -> None:
        before = saved.offer.frame["title_id"].tolist()
        free = [title for title in before if title != "t003"]
        made = apply(
            saved,
            tmp_path,
            {
                free[0]: {"Decision": "reject", "Reviewer": "Anna", "Reason": "rights", "Note": "=not ours"},
                free[1]: {"Decision": "accept", "Ask price": 1000, "Currency": "EUR"},
                free[2]: {"Decision": "hold"},
            },
        )
        frame = made.offer.frame.set_index("title_id")
        assert (made.offer.offer_id, made.offer.version) == (saved.offer.offer_id, 2)
        assert set(before) - set(frame.index) == {free[0]}
        assert len(frame) == 8
        assert frame["status"].loc[[free[1], free[2], free[3]]].tolist() == ["accepted", "held", "proposed"]
        assert frame.loc[free[1], ["ask_price", "currency"]].tolist() == [1000.0, "EUR"]
        assert made.offer.brief.exclude.title_ids == (free[0],)
        assert made.offer.brief.lock.title_ids == ("t003",)
        counts = made.offer.counts
        assert counts["titles"] == saved.offer.counts["titles"]
        assert counts["eligible"] == saved.offer.counts["eligible"] - 1
        assert counts["excluded-title"] == 1
        [went] = made.changes[made.changes["change"] == "went"].itertuples()
        assert went.why == "rejected by Anna: rights, =not ours"
        assert went.causes == "decision"

    def test_an_accepted_title_whose_price_is_emptied_is_named(self, tmp_path: Path) -> None:
        titles = catalogue(24).assign(ask_price=100.0, currency="EUR")
        asked = Brief.model_validate(BRIEF | {"budget": {"total": 5000.0, "currency": "EUR"}})
        write_offer(build_offer(titles, scores_frame(titles, appeal_of(24)), asked), tmp_path / "v1")
        saved = load_offer(tmp_path / "v1")
        title_id = next(one for one in saved.offer.frame["title_id"] if one != "t003")
        with pytest.raises(
            DataError, match=rf"1 title \({title_id}\) has been accepted, but .* without a price"
        ) as caught:
            apply(saved, tmp_path, {title_id: {"Decision": "accept", "Ask price": None}})
        assert "State an ask price" in str(caught.value.hint)
        assert not (tmp_path / "v2").exists()

    def test_the_folder_is_a_version_that_can_be_reviewed_again(self, saved: SavedOffer, tmp_path: Path) -> None:
        ids = [title for title in saved.offer.frame["title_id"] if title != "t003"]
        first = apply(
            saved,
            tmp_path,
            {
                ids[0]: {"Decision": "accept", "Note": "yes"},
                ids[1]: {"Decision": "reject"},
                ids[2]: {"Note": "ask Boris"},
            },
        )
        second = load_offer(tmp_path / "v2")
        assert openpyxl.load_workbook(first.files["offer.xlsx"]).sheetnames == [
            "Summary",
            "Offer",
            "Columns",
            "Not offered",
            "Package",
            "Screen first",
            "Changes",
            "Decisions",
            "Figures",
        ]
        sheet = offer_sheet(first.files["offer.xlsx"])
        shown = {
            row[sheet.place("Title id")]: (row[sheet.place("Decision")], row[sheet.place("Note")]) for row in sheet.rows
        }
        assert shown[ids[0]] == ("accept", "yes")
        assert shown[ids[2]] == (None, "ask Boris")
        assert ids[1] not in shown
        third = apply(second, tmp_path, {ids[3]: {"Decision": "reject"}, ids[0]: {"Decision": None}}, out="v3")
        assert third.offer.version == 3
        assert {ids[1], ids[3]} == set(third.offer.brief.exclude.title_ids)
        decisions = read_decisions(tmp_path / "v3" / "decisions.parquet")
        made = [tuple(row) for row in decisions[["version", "title_id", "decision"]].to_numpy().tolist()]
        assert made == [(1, ids[0], "accept"), (1, ids[1], "reject"), (2, ids[3], "reject")]
        assert third.offer.frame.set_index("title_id").at[ids[0], "status"] == "proposed"
        manifest = json.loads((tmp_path / "v3" / "manifest.json").read_text("utf-8"))
        assert manifest["before"]["version"] == 2
        assert manifest["before"]["workbooks"][0]["file"] == "v3.xlsx"
        assert manifest["inputs"] == saved.manifest["inputs"]

    def test_an_untouched_workbook_changes_nothing(self, saved: SavedOffer, tmp_path: Path) -> None:
        made = apply_workbooks([saved.folder / "offer.xlsx"], tmp_path / "v2")
        assert made.changes.empty
        columns = [name for name in saved.offer.frame.columns if name != "version"]
        pd.testing.assert_frame_equal(made.offer.frame[columns], saved.offer.frame[columns])

    def test_a_locked_title_of_the_reserve_comes_in(self, saved: SavedOffer, tmp_path: Path) -> None:
        last = saved.offer.reserve["title_id"].iloc[-1]
        made = apply(saved, tmp_path, {last: {"Lock": "lock"}})
        assert last in set(made.offer.frame["title_id"])
        assert len(made.offer.frame) == 8
        came = made.changes[made.changes["change"] == "came"]
        assert came[["title_id", "why"]].to_numpy().tolist() == [[last, "locked"]]
        assert (made.changes["change"] == "went").sum() == 1

    def test_the_same_edits_give_the_same_bytes(self, saved: SavedOffer, tmp_path: Path) -> None:
        back = reviewed(saved, tmp_path, {saved.offer.frame["title_id"].iloc[0]: {"Decision": "hold"}})
        one = apply_workbooks([back], tmp_path / "a", offer=saved.folder).files
        other = apply_workbooks([back], tmp_path / "b", offer=saved.folder).files
        assert {name: path.read_bytes() for name, path in one.items()} == {
            name: path.read_bytes() for name, path in other.items()
        }


class TestRefusals:
    def test_nothing_is_written_where_a_cell_is_wrong(self, saved: SavedOffer, tmp_path: Path) -> None:
        with pytest.raises(TableError):
            apply(saved, tmp_path, {saved.offer.frame["title_id"].iloc[0]: {"Decision": "acept"}})
        assert not (tmp_path / "v2").exists()

    def test_more_accepted_than_there_are_places(self, saved: SavedOffer, tmp_path: Path) -> None:
        cells: dict[str, dict[str, object]] = {title: {"Decision": "accept"} for title in saved.offer.frame["title_id"]}
        cells[saved.offer.reserve["title_id"].iloc[0]] = {"Lock": "lock"}
        with pytest.raises(DataError, match="9 titles are accepted or locked, and the offer has 8 places"):
            apply(saved, tmp_path, cells)

    def test_a_workbook_outside_the_folder_of_its_offer_asks_for_that_folder(
        self, saved: SavedOffer, tmp_path: Path
    ) -> None:
        back = reviewed(saved, tmp_path, {})
        with pytest.raises(CallError, match="does not lie in the folder of its offer") as caught:
            apply_workbooks([back], tmp_path / "v2")
        assert "--offer" in str(caught.value.hint)

    def test_a_folder_of_another_offer_or_version_is_never_written_over(
        self, saved: SavedOffer, tmp_path: Path
    ) -> None:
        back = saved.folder / "offer.xlsx"
        apply_workbooks([back], tmp_path / "v2")
        apply_workbooks([back], tmp_path / "v2")  # the same version once more
        apply_workbooks([tmp_path / "v2" / "offer.xlsx"], tmp_path / "v3")
        other = saved_offer(tmp_path / "other", size=5).offer.offer_id
        for folder, held in (("v3", f"{saved.offer.offer_id} version 3"), ("other", f"{other} version 1")):
            before = (tmp_path / folder / "manifest.json").read_bytes()
            with pytest.raises(OutputError, match=f"holds {held}, which would be lost"):
                apply_workbooks([back], tmp_path / folder)
            assert (tmp_path / folder / "manifest.json").read_bytes() == before

    def test_a_table_is_no_workbook(self, saved: SavedOffer, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match="a table for programs, not a workbook"):
            apply_workbooks([saved.folder / "offer.csv"], tmp_path / "v2")

    def test_the_version_before_is_never_written_over(self, saved: SavedOffer, tmp_path: Path) -> None:
        with pytest.raises(CallError, match="is the folder of the version before"):
            apply_workbooks([saved.folder / "offer.xlsx"], saved.folder)
        made = apply_workbooks([saved.folder / "offer.xlsx"], tmp_path / "v2")
        book = openpyxl.load_workbook(made.files["offer.xlsx"])
        book["Offer"]["C2"].value = "edited"
        book.save(made.files["offer.xlsx"])
        with pytest.raises(OutputError, match="somebody has edited this workbook"):
            apply_workbooks([saved.folder / "offer.xlsx"], tmp_path / "v2")

    @pytest.mark.parametrize("name", ["offer.parquet", "pool.parquet"])
    def test_a_folder_that_somebody_changed_is_refused(self, saved: SavedOffer, name: str) -> None:
        path = saved.folder / name
        path.write_bytes(path.read_bytes() + b"x")
        with pytest.raises(DataError, match=f"{name}: it is not the file that manifest.json describes"):
            load_offer(saved.folder)

    @pytest.mark.parametrize(
        ("content", "error", "said"),
        [
            (None, UnreadableFileError, "cannot be read"),
            ("{", DataError, "damaged, not JSON"),
            ("[]", DataError, "no manifest of an offer"),
            ('{"offer_id": "x"}', DataError, "no manifest of an offer that can be read back"),
        ],
    )
    def test_a_folder_without_a_sound_manifest(
        self, saved: SavedOffer, content: str | None, error: type[Exception], said: str
    ) -> None:
        path = saved.folder / "manifest.json"
        path.unlink()
        if content is not None:
            path.write_text(content)
        with pytest.raises(error, match=said):
            load_offer(saved.folder)

    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match="no folder of an offer"):
            load_offer(tmp_path / "nowhere")


class TestReadingBack:
    def test_an_offer_is_read_back_as_it_was(self, saved: SavedOffer, tmp_path: Path) -> None:
        files = write_offer(saved.offer, tmp_path / "again")
        for name in ("offer.xlsx", "report.html", "offer.parquet", "pool.parquet", "offer.csv"):
            assert files[name].read_bytes() == (saved.folder / name).read_bytes()

    def test_a_later_version_too(self, saved: SavedOffer, tmp_path: Path) -> None:
        apply(saved, tmp_path, {saved.offer.frame["title_id"].iloc[1]: {"Decision": "accept", "Note": "x; y"}})
        second = load_offer(tmp_path / "v2")
        files = write_offer(second.offer, tmp_path / "again", history=second.history, language=second.language)
        for name in ("offer.xlsx", "report.html", "decisions.csv", "changes.csv", "extra.csv"):
            assert files[name].read_bytes() == (tmp_path / "v2" / name).read_bytes()


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, Shares, list[str], list[str], int]:
    count = draw(st.integers(3, 8))
    pool = pd.DataFrame(
        {
            "title_id": [f"t{i}" for i in range(count)],
            "appeal": draw(st.lists(st.integers(0, 10).map(lambda n: n / 10), min_size=count, max_size=count)),
            "score": 0.0,
            "low": np.nan,
            "high": np.nan,
            "kind": "film",
            "decade": draw(st.lists(st.sampled_from(["1960s", "1980s"]), min_size=count, max_size=count)),
            "genres": draw(
                st.lists(st.lists(st.sampled_from(["A", "B"]), unique=True), min_size=count, max_size=count)
            ),
        }
    )
    low = draw(st.integers(0, 10)) / 10
    shares = Shares.model_validate({"genre": {"A": {"min": low}}, "decade": {"1960s": {"max": 0.5}}})
    size = draw(st.integers(1, count - 1))
    ids = st.lists(st.sampled_from(pool["title_id"].tolist()), unique=True, max_size=size)
    return pool, shares, draw(ids), draw(ids), size


@settings(max_examples=60)
@given(worlds())
def test_as_little_as_possible_changes(world: tuple[pd.DataFrame, Shares, list[str], list[str], int]) -> None:
    pool, shares, kept, must, size = world
    brief = Brief(name="x", market="CN", size=size, kinds=("film",), shares=shares)
    again = rechoose(pool, brief, kept, accept=must)
    asked, chosen = again.demands, again.pool["title_id"].iloc[again.chosen].tolist()
    member = membership(pool, asked)
    appeal = pool["appeal"].to_numpy()

    def judged(choice: tuple[int, ...]) -> tuple[int, int, float]:
        have = member[:, list(choice)].sum(axis=1)
        missed = sum(max(d.low - n, n - d.high, 0) for d, n in zip(asked, have, strict=True))
        stayed = sum(pool["title_id"].iloc[i] in kept for i in choice)
        return int(missed), -stayed, -round(float(appeal[list(choice)].sum()), 6)

    locked = {i for i, title_id in enumerate(pool["title_id"]) if title_id in must}
    choices = [choice for choice in itertools.combinations(range(len(pool)), size) if locked <= set(choice)]
    places = tuple(int(np.flatnonzero(pool["title_id"] == title_id)[0]) for title_id in chosen)
    assert again.proven
    assert len(set(chosen)) == size
    assert set(must) <= set(chosen)
    assert judged(places) == min(map(judged, choices))
