"""Bar lines, endings, and decorations that say how bars follow each other (ABC 2.1, sections 4.8-4.10 and 4.14)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from remixkit.notation.abc.code.decorations import TO_CODA, jump_of
from remixkit.notation.repeats import BarSigns


def colons_of(symbol: str) -> tuple[int, int]:
    """How many colons stand before and behind the strokes of a bar line; ``::`` has one on each side.

    Between strokes they belong to the one before, but for a closing one: ``[|]:|`` ends a repeat, ``|:|`` begins one.
    """
    if symbol and not symbol.strip(":"):
        half = max(1, len(symbol) // 2)
        return half, half
    before = re.search(r"(?:^|\]):+", symbol)
    behind = re.search(r"\|(:+)(?=\||$)", symbol)
    return before[0].count(":") if before else 0, len(behind[1]) if behind else 0


def ends_bracket(symbol: str) -> bool:
    """Whether a bar line ends the bracket of an ending: all but a plain one do."""
    return len(symbol.strip(".")) > 1


def endings_of(text: str) -> frozenset[int]:
    """The numbers of an ending: ``1,3-5``."""
    out: set[int] = set()
    for first, last in re.findall(r"(\d{1,2})(?:-(\d{1,2}))?", text):
        out.update(range(int(first), int(last or first) + 1))
    return frozenset(out - {0})


def is_boundary(name: str) -> bool:
    """Whether a decoration, by its plain name, stands before the bar to which it belongs."""
    return name in ("segno", "coda")


def steers_order(name: str) -> bool:
    """Whether a decoration, by its plain name, says how the bars follow each other."""
    return is_boundary(name) or name == "fine" or name in TO_CODA or jump_of(name) is not None


def with_sign(signs: BarSigns, name: str) -> BarSigns:
    """A bar's signs and one decoration more."""
    jump = jump_of(name)
    if jump:
        return replace(signs, jump=jump[0], until=jump[1])
    if name == "segno":
        return replace(signs, segno=True)
    if name == "coda":
        return replace(signs, coda=True)
    return replace(signs, fine=True) if name == "fine" else replace(signs, to_coda=True)


def either(a: BarSigns, b: BarSigns) -> BarSigns:
    """The signs of a bar in two voices together."""
    return BarSigns(
        begins_repeat=a.begins_repeat or b.begins_repeat,
        ends_repeat=max(a.ends_repeat, b.ends_repeat),
        repeats_after_jump=a.repeats_after_jump or b.repeats_after_jump,
        endings=a.endings or b.endings,
        segno=a.segno or b.segno,
        coda=a.coda or b.coda,
        jump=a.jump or b.jump,
        until=a.until or b.until,
        to_coda=a.to_coda or b.to_coda,
        fine=a.fine or b.fine,
    )


def without_long_brackets(signs: Sequence[BarSigns]) -> list[BarSigns]:
    """Signs with the last ending of a repeat cut to the length of the one before, where it runs into another repeat.

    Nothing ends the bracket in ``[1 A :|[2 B | C D :|``: what is repeated behind it is C D.
    """
    out = list(signs)
    start = 0
    while start < len(out):
        stop = start + 1
        while stop < len(out) and out[stop].endings == out[start].endings:
            stop += 1
        endings = out[start].endings
        before = start
        while before and out[before - 1].endings == out[start - 1].endings:
            before -= 1
        ends_repeat = any(bar.ends_repeat for bar in out[start:stop])
        is_last = endings and 1 not in endings and (stop == len(out) or not out[stop].endings)
        if is_last and ends_repeat and start and out[start - 1].endings and stop - start > start - before:
            cut = start + start - before
            out[cut:stop] = [replace(bar, endings=frozenset()) for bar in out[cut:stop]]
        start = stop
    return out
