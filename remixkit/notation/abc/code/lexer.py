"""Music code, cut into its items (ABC 2.1, sections 4.1-4.20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "field", "quoted", "decoration", "bar", "tuplet", "note", "rest", "chord", "chord_end", "grace", "grace_end",
    "broken", "overlay", "tie", "sign", "unknown",
]  # fmt: skip

_LENGTH = r"\d*(?:/+\d*)?"
_ENDING = r"\d+(?:[,.-]\d+)*\.?"
_ITEM = re.compile(
    rf"""
    \[(?P<field>[A-Za-z]):(?P<value>[^\]]*)\]?
  | "(?P<quoted>(?:\\.|[^"\\])*)"?
  | !(?P<decoration>[^!|:"\[\]{{}}]{{1,32}})!
  | \+(?P<plus>[^+|:"\[\]{{}}\s]{{1,32}})\+
  | (?P<bar>\.?(?:\[\|[\]|:]*|\|[|:\]]*|:+\|[|:\]]*|::+))(?:[ \t]*\[?(?P<ending>{_ENDING}))?
  | (?:\[|\A[ \t]*)(?P<bracket>{_ENDING})
  | (?P<overlay>\(&|&\)|&+)
  | \((?P<tuplet>\d+)(?::(?P<into>\d*)(?::(?P<over>\d*))?)?
  | (?:(?P<accidental>\^\^?|__?|=)(?P<micro>\d+/?\d*|/\d*)?)?(?P<note>[A-Ga-g])(?P<octave>[',]*)(?P<length>{_LENGTH})
  | (?P<rest>[zxZXy])(?P<rest_length>{_LENGTH})
  | (?P<chord>\[)
  | \](?P<chord_end>{_LENGTH})
  | (?P<grace>\{{/?)
  | (?P<grace_end>\}})
  | (?P<broken><+|>+)
  | \.?(?P<tie>-)
  | (?P<sign>[.~h-wH-W])
  | (?P<quiet>[\s)$`\\*]+|[(!+])
  | (?P<unknown>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of music code.

    Parameters
    ----------
    kind : str
        What it is; ``"sign"`` is a single letter that stands for a decoration.
    text : str
        The field's letter, the words between quotes or exclamation marks, the bar line, the note's or rest's letter,
        the sign; the digits of a tuplet.
    more : tuple of str
        Of a field its value; of a bar line the numbers of an ending; of a note accidental, microtone, octave marks and
        length; of a rest or a chord's end its length; of a tuplet the digits after its colons.
    """

    kind: Kind
    text: str
    more: tuple[str, ...] = ()


def items(code: str) -> Iterator[Item]:
    """The items of a line of music, white space and slurs left out.

    A word between plus signs is a decoration as in ABC 2.0, or, where it is notes only, a chord as in ABC 1.6; a lone
    exclamation mark broke lines then.
    """
    for found in _ITEM.finditer(code):
        if found["note"]:
            more = (found["accidental"] or "", found["micro"] or "", found["octave"], found["length"])
            yield Item("note", found["note"], more)
        elif found["quiet"]:
            continue
        elif found["bar"]:
            yield Item("bar", found["bar"].lstrip("."), (found["ending"] or "",))
        elif found["rest"]:
            yield Item("rest", found["rest"], (found["rest_length"],))
        elif found["plus"]:
            yield from _between_plus_signs(found["plus"])
        elif found["decoration"]:
            yield from _between_exclamation_marks(found["decoration"])
        else:
            yield _other(found)


def _other(found: re.Match[str]) -> Item:
    if found["field"]:
        return Item("field", found["field"], (found["value"],))
    if found["quoted"] is not None:
        return Item("quoted", found["quoted"])
    if found["bracket"]:
        return Item("bar", "", (found["bracket"],))
    if found["overlay"]:
        return Item("overlay", found["overlay"])
    if found["tuplet"]:
        return Item("tuplet", found["tuplet"], (found["into"] or "", found["over"] or ""))
    if found["chord_end"] is not None:
        return Item("chord_end", "]", (found["chord_end"],))
    for kind in _PLAIN:
        if found[kind]:
            return Item(kind, found[kind])
    return Item("unknown", found["unknown"])


_PLAIN: tuple[Kind, ...] = ("chord", "grace", "grace_end", "broken", "tie", "sign")
_OLD_CHORD = re.compile(rf"(?:[\^_=]{{0,2}}[A-Ga-g][',]*{_LENGTH}){{2,}}")


def _between_plus_signs(text: str) -> Iterator[Item]:
    if text not in _DYNAMICS and _OLD_CHORD.fullmatch(text):
        yield Item("chord", "[")
        yield from items(text)
        yield Item("chord_end", "]", ("",))
    else:
        yield Item("decoration", text)


def _between_exclamation_marks(text: str) -> Iterator[Item]:
    """A decoration, or music between two of the line breaks of older ABC."""
    if text not in _DYNAMICS and _OLD_MUSIC.fullmatch(text):
        yield from items(text)
    else:
        yield Item("decoration", text)


_OLD_MUSIC = re.compile(r"(?=.*[A-Ga-g])[A-Ga-gz0-9/,' ]+")
_DYNAMICS = frozenset({"f", "ff", "fff", "ffff"})
