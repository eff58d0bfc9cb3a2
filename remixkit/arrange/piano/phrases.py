"""How a pianist reads a chart: phrases of about four bars, and the chords bar by bar inside them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.playing.melody_line import phrases
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note

BARS = 4


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase: whole bars of one section.

    Parameters
    ----------
    start_tick, end_tick : int
        Bar lines.
    section : PlannedSection
        Where it stands.
    number, of : int
        Its place among the section's phrases, from 0, and how many these are.
    leads_to : PlannedSection or None
        The section that follows, if this is the section's last phrase.
    """

    start_tick: int
    end_tick: int
    section: PlannedSection
    number: int
    of: int
    leads_to: PlannedSection | None = None

    @property
    def is_last(self) -> bool:
        """Whether the section ends with it."""
        return self.number == self.of - 1

    def arch(self, tick: int) -> float:
        """The swell of a phrase, 0 at its ends and 1 at two thirds."""
        place = min(1.0, max(0.0, (tick - self.start_tick) / max(1, self.end_tick - self.start_tick)))
        return math.sin(math.pi * place**1.7)


def phrases_of(chart: Chart) -> tuple[Phrase, ...]:
    """The piece in phrases, in order and without gaps: each section in fours of bars, a single last bar joined on."""
    out: list[Phrase] = []
    bars = list(chart.grid.meter.bars(chart.end_tick))
    for k, section in enumerate(chart.sections):
        inside = [b for b in bars if section.start_tick <= b[0] < section.end_tick] or [
            (section.start_tick, section.end_tick)
        ]
        groups = [inside[i : i + BARS] for i in range(0, len(inside), BARS)]
        if len(groups) > 1 and len(groups[-1]) == 1:
            groups[-2:] = [groups[-2] + groups[-1]]
        following = chart.sections[k + 1] if k + 1 < len(chart.sections) else None
        for i, group in enumerate(groups):
            leads_to = following if i == len(groups) - 1 else None
            end = section.end_tick if i == len(groups) - 1 else group[-1][1]
            out.append(Phrase(group[0][0], end, section, i, len(groups), leads_to))
    return tuple(out)


def phrase_at(spans: Sequence[Phrase], tick: int) -> Phrase:
    """The phrase in which a tick lies, else the next, else the last."""
    return next((s for s in spans if tick < s.end_tick), spans[-1])


def intensity_at(spans: Sequence[Phrase], tick: int) -> float:
    """What the section asks for at a tick."""
    return phrase_at(spans, tick).section.intensity


def evened(section: PlannedSection, by: float) -> float:
    """What a player adds in a quiet section and takes off in a loud one, `by` for the whole range of intensity.

    The engine's arc is a band's, whose players come and go; one pianist's sections lie closer (POP909: a chorus's bars
    3 above the mean velocity, of other sections than verses 6 below it).
    """
    return by * (0.7 - section.intensity)


def chord_bars(chart: Chart) -> tuple[ChordSpan, ...]:
    """The chords cut at every bar line, sounding ones only; what is shorter than a sixteenth is left out."""
    out: list[ChordSpan] = []
    spans = list(chart.chords)
    k = 0
    for start, end in chart.grid.meter.bars(chart.end_tick):
        while k < len(spans) and spans[k].end_tick <= start:
            k += 1
        i = k
        while i < len(spans) and spans[i].start_tick < end:
            piece = replace(spans[i], start_tick=max(start, spans[i].start_tick), end_tick=min(end, spans[i].end_tick))
            if piece.root_pc is not None and piece.end_tick - piece.start_tick >= 240:
                out.append(piece)
            i += 1
    return tuple(out)


def sung_in(notes: Sequence[Note], spans: Sequence[Phrase], bar_ticks: int) -> list[tuple[Phrase, tuple[Note, ...]]]:
    """The tune's own phrases, cut where a phrase of bars ends; a pickup of less than a bar goes with what it leads to.

    Parameters
    ----------
    notes : sequence of Note
        In order; those outside the spans are left out.
    spans : sequence of Span
        In order.
    bar_ticks : int
        Length of a bar.
    """
    out: list[tuple[Phrase, tuple[Note, ...]]] = []
    for phrase in phrases(notes):
        waiting: list[Note] = []
        for span in spans:
            inside = [n for n in phrase if span.start_tick <= n.start_tick < span.end_tick]
            goes_on = phrase[-1].start_tick >= span.end_tick
            if inside and goes_on and not waiting and span.end_tick - inside[0].start_tick < bar_ticks:
                waiting = inside
            elif inside:
                out.append((span, (*waiting, *inside)))
                waiting = []
    return out


class HeldKeys:
    """A look-up: what sounds over a stretch of time."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._notes = sorted(notes)
        self._starts = [n.start_tick for n in self._notes]
        self._longest = max((n.end_tick - n.start_tick for n in self._notes), default=0)

    def during(self, start_tick: int, end_tick: int) -> list[Note]:
        """Notes that sound at any time in [start, end), in order."""
        first = bisect_left(self._starts, start_tick - self._longest)
        last = bisect_left(self._starts, end_tick)
        return [n for n in self._notes[first:last] if n.end_tick > start_tick]

    def struck(self, start_tick: int, end_tick: int) -> list[Note]:
        """Notes that begin in [start, end), in order."""
        return self._notes[bisect_left(self._starts, start_tick) : bisect_left(self._starts, end_tick)]
