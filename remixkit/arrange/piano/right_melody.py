"""What the right hand sings: the tune with its dynamics, and its octaves where the song opens (craft: choruses)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.piano.hands import MELODY_PRIORITY, WeightedNote
from remixkit.arrange.piano.phrases import Phrase, evened, phrase_at, sung_in
from remixkit.arrange.piano.right_line import strength
from remixkit.model.song import Note, Origin

LOWEST = 55
HIGHEST = 93
_ROOMY = 60
_OCTAVE_PRIORITY = 6.0


@dataclass(frozen=True, slots=True)
class Touch:
    """Velocities of the right hand: `base` for the tune; the rest softer by so much (human covers: +15 +-10)."""

    base: int = 84
    octave: int = 10
    inner: int = 16
    line: int = 8


def sung(chart: Chart, melody: Sequence[Note], spans: Sequence[Phrase], touch: Touch, role: str) -> list[WeightedNote]:
    """The tune with its dynamics: a swell over each phrase, weight on beats and on what rises, the source's own."""
    if not melody:
        return []
    mean = sum(n.velocity for n in melody) / len(melody)
    out = []
    for n in melody:
        span = phrase_at(spans, n.start_tick)
        shape = 5.0 * span.arch(n.start_tick) + 4.0 * strength(chart, n.start_tick)
        rise = 0.4 * max(-8, min(8, n.pitch - 72))
        own = 0.5 * max(-24.0, min(24.0, n.velocity - mean))
        velocity = midi(touch.base - 4 + shape + rise + own + lift(span, n.start_tick) + evened(span.section, 10))
        out.append(WeightedNote(replace(n, velocity=velocity, origin=Origin(role, function="melody")), MELODY_PRIORITY))
    return out


def lift(span: Phrase, tick: int) -> float:
    """Louder towards a stronger section, softer towards a weaker one: the last phrase leads there."""
    if span.leads_to is None:
        return 0.0
    change = span.leads_to.intensity - span.section.intensity
    gone = (tick - span.start_tick) / max(1, span.end_tick - span.start_tick)
    return max(-6.0, min(9.0, 16.0 * change)) * max(0.0, gone - 0.4) / 0.6


def octaves(
    chart: Chart, melody: Sequence[WeightedNote], spans: Sequence[Phrase], level: str, touch: Touch, role: str
) -> list[WeightedNote]:
    """The tune's octaves in the chorus: its longer notes first, nearly all in the last one.

    A section is doubled on one side throughout, above where the tune lies low, below where it lies high.
    """
    if level == "easy":
        return []
    by_tick = {w.note.start_tick: w for w in melody}
    tempo = chart.grid.tempo
    out: list[WeightedNote] = []
    sung = sung_in([w.note for w in melody], spans, chart.grid.meter.changes[0].bar_ticks)
    by_section: dict[int, list[Note]] = {}
    for span, phrase in sung:
        by_section.setdefault(span.section.start_tick, []).extend(phrase)
    sides = {start: _side(notes) for start, notes in by_section.items()}
    for span, phrase in sung:
        section = span.section
        least_s = _least_octave_s(section, level)
        if least_s is None:
            continue
        shift = sides[section.start_tick]
        for n, following in zip(phrase, [*phrase[1:], None], strict=True):
            until = following.start_tick if following is not None else n.end_tick
            if tempo.second(until) - tempo.second(n.start_tick) < least_s:
                continue
            softer = touch.octave if shift < 0 else 2
            velocity = midi(by_tick[n.start_tick].note.velocity - softer)
            if LOWEST <= n.pitch + shift <= HIGHEST:
                doubled = replace(n, pitch=n.pitch + shift, velocity=velocity, origin=Origin(role, function="octave"))
                out.append(WeightedNote(doubled, _OCTAVE_PRIORITY))
    return out


def _least_octave_s(section: PlannedSection, level: str) -> float | None:
    """The shortest note of a section that is doubled, in seconds; None where nothing is."""
    if section.is_last_chorus:
        return 0.3 if level == "full" else 0.4
    if section.label == "chorus":
        return 0.48 if level == "full" else 0.6
    if section.intensity >= 0.7 and level == "full":
        return 0.45
    return None


def _side(notes: Sequence[Note]) -> int:
    """Above, unless the tune lies so high that its lower octave leaves the left hand its room."""
    high_enough = sum(n.pitch - 12 >= _ROOMY for n in notes) >= 0.75 * len(notes)
    return -12 if high_enough or max(n.pitch for n in notes) + 12 > HIGHEST else 12


def midi(velocity: float) -> int:
    """A velocity that can be written."""
    return max(1, min(127, round(velocity)))
