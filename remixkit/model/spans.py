"""A small algebra of time: whatever lasts from `start_tick` to `end_tick`, or stands at a `tick`, moved, cut and found.

Spans are half open: `end_tick` is the first tick after.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar, cast


class TimeSpan(Protocol):
    """A frozen dataclass that lasts from one tick to another."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def start_tick(self) -> int:
        """Its first tick."""

    @property
    def end_tick(self) -> int:
        """The first tick after it."""


class TimePoint(Protocol):
    """A frozen dataclass that stands at a tick."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def tick(self) -> int:
        """When it is."""


S = TypeVar("S", bound=TimeSpan)
E = TypeVar("E", bound=TimePoint)
T = TypeVar("T", bound=TimeSpan | TimePoint)


def shift(items: Iterable[T], by_ticks: int, *, least: int | None = None) -> tuple[T, ...]:
    """Spans or events so many ticks later; events that would stand before `least` stand at it."""
    return tuple(_shifted(item, by_ticks, least) for item in items)


def _shifted(item: T, by_ticks: int, least: int | None) -> T:
    thing = cast("Any", item)
    if hasattr(item, "tick"):
        tick = thing.tick + by_ticks
        return cast("T", replace(thing, tick=tick if least is None else max(least, tick)))
    return cast("T", replace(thing, start_tick=thing.start_tick + by_ticks, end_tick=thing.end_tick + by_ticks))


def start_of(item: TimeSpan | TimePoint) -> int:
    """The tick at which a span begins, or an event stands."""
    thing = cast("Any", item)
    tick: int = thing.tick if hasattr(item, "tick") else thing.start_tick
    return tick


def starting_in(items: Iterable[T], start_tick: int, end_tick: int) -> tuple[T, ...]:
    """Those that begin, or stand, in [start, end)."""
    return tuple(item for item in items if start_tick <= start_of(item) < end_tick)


def overlaps(span: TimeSpan, start_tick: int, end_tick: int) -> bool:
    """Whether a span has a tick in common with [start, end)."""
    return span.start_tick < end_tick and span.end_tick > start_tick


def clip(spans: Iterable[S], start_tick: int, end_tick: int) -> tuple[S, ...]:
    """What of each span lies in [start, end); those that lie outside are left out."""
    return tuple(
        cast("S", replace(cast("Any", s), start_tick=max(s.start_tick, start_tick), end_tick=min(s.end_tick, end_tick)))
        for s in spans
        if overlaps(s, start_tick, end_tick)
    )


def merge(spans: Iterable[S], alike: Callable[[S, S], bool]) -> tuple[S, ...]:
    """Neighbours that are alike as one, from the first one's beginning to the last one's end.

    Parameters
    ----------
    spans : iterable
        In order.
    alike : callable
        Whether the second of two neighbours goes on as the first: it is told both, the first as merged so far.
    """
    out: list[S] = []
    for span in spans:
        if out and alike(out[-1], span):
            out[-1] = cast("S", replace(cast("Any", out[-1]), end_tick=span.end_tick))
        else:
            out.append(span)
    return tuple(out)


def at(items: Sequence[T], tick: int) -> T:
    """The last one that begins, or stands, at or before a tick; the first one where none does.

    Parameters
    ----------
    items : sequence
        In order, at least one.
    tick : int
        When.
    """
    return items[max(0, bisect_right(items, tick, key=start_of) - 1)]


def without_overlaps(spans: Sequence[S]) -> tuple[S, ...]:
    """Each span ended where the next begins, if it would last longer; the first of those that begin together stays.

    Parameters
    ----------
    spans : sequence
        In order of their beginnings.
    """
    out: list[S] = []
    for span in spans:
        if out and out[-1].start_tick == span.start_tick:
            continue
        if out and out[-1].end_tick > span.start_tick:
            out[-1] = cast("S", replace(cast("Any", out[-1]), end_tick=span.start_tick))
        out.append(span)
    return tuple(out)
