"""What the left hand plays: a texture for each phrase, laid on the bass line and kept under the right hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from remixkit.arrange.piano.bass_line import are_parallel, sung_before, sung_with
from remixkit.arrange.piano.hands import BASS_PRIORITY, LEVELS, WeightedNote, chord_priority, fit_hand
from remixkit.arrange.piano.left_keys import CLEAR_FROM, ChordContext, HandEvent, HandLimits, fitted, keyboard_pitches
from remixkit.arrange.piano.phrases import Phrase, evened
from remixkit.arrange.piano.right_line import strength
from remixkit.arrange.piano.right_melody import lift
from remixkit.arrange.playing.placement import pattern_meter, stretch_of
from remixkit.arrange.playing.player import velocity
from remixkit.arrange.playing.task import RoleTask
from remixkit.arrange.playing.tones import approach
from remixkit.model.song import Note, Origin
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.patterns import Event, Pattern
from remixkit.seeding import child_rng
from remixkit.theory.chords import tones
from remixkit.theory.keys import key_at

# How busy each level is beside the full one.
_BUSY = {"easy": 0.5, "medium": 0.75, "full": 1.0}
# The degrees of a climb, and the shortest sixteenth in which it is played.
_CLIMB, _CLIMB_LEAST_S = ("5", "8", "T", "12"), 0.125
# How much denser the left hand is where it is alone.
_ALONE = 0.35
# What each phrase costs that another kind of section has had with a texture.
_WORN = 0.08
# A texture is tried on so many chords of the phrase.
_TRIED = 4


def textures(
    task: RoleTask[object], spans: Sequence[Phrase], contexts: Sequence[ChordContext], limits: HandLimits, level: str
) -> tuple[tuple[Phrase, Pattern], ...]:
    """A pattern for each phrase, of those that the style names for its section.

    Each is tried: it should come near the density that the section's intensity asks for, lose nothing to the hand's
    limits, and a phrase should not go on as the last one did for more than eight bars,
    nor a section as others did, while
    the same place of a returning section sounds alike.
    """
    kept: dict[tuple[str, int], str] = {}
    out: list[tuple[Phrase, Pattern]] = []
    for span in spans:
        options = _options(task, span, level)
        inside = [context for context in contexts if span.start_tick <= context.chord.start_tick < span.end_tick]
        rng = child_rng(task.seed, task.name, "texture", span.section.label, span.start_tick)
        repeats = _run([p.name for _, p in out])
        best: tuple[float, Pattern] | None = None
        for pattern in options:
            cost = _misfit(task, span, pattern, inside, limits, level)
            cost += 0.4 * float(rng.random()) - 0.15 * math.log(pattern.weight)
            cost += _WORN * sum(p.name == pattern.name and s.section.label != span.section.label for s, p in out)
            if out and out[-1][1].name == pattern.name:
                cost += (0.0, 0.15, 0.9, 2.0)[min(3, repeats)]
            if kept.get((span.section.label, span.number)) == pattern.name:
                cost -= 0.25
            if best is None or cost < best[0]:
                best = (cost, pattern)
        if best is not None:
            kept.setdefault((span.section.label, span.number), best[1].name)
            out.append((span, best[1]))
    return tuple(out)


def played(
    task: RoleTask[object],
    chosen: Sequence[tuple[Phrase, Pattern]],
    contexts: Sequence[ChordContext],
    limits: HandLimits,
    final_tick: int,
    *,
    climbs: bool = False,
) -> list[WeightedNote]:
    """The textures as notes: with breath at phrase ends, steps in the bass between chords, a climb into the chorus."""
    out: list[WeightedNote] = []
    last: int | None = None
    for span, pattern in chosen:
        inside = [
            context
            for context in contexts
            if span.start_tick <= context.chord.start_tick < min(span.end_tick, final_tick)
        ]
        strokes = [s for context in inside for s in _with_third(_placed(pattern, context, stretch_of(task.chart)))]
        strokes = _breathing(task, span, strokes, limits)
        walks = _walks(task, span, inside, limits)
        climb = _climb(task, span, inside) if climbs else []
        if climb:
            strokes = [s for s in strokes if s.start_tick < climb[0].start_tick] + climb
            walks = [w for w in walks if w.note.end_tick <= climb[0].start_tick]
        for stroke in strokes:
            walk = next((w for w in walks if w.note.end_tick > stroke.start_tick >= w.note.start_tick), None)
            if walk is not None:
                continue
            coming = next((w.note.start_tick for w in walks if w.note.start_tick > stroke.start_tick), span.end_tick)
            until = min(stroke.context.chord.end_tick, coming)
            cut = replace(stroke, end_tick=min(stroke.end_tick, until))
            made = _notes(task, span, cut, limits, pattern.name, until, last)
            last = made[-1].note.pitch if made else None
            out += made
        out += walks
    return out


def _climb(task: RoleTask[object], span: Phrase, contexts: Sequence[ChordContext]) -> list[HandEvent]:
    """Sixteenths up the chord in the last beat before a chorus that is louder than what it follows, growing."""
    if span.leads_to is None or span.leads_to.label != "chorus" or not contexts:
        return []
    unit = TICKS_PER_QUARTER // 4 * stretch_of(task.chart)
    start, context = span.end_tick - len(_CLIMB) * unit, contexts[-1]
    tempo = task.chart.grid.tempo
    is_slow = tempo.second(start + unit) - tempo.second(start) >= _CLIMB_LEAST_S
    rises = span.leads_to.intensity > span.section.intensity + 0.1
    if not (is_slow and rises and context.chord.start_tick <= start and context.chord.end_tick == span.end_tick):
        return []
    return [
        HandEvent(start + k * unit, span.end_tick, (degree,), 74 + 4 * k, context) for k, degree in enumerate(_CLIMB)
    ]


def fingers_lifted(wanted: Sequence[WeightedNote]) -> list[WeightedNote]:
    """Fingers let a low key go when the next one would stand too close above it (low-interval limits)."""
    out = sorted(wanted, key=lambda w: w.note)
    holding: list[int] = []
    for k, w in enumerate(out):
        holding = [i for i in holding if out[i].note.end_tick > w.note.start_tick]
        for i in holding:
            n, m = out[i].note, w.note
            if n.start_tick < m.start_tick and min(n.pitch, m.pitch) < CLEAR_FROM.get(abs(n.pitch - m.pitch), 0):
                out[i] = replace(out[i], note=replace(n, end_tick=m.start_tick))
        holding.append(k)
    return out


def _options(task: RoleTask[object], span: Phrase, level: str) -> list[Pattern]:
    named = task.spec.patterns.get(span.section.label, task.spec.patterns.get("all", ()))
    names = (named,) if isinstance(named, str) else tuple(named)
    names = EASY if level == "easy" else names
    meter = pattern_meter(task.chart.grid.meter.at(span.start_tick))
    found = [task.patterns[n] for n in names if n in task.patterns]
    if meter is not None:
        found = [p.in_meters.get(meter, p) for p in found]
    return [p for p in found if p.events] or [HELD]


EASY = ("piano_easy_held", "piano_easy_beats", "piano_easy_alberti")
HELD = Pattern("held", 4.0, (Event(0.0, ("1", "5", "8"), 4.0, 76),))


def _run(names: Sequence[str]) -> int:
    """How many times the last name stands at the end."""
    count = 0
    for name in reversed(names):
        if name != names[-1]:
            break
        count += 1
    return count


def _misfit(
    task: RoleTask[object],
    span: Phrase,
    pattern: Pattern,
    contexts: Sequence[ChordContext],
    limits: HandLimits,
    level: str,
) -> float:
    tempo = task.chart.grid.tempo
    wanted = [
        w
        for context in contexts[:_TRIED]
        for s in _with_third(_placed(pattern, context, stretch_of(task.chart)))
        for w in _notes(task, span, s, limits, pattern.name)
    ]
    if not wanted:
        return 4.0
    kept = fit_hand(wanted, tempo, LEVELS[level])
    seconds = tempo.second(contexts[:_TRIED][-1].chord.end_tick) - tempo.second(contexts[0].chord.start_tick)
    rate = len({w.note.start_tick for w in wanted}) / max(0.1, seconds)
    too_thick = len(kept) / max(1, len({n.start_tick for n in kept})) - _BUSY[level] * wanted_thickness(span)
    pace = abs(math.log(rate / (_BUSY[level] * wanted_rate(span) * (1 + _ALONE * _silence(span, limits)))))
    return 1.6 * pace + 0.6 * abs(too_thick) + 6.0 * (1 - len(kept) / len(wanted))


def wanted_rate(span: Phrase) -> float:
    """Left-hand onsets a second that an intensity asks for: 2 to 4 (humans play 4 to 11 notes a second in all)."""
    grown = span.section.intensity + (0.05 if span.number else 0.0) + (0.12 if span.section.is_last_chorus else 0.0)
    return 2.1 + 1.9 * min(1.1, grown)


def _silence(span: Phrase, limits: HandLimits) -> float:
    """Share of a phrase's beats in which the right hand strikes nothing."""
    beats = {n.start_tick // TICKS_PER_QUARTER for n in limits.right.struck(span.start_tick, span.end_tick)}
    return 1 - len(beats) * TICKS_PER_QUARTER / max(1, span.end_tick - span.start_tick)


def wanted_thickness(span: Phrase) -> float:
    """Left-hand notes an onset that an intensity asks for (POP909: 1.3 on the whole, 1.4 in the chorus)."""
    return 1.2 + 0.25 * span.section.intensity


def _placed(pattern: Pattern, context: ChordContext, stretch: int) -> list[HandEvent]:
    """A pattern from the chord's beginning to its end, over and over, cut where the chord ends."""
    unit = TICKS_PER_QUARTER * stretch
    chord = context.chord
    period = round(pattern.beats * unit)
    out = []
    following = dict(pairwise([*(e.start_beats for e in pattern.events), pattern.beats]))
    for k in range(-(-(chord.end_tick - chord.start_tick) // period)):
        for e in pattern.events:
            is_legato = e.start_beats + e.length_beats >= following[e.start_beats] - 0.01
            start = chord.start_tick + k * period + round(e.start_beats * unit)
            if start < chord.end_tick - 60:
                end = min(chord.end_tick, start + round(e.length_beats * unit))
                out.append(HandEvent(start, end, e.degrees, e.velocity, context, is_legato))
    return out


def _with_third(strokes: Sequence[HandEvent]) -> list[HandEvent]:
    """A chord of more than a beat says whether it is major or minor: its third replaces an octave or a fifth."""
    if not strokes:
        return []
    chord = strokes[0].context.chord
    third = next((pc for pc in tones(chord)[1:2] if (pc - (chord.root_pc or 0)) % 12 in (3, 4)), None)
    if third is None or chord.end_tick - chord.start_tick <= TICKS_PER_QUARTER or strokes[0].context.bass % 12 == third:
        return list(strokes)
    struck = {d for s in strokes for d in s.degrees}
    if struck & {"3", "T", "all", "top", "mid"}:
        return list(strokes)
    out = list(strokes)
    for old in ("8", "9", "12", "5"):
        for k in range(len(out) - 1, 0, -1):
            if old in out[k].degrees:
                close = old == "5" and strokes[0].context.bass >= CLEAR_FROM[4]
                new = "3" if close else "T"
                out[k] = replace(out[k], degrees=tuple(new if d == old else d for d in out[k].degrees))
                return out
    out[0] = replace(out[0], degrees=(*out[0].degrees, "T"))
    return out


def _breathing(
    task: RoleTask[object], span: Phrase, strokes: Sequence[HandEvent], limits: HandLimits
) -> list[HandEvent]:
    """At a phrase's end, where the tune holds or rests, strokes only on beats, each held; not on the way up."""
    rising = span.leads_to is not None and span.leads_to.intensity > span.section.intensity + 0.1
    if rising or (span.section.intensity > 0.8 and not span.is_last):
        return list(strokes)
    bar = task.chart.grid.meter.bar_start(span.end_tick - 1)
    sung = limits.melody.struck(span.start_tick, span.end_tick)
    if not sung:
        return list(strokes)
    last = next((n.start_tick for n in reversed(sung) if n.end_tick - n.start_tick >= TICKS_PER_QUARTER), bar)
    late = [n for n in sung if n.start_tick > last]
    calm = max(bar, last + 60)
    if late and late[0].start_tick < calm + TICKS_PER_QUARTER:
        return list(strokes)
    kept = [s for s in strokes if s.start_tick < calm or strength(task.chart, s.start_tick) >= 0.5]
    ends = [*(s.start_tick for s in kept[1:]), span.end_tick][: len(kept)]
    return [
        replace(s, end_tick=max(s.end_tick, min(e, s.context.chord.end_tick))) if s.start_tick >= calm else s
        for s, e in zip(kept, ends, strict=True)
    ]


def _walks(
    task: RoleTask[object], span: Phrase, contexts: Sequence[ChordContext], limits: HandLimits
) -> list[WeightedNote]:
    """Passing notes in the bass on the last half beat of a chord, where the next bass is a third to a fifth away."""
    rng = child_rng(task.seed, task.name, "walk", span.start_tick)
    chance = 0.2 + 0.4 * span.section.intensity
    half = TICKS_PER_QUARTER // 2 * stretch_of(task.chart)
    out = []
    for context in contexts:
        draw = float(rng.random())
        length = context.chord.end_tick - context.chord.start_tick
        if (
            context.following is None
            or length < 4 * half
            or not 3 <= abs(context.following - context.bass) <= 7
            or draw > chance
        ):
            continue
        start = context.chord.end_tick - half
        key = key_at(task.chart.keys, start)
        pitch = approach(context.following, context.bass, key, 34, 55)
        if pitch in (context.bass, context.following) or limits.clashes(pitch, start, context.chord.end_tick):
            continue
        before, after = (
            sung_before(limits.melody, context.chord.end_tick),
            sung_with(limits.melody, context.chord.end_tick),
        )
        if before is not None and after is not None and are_parallel(pitch, context.following, before, after):
            continue
        loud = velocity(76, task.spec) + round(lift(span, start))
        note = Note(start, context.chord.end_tick, pitch, _midi(loud), Origin(task.name, function="walk"))
        out.append(WeightedNote(note, BASS_PRIORITY - 1))
    return out


def _notes(
    task: RoleTask[object],
    span: Phrase,
    stroke: HandEvent,
    limits: HandLimits,
    pattern: str,
    until: int = 0,
    last: int | None = None,
) -> list[WeightedNote]:
    """The keys of a stroke: degrees found above the bass, under the right hand, clear of the tune."""
    context, chord = stroke.context, stroke.context.chord
    until = until or chord.end_tick
    ceiling = limits.ceiling(stroke.start_tick, stroke.end_tick)
    pcs = tones(chord)
    pitches: list[int] = []
    for degree in stroke.degrees:
        for pitch in keyboard_pitches(task.chart, degree, context):
            found = fitted(pitch, context, pcs, ceiling, limits, stroke, pitches, last)
            if found is not None:
                pitches.append(found)
    shape = 4.0 * span.arch(stroke.start_tick) + lift(span, stroke.start_tick)
    accent = 12.0 * strength(task.chart, stroke.start_tick) - 4.0
    loud = velocity(stroke.velocity, task.spec) + accent + shape + evened(span.section, 21)
    out = []
    for pitch in sorted(pitches):
        lowest = pitch == min(pitches)
        priority = BASS_PRIORITY if pitch == context.bass else chord_priority(pitch, pcs, chord.bass_pc, lowest=lowest)
        end = limits.free_until(pitch, stroke.end_tick, until) if stroke.is_legato else stroke.end_tick
        note = Note(
            stroke.start_tick,
            end,
            pitch,
            _midi(loud - (0 if lowest else 4)),
            Origin(task.name, pattern, "accompaniment"),
        )
        out.append(WeightedNote(note, priority))
    return out


def _midi(loud: float) -> int:
    return max(1, min(127, round(loud)))
