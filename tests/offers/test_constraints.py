"""What the offer's files say of the package."""

from __future__ import annotations

import html
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.offers import Brief, Offer, build_offer, write_offer
from recommender.offers._report import report_html
from recommender.offers._workbook import workbook_bytes


def made(**parts: Any) -> Offer:
    titles = catalogue()
    titles["ask_price"] = [1000.0 + 37 * (i % 11) for i in range(len(titles))]
    titles["floor_price"] = [500.0 + 10 * (i % 7) for i in range(len(titles))]
    titles["currency"] = "EUR"
    brief = {"name": "deal", "market": "CN", "size": 20, "kinds": ["film", "animation"], **parts}
    return build_offer(titles, scores_frame(titles, appeal_of(len(titles))), Brief.model_validate(brief))


@pytest.fixture
def tight() -> Offer:
    return made(
        shares={"genre": {"Comedy": {"min": 0.4}, "Drama": {"max": 0.1}}},
        budget={"total": 23_000, "currency": "EUR", "package_fee": 21_000},
        package={"tiers": {"locomotive": 0.8, "core": 0.6}},
    )


@pytest.fixture
def impossible() -> Offer:
    return made(shares={"genre": {"War": {"min": 0.9}, "Comedy": {"min": 0.8}}})


def text_of(offer: Offer) -> tuple[str, str]:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(offer)))
    cells = "\n".join(str(cell.value) for row in book["Package"].iter_rows() for cell in row if cell.value is not None)
    return cells, html.unescape(report_html(offer))


def test_each_demand_that_binds_has_its_price(tight: Offer) -> None:
    lines = {line.demand: line for line in tight.package.demands}
    assert {"Genre Comedy", "Genre Drama", "Size of the offer", "Budget, EUR"} >= set(lines) >= {"Size of the offer"}
    comedy = lines["Genre Comedy"]
    assert comedy.asked == "at least 8"
    assert comedy.more is not None and comedy.more < 0
    assert comedy.shadow is not None and comedy.shadow <= 0
    again = made(
        shares={"genre": {"Comedy": {"min": 0.45}, "Drama": {"max": 0.1}}},
        budget={"total": 23_000, "currency": "EUR"},
    )
    change = again.choice.solution.objective - tight.choice.solution.objective
    assert comedy.more == pytest.approx(100 * change, abs=1e-3)


def test_report_and_workbook_say_the_same(tight: Offer) -> None:
    cells, report = text_of(tight)
    for words in ("What each demand costs", "Genre Comedy", "Budget, EUR", *tight.package.facts):
        assert words in cells
        assert words in report
    for line in tight.package.titles:
        assert line.title_id in cells
        assert line.exact


@pytest.mark.parametrize(("language", "step"), [("en+ru", "230.00 EUR\n230,00 EUR"), ("en+zh", "230.00 EUR")])
def test_amounts_are_written_as_the_second_language_does(tight: Offer, language: str, step: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(tight, language)))
    sheet = next(sheet for sheet in book if sheet.title.startswith("Package"))
    [row] = [row for row in sheet.iter_rows(values_only=True) if str(row[1]).startswith("Budget, EUR")]
    held = next(line.held for line in tight.package.demands if line.demand == "Budget, EUR")
    russian = held.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    assert row[3] == (f"{held}\n{russian}" if language == "en+ru" else held)
    assert str(row[6]).replace("\N{NO-BREAK SPACE}", " ") == step


def test_a_conflict_is_told_with_the_nearest_brief(impossible: Offer) -> None:
    lines = impossible.package.conflicts
    assert any("cannot be kept" in line for line in lines)
    assert "The nearest brief that works: lower the minimum of" in lines[-1]
    cells, report = text_of(impossible)
    for line in lines:
        assert line in cells
        assert line in report
    assert made().package.conflicts == ()


def test_the_manifest_holds_bound_prices_and_conflicts(tight: Offer, impossible: Offer, tmp_path: Path) -> None:
    first = json.loads(write_offer(tight, tmp_path / "a")["manifest.json"].read_text("utf-8"))["package"]
    assert first["gap"] == 0
    assert first["bound"] == pytest.approx(first["objective"])
    assert first["interval"][0] < first["objective"] < first["interval"][1]
    assert first["cost"] <= 23_000
    assert {price["demand"] for price in first["prices"]} >= {"size", "budget"}
    second = json.loads(write_offer(impossible, tmp_path / "b")["manifest.json"].read_text("utf-8"))["package"]
    assert second["conflicts"] and second["nearest"]


def test_the_packages_fee_is_allocated_to_the_cent(tight: Offer) -> None:
    frame = tight.frame
    assert round(frame["fee"].sum(), 2) == 21_000
    assert (frame["fee"] >= frame["floor_price"] - 1e-9).all()
    assert (frame["fee"] <= frame["ask_price"] + 1e-9).all()
    assert frame["price"].tolist() == frame["ask_price"].tolist()
    assert frame["tier"].tolist() == [
        "locomotive" if appeal >= 0.8 else "core" if appeal >= 0.6 else "library" for appeal in frame["appeal"]
    ]


def test_fees_that_do_not_fit_are_said() -> None:
    offer = made(budget={"currency": "EUR", "package_fee": 1_000})
    assert round(offer.frame["fee"].sum(), 2) == 1_000
    assert any("does not fit into the package's fee" in note for note in offer.notes)
