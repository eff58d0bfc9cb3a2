"""What stands between tune and bass: tones under the tune, lines in its rests, a voice that moves where it holds.

Humans strike another note within an octave under two of five notes of the tune (POP909), and play on where it holds or
rests. A listener must still hear the tune as the right hand's matter, so what is neither tune nor its octave is
rationed there, and the voice that moves is the left hand's: the source's second voice if it has one, else chord tones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from remixkit.arrange.form.chart import Chart
from remixkit.arrange.piano.hands import WeightedNote
from remixkit.arrange.piano.phrases import HeldKeys, Phrase, evened, phrase_at
from remixkit.arrange.piano.right_line import held, strength, weight
from remixkit.arrange.piano.right_melody import Touch, lift, midi
from remixkit.arrange.playing.tones import clashes
from remixkit.model.song import Note, Origin
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.seeding import child_rng
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at

# Lower than this a third or a sixth under the tune is the left hand's; its thumb sings between these.
LOWEST, THUMB = 57, (53, 70)
_LINE_PRIORITY, _SUPPORT_PRIORITY, _MOVING_PRIORITY = 9.0, 4.0, 4.5
# How long the hand stays with a chord's bass before its thumb sings.
_AFTER_BASS = TICKS_PER_QUARTER * 3 // 4
# Where the thumb is at home.
_HOME = 62
_EIGHTH = TICKS_PER_QUARTER // 2
# Eighths that pass faster than this are too quick for an inner voice; it then moves in quarters.
_LEAST_S = 0.21
# Which of the places between two notes of the tune are played: by their number and their strength in the bar.
FIGURES = ("second_half", "offbeats", "beats", "run")


def supports(
    chart: Chart,
    melody: Sequence[Note],
    doubled: Sequence[Note],
    spans: Sequence[Phrase],
    touch: Touch,
    role: str,
    ration: int,
    *,
    most: int = 2,
) -> list[WeightedNote]:
    """Chord tones struck with the tune where it is long or strong and the section asks for it; the `ration` best.

    Parameters
    ----------
    chart : Chart
        Chords and bars.
    melody, doubled : sequence of Note
        The line, and its octaves.
    spans : sequence of Span
        Phrases.
    touch : Touch
        Velocities.
    role : str
        The role's name.
    ration : int
        Notes in all.
    most : int
        Notes under one of the tune.
    """
    octave_of = {n.start_tick: n for n in doubled}
    found: list[tuple[float, WeightedNote]] = []
    last: int | None = None
    for n in melody:
        section = phrase_at(spans, n.start_tick).section
        if n.end_tick - n.start_tick < 0.45 * TICKS_PER_QUARTER:
            continue
        priority = weight(chart, n) + 2.0 * section.intensity
        under = _under(chart, n, octave_of.get(n.start_tick), last)[:most]
        for k, pitch in enumerate(under):
            velocity = midi(n.velocity - touch.inner + 10 * strength(chart, n.start_tick) + evened(section, 8))
            note = replace(n, pitch=pitch, velocity=velocity, origin=Origin(role, function="harmony"))
            found.append((priority - 1.5 * k, WeightedNote(note, _SUPPORT_PRIORITY - k)))
        last = under[0] if under else last
    best = sorted(found, key=lambda f: (-f[0], f[1].note.start_tick))[: max(0, ration)]
    return [w for _, w in best]


def lines(
    chart: Chart,
    found: Sequence[tuple[tuple[int, int], Sequence[Note]]],
    spans: Sequence[Phrase],
    touch: Touch,
    role: str,
    ration: int,
) -> list[WeightedNote]:
    """The lines that stand in for the tune, thinned to `ration` notes, a fair share to each."""
    beats = sum((end - start) / TICKS_PER_QUARTER for (start, end), _ in found)
    out: list[WeightedNote] = []
    for (start, end), notes in found:
        share = max(2, round(ration * (end - start) / TICKS_PER_QUARTER / max(1.0, beats)))
        best = sorted(sorted(notes, key=lambda n: (-_line_weight(chart, n, start), n.start_tick))[:share])
        for n in held(best, end):
            span = phrase_at(spans, n.start_tick)
            swell = 5.0 * span.arch(n.start_tick) + 4.0 * strength(chart, n.start_tick) + lift(span, n.start_tick)
            velocity = midi(touch.base - touch.line - 2 + swell + evened(span.section, 16))
            out.append(
                WeightedNote(replace(n, velocity=velocity, origin=Origin(role, function="stand_in")), _LINE_PRIORITY)
            )
    return out


def moving(
    chart: Chart,
    line: Sequence[Note],
    right: Sequence[Note],
    spans: Sequence[Phrase],
    loud: int,
    role: str,
    *,
    seed: int,
    busy: bool,
) -> list[WeightedNote]:
    """What the left hand's thumb plays where the line holds or rests: the source's second voice, else chord tones.

    Parameters
    ----------
    chart : Chart
        Chords, bars, the source's lines.
    line : sequence of Note
        The tune, and what stands in for it.
    right : sequence of Note
        All that the right hand plays.
    spans : sequence of Span
        Phrases.
    loud : int
        Velocity of the hand.
    role : str
        The role's name.
    seed : int
        For the figures: one for each phrase, the same where a section's phrase returns.
    busy : bool
        Whether gaps of a beat are filled in quiet sections too, not only those of a beat and a half.
    """
    view, sounding = HeldKeys(_second_voice(chart)), HeldKeys(right)
    out: list[WeightedNote] = []
    for n, following in zip_longest(line, line[1:]):
        span = phrase_at(spans, n.start_tick)
        section = span.section
        until = min(following.start_tick if following is not None else n.end_tick, section.end_tick, chart.end_tick)
        least = 1.0 if section.intensity >= 0.55 or busy else 1.5
        if until - n.start_tick < least * TICKS_PER_QUARTER - _EIGHTH // 4:
            continue
        places = _places(chart, n.start_tick, until)
        wanted = {p: found.pitch for p in places if (found := _struck_at(view, p)) is not None}
        if len(wanted) < max(1, len(places) // 3):
            wanted = {}
            places = _of_figure(chart, places, _figure(span, seed, role))
        last = n.pitch - 9
        made = []
        for tick in sorted(wanted) or places:
            pitch = _between(chart, tick, sounding, n.pitch, wanted.get(tick), last)
            if pitch is not None:
                swell = 5.0 * span.arch(tick) + 4.0 * strength(chart, tick) + lift(span, tick) + evened(section, 20)
                made.append(
                    Note(tick, tick + _EIGHTH, pitch, midi(loud - 4 + swell), Origin(role, function="countermelody"))
                )
                last = pitch
        out += [WeightedNote(m, _MOVING_PRIORITY) for m in held(made, until)]
    return out


def _line_weight(chart: Chart, note: Note, start_tick: int) -> float:
    """A note's weight in a line that must be thinned: two bars are sung, and two are left to the other hand."""
    bar = chart.grid.meter.at(start_tick).bar_ticks
    return weight(chart, note) + (1.5 if (note.start_tick - start_tick) // bar % 4 < 2 else 0.0)


def _under(chart: Chart, note: Note, octave: Note | None, last: int | None) -> list[int]:
    """The chord tones that sound well under a note, best first, none beside another.

    Thirds and sixths, the chord's third and seventh, a near move; between a note and its octave what lies inside.
    """
    pcs = tones(chord_at(chart.chords, note.start_tick))
    if not pcs:
        return []
    high = max(note.pitch, octave.pitch) if octave is not None else note.pitch
    low = min(note.pitch, octave.pitch) + 2 if octave is not None else high - 12

    def cost(pitch: int) -> float:
        interval = high - pitch
        plain = {3: 0.0, 4: 0.0, 8: 0.2, 9: 0.2, 5: 0.6, 7: 0.8, 6: 1.5, 10: 2.0}.get(interval, 3.0)
        colour = -0.5 if (pitch - pcs[0]) % 12 in (3, 4, 10, 11) else 0.0
        move = 0.0 if last is None else 0.08 * abs(pitch - last)
        return plain + colour + move

    options = [
        p for p in range(max(low, LOWEST), high - 2) if p % 12 in pcs and (p - note.pitch) % 12 not in (0, 1, 2, 10, 11)
    ]
    ranked = sorted(options, key=cost)
    return [p for k, p in enumerate(ranked) if all(abs(p - q) > 2 for q in ranked[:k])]


def _second_voice(chart: Chart) -> list[Note]:
    return [n for line in chart.source if line.role in ("second", "riff") for n in line.notes]


def _struck_at(view: HeldKeys, tick: int) -> Note | None:
    """What the source's second voice strikes at a place; its highest note."""
    near = view.struck(tick - _EIGHTH // 4, tick + _EIGHTH // 4)
    return max(near, key=lambda n: n.pitch, default=None)


def _places(chart: Chart, start_tick: int, end_tick: int) -> list[int]:
    """The eighths (quarters in a fast piece) after a note of the tune, up to a sixteenth before the next.

    The hand that has just struck a chord's bass gets there in its own time.
    """
    tempo = chart.grid.tempo
    unit = _EIGHTH
    if tempo.second(start_tick + unit) - tempo.second(start_tick) < _LEAST_S:
        unit = TICKS_PER_QUARTER
    bar = chart.grid.meter.bar_start(start_tick)
    first = bar + -(-(start_tick + unit // 2 - bar) // unit) * unit
    places = range(first, end_tick - unit // 2 + 1, unit)
    return [p for p in places if p - chord_at(chart.chords, p).start_tick >= _AFTER_BASS]


def _figure(span: Phrase, seed: int, role: str) -> str:
    rng = child_rng(seed, role, "figure", span.section.label, span.number)
    return FIGURES[int(rng.integers(len(FIGURES) if span.section.intensity >= 0.45 else len(FIGURES) - 1))]


def _of_figure(chart: Chart, places: Sequence[int], figure: str) -> list[int]:
    if figure == "run" or len(places) == 1:
        return list(places)
    if figure == "second_half":
        return list(places[len(places) // 2 :])
    is_beat = figure == "beats"
    return [p for p in places if (strength(chart, p) >= 0.5) == is_beat] or list(places[:1])


def _between(chart: Chart, tick: int, sounding: HeldKeys, melody: int, wanted: int | None, last: int) -> int | None:
    """A chord tone under what the right hand holds, near the last one but not on it; of `wanted`'s class if it can."""
    pcs = tones(chord_at(chart.chords, tick))
    above = sounding.during(tick, tick + _EIGHTH)
    high = min((n.pitch for n in above), default=melody + 3)
    options = [
        p
        for p in range(THUMB[0], min(THUMB[1], high - 3) + 1)
        if p % 12 in pcs and p != last and not clashes(p, [n.pitch for n in above])
    ]

    def cost(pitch: int) -> float:
        far = abs(pitch - last) + 0.15 * abs(pitch - _HOME)
        return far if wanted is None else min((pitch - wanted) % 12, (wanted - pitch) % 12) + 0.2 * far

    return min(options, key=cost, default=None)
