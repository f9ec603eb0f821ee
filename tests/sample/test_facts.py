"""The sample's facts against the sources they came from; skipped where the real data is absent."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from rapidfuzz import fuzz

LATIN = {
    **dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziiklmnoprstufhie", strict=True)),
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
}
SAME_SOUND = [
    (r"kh", "h"),
    (r"ts", "c"),
    (r"y[aeu]|i[aeu]", lambda found: found[0][1]),
    (r"yo", "e"),
    (r"[yj]", "i"),
    (r"ph", "f"),
    (r"[cq]k?", "k"),
    (r"w", "v"),
    (r"x", "ks"),
    (r"(.)\1", r"\1"),
]
RUN = 8


@pytest.fixture(scope="module")
def packs(shared_data: Path) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return titles and outcomes of the two packs behind the sample, by its word for the source."""
    return {
        source: tuple(pd.read_parquet(shared_data / pack / f"{name}.parquet") for name in ("titles", "outcomes"))
        for source, pack in {"douban": "china", "mkrf": "russia"}.items()
    }


def plain(title: str) -> str:
    """Return a title without case, punctuation and the dots of ё."""
    return re.sub(r"\W", "", title.casefold().replace("ё", "е"))


def sound(name: str) -> str:
    """Return a rough spelling that Latin and Cyrillic forms of a name share."""
    text = "".join(LATIN.get(letter, letter) for letter in name.casefold())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if "a" <= c <= "z")
    for pattern, spelling in SAME_SOUND:
        text = re.sub(pattern, spelling, text)
    return text


def test_every_outcome_is_the_figure_of_its_record(packs, outcomes, provenance) -> None:
    records = provenance.pivot(index="title_id", columns="source", values="source_id")
    source = outcomes["source"].map({"douban": "douban", "imdb": "douban", "tmdb": "douban", "mkrf": "mkrf"})
    record = [records.loc[title_id, word] for title_id, word in zip(outcomes["title_id"], source, strict=True)]
    real = pd.concat([frame for _, frame in packs.values()])
    keys = ["title_id", "market", "metric"]
    found = outcomes.assign(title_id=record).merge(real, on=keys, how="left", suffixes=("", "_real"))
    assert len(found) == len(outcomes)
    wrong = found[
        (found["value"] != found["value_real"])
        | (found["as_of"] != found["as_of_real"].astype("str").str[:10])
        | (found["source"] != found["source_real"])
    ]
    assert wrong[[*keys, "value", "value_real"]].to_dict("records") == []


def test_records_are_of_the_same_film(packs, titles, provenance) -> None:
    of_title = titles.set_index("title_id")
    for source, (real, _) in packs.items():
        of_record = real.set_index("title_id")
        rows = provenance[provenance["source"] == source]
        assert rows["source_id"].isin(of_record.index).all()
        closest = []
        for title_id, source_id in zip(rows["title_id"], rows["source_id"], strict=True):
            title, record = of_title.loc[title_id], of_record.loc[source_id]
            ours = [title["title"], title["original_title"], *title["alt_titles"]]
            theirs = [record["title"], record.get("title_zh")]
            pairs = [(plain(a), plain(b)) for a in ours for b in theirs if isinstance(b, str)]
            closest.append(max(fuzz.partial_ratio(a, b) for a, b in pairs))
        assert (pd.Series(closest) >= 80).mean() >= 0.99, source


@pytest.mark.parametrize(
    ("table", "least"),
    [
        pytest.param("catalogue_ru", 0.98, id="Russian names"),
        pytest.param("titles_foreign", 0.7, id="foreign names, which the register writes by ear"),
    ],
)
def test_directors_agree_with_the_register(packs, tables, provenance, table: str, least: float) -> None:
    of_record = packs["mkrf"][0].set_index("title_id")["directors"]
    of_title = tables[table].set_index("title_id")["directors"]
    rows = provenance[(provenance["source"] == "mkrf") & provenance["title_id"].isin(of_title.index)]
    agree = []
    for title_id, source_id in zip(rows["title_id"], rows["source_id"], strict=True):
        ours = [sound(name.removesuffix(" Jr.").split()[-1]) for name in of_title[title_id]]
        theirs = [sound(part) for name in of_record[source_id] for part in re.split(r"[.\s-]+", name)]
        if ours and theirs:
            agree.append(max(fuzz.ratio(a, b) for a in ours for b in theirs) >= 75)
    assert len(agree) >= 200
    assert sum(agree) / len(agree) >= least


def test_age_marks_are_those_of_the_register(packs, tables, provenance) -> None:
    marks = packs["mkrf"][0].set_index("title_id")["age_rating"]
    record = provenance[provenance["source"] == "mkrf"].set_index("title_id")["source_id"]
    catalogue = tables["catalogue_ru"].set_index("title_id")["age_rating"]
    expected = catalogue.index.map(record.map(marks).get)
    assert [mark if isinstance(mark, str) else None for mark in catalogue] == [
        mark if isinstance(mark, str) else None for mark in expected
    ]
    assert catalogue.notna().sum() >= 300


def test_the_douban_number_is_the_records(titles, provenance) -> None:
    record = provenance[provenance["source"] == "douban"].set_index("title_id")["source_id"]
    numbered = titles.set_index("title_id")["douban_id"].dropna()
    assert ("db:" + numbered).to_dict() == record.to_dict()


def test_no_logline_is_taken_from_a_real_synopsis(shared_data: Path, titles) -> None:
    real = pd.concat(
        [
            pd.read_parquet(shared_data / pack / "titles.parquet", columns=["synopsis"])
            for pack in ("china", "europe", "streaming")
        ]
    )["synopsis"].dropna()
    taken = {run for text in real for run in word_runs(text)}
    texts = titles.set_index("title_id")["synopsis"].dropna()
    shared = {title_id: " ".join(run) for title_id, text in texts.items() for run in word_runs(text) if run in taken}
    assert len(taken) > 100_000
    assert shared == {}


def word_runs(text: str) -> list[tuple[str, ...]]:
    """Return every run of eight words of a text, without case and punctuation."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return list(zip(*(words[start:] for start in range(RUN)), strict=False))
