"""Words in a MIDI file: which syllables make one together, and how a reader is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from remixkit.model.song import Lyric, Syllabic, Text

# Karaoke files begin a line with a slash and a verse with a backslash, others with a line feed.
_BREAKS = " /\\\r\n"
_LAST_HYPHEN = re.compile(r"(?<=\w)- *$")
_FIRST_HYPHEN = re.compile(r"^-(?=\w)")


def syllables(texts: Sequence[Text]) -> list[Lyric]:
    """The texts as they stand, each with its place in its word.

    Words are told apart by the blanks before or after them; where there is none in all the texts, each text is a word
    but for those that end or begin with a hyphen, which goes. Letters of scripts without blanks are words of their own.
    """
    spaced = any(_starts_word(t.text) or t.text.endswith(" ") for t in texts)
    sung = [k for k, t in enumerate(texts) if t.text.strip(_BREAKS)]
    places: dict[int, Syllabic] = {}
    goes_on = False
    for k, after in zip_longest(sung, sung[1:]):
        before = goes_on
        goes_on = after is not None and (
            _is_hyphenated(texts[k].text, texts[after].text) or (spaced and _goes_on(texts[k].text, texts[after].text))
        )
        places[k] = ("middle" if goes_on else "end") if before else ("begin" if goes_on else "single")
    return [Lyric(t.tick, _without_hyphens(t.text), places.get(k, "single")) for k, t in enumerate(texts)]


def _goes_on(text: str, after: str) -> bool:
    """Whether a syllable and the one after it are of one word, in a file whose words are parted by blanks."""
    if text.endswith(" ") or _starts_word(after):
        return False
    return _hyphenates(text.strip(_BREAKS)[-1]) and _hyphenates(after.strip(_BREAKS)[0])


def _is_hyphenated(text: str, after: str) -> bool:
    """Whether a hyphen says that a word goes on: "Twin-" and then "kle", or "Twin" and then "-kle"."""
    return bool(_LAST_HYPHEN.search(text)) or bool(_FIRST_HYPHEN.search(after))


def _without_hyphens(text: str) -> str:
    return _LAST_HYPHEN.sub("", _FIRST_HYPHEN.sub("", text))


def parted(lyrics: Sequence[Lyric]) -> list[tuple[int, str]]:
    """(tick, text) of each syllable of the first verse, as a MIDI file has them.

    Where syllables make words and no blank in their texts says which, as in a score's, each word is followed by one.
    """
    sung = [s for s in lyrics if s.verse == 1]
    has_blanks = any(s.text != s.text.strip(_BREAKS) for s in sung)
    if has_blanks or all(s.syllabic == "single" for s in sung):
        return [(s.tick, s.text) for s in sung]
    return [(s.tick, s.text + " " if s.syllabic in ("single", "end") else s.text) for s in sung]


def _starts_word(text: str) -> bool:
    return text.startswith(tuple(_BREAKS))


def _hyphenates(letter: str) -> bool:
    """Whether words of the letter's script are parted by hyphens."""
    return letter.isalpha() and unicodedata.east_asian_width(letter) in ("Na", "N", "A")
