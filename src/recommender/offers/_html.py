"""Pages as HTML: filled templates, with every text in one language or two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from recommender.offers._columns import told_parts
from recommender.offers._language import Words
from recommender.pages import fill

if TYPE_CHECKING:
    from markupsafe import Markup


class Said:
    """How a template says its texts: escaped, the second language in an element of its own.

    Parameters
    ----------
    words : Words
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def pair(self, text: str) -> Markup:
        """Return two lines, English and second, as HTML."""
        from markupsafe import Markup

        english, _, other = text.partition("\n")
        if not other:
            return Markup("{}").format(english)
        return Markup('{} <span class="other" lang="{}">{}</span>').format(english, self.words.other, other)

    def say(self, key: str, **values: Any) -> Markup:
        """Return a text of the catalogue of texts."""
        return self.pair(self.words.both(key, **values))

    def told(self, english: str) -> Markup:
        """Return a text that was composed in English."""
        # A catalogue's own text may have line breaks; only ours parts the languages.
        english = re.sub(r"\s*\n\s*", " ", english)
        other = self.words.translate(english)
        return self.pair(english if other is None or other == english else f"{english}\n{other}")

    def figure(self, text: str) -> Markup:
        """Return a number, an amount of money, or else words."""
        return self.pair(self.words.told_figure(text))

    def parts(self, english: str) -> Markup:
        """Return a text of several parts, each translated as far as it is known."""
        return self.pair(told_parts(self.words, english))


def render(template: str, words: Words, **values: Any) -> str:
    """Fill a template of `templates/`; everything is escaped that is not marked as safe.

    Parameters
    ----------
    template : str
    words : Words
    **values
        What the template names, besides `words`, `say`, `told`, `pair`, `figure` and `parts`.
    """
    said = Said(words)
    return fill(
        "recommender.offers",
        template,
        words=words,
        say=said.say,
        told=said.told,
        pair=said.pair,
        figure=said.figure,
        parts=said.parts,
        **values,
    )
