"""The words below the notes: ``w:`` lines cut into syllables and set under notes (ABC 2.1, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from remixkit.model.song import Syllabic
from remixkit.notation.abc.code.escapes import unescaped

Step = Literal["syllable", "hold", "skip", "bar"]
Place = TypeVar("Place")

_WORDS = re.compile(
    r"(?P<syllable>(?:\\-|[^\s\-_*|])+)|(?P<hyphen>-)|(?P<hold>_)|(?P<skip>\*)|(?P<bar>\|)|(?P<space>\s+)"
)
_NUMBER = re.compile(r"\s*\d+\.?~\s*")
_HYPHEN = "\\-"


@dataclass(frozen=True, slots=True)
class WordStep:
    """What a ``w:`` line says to a note: sing a syllable, hold the last, stay silent, or go on at the next bar."""

    step: Step
    text: str = ""
    syllabic: Syllabic = "single"


def word_steps(line: str) -> tuple[WordStep, ...]:
    r"""Cut a ``w:`` line into what it says to each note.

    ``-`` cuts a word into syllables, ``--`` or `` -`` holds the syllable for a note more, as ``_`` does; ``*`` leaves a
    note out; ``~`` joins words under one note and ``\-`` is a hyphen; ``|`` goes on at the next bar.
    """
    out: list[WordStep] = []
    joined = False  # whether a hyphen led here
    open_word = False  # whether a hyphen may follow
    spaced = True
    for found in _WORDS.finditer(line):
        if found["space"]:
            spaced = True
            continue
        if found["syllable"]:
            text = unescaped(found["syllable"].replace(_HYPHEN, "\u2010").replace("~", " ")).replace("\u2010", "-")
            out.append(WordStep("syllable", text, "end" if joined else "single"))
            joined, open_word = False, True
        elif found["hyphen"]:
            if open_word and not joined and not (spaced and out[-1].step != "syllable"):
                _open(out)
                joined = True
                if spaced:
                    out.append(WordStep("hold"))
            else:
                out.append(WordStep("hold"))
                joined = open_word
        else:
            step: Step = "hold" if found["hold"] else "skip" if found["skip"] else "bar"
            out.append(WordStep(step))
            open_word = open_word and step == "hold"
            joined = joined and step == "hold"
        spaced = False
    return tuple(out)


def _open(words: list[WordStep]) -> None:
    """Say of the last syllable that its word goes on."""
    for k in range(len(words) - 1, -1, -1):
        if words[k].step == "syllable":
            syllabic: Syllabic = "begin" if words[k].syllabic in ("single", "begin") else "middle"
            words[k] = WordStep("syllable", words[k].text, syllabic)
            return


def set_under(words: Sequence[WordStep], places: Sequence[Place | None]) -> Iterator[tuple[Place, WordStep]]:
    """Each syllable with the note it is sung to.

    Parameters
    ----------
    words : sequence of WordStep
        As `word_steps` gives them; what is too many is left out.
    places : sequence
        The notes in order; None is a bar line.
    """
    at = 0
    for word in words:
        if word.step == "bar":
            while at < len(places) and places[at] is not None:
                at += 1
            at += 1
            continue
        while at < len(places) and places[at] is None:
            at += 1
        if at >= len(places):
            return
        place = places[at]
        at += 1
        if word.step == "syllable" and place is not None:
            yield place, word


def without_number(line: str) -> str:
    """A verse without the number before it (``1.~``)."""
    return _NUMBER.sub("", line, count=1)
