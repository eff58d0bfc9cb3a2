"""The song on the cover's timeline: tempo, meter, keys, chords, tune and borrowed lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from math import log
from statistics import median

from remixkit.arrange.form.chart import Chart, PlannedSection, SourceLine
from remixkit.arrange.form.outline import Plan, plan
from remixkit.arrange.form.quantise import quantised
from remixkit.arrange.form.transitions import joined
from remixkit.model.analysis import Analysis, ChordSpan, Key
from remixkit.model.song import Lyric, Note
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.seeding import child_rng
from remixkit.style.schema import FormSpec, HarmonySpec, Style
from remixkit.theory.basses import passing_inversions, pedal_point, suspended
from remixkit.theory.reharmony import colour_chords

# Sections whose tempi differ by less than this share are played at one tempo.
STEADY = 0.04
# By how much a cover may play faster or slower to last as long as its style wants.
FIT = 0.06


def chart_of(analysis: Analysis, style: Style, seed: int) -> Chart:
    """Lay the song out on the cover's timeline.

    The source is moved by whole bars and never re-timed: a beat of the source is a beat of the cover. The tempo map is
    new: one tempo a section, the source's moved towards the style's range.
    """
    outline = plan(analysis, style.form)
    bar_ticks = analysis.song.grid.meter.changes[0].bar_ticks
    outline = replace(outline, sections=joined(outline.sections, style.form, bar_ticks, seed))
    meter = meter_of(analysis.song.grid.meter, outline)
    tempo, half_time = cover_tempo(analysis, style.form, outline, meter)
    keys = _keys(analysis, outline)
    tune = [Note(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in analysis.melody]
    melody = _moved(quantised(tune), outline)
    chords = _chords(analysis, outline, keys)
    coloured = colour_chords(
        chords,
        keys,
        melody,
        colour=style.harmony.colour,
        amount=style.harmony.reharmonise,
        rng=child_rng(seed, "harmony"),
    )
    coloured = _over_the_bass(coloured, keys, melody, outline.sections, style.harmony, seed)
    return Chart(
        grid=Grid(tempo, meter),
        keys=keys,
        chords=coloured,
        sections=outline.sections,
        melody=melody,
        lyrics=tuple(replace(t, tick=t.tick + outline.shift_ticks) for t in _lyrics(analysis)),
        source=tuple(
            SourceLine(role, _moved(quantised(track.notes), outline))
            for track, role in zip(analysis.song.tracks, analysis.roles, strict=True)
            if track.notes
        ),
        half_time=half_time,
    )


def _over_the_bass(
    chords: tuple[ChordSpan, ...],
    keys: tuple[Key, ...],
    melody: tuple[Note, ...],
    sections: tuple[PlannedSection, ...],
    harmony: HarmonySpec,
    seed: int,
) -> tuple[ChordSpan, ...]:
    """The chords with the inversions, suspensions and pedal points that a style asks for."""
    if harmony.inversions:
        chords = passing_inversions(chords, keys, amount=harmony.inversions, rng=child_rng(seed, "inversions"))
    if harmony.suspensions:
        chords = suspended(chords, keys, melody, amount=harmony.suspensions, rng=child_rng(seed, "suspensions"))
    if harmony.pedal:
        spans = [
            (s.start_tick, s.end_tick)
            for k, s in enumerate(sections)
            if s.label in ("intro", "prechorus") and child_rng(seed, "pedal", s.label, k).random() < harmony.pedal
        ]
        chords = pedal_point(chords, keys, melody, spans)
    return chords


def cover_tempo(analysis: Analysis, form: FormSpec, outline: Plan, meter: MeterMap) -> tuple[TempoMap, bool]:
    """The cover's tempo map, and whether the beat is felt at half rate.

    The source's tempo is the median over its bars; where its sections differ by more than 4 % each keeps its own. A
    tempo that the style states is for the beat as written or as felt, whichever is nearer.
    """
    source = analysis.song.grid
    bars = list(source.meter.bars(max(1, analysis.end_tick)))
    seconds = source.tempo.to_s([b for b, _ in bars] + [bars[-1][1]])
    bpm = [
        (e - s) / TICKS_PER_QUARTER * 60.0 / max(1e-6, float(seconds[i + 1] - seconds[i]))
        for i, (s, e) in enumerate(bars)
    ]
    whole = median(bpm)
    half_time = form.half_time_above_bpm is not None and whole > form.half_time_above_bpm
    felt = whole / 2 if half_time else whole
    low, high = form.tempo_range_bpm
    most = form.tempo_change_max
    ratio = min(1 + most, max(1 - most, min(high, max(low, felt)) / felt))
    if form.tempo_bpm is not None:
        ratio = min((form.tempo_bpm / beat for beat in (whole, felt)), key=lambda r: abs(log(r)))

    own = {
        s.start_tick: median(
            b for (start, _), b in zip(bars, bpm, strict=True) if _covers(s, start + outline.shift_ticks)
        )
        for s in outline.sections
        if any(_covers(s, start + outline.shift_ticks) for start, _ in bars)
    }
    steady = all(abs(b / whole - 1) < STEADY for b in own.values())
    changes: list[TempoChange] = []
    current = whole
    for s in outline.sections:
        if s.start_tick in own:
            current = whole if steady else own[s.start_tick]
        elif not changes and own:
            current = whole if steady else next(iter(own.values()))
        changes.append(TempoChange(s.start_tick, min(400.0, max(20.0, current * ratio))))
    shaped = TempoMap(_without_repeats(_shaped(changes, form, outline.sections, meter)))
    if form.length_s is None or form.tempo_bpm is not None:
        return shaped, half_time
    faster = min(1 + FIT, shaped.second(outline.end_tick) / form.length_s)
    if faster < 1 - FIT:
        return shaped, half_time
    return TempoMap(tuple(TempoChange(c.tick, c.bpm * faster) for c in shaped.changes)), half_time


def _covers(section: PlannedSection, tick: int) -> bool:
    return section.start_tick <= tick < section.end_tick


def _shaped(
    changes: list[TempoChange], form: FormSpec, sections: tuple[PlannedSection, ...], meter: MeterMap
) -> list[TempoChange]:
    """Rubato at phrase ends and before the chorus, and the last bars' ritardando, beat by beat."""
    factors: dict[int, float] = {}
    beats = list(meter.beats(sections[-1].end_tick))
    if form.rubato > 0:
        for s, after in zip_longest(sections, sections[1:]):
            inside = [b for b in beats if s.start_tick <= b < s.end_tick]
            starts = [*[b for b, _ in meter.bars(s.end_tick) if b >= s.start_tick][8::8], s.end_tick]
            for end in starts:
                for b in [b for b in inside if b < end][-2:]:
                    factors[b] = 1 - 0.015 * form.rubato / 0.5
            if after is not None and after.label == "chorus" and s.label != "chorus":
                for b in inside[-2:]:
                    factors[b] = 1 - 0.04 * form.rubato / 0.5
    if form.ritardando > 0:
        last_bars = list(meter.bars(sections[-1].end_tick))[-3:]
        slowing = [b for b in beats if last_bars[0][0] <= b < last_bars[-1][0]]
        for i, b in enumerate(slowing):
            factors[b] = 1 - form.ritardando * ((i + 1) / (len(slowing) + 1)) ** 1.5
        factors[last_bars[-1][0]] = 1 - form.ritardando
    if not factors:
        return changes
    base = {c.tick: c.bpm for c in changes}
    out, current, final = [], changes[0].bpm, sections[-1].end_tick
    for b in sorted({*beats, *base}):
        current = base.get(b, current)
        if form.ritardando > 0 and b > (last_bars[-1][0] if form.ritardando else final):
            continue
        out.append(TempoChange(b, round(current * factors.get(b, 1.0), 3)))
    return out


def _without_repeats(changes: list[TempoChange]) -> tuple[TempoChange, ...]:
    kept = [changes[0]]
    for c in changes[1:]:
        if abs(c.bpm - kept[-1].bpm) > 1e-6:
            kept.append(c)
    return tuple(kept)


def meter_of(source: MeterMap, outline: Plan) -> MeterMap:
    """The source's meters on the cover's timeline."""
    first, *rest = source.changes
    return MeterMap(
        (
            MeterChange(0, first.numerator, first.denominator),
            *(
                MeterChange(m.tick + outline.shift_ticks, m.numerator, m.denominator)
                for m in rest
                if m.tick + outline.shift_ticks < outline.end_tick
            ),
        )
    )


def _moved(notes: Sequence[Note], outline: Plan) -> tuple[Note, ...]:
    shift, end = outline.shift_ticks, outline.end_tick
    return tuple(
        Note(n.start_tick + shift, min(n.end_tick + shift, end), n.pitch, n.velocity)
        for n in notes
        if n.start_tick + shift < end
    )


def _keys(analysis: Analysis, outline: Plan) -> tuple[Key, ...]:
    keys = [k for k in analysis.keys if k.end_tick > k.start_tick] or [Key(0, max(1, analysis.end_tick), 0, "major")]
    moved = [
        replace(k, start_tick=k.start_tick + outline.shift_ticks, end_tick=k.end_tick + outline.shift_ticks)
        for k in keys
    ]
    moved[0] = replace(moved[0], start_tick=0)
    moved[-1] = replace(moved[-1], end_tick=max(outline.end_tick, moved[-1].start_tick + 1))
    return tuple(moved)


def _chords(analysis: Analysis, outline: Plan, keys: tuple[Key, ...]) -> tuple[ChordSpan, ...]:
    """The song's chords on the cover's timeline, those of added sections included, without gaps."""
    shift = outline.shift_ticks
    song = [
        replace(c, start_tick=max(0, c.start_tick) + shift, end_tick=c.end_tick + shift)
        for c in analysis.chords
        if c.end_tick > max(0, c.start_tick)
    ]
    out: list[ChordSpan] = []
    for section in outline.sections:
        s, e = section.start_tick, section.end_tick
        if section.source_tick is not None:
            out += _cut(song, s, e)
        elif section.label == "intro":
            out += _lead_in(song, section, shift)
        else:
            out += _farewell(section, keys, analysis)
    return _tidy(out, outline.end_tick)


def _cut(chords: Sequence[ChordSpan], start: int, end: int) -> list[ChordSpan]:
    return [
        replace(c, start_tick=max(c.start_tick, start), end_tick=min(c.end_tick, end))
        for c in chords
        if c.end_tick > start and c.start_tick < end
    ]


def _lead_in(song: Sequence[ChordSpan], section: PlannedSection, shift: int) -> list[ChordSpan]:
    at = section.borrows_tick if section.borrows_tick is not None else shift
    length = section.end_tick - section.start_tick
    return [
        replace(c, start_tick=c.start_tick - at + section.start_tick, end_tick=c.end_tick - at + section.start_tick)
        for c in _cut(song, at, at + length)
    ]


def _farewell(section: PlannedSection, keys: tuple[Key, ...], analysis: Analysis) -> list[ChordSpan]:
    """An added ending: IV - iv - I in major, bVI - bVII - i in minor, the last half of it the tonic (craft)."""
    key = keys[-1]
    final = next((c for c in reversed(analysis.chords) if c.root_pc is not None), None)
    mode = key.mode
    tonic = key.tonic_pc
    if final is not None and final.root_pc == tonic and final.quality[:3] in ("maj", "min"):
        mode = "minor" if final.quality.startswith("min") else "major"
    steps = [(5, "maj"), (5, "min"), (0, "maj")] if mode == "major" else [(8, "maj"), (10, "maj"), (0, "min")]
    length = section.end_tick - section.start_tick
    bars = max(1, round(length / (4 * TICKS_PER_QUARTER)))
    if bars < 3:
        steps = steps[-1:]
    if bars == 2:
        steps = [(5, "maj" if mode == "major" else "min"), steps[-1]]
    each = length // (2 * (len(steps) - 1)) if len(steps) > 1 else length
    out, at = [], section.start_tick
    for i, (interval, quality) in enumerate(steps):
        end = section.end_tick if i == len(steps) - 1 else at + each
        out.append(ChordSpan(at, end, (tonic + interval) % 12, quality))
        at = end
    return out


def _tidy(chords: list[ChordSpan], end_tick: int) -> tuple[ChordSpan, ...]:
    """Close gaps, let a chord ring through a silence of at most a bar, join equal neighbours."""
    out: list[ChordSpan] = []
    for c in sorted(chords, key=lambda c: c.start_tick):
        start = out[-1].end_tick if out else 0
        if c.end_tick <= start:
            continue
        if c.start_tick > start:
            out.append(ChordSpan(start, c.start_tick, None))
        out.append(c if c.start_tick >= start else replace(c, start_tick=start))
    if not out or out[-1].end_tick < end_tick:
        out.append(ChordSpan(out[-1].end_tick if out else 0, end_tick, None))
    joined: list[ChordSpan] = []
    for c in out:
        if c.root_pc is None and joined and c.end_tick - c.start_tick <= 4 * TICKS_PER_QUARTER:
            c = replace(joined[-1], start_tick=c.start_tick, end_tick=c.end_tick)
        if joined and _same(joined[-1], c):
            joined[-1] = replace(joined[-1], end_tick=c.end_tick)
        else:
            joined.append(c)
    return tuple(joined)


def _same(a: ChordSpan, b: ChordSpan) -> bool:
    return (a.root_pc, a.quality, a.bass_pc) == (b.root_pc, b.quality, b.bass_pc)


def _lyrics(analysis: Analysis) -> tuple[Lyric, ...]:
    """The words: of the track that sings most of the tune, else of the track with the most."""
    tracks = analysis.song.tracks
    sung = Counter(n.track for n in analysis.melody)
    for index, _ in sung.most_common(1):
        if index < len(tracks) and tracks[index].lyrics:
            return tracks[index].lyrics
    return max((t.lyrics for t in tracks), key=len, default=())
