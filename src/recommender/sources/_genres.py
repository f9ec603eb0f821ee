"""One vocabulary for the genre words of many catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recommender.schema import GENRES

__all__ = ["canonical_genres"]

# Spellings met in catalogues in English, Russian and Chinese, and the three-letter codes of European film registers.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "Action": ("act", "боевик", "动作", "action & adventure"),
    "Adventure": ("adv", "приключения", "冒险"),
    "Animation": ("ani", "анимация", "мультфильм", "动画", "cartoon", "anime", "аниме"),
    "Biography": ("bio", "biopic", "биография", "传记", "biographical"),
    "Comedy": ("com", "комедия", "喜剧"),
    "Crime": ("cri", "криминал", "犯罪", "film-noir", "film noir"),
    "Documentary": ("doc", "documentation", "документальный", "纪录片"),
    "Drama": ("dra", "драма", "剧情", "drame"),
    "Family": ("fam", "kids", "children", "детский", "семейный", "家庭", "儿童", "для детей"),
    "Fantasy": ("fan", "фэнтези", "奇幻", "сказка"),
    "History": ("his", "historical", "история", "исторический", "历史", "古装", "period"),
    "Horror": ("hor", "ужасы", "恐怖"),
    "Music": ("mus", "музыка", "音乐", "concert", "концерт"),
    "Musical": ("мюзикл", "歌舞"),
    "Mystery": ("mys", "detective", "детектив", "悬疑"),
    "Reality": ("reality-tv", "ток-шоу", "реальное тв", "真人秀"),
    "Romance": ("rom", "romantic", "мелодрама", "爱情", "love"),
    "Sci-Fi": ("sci", "scifi", "science fiction", "science-fiction", "фантастика", "科幻", "sf"),
    "Short": ("короткометражка", "短片", "short film"),
    "Sport": ("spo", "sports", "спорт", "运动"),
    "Thriller": ("thr", "триллер", "惊悚", "suspense"),
    "War": ("военный", "战争", "war & military"),
    "Western": ("wes", "вестерн", "西部"),
}
_CANONICAL = {name.casefold(): name for name in GENRES} | {
    spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings
}
_SEPARATORS = re.compile(r"[/|,;]")
_QUOTES = re.compile(r"[\[\]'\"“”«»]")


def canonical_genres(genres: Iterable[str]) -> list[str]:
    """Return genres in one vocabulary, each once, in the order given.

    A cell that holds several genres (``DRA/THR``, ``['drama', 'crime']``) is split; a word that is not known
    is kept as it stands.

    Examples
    --------
    >>> canonical_genres(["драма", "scifi", "COM/ROM", "Peplum"])
    ['Drama', 'Sci-Fi', 'Comedy', 'Romance', 'Peplum']
    """
    found: dict[str, None] = {}
    for cell in genres:
        for part in _SEPARATORS.split(_QUOTES.sub("", cell)):
            word = part.strip()
            if word:
                found[_CANONICAL.get(word.casefold(), word)] = None
    return list(found)
