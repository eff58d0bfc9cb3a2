"""Syllables under notes: which of them make a word together."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from typing import Literal

from remixkit.model.song import Text

Place = Literal["single", "begin", "middle", "end"]

# Karaoke files begin a line with a slash and a verse with a backslash, others with a line feed.
_BREAKS = " /\\\r\n"


def syllables(texts: Sequence[Text]) -> list[tuple[int, str, Place]]:
    """(tick, text, place in its word) of each syllable that is not empty.

    Words are told apart by the blanks before or after them; where there is none in all the texts, each text is a word.
    Letters of scripts without blanks are words of their own.
    """
    spaced = any(_starts_word(t.text) or t.text.endswith(" ") for t in texts)
    sung = [t for t in texts if t.text.strip(_BREAKS)]
    out: list[tuple[int, str, Place]] = []
    goes_on = False
    for now, after in zip_longest(sung, sung[1:]):
        before = goes_on
        goes_on = (
            spaced
            and after is not None
            and not now.text.endswith((" ", "-"))
            and not _starts_word(after.text)
            and _hyphenates(now.text.strip(_BREAKS)[-1])
            and _hyphenates(after.text.strip(_BREAKS)[0])
        )
        place: Place = ("middle" if goes_on else "end") if before else ("begin" if goes_on else "single")
        out.append((now.tick, now.text.strip(_BREAKS), place))
    return out


def _starts_word(text: str) -> bool:
    return text.startswith(tuple(_BREAKS))


def _hyphenates(letter: str) -> bool:
    """Whether words of the letter's script are parted by hyphens."""
    return letter.isalpha() and unicodedata.east_asian_width(letter) in ("Na", "N", "A")
