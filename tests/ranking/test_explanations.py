"""What a person is told beside a score: comparables, reasons, and how much there was to judge by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.features import Known
from recommender.ranking import Ranker
from recommender.ranking._comparables import Comparables
from recommender.ranking._evidence import EVIDENCE, weigh_evidence
from recommender.ranking._labels import label, percentiles
from recommender.ranking._reasons import describe_reasons
from recommender.schema import METRICS
from tests.frames import titles_frame
from tests.ranking.worlds import TODAY, facts_of, make_outcomes, make_titles, outcomes_frame, pairs_of


@pytest.fixture(scope="module")
def comparables(titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> Comparables:
    facts = facts_of(titles, text_cache)
    labels = label(facts, outcomes, TODAY)
    known = Known(facts, labels.markets, labels.relevance, outcomes, TODAY)
    return Comparables().fit(titles, known, labels.shown)


class TestComparables:
    def test_a_title_is_never_its_own(self, comparables: Comparables, titles: pd.DataFrame, text_cache: Path) -> None:
        """Neither by id, nor by name and year under another id."""
        renamed = titles.assign(title_id="new-" + titles["title_id"], title=titles["title"].str.upper() + " ")
        for table in (titles, renamed):
            facts = facts_of(table, text_cache)
            found = comparables.find(table, pairs_of(facts))
            assert all(len(row) == 3 for row in found)
            own = titles["title_id"].tolist()
            assert not [i for i, row in enumerate(found) if own[i] in {c["title_id"] for c in row}]

    def test_their_outcome_in_that_market_is_known_and_quoted(
        self,
        comparables: Comparables,
        titles: pd.DataFrame,
        outcomes: pd.DataFrame,
        catalogue: pd.DataFrame,
        text_cache: Path,
    ) -> None:
        facts = facts_of(catalogue, text_cache)
        pairs = pairs_of(facts, ("DE", "CN"))
        places = label(facts_of(titles, text_cache), outcomes, TODAY)
        placed = pd.DataFrame(percentiles(places.relevance), index=titles["title_id"], columns=list(places.markets))
        votes = outcomes[outcomes["metric"] == "votes"].set_index(["title_id", "market"])["value"]
        facts_by_id = titles.set_index("title_id")
        for pair, row in enumerate(comparables.find(catalogue, pairs)):
            market = pairs.markets[pairs.market[pair]]
            for one in row:
                assert list(one) == [
                    "title_id",
                    "title",
                    "year",
                    "similarity",
                    "metric",
                    "value",
                    "percentile",
                    "why",
                ]
                assert (one["metric"], one["value"]) == ("votes", votes[one["title_id"], market])
                assert one["percentile"] == pytest.approx(placed.loc[one["title_id"], market], abs=1e-3)
                assert one["title"] == facts_by_id.loc[one["title_id"], "title"]
                assert one["year"] == facts_by_id.loc[one["title_id"], "year"]
                assert one["why"]

    def test_the_most_similar_come_first(
        self, comparables: Comparables, catalogue: pd.DataFrame, text_cache: Path
    ) -> None:
        for row in comparables.find(catalogue, pairs_of(facts_of(catalogue, text_cache))):
            similar = [one["similarity"] for one in row]
            assert similar == sorted(similar, reverse=True)
            assert 0 <= min(similar) <= max(similar) <= 1

    def test_story_genre_and_origin_decide(self, text_cache: Path) -> None:
        dragon, tax = (
            "A dragon guards a flying palace and a boy learns magic.",
            "A tax inspector audits a small town and its bank.",
        )
        table = [
            {
                "title_id": f"t{i}",
                "title": "River",
                "kind": "film",
                "year": 1900 + i,
                "synopsis": tax,
                "genres": ["Drama"],
            }
            for i in range(10)
        ]
        table[4] |= {"synopsis": dragon, "genres": ["Fantasy"], "countries": ["FR"]}
        table[7] |= {"synopsis": dragon}
        table[2] |= {"genres": ["Fantasy"]}
        titles = titles_frame(table)
        facts = facts_of(titles, text_cache)
        relevance = np.full((10, 1), 0.5, dtype=np.float32)
        known = Known(facts, ("CN",), relevance, outcomes_frame([]), TODAY)
        shown = label(
            facts, outcomes_frame([(f"t{i}", "CN", "votes", i, "2019-01-01") for i in range(10)]), TODAY
        ).shown
        asked = titles_frame(
            [
                {
                    "title_id": "x",
                    "title": "Glass Bell",
                    "kind": "film",
                    "synopsis": dragon,
                    "genres": ["фэнтези"],
                    "countries": ["FR"],
                }
            ]
        )
        found = Comparables().fit(titles, known, shown).find(asked, pairs_of(facts_of(asked, text_cache)))[0]
        assert [one["title_id"] for one in found] == ["t4", "t7", "t2"]
        assert found[0]["why"] == "similar story, same genres, same origin"
        assert found[1]["why"] == "similar story"
        assert "genre" in found[2]["why"]

    def test_franchise_director_and_the_soviet_union_count(self, text_cache: Path) -> None:
        rows: list[dict[str, Any]] = [
            {"title_id": f"t{i}", "title": f"River {i}", "kind": "animation", "year": 1970} for i in range(4)
        ]
        rows[1] |= {"franchise": "Bogatyrs"}
        rows[2] |= {"directors": ["Ada Moss"]}
        rows[3] |= {"countries": ["RU"]}
        titles = titles_frame(rows)
        facts = facts_of(titles, text_cache)
        known = Known(facts, ("CN",), np.full((4, 1), 0.5, dtype=np.float32), outcomes_frame([]), TODAY)
        shown = outcomes_frame([])[["title_id", "market", "metric", "value"]]
        one = {"title_id": "x", "title": "Bell", "kind": "animation", "year": 1972, "franchise": "bogatyrs"}
        asked = titles_frame([one | {"directors": ["ada moss"], "countries": ["SU"]}])
        found = (
            Comparables(n_comparables=4).fit(titles, known, shown).find(asked, pairs_of(facts_of(asked, text_cache)))
        )
        why = {row["title_id"]: row["why"] for row in found[0]}
        assert next(iter(why)) == "t1"
        assert list(why)[-1] == "t0"
        assert why["t1"] == "same franchise, same years, same kind"
        assert why["t2"] == "same director, same years, same kind"
        assert why["t3"] == "same origin, same years, same kind"

    def test_a_franchise_that_names_tell_is_the_same_and_a_name_alone_is_not(self, text_cache: Path) -> None:
        names = ["Toy Story 2", "Toy Story", "Home"]
        titles = titles_frame([{"title_id": f"t{i}", "title": name, "kind": "film"} for i, name in enumerate(names)])
        titles["title_zh"] = ["玩具总动员2", None, None]
        facts = facts_of(titles, text_cache)
        known = Known(facts, ("CN",), np.full((3, 1), 0.5, dtype=np.float32), outcomes_frame([]), TODAY)
        fitted = Comparables().fit(titles, known, outcomes_frame([])[["title_id", "market", "metric", "value"]])
        new = [{"title_id": f"n{i}", "title": name, "kind": "film"} for i, name in enumerate(["Toy Story 3", "Home"])]
        asked = titles_frame(new)
        toys, home = fitted.find(asked, pairs_of(facts_of(asked, text_cache)))
        assert {one["title_id"]: "same franchise" in one["why"] for one in toys} == {
            "t0": True,
            "t1": True,
            "t2": False,
        }
        assert not any("same franchise" in one["why"] or "same name" in one["why"] for one in home)

    def test_two_seasons_of_one_name_are_comparables(self, text_cache: Path) -> None:
        rows = [{"title_id": f"t{i}", "title": "Wing", "kind": "film", "year": 1999} for i in range(2)]
        titles = titles_frame(rows)
        titles["title_zh"] = ["白宫 第一季", "白宫 第二季"]
        facts = facts_of(titles, text_cache)
        known = Known(facts, ("CN",), np.full((2, 1), 0.5, dtype=np.float32), outcomes_frame([]), TODAY)
        fitted = Comparables().fit(titles, known, outcomes_frame([])[["title_id", "market", "metric", "value"]])
        [first, second] = fitted.find(titles, pairs_of(facts, ("CN",)))
        assert [one["title_id"] for one in (*first, *second)] == ["t1", "t0"]
        assert first[0]["why"].startswith("same name")

    def test_fewer_known_than_asked_for(self, text_cache: Path) -> None:
        titles = make_titles(2)
        facts = facts_of(titles, text_cache)
        relevance = np.array([[0.5, np.nan], [0.7, 0.2]], dtype=np.float32)
        known = Known(facts, ("CN", "DE"), relevance, outcomes_frame([]), TODAY)
        fitted = Comparables().fit(titles, known, outcomes_frame([])[["title_id", "market", "metric", "value"]])
        found = fitted.find(titles, pairs_of(facts, ("CN", "DE")))
        assert [[one["title_id"] for one in row] for row in found] == [["t0001"], ["t0001"], ["t0000"], []]
        assert (found[0][0]["metric"], found[0][0]["value"]) == (None, None)


class TestReasons:
    def told(
        self,
        text_cache: Path,
        values: dict[str, float],
        parts: dict[str, float],
        others: Sequence[dict[str, Any]] = (),
        **cells: Any,
    ) -> list[str]:
        table = titles_frame([{"title_id": "x", "title": "River", "kind": "film", **cells}, *others])
        names = np.array(list(parts), dtype=object)
        matrix = np.array([[values.get(name, np.nan) for name in parts]] * len(table), dtype=np.float32)
        contributions = 100 * np.array([list(parts.values())] * len(table))
        return describe_reasons(table, pairs_of(facts_of(table, text_cache)), matrix, contributions, names)[0]

    @pytest.mark.parametrize(
        ("title", "known", "lead", "said"),
        [
            ("Yolki 3", 2, "titles known", "franchise: Yolki, 2 earlier titles known"),
            ("Yolki", 1, "titles known", "franchise: Yolki, 1 earlier title known"),
            ("Yolki", 0, "titles known", "franchise not known"),
            ("Yolki 3", 0, "part", "part 3 by its name"),
            ("Yolki", 0, "part", "no part by its name"),
            ("Wing Season 4", 0, "season", "season 4 by its name"),
        ],
    )
    def test_what_names_tell_of_a_franchise(
        self, text_cache: Path, title: str, known: int, lead: str, said: str
    ) -> None:
        values = {"franchise: titles known": float(known)}
        reasons = self.told(
            text_cache, values, {"franchise: titles known": 0.01, f"franchise: {lead}": 0.2}, title=title
        )
        assert reasons == [f"+ {said} (+{20.0 if lead == 'titles known' else 21.0:.1f})"]

    @pytest.mark.parametrize(
        ("cells", "said"),
        [
            ({"title": "WALL-E 2"}, "WALL-E"),
            ({"title": "安娜·卡列尼娜 第一季"}, "安娜·卡列尼娜"),
            ({"title": "安娜·卡列尼娜 第一季", "original_title": "Anna Karenina: Vronsky's Story"}, "Anna Karenina"),
            ({"title": "Ёлки 3", "alt_titles": ["Yolki 3", "六度圣诞 3"]}, "Yolki"),
            ({"title": "Ёлки 3", "franchise": "Six Degrees of Celebration"}, "Six Degrees of Celebration"),
            ({"title": "Ёлки 3", "franchise": "Ёлки"}, "Ёлки"),
            ({"title": "yolki 3"}, "Yolki"),
            ({"title": "гарри поттер и дары смерти часть ii"}, "Гарри поттер и дары смерти"),
            ({"title": "don't look up 2"}, "Don't look up"),
        ],
    )
    def test_a_franchise_is_named_as_people_write_it(self, text_cache: Path, cells: dict[str, Any], said: str) -> None:
        values = {"franchise: titles known": 1.0}
        assert self.told(text_cache, values, {"franchise: titles known": 0.2}, **cells) == [
            f"+ franchise: {said}, 1 earlier title known (+20.0)"
        ]

    def test_the_first_of_a_franchise_is_named_in_english_too(self, text_cache: Path) -> None:
        values = {"franchise: titles known": 1.0}
        assert self.told(
            text_cache, values, {"franchise: titles known": 0.2}, title="Ёлки", original_title="Yolki"
        ) == ["+ franchise: Yolki, 1 earlier title known (+20.0)"]

    def test_people_and_companies_are_named_as_the_catalogue_does(self, text_cache: Path) -> None:
        parts = {"director: in this market": 0.2, "studio: in this market": 0.1}
        cells: dict[str, Any] = {
            "directors": ["McG", "MCG", "Alex de la Iglesia"],
            "studio": 'BBC Films, ООО "DreamWorks SKG"',
        }
        assert self.told(text_cache, {}, parts, **cells) == [
            "+ director: McG, Alex de la Iglesia, no earlier title known (+20.0)",
            "+ studio: BBC Films, DreamWorks SKG, no earlier title known (+10.0)",
        ]

    def test_signs_words_and_order(self, text_cache: Path) -> None:
        parts = {
            "genre: Drama": 0.02,
            "genre's record: in this market": 0.03,
            "length: minutes": -0.04,
            "director: in this market": 0.20,
            "release: years ago": -0.30,
            "origin: FR": 0.001,
        }
        told = self.told(
            text_cache,
            {},
            parts,
            genres=["Drama"],
            runtime_min=94,
            directors=["ada moss"],
            year=1950,
            countries=["FR"],
        )
        assert told == [
            "+ director: Ada Moss, no earlier title known (+20.0)",
            "+ genre: Drama (+5.0)",
            "- released 1950 (\u221230.0)",
            "- 94 minutes (\u22124.0)",
        ]

    def test_a_work_entered_again_is_said_to_be(self, text_cache: Path) -> None:
        parts = {"release: years ago": -0.10, "release: years since its first entry": -0.30}
        again = {"release: years since its first entry": 1.5}
        first = {"release: years since its first entry": 0.0}
        assert self.told(text_cache, again, parts, year=2017) == [
            "- released 2017, and entered before under the same name (\u221240.0)"
        ]
        assert self.told(text_cache, first, parts, year=2017) == ["- released 2017 (\u221240.0)"]

    def test_what_is_not_told_is_said_so(self, text_cache: Path) -> None:
        parts = {
            "genre: Drama": -0.09,
            "story: in this market": 0.08,
            "worldwide: audience": 0.07,
            "cast: in this market": 0.06,
        }
        assert self.told(text_cache, {}, parts) == [
            "+ no synopsis (+8.0)",
            "+ worldwide audience not known (+7.0)",
            "+ cast not told (+6.0)",
            "- genre not told (\u22129.0)",
        ]

    def test_figures_are_percentages(self, text_cache: Path) -> None:
        parts = {
            "similar stories: in this market": 0.1,
            "at home: audience": 0.09,
            "director: titles known": 0.05,
        }
        values = {
            "similar stories: in this market": 0.623,
            "at home: audience": 0.9,
            "director: titles known": 3.0,
        }
        assert self.told(text_cache, values, parts, directors=["Ада"]) == [
            "+ similar stories reached 62 of 100 here on average (+10.0)",
            "+ audience at home: ahead of 90% of titles (+9.0)",
            "+ director: Ада, 3 earlier titles known (+5.0)",
        ]

    @pytest.mark.parametrize(("value", "words"), [(1.04, "100"), (-0.03, "0"), (0.5, "50")])
    def test_no_story_is_worth_more_than_all_or_less_than_nothing(
        self, text_cache: Path, value: float, words: str
    ) -> None:
        name = "story: in this market"
        told = self.told(text_cache, {name: value}, {name: 0.1})
        assert told == [f"+ what the story is about (by itself {words} of 100) (+10.0)"]

    @pytest.mark.parametrize(
        ("ratio", "sign", "words"),
        [
            (0.4, 1, "+ director: Ada Moss, 2 earlier titles known, they did better here than most (+20.0)"),
            (-0.4, -1, "- director: Ada Moss, 2 earlier titles known, they did less well here than most (\u221220.0)"),
            (-0.4, 1, "+ director: Ada Moss, 2 earlier titles known (+20.0)"),
            (0.05, 1, "+ director: Ada Moss, 2 earlier titles known (+20.0)"),
        ],
    )
    def test_a_record_is_told_where_it_explains_the_sign(
        self, text_cache: Path, ratio: float, sign: int, words: str
    ) -> None:
        parts = {"director: in this market": 0.15 * sign, "director: titles known": 0.05 * sign}
        values = {"director: in this market": ratio, "director: titles known": 2.0}
        assert self.told(text_cache, values, parts, directors=["ada moss"]) == [words]

    def test_the_detail_that_did_most_is_told(self, text_cache: Path) -> None:
        parts = {"distance: region of the nearest origin": -0.02, "language: shared with the market": -0.2}
        values = {"distance: region of the nearest origin": 2.0, "language: shared with the market": 0.0}
        assert self.told(text_cache, values, parts) == ["- its language is not spoken in the market (\u221222.0)"]
        parts["distance: region of the nearest origin"] = -0.4
        assert self.told(text_cache, values, parts) == ["- from another continent (\u221260.0)"]

    def test_how_a_catalogue_describes_a_title_is_told_as_one_reason(self, text_cache: Path) -> None:
        parts = {"title: length": 0.05, "what is told of it: synopsis in Latin script": 0.02}
        assert self.told(text_cache, {}, parts, title="Ada", synopsis="A harbour in winter.") == [
            "+ how it is described: short title (+7.0)"
        ]
        parts["what is told of it: synopsis in Latin script"] = 0.2
        assert self.told(text_cache, {}, parts, title="Ada", synopsis="A harbour in winter.") == [
            "+ how it is described: synopsis in Latin script (+25.0)"
        ]

    @pytest.mark.parametrize("detail", ["length of the synopsis", "synopsis in Latin script"])
    def test_a_synopsis_is_said_to_be_rare_where_it_is(self, text_cache: Path, detail: str) -> None:
        parts = {f"what is told of it: {detail}": 0.06}
        others: list[dict[str, Any]] = [{"title_id": f"o{i}", "title": "Home", "kind": "film"} for i in range(2)]
        said = self.told(text_cache, {}, parts, others=others, synopsis="A harbour in winter.")
        assert said == ["+ how it is described: has a synopsis (20 characters), where most titles have none (+6.0)"]
        for other in others:
            other["synopsis"] = "A dragon."
        [said] = self.told(text_cache, {}, parts, others=others, synopsis="A harbour in winter.")
        assert "none" not in said

    def test_no_more_than_four_for_and_three_against(self, text_cache: Path) -> None:
        topics = [
            "genre",
            "origin",
            "kind",
            "release",
            "length",
            "age mark",
            "credits",
            "what is told of it",
            "story",
            "language",
        ]
        told = self.told(text_cache, {}, {f"{t}: x": (-1) ** i * (0.1 + i / 100) for i, t in enumerate(topics)})
        assert [line[:2] for line in told] == ["+ "] * 4 + ["- "] * 3

    def test_the_markets_own_level_is_no_reason(self, text_cache: Path) -> None:
        assert self.told(text_cache, {}, {"market: usual level": 0.5}) == []

    def test_what_a_whole_catalogue_lacks_is_no_reason_for_a_title(self, text_cache: Path) -> None:
        parts = {"what is told of it: other titles": 0.3, "what is told of it: length of the synopsis": -0.1}
        assert self.told(text_cache, {}, parts) == ["- how it is described: no synopsis (\u221210.0)"]
        assert self.told(text_cache, {"what is told of it: other titles": 0.0}, parts) == [
            "+ how it is described: no other name on record (+20.0)"
        ]

    def test_every_feature_of_a_real_model_has_words(self, fitted: Ranker, text_cache: Path) -> None:
        for name in fitted.feature_names_:
            if not str(name).startswith("market: "):
                told = self.told(text_cache, {str(name): 1.0}, {str(name): 0.5})
                assert len(told) == 1
                assert re.fullmatch(r"\+ \S.* \(\+50\.0\)", told[0])
                assert ": in this market" not in told[0]

    def test_reasons_and_the_usual_appeal_make_up_the_appeal(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        scores = fitted.predict(catalogue, ["CN"])
        lines = [line for row in scores["reasons"] for line in row]
        assert lines
        assert all(re.fullmatch(r"(\+ .* \(\+\d+\.\d\))|(- .* \(\u2212\d+\.\d\))", line) for line in lines)

        def sum_of(row: list[str]) -> float:
            return sum(float(line.rsplit("(", 1)[1][:-1].replace("\u2212", "-")) for line in row)

        told = scores["reasons"].map(sum_of)
        assert np.corrcoef(told, scores["appeal"])[0, 1] > 0.95


class TestEvidence:
    NAMES = np.array(["similar stories: closeness", "worldwide: audience", "cast: titles known"], dtype=object)

    @pytest.mark.parametrize(
        ("values", "told", "word"),
        [
            ((np.nan, np.nan, np.nan), False, "thin"),
            ((0.9, np.nan, 0.0), False, "thin"),
            ((0.1, 0.5, 0.0), True, "fair"),
            ((0.9, np.nan, 2.0), False, "fair"),
            ((0.9, 0.0, np.nan), True, "strong"),
            ((0.9, 0.5, 1.0), True, "strong"),
        ],
    )
    def test_counts_what_there_is_to_judge_by(
        self, text_cache: Path, values: tuple[float, ...], told: bool, word: str
    ) -> None:
        more: dict[str, Any] = {"genres": ["Drama"], "countries": ["FR"]} if told else {"genres": ["Drama"]}
        table = titles_frame([{"title_id": "x", "title": "River", "kind": "film", **more}])
        pairs = pairs_of(facts_of(table, text_cache))
        found = weigh_evidence(pairs, np.array([values], dtype=np.float32), self.NAMES)
        assert [EVIDENCE[place] for place in found] == [word]

    def test_a_model_without_such_features_still_weighs(self, text_cache: Path) -> None:
        pairs = pairs_of(facts_of(make_titles(3), text_cache))
        none = np.array(["length: minutes"], dtype=object)
        assert weigh_evidence(pairs, np.ones((3, 1), dtype=np.float32), none).tolist() == [0, 0, 0]

    def test_titles_that_tell_more_have_more(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        history = make_outcomes(catalogue, markets=())
        scores = fitted.predict(catalogue, ["CN"], history=history).set_index("title_id")
        silent = catalogue.loc[catalogue["synopsis"].isna(), "title_id"]
        silent = silent[silent.isin(scores.index)]
        assert set(scores.loc[silent, "evidence"]) == {"thin"}
        assert (scores.drop(silent)["evidence"] == "strong").mean() > 0.9


def test_comparables_quote_only_metrics_of_the_schema(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    scores = fitted.predict(catalogue)
    assert {one["metric"] for row in scores["comparables"] for one in row} <= set(METRICS)
