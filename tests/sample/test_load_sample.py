"""The two directions of the sample, as a caller meets them."""

from __future__ import annotations

import pytest

from recommender.errors import CallError
from recommender.offers import load_brief
from recommender.offers.rights import answer_rights
from recommender.sample import DIRECTIONS, TABLE_NAMES, load_sample, sample_path
from recommender.sources import read_titles

ORIGINS = {"CN": {"CN"}, "RU": {"RU", "SU"}}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_direction_is_ready_to_train_score_and_offer(direction: str) -> None:
    sample = load_sample(direction)
    assert sample.direction == direction
    brief = load_brief(sample.brief)
    assert brief.market == sample.market
    assert len(sample.catalogue) >= 1.5 * brief.size, "an offer must be a choice"
    assert set(sample.catalogue["kind"]) <= set(brief.kinds)
    assert not any(ORIGINS[sample.market] & set(countries) for countries in sample.catalogue["countries"])
    assert not set(sample.catalogue["title_id"]) & set(sample.training["title_id"])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_its_rights_leave_a_choice_and_show_every_answer(direction: str) -> None:
    sample = load_sample(direction)
    brief = load_brief(sample.brief)
    assert set(sample.rights["title_id"]) <= set(sample.catalogue["title_id"])
    assert set(sample.rights["market"]) == {sample.market, "WW"}
    answer = answer_rights(sample.catalogue["title_id"], sample.rights, brief.rights_request())
    assert set(answer["status"]) == {"available", "partly", "not available", "unknown"}
    assert (answer["share"] >= brief.rights.min_share).sum() >= 1.5 * brief.size
    for words in ("exclusively", "held back", "negotiation", "reserved", "no right is stated", "language", "not ours"):
        assert answer["blocked_by"].str.contains(words).any(), words
    assert (answer["previous_licensees"] != "").any()
    assert (answer["shared_with"] != "").any()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_its_rights_are_plainly_invented(direction: str) -> None:
    rights = load_sample(direction).rights
    assert set(rights["source"]) == {"invented"}
    assert rights["licensee"].dropna().str.fullmatch(r"Invented Distributor [A-H]").all()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_outcomes_are_of_its_titles_and_never_answer_the_question(direction: str) -> None:
    sample = load_sample(direction)
    of_catalogue = sample.outcomes["title_id"].isin(sample.catalogue["title_id"])
    of_training = sample.outcomes["title_id"].isin(sample.training["title_id"])
    assert (of_catalogue ^ of_training).all()
    assert sample.market not in set(sample.outcomes.loc[of_catalogue, "market"])
    assert (sample.outcomes.loc[of_training, "market"] == sample.market).sum() >= 150
    assert list(sample.outcomes.index) == list(range(len(sample.outcomes)))


def test_both_directions_learn_from_the_same_titles_so_that_one_bundle_serves_both() -> None:
    first, second = (load_sample(direction).training for direction in DIRECTIONS)
    assert first.equals(second)


def test_how_russian_films_did_at_home_is_their_history() -> None:
    sample = load_sample("ru-to-cn")
    history = sample.outcomes[sample.outcomes["title_id"].isin(sample.catalogue["title_id"])]
    assert set(history["market"]) == {"RU"}
    assert len(history) >= 50


def test_every_call_reads_anew() -> None:
    sample = load_sample()
    sample.catalogue["title"] = "mine"
    assert "mine" not in set(load_sample().catalogue["title"])


def test_a_table_can_be_read_as_ones_own() -> None:
    assert len(read_titles(sample_path("catalogue_cn"))) >= 100
    assert all(sample_path(name).is_file() for name in TABLE_NAMES)


@pytest.mark.parametrize(
    ("call", "wrong", "hint"),
    [
        (load_sample, "ru-to-ch", "did you mean 'ru-to-cn'"),
        (load_sample, "", "use one of: ru-to-cn, cn-to-ru"),
        (sample_path, "catalogue", "catalogue_ru"),
        (sample_path, "../briefs/cn-300", "use one of: catalogue_cn"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(call, wrong: str, hint: str) -> None:
    with pytest.raises(CallError) as raised:
        call(wrong)
    assert hint in str(raised.value)
