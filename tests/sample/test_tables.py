"""What the sample's tables promise by themselves: size, loglines, origins, and files a person can edit."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pandas as pd
import pytest

from recommender.sample import TABLE_NAMES, sample_path
from recommender.schema import RIGHTS, TITLES
from recommender.sources import check_table

GENRES = {
    *(
        "Action",
        "Adventure",
        "Animation",
        "Biography",
        "Comedy",
        "Crime",
        "Drama",
        "Family",
        "Fantasy",
        "History",
    ),
    *("Horror", "Music", "Musical", "Mystery", "Romance", "Sci-Fi", "Sport", "Thriller", "War", "Western"),
}
PRAISE = re.compile(
    r"\b(?:masterpiece|acclaimed|award|oscar|unforgettable|gripping|hilarious|heart-?warming|breathtaking|"
    r"stunning|superb|must-see|critically|blockbuster)",
    re.IGNORECASE,
)
LIMIT_BYTES = 1_500_000


def loglines(frame: pd.DataFrame) -> pd.Series:
    """Return the filled loglines, by title_id."""
    return frame.set_index("title_id")["synopsis"].dropna()


def lines(name: str) -> list[list[str]]:
    """Return the cells of a table as they stand in its file."""
    return list(csv.reader(sample_path(name).read_text("utf-8").splitlines()))


@pytest.mark.parametrize(
    "name", ["catalogue_ru", "catalogue_cn", "titles_foreign", "outcomes", "rights_ru", "rights_cn"]
)
def test_check_finds_nothing(name: str) -> None:
    table = {"outcomes": "outcomes", "rights_ru": "rights", "rights_cn": "rights"}.get(name, "titles")
    checked = check_table(sample_path(name), table)
    assert [str(fault) for fault in checked.faults] == []


def test_the_catalogue_for_china_leaves_a_choice(tables: dict[str, pd.DataFrame]) -> None:
    catalogue = tables["catalogue_ru"]
    assert len(catalogue) >= 450
    assert catalogue["synopsis"].isna().mean() <= 0.2
    assert set(catalogue["kind"]) == {"film", "animation"}
    assert all({"RU", "SU"} & set(countries) for countries in catalogue["countries"])
    assert catalogue["year"].between(1920, 1991).sum() >= 200, "Soviet films"
    assert (catalogue["year"] >= 1992).sum() >= 200, "Russian films"


def test_the_catalogue_for_russia_is_chinese(tables: dict[str, pd.DataFrame]) -> None:
    catalogue = tables["catalogue_cn"]
    assert len(catalogue) >= 100
    assert all("CN" in countries for countries in catalogue["countries"])
    assert catalogue["synopsis"].isna().mean() <= 0.2


@pytest.mark.parametrize(
    ("market", "metric", "least"),
    [("CN", "votes", 500), ("CN", "rating", 500), ("RU", "box_office_rub", 150)],
)
def test_there_is_enough_to_learn_from(
    tables: dict[str, pd.DataFrame], outcomes: pd.DataFrame, market: str, metric: str, least: int
) -> None:
    rows = outcomes[(outcomes["market"] == market) & (outcomes["metric"] == metric)]
    assert rows["title_id"].isin(tables["titles_foreign"]["title_id"]).sum() >= least
    assert not rows["title_id"].duplicated().any()


def test_every_foreign_title_teaches_something(tables: dict[str, pd.DataFrame], outcomes: pd.DataFrame) -> None:
    learned = outcomes.loc[outcomes["market"].isin(["CN", "RU"]), "title_id"]
    assert set(tables["titles_foreign"]["title_id"]) <= set(learned)


def test_no_fact_to_learn_from_is_filled_only_for_the_well_known(
    tables: dict[str, pd.DataFrame], outcomes: pd.DataFrame
) -> None:
    votes = outcomes[(outcomes["market"] == "CN") & (outcomes["metric"] == "votes")]
    appeal = votes.set_index("title_id")["value"].rank(pct=True)
    frame = tables["titles_foreign"].set_index("title_id").loc[appeal.index]
    for column in ("runtime_min", "studio", "cast", "alt_titles", "languages", "directors", "synopsis"):
        filled = frame[column].map(lambda cell: len(cell) > 0 if isinstance(cell, list) else not pd.isna(cell))
        if 0.05 < filled.mean() < 0.95:
            assert abs(appeal[filled].mean() - appeal[~filled].mean()) < 0.1, column


def test_every_outcome_is_of_a_title_that_is_foreign_there_or_at_home_in_the_catalogue(
    titles: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    assert set(outcomes["title_id"]) <= set(titles["title_id"])
    of_title = titles.set_index("title_id")
    for title_id, market in zip(outcomes["title_id"], outcomes["market"], strict=True):
        origin = {"RU" if country == "SU" else country for country in of_title["countries"][title_id]}
        if of_title["table"][title_id] == "titles_foreign":
            assert market not in origin, title_id
        else:
            assert market in origin, title_id
    assert not outcomes.duplicated(["title_id", "market", "metric"]).any()


def test_ids_are_readable_and_unique(titles: pd.DataFrame, provenance: pd.DataFrame) -> None:
    assert titles["title_id"].is_unique
    assert titles["title_id"].str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-\d{4}").all()
    assert (titles["title_id"].str[-4:] == titles["year"].astype("str")).all()
    assert provenance["source_id"].is_unique
    assert not provenance.duplicated(["title_id", "source"]).any()
    assert set(provenance["title_id"]) <= set(titles["title_id"])
    assert not titles["imdb_id"].dropna().duplicated().any()
    assert titles["imdb_id"].dropna().str.fullmatch(r"tt\d{7,8}").all()


def test_no_film_stands_twice(titles: pd.DataFrame) -> None:
    keys = [
        (re.sub(r"\W", "", title.casefold()), director)
        for title, year, directors in zip(titles["original_title"], titles["year"], titles["directors"], strict=True)
        for director in [f"{name} {year}" for name in directors]
    ]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def test_a_logline_is_a_logline(titles: pd.DataFrame) -> None:
    texts = loglines(titles)
    words = texts.str.split().str.len()
    assert words[(words < 15) | (words > 40)].to_dict() == {}
    assert texts[texts.str.contains(PRAISE)].to_dict() == {}
    assert texts[texts.str.contains(r"\bfilms?\b", case=False, regex=True)].to_dict() == {}
    assert texts[~texts.str.fullmatch(r"\S.*[.!?]")].to_dict() == {}
    assert texts[texts.str.contains(r"\s\s|[<>|]|[‘’“”]", regex=True)].to_dict() == {}
    assert texts.is_unique
    assert titles.loc[titles["synopsis"].notna(), "synopsis_language"].eq("en").all()


def test_a_logline_names_nobody_who_made_it(titles: pd.DataFrame) -> None:
    filled = titles[titles["synopsis"].notna()]
    named = [
        (title_id, person)
        for title_id, text, makers in zip(
            filled["title_id"], filled["synopsis"], filled["directors"] + filled["cast"], strict=True
        )
        for person in makers
        if person in text
    ]
    assert named == []


def test_loglines_are_not_made_from_a_template(titles: pd.DataFrame) -> None:
    openings = Counter(" ".join(text.split()[:4]).casefold() for text in loglines(titles))
    assert openings.most_common(1)[0][1] <= 6
    runs = Counter(run for text in loglines(titles) for run in set(word_runs(text, 8)))
    assert [" ".join(run) for run, times in runs.items() if times > 1] == []


def word_runs(text: str, length: int) -> list[tuple[str, ...]]:
    """Return every run of so many words of a text, without case and punctuation."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return list(zip(*(words[start:] for start in range(length)), strict=False))


def test_words_are_from_the_vocabulary(titles: pd.DataFrame) -> None:
    assert {genre for genres in titles["genres"] for genre in genres} == GENRES
    assert titles["genres"].map(len).between(1, 4).all()
    assert titles["countries"].map(len).ge(1).all()
    animated = titles["genres"].map(lambda genres: "Animation" in genres)
    assert (animated == (titles["kind"] == "animation")).all()
    assert titles["runtime_min"].dropna().between(40, 260).all()


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_a_table_is_made_to_be_edited_by_hand(name: str) -> None:
    content = sample_path(name).read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    header, *rows = lines(name)
    assert {len(row) for row in rows} == {len(header)}
    assert rows == sorted(rows), "sorted by title_id"
    assert all(cell == cell.strip() for row in rows for cell in row)
    if name in {"rights_ru", "rights_cn"}:
        assert header == [*RIGHTS.names, "source"]
    elif name not in {"outcomes", "provenance"}:
        assert header == [column for column in TITLES.names if column in header]
        assert all(any(column) for column in zip(*rows, strict=True)), "no empty column"


def test_the_tables_are_small_enough_for_a_package() -> None:
    assert sum(sample_path(name).stat().st_size for name in TABLE_NAMES) < LIMIT_BYTES


def test_the_readme_counts_right() -> None:
    readme = (sample_path("outcomes").parents[1] / "README.md").read_text("utf-8")
    for name in TABLE_NAMES:
        assert f"| `{name}.csv` | {len(lines(name)) - 1:,} |" in readme
