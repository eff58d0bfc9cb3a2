"""A file of tunes: which lines belong to the tune that is read, and what each line is.

ABC 2.1, sections 2.2 and 3: a tune begins with ``X:`` and ends with an empty line; fields above the first tune hold for
all; a line is a field, a directive (``%%``) or music; ``%`` begins a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from remixkit.errors import SongError
from remixkit.notation.abc.abc_limits import MAX_TUNE_CHARS

_COMMENT = re.compile(r"(?<!\\)%.*")
_FIELD = re.compile(r"\s*([A-Za-z+]):(.*)")
_MUSIC_THAT_LOOKS_LIKE_A_FIELD = re.compile(r"\s*[A-Ga-gzZxX]:+[|\]]")
_GOES_ON = re.compile(r"\s*(?:[VKMLQPw]:|\[[VKMLQPr]:|.*\|)")
_FOR_ALL_TUNES = frozenset("CILMU")
_TUNE = re.compile(r"X:\s*(\d*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a tune.

    Parameters
    ----------
    number : int
        In the file, from 1.
    key : str
        The field's letter; ``"%"`` for a directive; empty for music.
    text : str
        What follows the letter and its colon, the directive's words, or the music.
    """

    number: int
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Tune:
    """A tune's lines, those of the file's header that hold for all tunes first; how many tunes the file has."""

    lines: tuple[Line, ...]
    tunes: int
    goes_on: bool
    """Whether lines behind an empty one were taken for its music."""


def find_tune(text: str, number: int | None = None) -> Tune:
    """Cut a tune out of a book.

    Parameters
    ----------
    text : str
        The file; its lines end in line feeds.
    number : int, optional
        The tune's ``X:``; without it the first that has a key is taken.

    Raises
    ------
    SongError
        If there is no such tune, none has a key, or it is larger than `MAX_TUNE_CHARS`.
    """
    rows = text.split("\n")
    starts = [k for k, row in enumerate(rows) if row.startswith("X:")]
    wanted = _start(rows, starts, number)
    stop = next((s for s in starts if s > wanted), len(rows))
    if sum(map(len, rows[wanted:stop])) > MAX_TUNE_CHARS:
        raise SongError(
            f"a tune of more than {MAX_TUNE_CHARS // 1000} kB", place=_place(wanted), remedy="cut it into shorter ones"
        )
    above = rows[: starts[0]] if starts else []
    common = takewhile(lambda row: row[1].strip(), enumerate(above, 1))
    header = [line for line in _lines(common) if line.key == "%" or line.key in _FOR_ALL_TUNES]
    kept, goes_on = _without_text_behind(rows, wanted, stop)
    return Tune((*header, *_lines(kept)), len(starts), goes_on)


def _place(row: int) -> str:
    return f"line {row + 1}"


def _start(rows: Sequence[str], starts: Sequence[int], number: int | None) -> int:
    keyed = [s for s, stop in pairwise([*starts, len(rows)]) if _has_key(rows[s:stop])]
    if number is not None:
        found = next((s for s in starts if _number(rows[s]) == number), None)
        if found is None:
            raise SongError(f"there is no tune X:{number}", remedy=_offer(rows, starts))
        if found not in keyed:
            raise SongError("the tune has no key: none of its lines begins with K:", place=_place(found), remedy=_ADD)
        return found
    if keyed:
        return keyed[0]
    if starts or not _has_key(rows):
        raise SongError("not ABC: no line begins with K:", remedy="give a tune in ABC notation")
    return 0


_ADD = "add one, K:C for instance"


def _offer(rows: Sequence[str], starts: Sequence[int]) -> str:
    numbers = [str(n) for n in (_number(rows[s]) for s in starts) if n is not None]
    if not numbers:
        return "its tunes have no numbers"
    return f"take one of {', '.join(numbers[:8])}{' ...' if len(numbers) > 8 else ''}"


def _number(row: str) -> int | None:
    digits = _TUNE.match(row)
    return int(digits[1]) if digits and 0 < len(digits[1]) <= 9 else None


def _has_key(rows: Sequence[str]) -> bool:
    return any(row.lstrip().startswith("K:") for row in rows)


def _without_text_behind(rows: Sequence[str], start: int, stop: int) -> tuple[list[tuple[int, str]], bool]:
    """The tune's rows, numbered, up to the empty line behind its music.

    An empty line in the header ends no tune, and what follows an empty line and is music by its look is read on.
    """
    kept: list[tuple[int, str]] = []
    keyed = music = goes_on = False
    for k in range(start, stop):
        row = rows[k]
        if not row.strip():
            behind = next((r for r in rows[k + 1 : stop] if r.strip()), "")
            if music and behind and not behind.startswith("%"):
                if not _GOES_ON.match(behind):
                    break
                goes_on = True
            continue
        kept.append((k + 1, row))
        music = music or (keyed and not row.startswith("%") and not _FIELD.match(row))
        keyed = keyed or row.lstrip().startswith("K:")
    return kept, goes_on


def _lines(rows: Iterator[tuple[int, str]] | Sequence[tuple[int, str]]) -> tuple[Line, ...]:
    """What each row is; texts between ``%%begin...`` and ``%%end...`` left out, continued fields joined."""
    out: list[Line] = []
    skipping = ""
    for number, row in rows:
        if row.startswith("%%"):
            words = row[2:].strip()
            if skipping:
                skipping = "" if words.startswith(skipping) else skipping
            elif words.startswith("begin"):
                skipping = "end" + words[5:].split(" ")[0]
            else:
                out.append(Line(number, "%", _COMMENT.sub("", words)))
            continue
        if skipping or row.startswith("%"):
            continue
        line = _line(number, _COMMENT.sub("", row).rstrip())
        before = out[-1] if out else None
        continued = before and (line.key == "+" or (line.key == before.key == "w" and before.text.endswith("\\")))
        if before and continued:
            out[-1] = replace(before, text=f"{before.text.rstrip(chr(92))} {line.text.strip()}")
        elif line.key != "+":
            out.append(line)
    return tuple(out)


def _line(number: int, row: str) -> Line:
    field = None if _MUSIC_THAT_LOOKS_LIKE_A_FIELD.match(row) else _FIELD.match(row)
    return Line(number, field[1], field[2]) if field else Line(number, "", row)
