"""The order in which the bars of a score are played: repeats, endings, and jumps from D.C. to Fine.

The reading is the usual one (Gould, *Behind Bars*, 2011, pp. 233-242; MusicXML 4.0, `repeat`, `ending`, `sound`):

- What stands between two repeat signs is played as often as the second says. Without an opening sign it begins behind
  the repeat before it, or with the piece.
- Endings (first, second, 1.-3.) are played in the passes they name.
- A D.C. or D.S. is followed the last time its bar is reached. After it nothing is repeated and the last ending is
  taken, unless a repeat says otherwise; then Fine ends the piece and To Coda leads to the coda.

A repeat around a repeat, and signs that lead nowhere, are played once, and a warning says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from remixkit.errors import SongError

MOST_BARS = 10_000
"""Of a piece as it is played. Two hours of 4/4 at 160 quarters a minute have 4,800."""


@dataclass(frozen=True, slots=True)
class BarSigns:
    """What a bar says about the order of bars.

    Parameters
    ----------
    begins_repeat : bool
        Whether ``|:`` stands before it.
    ends_repeat : int
        How often what ``:|`` behind it closes is played: 0 without a ``:|``, 2 where it does not say. Where there are
        endings, their numbers count instead.
    repeats_after_jump : bool
        Whether that repeat is played after a D.C. or D.S. too.
    endings : frozenset of int
        The passes in which it is played: ``{1, 3}`` under a bracket "1, 3"; empty without a bracket. Each bar under a
        bracket has them.
    segno, coda : bool
        Whether the sign stands before it. In a piece without To Coda, the first of several codas is read as one.
    jump : str
        What is followed behind it: ``"dc"``, ``"ds"`` or nothing.
    until : str
        What the jump leads to: ``"fine"``, ``"coda"``, or nothing, which is either.
    to_coda, fine : bool
        Whether the words stand at its end.
    is_final : bool
        Whether a final bar line stands behind it, as between the movements of a piece: a repeat without an opening sign
        begins behind it, and so does a D.C. al Fine if its Fine stands behind it too.
    """

    begins_repeat: bool = False
    ends_repeat: int = 0
    repeats_after_jump: bool = False
    endings: frozenset[int] = frozenset()
    segno: bool = False
    coda: bool = False
    jump: Literal["", "dc", "ds"] = ""
    until: Literal["", "fine", "coda"] = ""
    to_coda: bool = False
    fine: bool = False
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """Places of bars (from 0) in the order they are played, and a sentence for each sign that was not followed."""

    bars: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def play_order(signs: Sequence[BarSigns], *, most_bars: int = MOST_BARS, file: str | None = None) -> PlayOrder:
    """Find the order in which bars are played.

    Parameters
    ----------
    signs : sequence of BarSigns
        One for each bar as written.
    most_bars : int
        How many bars may be played. They are counted before they are laid out.
    file : str, optional
        For the message.

    Raises
    ------
    SongError
        If more bars would be played.
    """
    warnings: list[str] = []
    endings = [bar.endings for bar in signs]
    sections = _sections(signs, endings, warnings)
    _check(sum(_length(endings, s) for s in sections), most_bars, file)
    straight = list(chain.from_iterable(_laid_out(endings, s, s.passes) for s in sections))
    marks = _marks(signs, warnings)
    if not marks.jumps:
        return PlayOrder(tuple(straight), tuple(warnings))
    again = list(chain.from_iterable(_laid_out(endings, s, s.after_jump) for s in sections))
    bars: list[int] = []
    for leg in _legs(straight, again, marks):
        _check(len(bars) + len(leg), most_bars, file)
        bars += leg
    return PlayOrder(tuple(bars), tuple(warnings))


def _check(bars: int, most_bars: int, file: str | None) -> None:
    if bars > most_bars:
        reason = f"{bars} bars with all repeats; at most {most_bars} are played"
        raise SongError(reason, file=file, remedy="take repeats out of it")


# --- repeats and endings --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Section:
    """Bars from `start` to `stop` (not included), played once for each of `passes`; after a jump of `after_jump`."""

    start: int
    stop: int
    passes: Sequence[int]
    after_jump: Sequence[int]


_ONCE = range(1)
"""The single pass in which everything is played, endings and all."""


def _sections(signs: Sequence[BarSigns], endings: list[frozenset[int]], warnings: list[str]) -> list[_Section]:
    """The bars cut into what is repeated and what is not, without gaps; short brackets are drawn out in `endings`."""
    out: list[_Section] = []
    opened: list[int] = []
    free = at = begin = 0  # behind the last section; the bar we are at; where one without an opening sign begins
    while at < len(signs):
        if signs[at].begins_repeat:
            opened.append(at)
        if not signs[at].ends_repeat:
            at += 1
            begin = at if signs[at - 1].is_final else begin
            continue
        start = opened.pop() if opened else max(free, begin)
        if start < free:
            warnings.append(f"The repeat from bar {start + 1} to {at + 1} has another inside and is played once.")
            at += 1
            continue
        if start > free:
            out.append(_unrepeated(signs, endings, free, start, warnings))
        _draw_out(endings, start, at)
        stop = _behind_endings(signs, endings, start, at)
        out.append(_repeated(signs, endings, start, at, stop))
        free = at = stop
    if free < len(signs):
        out.append(_unrepeated(signs, endings, free, len(signs), warnings))
    warnings += [f"The repeat that begins at bar {start + 1} has no end and is played once." for start in opened]
    return out


def _draw_out(endings: list[frozenset[int]], start: int, at: int) -> None:
    """Lengthen a first bracket that is written over the first of its bars only, up to its ``:|``."""
    follows = at + 1 < len(endings) and endings[at + 1] and 1 not in endings[at + 1]
    numbered = [bar for bar in range(start, at + 1) if endings[bar]]
    if follows and numbered and len({endings[bar] for bar in numbered}) == 1:
        for bar in range(numbered[-1] + 1, at + 1):
            endings[bar] = endings[numbered[-1]]


def _behind_endings(signs: Sequence[BarSigns], endings: Sequence[frozenset[int]], start: int, at: int) -> int:
    """The bar behind the last ending of what the ``:|`` of a bar repeats."""
    seen = frozenset().union(*endings[start : at + 1]) or frozenset({1})
    stop = at + 1
    while stop < len(signs) and endings[stop] and not signs[stop].begins_repeat:
        if endings[stop] != endings[stop - 1] and endings[stop] & seen:
            break
        seen |= endings[stop]
        stop += 1
    return stop


def _repeated(signs: Sequence[BarSigns], endings: Sequence[frozenset[int]], start: int, at: int, stop: int) -> _Section:
    brackets = {endings[bar] for bar in range(start, stop)} - {frozenset()}
    passes: Sequence[int] = range(1, signs[at].ends_repeat + 1)
    if brackets:
        passes = sorted(frozenset({1}).union(*brackets))
        if len(brackets) == 1 and 1 in endings[at] and not all(endings[start:stop]):
            passes.append(passes[-1] + 1)  # the last time what follows is the ending, without a bracket
    both = any(signs[bar].repeats_after_jump for bar in range(start, stop))
    return _Section(start, stop, passes, passes if both else passes[-1:])


def _unrepeated(
    signs: Sequence[BarSigns], endings: Sequence[frozenset[int]], start: int, stop: int, warnings: list[str]
) -> _Section:
    """Bars without a ``:|``; their endings, if any, are for before and after a jump that stands in the first."""
    numbers = sorted(frozenset().union(*endings[start:stop]))
    if numbers:
        leaves = [bar for bar in range(start, stop) if signs[bar].jump and numbers[0] in endings[bar]]
        if leaves and len(numbers) > 1:
            return _Section(start, stop, numbers[:1], numbers[-1:])
        first = next(bar for bar in range(start, stop) if endings[bar])
        warnings.append(f"The endings from bar {first + 1} on belong to no repeat and are played once.")
    return _Section(start, stop, _ONCE, _ONCE)


def _length(endings: Sequence[frozenset[int]], section: _Section) -> int:
    """How many bars are played of a section, at most."""
    if section.passes is _ONCE:
        return section.stop - section.start
    return sum(len(endings[bar]) or len(section.passes) for bar in range(section.start, section.stop))


def _laid_out(endings: Sequence[frozenset[int]], section: _Section, passes: Sequence[int]) -> Iterator[int]:
    rows: dict[int, list[int]] = {number: [] for number in passes}
    for bar in range(section.start, section.stop):
        is_always = passes is _ONCE or not endings[bar]
        for number in rows if is_always else endings[bar] & rows.keys():
            rows[number].append(bar)
    return chain.from_iterable(rows.values())


# --- jumps ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marks:
    """Where jumps stand, each with the bar it leads to and until what; where Fine and To Coda (with its coda) stand."""

    jumps: dict[int, tuple[int, str]]
    fines: frozenset[int]
    codas: dict[int, int]


def _marks(signs: Sequence[BarSigns], warnings: list[str]) -> _Marks:
    """The signs of jumps that lead somewhere; of the others a warning."""
    places = range(len(signs))
    segnos = [bar for bar in places if signs[bar].segno]
    codas = [bar for bar in places if signs[bar].coda]
    leaves = [bar for bar in places if signs[bar].to_coda]
    if not leaves and len(codas) > 1 and codas[0] > 0:
        leaves, codas = [codas[0] - 1], codas[1:]
    fines = frozenset(bar for bar in places if signs[bar].fine)
    ways = {bar: codas[min(bisect_left(codas, bar + 1), len(codas) - 1)] for bar in leaves if codas}
    jumps: dict[int, tuple[int, str]] = {}
    for bar in places:
        sign = signs[bar]
        if sign.jump == "ds" and not segnos:
            warnings.append(f"The D.S. in bar {bar + 1} is not followed: there is no segno.")
        elif sign.jump:
            to = _beginning(signs, bar) if sign.jump == "dc" else segnos[max(0, bisect_left(segnos, bar + 1) - 1)]
            jumps[bar] = to, sign.until
            if sign.until == "fine" and not fines:
                warnings.append(f"The jump in bar {bar + 1} leads to a Fine that is not there.")
            if sign.until == "coda" and not ways:
                warnings.append(f"The jump in bar {bar + 1} leads to a coda that is not there.")
    return _Marks(jumps, fines, ways)


def _beginning(signs: Sequence[BarSigns], jump: int) -> int:
    """Where the movement of a D.C. begins: behind the last final bar line before its Fine."""
    fine = next((bar for bar in range(jump, -1, -1) if signs[bar].fine), 0)
    return next((bar for bar in range(fine, 0, -1) if signs[bar - 1].is_final), 0)


def _legs(straight: Sequence[int], again: Sequence[int], marks: _Marks) -> Iterator[Sequence[int]]:
    """The piece in legs from jump to jump: first as it is repeated, then, after a jump, as it is played again."""
    left = dict(marks.jumps)
    at_last = {bar: k for k, bar in enumerate(straight)}
    stop = min(at_last.get(bar, len(straight)) for bar in left)
    yield straight[: stop + 1]
    if stop == len(straight):
        return
    (to, until), is_coda = left.pop(straight[stop]), False
    place = {bar: k for k, bar in reversed(list(enumerate(again)))}
    bars = sorted(place)

    def ends(bar: int) -> bool:
        return bar in marks.fines and (until != "coda" or (is_coda and not left))

    def leaps(bar: int) -> bool:
        return bar in marks.codas and until != "fine" and not is_coda

    while True:
        begin = place[bars[min(bisect_left(bars, to), len(bars) - 1)]]
        turns = (k for k in range(begin, len(again)) if ends(again[k]) or leaps(again[k]) or again[k] in left)
        stop = next(turns, len(again) - 1)
        yield again[begin : stop + 1]
        bar = again[stop]
        if ends(bar):
            return
        if leaps(bar):
            to, is_coda = marks.codas[bar], True
        elif bar in left:
            (to, until), is_coda = left.pop(bar), False
        else:
            return
