"""A song in another key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Mode
from remixkit.model.song import Note
from remixkit.theory.keys import parse_key

# From the tonic of a key to that of its relative.
RELATIVE: Mapping[Mode, int] = {"major": 9, "minor": 3}


def in_key(analysis: Analysis, wanted: str) -> Analysis:
    """The song moved so that the key it is longest in becomes the wanted one; other keys move along.

    Parameters
    ----------
    analysis : Analysis
        The song.
    wanted : str
        "D", "F#m", "B minor": the nearest way there, at most a tritone; a key of the other mode means its relative.
        Or semitones, signed: "+2", "-3".

    Raises
    ------
    ValueError
        If that names no key.
    """
    return transposed(analysis, semitones_to(analysis, wanted))


def semitones_to(analysis: Analysis, wanted: str) -> int:
    """How far the song has to move, -12 to 12."""
    if wanted.startswith(("+", "-")):
        return int(wanted)
    tonic, mode = parse_key(wanted)
    lengths: Counter[tuple[int, Mode]] = Counter()
    for k in analysis.keys:
        lengths[k.tonic_pc, k.mode] += k.end_tick - k.start_tick
    if not lengths:
        return 0
    (home, home_mode), _ = lengths.most_common(1)[0]
    if mode != home_mode:
        tonic += RELATIVE[mode]
    return (tonic - home + 5) % 12 - 5


def transposed(analysis: Analysis, semitones: int) -> Analysis:
    """All but the drums so many semitones higher; what would leave MIDI's range goes an octave the other way."""
    if semitones == 0:
        return analysis

    def moved(pitch: int) -> int:
        there = pitch + semitones
        return there + 12 * ((there < 0) - (there > 127))

    def note(n: Note) -> Note:
        return replace(n, pitch=moved(n.pitch))

    def sung(n: MelodyNote) -> MelodyNote:
        return replace(n, pitch=moved(n.pitch))

    def key(k: Key) -> Key:
        return replace(k, tonic_pc=(k.tonic_pc + semitones) % 12)

    def chord(c: ChordSpan) -> ChordSpan:
        root = None if c.root_pc is None else (c.root_pc + semitones) % 12
        return replace(c, root_pc=root, bass_pc=None if c.bass_pc is None else (c.bass_pc + semitones) % 12)

    tracks = tuple(
        t if t.is_drum else replace(t, notes=tuple(sorted(note(n) for n in t.notes))) for t in analysis.song.tracks
    )
    return replace(
        analysis,
        song=replace(analysis.song, tracks=tracks, key_signatures=(), chord_symbols=()),
        keys=tuple(key(k) for k in analysis.keys),
        chords=tuple(chord(c) for c in analysis.chords),
        melody=tuple(sung(n) for n in analysis.melody),
    )
