from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

import recommender.offers
from recommender.errors import NotEnoughDataError
from recommender.offers import Brief, Offer, build_offer, load_brief
from recommender.offers._language import words_in
from recommender.offers._reading import key_figures
from recommender.offers._unmatched import unmatched
from recommender.sample import load_sample
from recommender.schema import OFFER
from recommender.sources import canonical_genres
from tests.frames import titles_frame


def changed(brief: Brief, **values: object) -> Brief:
    return Brief.model_validate(brief.model_dump() | values)


def test_the_public_names_are_there() -> None:
    assert sorted(recommender.offers.__all__) == recommender.offers.__all__
    assert all(hasattr(recommender.offers, name) for name in recommender.offers.__all__)


def test_the_frame_is_the_offer_table(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    made = build_offer(titles.assign(title="Девчата " + titles["title_id"], house_code="x"), scores, brief)
    assert made.frame.columns.tolist() == [*OFFER.names, "house_code"]
    OFFER.schema.validate(made.frame[list(OFFER.names)])
    assert len(made.frame) == 20
    assert made.frame["appeal"].is_monotonic_decreasing
    assert set(made.frame["version"]) == {1}
    assert set(made.frame["policy"]) == set(made.frame["rights"]) == {"not checked"}
    assert set(made.frame["status"]) == {"proposed"}
    assert not made.shortfalls
    assert made.proven


def test_tiers_follow_the_place(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    made = build_offer(titles, scores, brief)
    assert made.frame["tier"].tolist() == ["locomotive"] * 2 + ["core"] * 10 + ["library"] * 8


def test_slots_name_decade_and_genre(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    frame = build_offer(titles, scores, brief).frame
    for row in frame.itertuples():
        decade = "year unknown" if pd.isna(row.year) else f"{row.year // 10}0s"
        assert row.slot == f"{decade} / {row.genres[0] if row.genres else row.kind}"


def test_substitutes_keep_every_demand_and_are_the_best(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    made = build_offer(titles, scores, brief)
    rest = made.eligible[~made.eligible["title_id"].isin(made.frame["title_id"])]
    comedies = sum("Comedy" in genres for genres in made.frame["genres"])
    animations = (made.frame["kind"] == "animation").sum()
    for row in made.frame.itertuples():
        can = [
            other.title_id
            for other in rest.itertuples()
            if 4 <= comedies - ("Comedy" in row.genres) + ("Comedy" in other.genres) <= 10
            and animations - (row.kind == "animation") + (other.kind == "animation") <= 4
        ]
        assert row.substitutes == can[:3]


def test_locked_titles_are_in_and_excluded_ones_out(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    worst = scores["title_id"].tolist()[-3:]
    best = scores["title_id"].tolist()[:3]
    made = build_offer(titles, scores, changed(brief, lock={"title_ids": worst}, exclude={"title_ids": best}))
    assert set(worst) <= set(made.frame["title_id"])
    assert not set(best) & set(made.frame["title_id"])
    assert len(made.frame) == 20


def test_too_few_titles_are_offered_with_the_reason(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    made = build_offer(titles, scores, changed(brief, size=200, exclude={"genres": ["War"]}, shares={}))
    [shortfall] = made.shortfalls
    war = sum("War" in genres for genres in titles["genres"])
    assert len(made.frame) == len(titles) - war
    assert shortfall.missing == 200 - len(made.frame)
    assert f"{war} of an excluded genre" in shortfall.text


def test_a_size_that_nothing_can_meet_stands_in_the_conflict_as_it_was_asked(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    wanted = changed(brief, size=5_000, shares={"genre": {"Drama": {"max": 0.01}}})
    said = " ".join(build_offer(titles, scores, wanted).package.conflicts)
    assert "exactly 5,000 titles (there are" in said
    assert "lower the size from 5,000 to" in said


@pytest.mark.parametrize("size", [20, 200])
def test_a_budget_that_is_too_small_is_named_however_many_titles_are_asked_for(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, size: int
) -> None:
    priced = titles.assign(ask_price=100.0, currency="EUR")
    budget = {"total": 500, "currency": "EUR"}
    made = build_offer(priced, scores, changed(brief, size=size, shares={}, budget=budget))
    [shortfall] = made.shortfalls
    assert len(made.frame) == 5
    assert shortfall.text.startswith(
        f"Asked for {size} titles, offered 5: {size - 5} too few for the budget of 500.00 EUR."
    )
    conflicts = made.package.conflicts
    assert f"These cannot be kept together: exactly {min(size, 60)} titles; a budget of 500.00 EUR." in conflicts
    assert conflicts[-1] == (
        "Or raise the budget from 500.00 to 2,000.00 EUR, and keep all demands."
        if size == 20
        else "Or raise the budget from 500.00 to 6,000.00 EUR; lower the size from 200 to 60, and keep all other demands."
    )
    assert ("Of 60 titles in the catalogue 60 are eligible." in shortfall.text) == (size == 200)


def test_the_size_that_was_asked_for_is_named_where_titles_lack_prices(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    priced = titles.assign(ask_price=[100.0] * 6 + [None] * 54, currency=["EUR"] * 6 + [None] * 54)
    made = build_offer(priced, scores, changed(brief, shares={}, budget={"total": 300, "currency": "EUR"}))
    assert made.package.conflicts == (
        "This cannot be kept: exactly 20 titles (there are 6).",
        "These cannot be kept together: exactly 6 titles; a budget of 300.00 EUR.",
        "The nearest brief that works: lower the size from 20 to 3.",
        "Or raise the budget from 300.00 to 600.00 EUR; lower the size from 20 to 6, and keep all other demands.",
    )


def test_caps_of_rules_are_named_where_a_budget_is_ample(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\ntitle = "Own"\nversion = "1"\n[[rule]]\nid = "few"\nmarket = "CN"\nlevel = "portfolio"\n'
        'effect = "cap"\nparameters = {count = 7, basis = "offer"}\n'
        'reason_code = "few"\nmessage = "Few."\nsource = "S"\nconfidence = "low"\n'
    )
    priced = titles.assign(ask_price=100.0, currency="EUR")
    parts = {"budget": {"total": 50_000, "currency": "EUR"}, "policy": {"packs": [str(tmp_path / "own.toml")]}}
    made = build_offer(priced, scores, changed(brief, shares={}, **parts))
    [shortfall] = made.shortfalls
    assert shortfall.text == "Asked for 20 titles, offered 7: 13 too few under the caps of the market's rules."


def test_a_name_that_no_title_has_is_guessed(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    wanted = changed(brief, shares={"genre": {"Commedy": {"min": 0.1}}})
    [shortfall] = build_offer(titles, scores, wanted).shortfalls
    assert shortfall.text.endswith("Did you mean Comedy?")


def test_conflicting_demands_are_named_with_how_many_are_missing(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    shares = {"genre": {"Opera": {"min": 0.1}, "Comedy": {"min": 1.0}}, "decade": {"1910s": {"min": 0.05}}}
    made = build_offer(titles, scores, changed(brief, shares=shares))
    texts = {shortfall.text.split(":")[0]: shortfall for shortfall in made.shortfalls}
    assert set(texts) == {"Genre Opera", "Genre Comedy", "The 1910s"}
    assert texts["Genre Opera"].missing == 2
    assert "at least 2 asked (10% of 20), 0 offered, 2 short" in texts["Genre Opera"].text
    assert "Of 60 eligible titles none is of this group." in texts["The 1910s"].text
    assert len(made.frame) == 20


def test_a_genre_is_the_same_in_brief_and_catalogue_however_it_is_spelt(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief
) -> None:
    genres = pd.Series([["ужасы"] if number % 2 else ["комедия"] for number in range(len(titles))], dtype="object")
    scary = titles.assign(genres=genres)
    made = build_offer(scary, scores, changed(brief, shares={}, exclude={"genres": ["ужасы"]}))
    assert made.counts["excluded-genre"] == len(titles) // 2
    made = build_offer(scary, scores, changed(brief, shares={"genre": {"恐怖": {"max": 0.0}}}))
    assert not any("Horror" in genres for genres in made.frame["genres"])


def test_what_matches_nothing_is_warned_of(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, caplog: pytest.LogCaptureFixture
) -> None:
    without = {
        **{"title_ids": ["T000", "t001"], "directors": [" director 2", "Directer 3"]},
        **{"genres": ["Peplum"], "countries": ["FR", "RU"]},
    }
    shares = {"studio": {"Mosfilm": {"max": 0.1}}, "genre": {"Comedy": {"max": 0.5}, "Opera": {"min": 0.1}}}
    made = build_offer(titles, scores, changed(brief, shares=shares, exclude=without))
    assert made.counts["excluded-director"] == 1
    said = [record.message.partition(f"{brief.name}: ")[2] for record in caplog.records]
    assert said == [
        "exclude.title_ids: no title of the catalogue matches T000 (nearest: t000)",
        "exclude.directors: no title of the catalogue matches Directer 3 (nearest: director 3)",
        "exclude.genres: no title of the catalogue matches Peplum",
        "exclude.countries: no title of the catalogue matches FR",
        "shares.studio: no title of the catalogue matches Mosfilm",
    ]


def test_a_genre_that_is_spelled_right_and_that_no_title_has_is_no_surprise(
    titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief, caplog: pytest.LogCaptureFixture
) -> None:
    asked = changed(brief, shares={"genre": {"Western": {"max": 0.1}}}, exclude={"genres": ["Short", "Shorts"]})
    build_offer(titles, scores, asked)
    assert [record.message.partition(f"{brief.name}: ")[2] for record in caplog.records] == [
        "exclude.genres: no title of the catalogue matches Shorts"
    ]
    caplog.clear()
    build_offer(titles.assign(genres=[[]] * len(titles)), scores, asked)
    assert "no title of the catalogue matches Short, Shorts" in caplog.text
    assert "shares.genre: no title of the catalogue matches Western" in caplog.text


def test_the_sample_s_own_briefs_name_nothing_that_its_catalogues_lack() -> None:
    for direction in ("ru-to-cn", "cn-to-ru"):
        sample = load_sample(direction)
        brief = load_brief(sample.brief)
        catalogue = sample.catalogue.assign(genres=sample.catalogue["genres"].map(canonical_genres))
        assert unmatched(catalogue, brief) == []


def test_a_share_is_told_as_it_was_asked(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    shares = {"genre": {"Opera": {"min": 0.125}, "Comedy": {"max": 0.07}}, "decade": {}}
    made = build_offer(titles.assign(genres=[["Comedy"]] * len(titles)), scores, changed(brief, shares=shares))
    texts = [shortfall.text for shortfall in made.shortfalls]
    assert any("at least 3 asked (12.5% of 20)" in text for text in texts)
    assert any("at most 1 asked (7% of 20)" in text for text in texts)


def test_locks_that_cannot_be_kept_are_named(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    first = scores["title_id"].iloc[0]
    kind = titles.set_index("title_id").at[first, "kind"]
    other = "animation" if kind == "film" else "film"
    locks = {"title_ids": [first, "nowhere\x1b"]}
    made = build_offer(titles, scores, changed(brief, kinds=[other], lock=locks, shares={}, size=3))
    texts = [shortfall.text for shortfall in made.shortfalls]
    assert any(f"Locked title {first}" in text and "of a kind that the brief does not" in text for text in texts)
    assert "Locked title nowhere\\x1b is not in the catalogue." in texts


def test_locked_titles_that_no_price_fits_are_named(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    priced = titles.assign(ask_price=1000.0, floor_price=100.0, currency="EUR", title="A title")
    locks = priced["title_id"].iloc[:1].tolist()
    free: dict[str, object] = {"lock": {"title_ids": locks}, "shares": {}, "size": 4}
    bare = priced.assign(
        **{name: priced[name].mask(priced["title_id"].isin(locks)) for name in ("ask_price", "floor_price")}
    )
    made = build_offer(bare, scores, changed(brief, **free, budget={"total": 9000.0, "currency": "EUR"}))
    assert made.frame.loc[made.frame["price"].isna(), "title_id"].tolist() == locks
    [shortfall] = made.shortfalls
    assert (shortfall.code, shortfall.missing) == ("price", 0)
    assert f"Locked title {locks[0]} (A title) is offered without a price" in shortfall.text
    fees = {
        "package": {"tiers": {"locomotive": 0.9, "core": 0.0}},
        "budget": {"currency": "EUR", "fees": {"locomotive": 900.0, "core": 700.0, "library": 600.0}},
    }
    dear = priced.assign(floor_price=priced["floor_price"].mask(priced["title_id"].isin(locks), 950.0))
    made = build_offer(dear, scores, changed(brief, **free, **fees))
    [shortfall] = made.shortfalls
    assert "at its tier's fee of 700.00 EUR, below its floor of 950.00" in shortfall.text
    for language, word in (("en+ru", "нижней цены 950,00"), ("en+zh", "低于其底价 950.00")):
        assert word in str(words_in(language).translate(shortfall.text))


def test_one_title_is_told_as_one() -> None:
    titles = titles_frame([{"title_id": "a", "kind": "film", "title": "A", "year": 1950, "genres": ["Drama"]}])
    asked = {"name": "x", "market": "CN", "size": 1, "kinds": ["film"]}
    groups = {"genre": {"Drama": {"max": 0.5}}, "decade": {"1960s": {"min": 1.0}}}
    made = build_offer(titles, scores_frame(titles, [0.5]), Brief.model_validate(asked | {"shares": groups}))
    least, most = sorted(one.text for one in made.shortfalls)[::-1]
    assert "The 1 eligible title is not of this group." in least
    assert most.endswith("1 offered, 1 too many. No eligible title is outside this group.")
    said = dict.fromkeys(text for _, text in key_figures(made, words_in("en+ru")))
    assert "title offered of 1 asked\nпредложено, запрошено 1" in said
    with pytest.raises(NotEnoughDataError, match="the only title cannot be offered for the brief x: 1 of a kind"):
        build_offer(titles, scores_frame(titles, [0.5]), Brief.model_validate(asked | {"kinds": ["series"]}))


def test_the_order_of_the_rows_changes_nothing(brief: Brief) -> None:
    titles = catalogue()
    scores = scores_frame(titles, [round(value, 1) for value in appeal_of(60)])
    first = build_offer(titles, scores, brief)
    rng = np.random.default_rng(3)
    second = build_offer(
        titles.iloc[rng.permutation(60)].reset_index(drop=True),
        scores.iloc[rng.permutation(60)].reset_index(drop=True),
        brief,
    )
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(first.reserve, second.reserve)
    assert first.offer_id == second.offer_id


def test_the_id_follows_the_content(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    first = build_offer(titles, scores, brief).offer_id
    assert first.startswith("test-20-")
    assert build_offer(titles, scores, changed(brief, language="zh")).offer_id != first
    assert build_offer(titles, scores.assign(model_version="2"), brief).offer_id != first


def test_the_reserve_says_why(titles: pd.DataFrame, scores: pd.DataFrame, brief: Brief) -> None:
    made = build_offer(titles, scores, changed(brief, shares={"genre": {"Drama": {"max": 0.05}}}))
    last = made.frame["appeal"].min()
    passed_over = made.reserve[made.reserve["appeal"] > last]
    assert len(passed_over)
    assert set(passed_over["why"]) == {"The offer is already full of genre Drama (at most 1)."}
    below = made.reserve[made.reserve["appeal"] <= last]
    assert set(below["why"]) == {"Its appeal is not above that of the last title offered."}


def test_the_founding_brief_meets_the_real_register(shared_data: Path) -> None:
    from recommender.sources import read_titles

    titles = read_titles(shared_data / "russia" / "russian_catalogue.parquet")
    scores = scores_frame(titles, np.random.default_rng(1).beta(2, 3, len(titles)))
    made = build_offer(titles, scores, load_brief("cn-300"))
    assert isinstance(made, Offer)
    assert len(made.frame) == made.frame["title_id"].nunique() == 300
    assert {shortfall.code for shortfall in made.shortfalls} == {"minimum"}
    assert all("s: at least" in shortfall.text for shortfall in made.shortfalls)  # decades, and nothing else
    assert made.proven


def test_a_brief_finds_genres_in_any_vocabulary() -> None:
    frame = catalogue(12)
    frame["genres"] = pd.Series([["COM"], ["комедия"], ["scifi"]] * 4, dtype="object")
    brief = Brief.model_validate(
        {
            "name": "mix",
            "market": "CN",
            "size": 6,
            "kinds": ["film", "animation"],
            "shares": {"genre": {"Comedy": {"max": 0.5}}},
        }
    )
    genres = build_offer(frame, scores_frame(frame, appeal_of(12)), brief).frame["genres"]
    assert sum(names == ["Comedy"] for names in genres) == 3
    assert {name for names in genres for name in names} == {"Comedy", "Sci-Fi"}
