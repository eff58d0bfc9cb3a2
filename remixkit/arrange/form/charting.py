"""The chart is made: the song in the cover's key and length, on the cover's timeline, with the style's harmony."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from remixkit.arrange.form.chart import Chart, PlannedSection, SourceLine
from remixkit.arrange.form.cuts import cut_to_length
from remixkit.arrange.form.outline import Outline, outline_of
from remixkit.arrange.form.quantise import softly_quantised
from remixkit.arrange.form.tempo import cover_tempo, meter_of
from remixkit.arrange.form.transitions import with_transitions
from remixkit.arrange.form.transpose import semitones_to, transposed
from remixkit.model import spans
from remixkit.model.analysis import Analysis, ChordSpan, Key
from remixkit.model.song import Lyric, Note
from remixkit.model.source_map import SourceMap, Stretch
from remixkit.model.timing import TICKS_PER_QUARTER, Grid
from remixkit.seeding import child_rng
from remixkit.style.schema import HarmonySpec, Style
from remixkit.theory.basses import passing_inversions, pedal_point, suspended
from remixkit.theory.reharmony import colour_chords


def chart(analysis: Analysis, style: Style, *, seed: int = 0) -> Chart:
    """Lay a song out for a style's players: its key and length, tempo, form and harmony.

    Parameters
    ----------
    analysis : Analysis
        The song, on its true bars, and what was heard in it.
    style : Style
        One with players.
    seed : int
        Of form and harmony.
    """
    fingerprint = fingerprint_of(analysis)
    semitones = 0 if style.harmony.key is None else semitones_to(analysis, style.harmony.key)
    fit = cut_to_length(transposed(analysis, semitones), style.form)
    made = laid_out(fit.analysis, style, take_seed(fingerprint, seed))
    source_map = SourceMap(fit.source_map.stretches, semitones).then(made.source_map)
    return replace(made, seed=seed, fingerprint=fingerprint, source_map=source_map)


def fingerprint_of(analysis: Analysis) -> str:
    """By what a song is known: its melody's rhythm and intervals, so that it is the same in another key or tempo."""
    melody = analysis.melody[:64]
    steps = (f"{n.start_tick // 240}:{n.pitch - melody[0].pitch} " for n in melody)
    return "".join(steps) + str(len(analysis.chords))


def take_seed(fingerprint: str, seed: int) -> int:
    """The seed of this song's players: two songs are not played alike because the user's seed is the same."""
    return int(child_rng(seed, "song", fingerprint).integers(1 << 62))


def laid_out(analysis: Analysis, style: Style, seed: int) -> Chart:
    """Lay a song that is in the cover's key and length out on the cover's timeline.

    The source is moved by whole bars and never re-timed: a beat of the source is a beat of the cover. The tempo map is
    new: one tempo a section, the source's moved towards the style's range.
    """
    outline = outline_of(analysis, style.form)
    bar_ticks = analysis.song.grid.meter.changes[0].bar_ticks
    outline = replace(outline, sections=with_transitions(outline.sections, style.form, bar_ticks, seed))
    meter = meter_of(analysis.song.grid.meter, outline)
    tempo, half_time = cover_tempo(analysis, style.form, outline, meter)
    keys = _keys(analysis, outline)
    heard = [Note(n.start_tick, n.end_tick, n.pitch, n.velocity) for n in analysis.melody]
    melody = _moved(softly_quantised(heard), outline)
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
        lyrics=spans.shift(_lyrics(analysis), outline.shift_ticks),
        source=tuple(
            SourceLine(role, _moved(softly_quantised(track.notes), outline))
            for track, role in zip(analysis.song.tracks, analysis.roles, strict=True)
            if track.notes
        ),
        half_time=half_time,
        song=analysis,
        source_map=_source_map(analysis, outline),
    )


def _source_map(analysis: Analysis, outline: Outline) -> SourceMap:
    """Where the song's bars went, and which of them the sections that were added repeat."""
    whole = SourceMap.whole(analysis.end_tick).shifted(outline.shift_ticks)
    borrowed = []
    for section in outline.sections:
        if section.source_tick is None and section.borrows_tick is not None:
            start = section.borrows_tick - outline.shift_ticks
            length = section.end_tick - section.start_tick
            borrowed.append(Stretch(start, start + length, section.start_tick - start))
    return replace(whole, borrowed=tuple(borrowed))


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
        held = [
            (s.start_tick, s.end_tick)
            for k, s in enumerate(sections)
            if s.label in ("intro", "prechorus") and child_rng(seed, "pedal", s.label, k).random() < harmony.pedal
        ]
        chords = pedal_point(chords, keys, melody, held)
    return chords


def _moved(notes: Sequence[Note], outline: Outline) -> tuple[Note, ...]:
    return spans.clip(spans.shift(notes, outline.shift_ticks), 0, outline.end_tick)


def _keys(analysis: Analysis, outline: Outline) -> tuple[Key, ...]:
    keys = [k for k in analysis.keys if k.end_tick > k.start_tick] or [Key(0, max(1, analysis.end_tick), 0, "major")]
    moved = [*spans.shift(keys, outline.shift_ticks)]
    moved[0] = replace(moved[0], start_tick=0)
    moved[-1] = replace(moved[-1], end_tick=max(outline.end_tick, moved[-1].start_tick + 1))
    return tuple(moved)


def _chords(analysis: Analysis, outline: Outline, keys: tuple[Key, ...]) -> tuple[ChordSpan, ...]:
    """The song's chords on the cover's timeline, those of added sections included, without gaps."""
    shift = outline.shift_ticks
    song = spans.shift(spans.clip(analysis.chords, 0, outline.end_tick), shift)
    out: list[ChordSpan] = []
    for section in outline.sections:
        s, e = section.start_tick, section.end_tick
        if section.source_tick is not None:
            out += spans.clip(song, s, e)
        elif section.label == "intro":
            out += _lead_in(song, section, shift)
        else:
            out += _farewell(section, keys, analysis)
    return _tidy(out, outline.end_tick)


def _lead_in(song: Sequence[ChordSpan], section: PlannedSection, shift: int) -> tuple[ChordSpan, ...]:
    at = section.borrows_tick if section.borrows_tick is not None else shift
    length = section.end_tick - section.start_tick
    return spans.shift(spans.clip(song, at, at + length), section.start_tick - at)


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
    rung: list[ChordSpan] = []
    for c in out:
        if c.root_pc is None and rung and c.end_tick - c.start_tick <= 4 * TICKS_PER_QUARTER:
            c = replace(rung[-1], start_tick=c.start_tick, end_tick=c.end_tick)
        rung.append(c)
    return spans.merge(rung, ChordSpan.is_chord_of)


def _lyrics(analysis: Analysis) -> tuple[Lyric, ...]:
    """The words: of the track that sings most of the tune, else of the track with the most."""
    tracks = analysis.song.tracks
    sung = Counter(n.track for n in analysis.melody)
    for index, _ in sung.most_common(1):
        if index < len(tracks) and tracks[index].lyrics:
            return tracks[index].lyrics
    return max((t.lyrics for t in tracks), key=len, default=())
