"""What the right hand adds to its line: octaves where the song opens, thirds and sixths, an inner tone on strong beats.

Craft: a verse is a single line, a prechorus has thirds and sixths on long or strong notes, a sabi octaves and an inner
chord tone. Humans put another note under 42 % of the tune (POP909). A listener must still hear the tune as the hand's
matter, so what is neither tune nor its octave is rationed: `tune_share` of the hand's notes are the tune's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from remixkit.arrange.chart import Chart, PlannedSection
from remixkit.arrange.hands import TUNE, Weighed
from remixkit.arrange.piano_line import held, strength, weight
from remixkit.arrange.piano_phrases import Span, span_at, sung_in
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at

LOWEST = 55
HIGHEST = 93
_ROOMY = 60
_OCTAVE_WORTH, _LINE_WORTH, _INNER_WORTH = 6.0, 9.0, 3.0


@dataclass(frozen=True, slots=True)
class Touch:
    """Velocities of the right hand: `base` for the tune; the rest softer by so much (human covers: +15 +-10)."""

    base: int = 84
    octave: int = 7
    inner: int = 16
    line: int = 5


def sung(chart: Chart, tune: Sequence[Note], spans: Sequence[Span], touch: Touch, origin: str) -> list[Weighed]:
    """The tune with its dynamics: a swell over each phrase, weight on beats and on what rises, the source's own."""
    if not tune:
        return []
    mean = sum(n.velocity for n in tune) / len(tune)
    out = []
    for n in tune:
        span = span_at(spans, n.start_tick)
        shape = 7.0 * span.arch(n.start_tick) + 4.0 * strength(chart, n.start_tick)
        rise = 0.4 * max(-8, min(8, n.pitch - 72))
        own = 0.35 * max(-20.0, min(20.0, n.velocity - mean))
        velocity = _midi(touch.base - 4 + shape + rise + own + lift(span, n.start_tick))
        out.append(Weighed(replace(n, velocity=velocity, origin=f"{origin}/tune"), TUNE))
    return out


def lift(span: Span, tick: int) -> float:
    """Louder towards a stronger section, softer towards a weaker one: the last phrase leads there."""
    if span.leads_to is None:
        return 0.0
    change = span.leads_to.intensity - span.section.intensity
    gone = (tick - span.start_tick) / max(1, span.end_tick - span.start_tick)
    return max(-6.0, min(9.0, 16.0 * change)) * max(0.0, gone - 0.4) / 0.6


def octaves(
    chart: Chart, tune: Sequence[Weighed], spans: Sequence[Span], level: str, touch: Touch, origin: str
) -> list[Weighed]:
    """The tune's octaves in the sabi: its longer notes first, nearly all in the last one.

    A section is doubled on one side throughout, above where the tune lies low, below where it lies high.
    """
    if level == "easy":
        return []
    by_tick = {w.note.start_tick: w for w in tune}
    tempo = chart.grid.tempo
    out: list[Weighed] = []
    sung = sung_in([w.note for w in tune], spans, chart.grid.meter.changes[0].bar_ticks)
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
            velocity = _midi(by_tick[n.start_tick].note.velocity - softer)
            if LOWEST <= n.pitch + shift <= HIGHEST:
                doubled = replace(n, pitch=n.pitch + shift, velocity=velocity, origin=f"{origin}/octave")
                out.append(Weighed(doubled, _OCTAVE_WORTH))
    return out


def inner(
    chart: Chart,
    tune: Sequence[Weighed],
    doubled: Sequence[Weighed],
    spans: Sequence[Span],
    touch: Touch,
    origin: str,
    ration: int,
) -> list[Weighed]:
    """Chord tones under the tune where it is long, strong and the section asks for it; the `ration` best of them."""
    octave_of = {w.note.start_tick: w.note for w in doubled}
    candidates: list[tuple[float, Weighed]] = []
    last: int | None = None
    for w in tune:
        n = w.note
        section = span_at(spans, n.start_tick).section
        beats = (n.end_tick - n.start_tick) / TICKS_PER_QUARTER
        if beats < 0.45 or (beats < 1.9 and section.intensity < 0.5):
            continue
        found = _under(chart, n, octave_of.get(n.start_tick), last)
        if found is None:
            continue
        last = found
        velocity = _midi(n.velocity - touch.inner)
        kind = "third" if (n.pitch - found) % 12 in (3, 4, 8, 9) else "inner"
        note = replace(n, pitch=found, velocity=velocity, origin=f"{origin}/{kind}")
        candidates.append((weight(chart, n) + 2.0 * section.intensity, Weighed(note, _INNER_WORTH)))
    best = sorted(candidates, key=lambda c: (-c[0], c[1].note.start_tick))[: max(0, ration)]
    return [w for _, w in best]


def lines(
    chart: Chart,
    found: Sequence[tuple[tuple[int, int], Sequence[Note]]],
    spans: Sequence[Span],
    touch: Touch,
    origin: str,
    ration: int,
) -> list[Weighed]:
    """The lines that stand in for the tune, thinned to `ration` notes, a fair share to each."""
    beats = sum((end - start) / TICKS_PER_QUARTER for (start, end), _ in found)
    out: list[Weighed] = []
    for (start, end), notes in found:
        share = max(2, round(ration * (end - start) / TICKS_PER_QUARTER / max(1.0, beats)))
        best = sorted(sorted(notes, key=lambda n: (-_worth(chart, n, start), n.start_tick))[:share])
        for n in held(best, end):
            span = span_at(spans, n.start_tick)
            swell = 7.0 * span.arch(n.start_tick) + 3.0 * strength(chart, n.start_tick) + lift(span, n.start_tick)
            velocity = _midi(touch.base - touch.line - 4 + swell)
            out.append(Weighed(replace(n, velocity=velocity, origin=f"{origin}/line"), _LINE_WORTH))
    return out


def _worth(chart: Chart, note: Note, start_tick: int) -> float:
    """A note's weight in a line that must be thinned: two bars are sung, and two are left to the other hand."""
    bar = chart.grid.meter.at(start_tick).bar_ticks
    return weight(chart, note) + (1.5 if (note.start_tick - start_tick) // bar % 4 < 2 else 0.0)


def _least_octave_s(section: PlannedSection, level: str) -> float | None:
    """The shortest note of a section that is doubled, in seconds; None where nothing is."""
    if section.is_last_sabi:
        return 0.16 if level == "full" else 0.4
    if section.label == "sabi":
        return 0.27 if level == "full" else 0.6
    if section.intensity >= 0.7 and level == "full":
        return 0.45
    return None


def _side(notes: Sequence[Note]) -> int:
    """Above, unless the tune lies so high that its lower octave leaves the left hand its room."""
    high_enough = sum(n.pitch - 12 >= _ROOMY for n in notes) >= 0.75 * len(notes)
    return -12 if high_enough or max(n.pitch for n in notes) + 12 > HIGHEST else 12


def _under(chart: Chart, note: Note, octave: Note | None, last: int | None) -> int | None:
    """The chord tone that sounds best under a note: thirds and sixths, third and seventh of the chord, a near move."""
    chord = chord_at(chart.chords, note.start_tick)
    pcs = tones(chord)
    if not pcs:
        return None
    high = max(note.pitch, octave.pitch) if octave is not None else note.pitch
    low = min(note.pitch, octave.pitch) + 2 if octave is not None else max(LOWEST, high - 10)

    def cost(pitch: int) -> float:
        interval = high - pitch
        plain = {3: 0.0, 4: 0.0, 8: 0.0, 9: 0.0, 5: 0.8, 6: 1.5, 7: 1.2}.get(interval, 3.0)
        colour = -0.5 if (pitch - pcs[0]) % 12 in (3, 4, 10, 11) else 0.0
        move = 0.0 if last is None else 0.08 * abs(pitch - last)
        return plain + colour + move

    options = [
        p for p in range(max(low, LOWEST), high - 2) if p % 12 in pcs and (p - note.pitch) % 12 not in (0, 1, 2, 10, 11)
    ]
    return min(options, key=cost, default=None)


def _midi(velocity: float) -> int:
    return max(1, min(127, round(velocity)))
