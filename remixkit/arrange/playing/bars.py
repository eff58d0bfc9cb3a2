"""The bars of a cover as players count them, and what a pattern puts into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.form.transitions import LAST_BARS
from remixkit.model.song import Origin
from remixkit.style.schema import PatternKey


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the cover, as a player counts it.

    Parameters
    ----------
    start_tick, end_tick : int
        Its lines.
    section : PlannedSection
        Where it stands.
    index, count : int
        Its place in the section, from 0, and how many bars the section has.
    following : PlannedSection or None
        The section after this one.
    is_ending : bool
        The cover's last bar, in which the last chord rings.
    """

    start_tick: int
    end_tick: int
    section: PlannedSection
    index: int
    count: int
    following: PlannedSection | None
    is_final: bool

    @property
    def is_section_end(self) -> bool:
        """Whether another section begins after this bar."""
        return self.index == self.count - 1 and self.following is not None

    @property
    def is_break(self) -> bool:
        """Whether the band holds its breath at the end of this bar."""
        return self.is_section_end and self.count > 1 and self.section.transition == "stop"

    @property
    def way(self) -> PatternKey:
        """The style file's word for how this bar is played: `half` or `build` at an end, `down`, or the section's."""
        if self.section.transition in ("half", "build") and self.count - self.index <= LAST_BARS < self.count:
            return self.section.transition
        return "down" if self.section.is_down else self.section.label


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """A pattern's event in its place."""

    start_tick: int
    end_tick: int
    degrees: tuple[str, ...]
    velocity: int
    origin: Origin
    bar: Bar


@dataclass(frozen=True, slots=True)
class ChordEvent(PlacedEvent):
    """An event with the chord it sounds on; `chord_index` is its place in `Chart.chords`."""

    chord_index: int


def bars_of(chart: Chart, sections: Sequence[PlannedSection]) -> tuple[Bar, ...]:
    """Every bar of the sections named."""
    following = dict(pairwise(chart.sections))
    out: list[Bar] = []
    for section in sections:
        spans = [
            (s, min(e, section.end_tick)) for s, e in chart.grid.meter.bars(section.end_tick) if s >= section.start_tick
        ]
        out += [
            Bar(s, e, section, i, len(spans), following.get(section), e >= chart.end_tick)
            for i, (s, e) in enumerate(spans)
        ]
    return tuple(out)
