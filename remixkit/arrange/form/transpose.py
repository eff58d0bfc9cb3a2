"""A song in another key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from remixkit.midi.spec import KEY_PRESSURE, KIND_BITS, META, META_KEY
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Mode
from remixkit.model.song import Message, Song, Track
from remixkit.model.source_map import transposed_pitch
from remixkit.theory.keys import parse_key

# From the tonic of a key to that of its relative.
RELATIVE: Mapping[Mode, int] = {"major": 9, "minor": 3}
_KEY_SIGNATURE = bytes((META, META_KEY))


def semitones_to(analysis: Analysis, wanted: str) -> int:
    """How far the song has to move so that the key it is longest in becomes the wanted one, -12 to 12.

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

    def sung(n: MelodyNote) -> MelodyNote:
        return replace(n, pitch=transposed_pitch(n.pitch, semitones))

    def key(k: Key) -> Key:
        return replace(k, tonic_pc=(k.tonic_pc + semitones) % 12)

    def chord(c: ChordSpan) -> ChordSpan:
        root = None if c.root_pc is None else (c.root_pc + semitones) % 12
        return replace(c, root_pc=root, bass_pc=None if c.bass_pc is None else (c.bass_pc + semitones) % 12)

    return replace(
        analysis,
        song=song_transposed(analysis.song, semitones),
        keys=tuple(key(k) for k in analysis.keys),
        chords=tuple(chord(c) for c in analysis.chords),
        melody=tuple(sung(n) for n in analysis.melody),
    )


def song_transposed(song: Song, semitones: int) -> Song:
    """The song's notes but the drums' so many semitones higher, and what is said of single keys and of the key."""
    passed = song.passthrough
    return replace(
        song,
        tracks=tuple(t if t.is_drum else _track(t, semitones) for t in song.tracks),
        key_signatures=tuple(replace(k, sharps=_sharps(k.sharps, semitones)) for k in song.key_signatures),
        chord_symbols=(),
        passthrough=passed and replace(passed, unplayed=tuple(_messages(told, semitones) for told in passed.unplayed)),
    )


def _track(track: Track, semitones: int) -> Track:
    notes = tuple(sorted(replace(n, pitch=transposed_pitch(n.pitch, semitones)) for n in track.notes))
    passed = track.passthrough
    return replace(
        track,
        notes=notes,
        passthrough=passed and replace(passed, messages=_messages(passed.messages, semitones)),
    )


def _messages(messages: tuple[Message, ...], semitones: int) -> tuple[Message, ...]:
    return tuple(replace(m, data=_data(m.data, semitones)) for m in messages)


def _data(data: bytes, semitones: int) -> bytes:
    """Pressure on a key goes to the key that is played; a key signature names the key that is heard."""
    if data[0] & KIND_BITS == KEY_PRESSURE:
        return bytes((data[0], transposed_pitch(data[1], semitones), data[2]))
    if data.startswith(_KEY_SIGNATURE):
        sharps = _sharps(int.from_bytes(data[2:3], "big", signed=True), semitones)
        return _KEY_SIGNATURE + sharps.to_bytes(1, "big", signed=True) + data[3:]
    return data


def _sharps(sharps: int, semitones: int) -> int:
    """Of a key so many semitones higher, at most six; flats are negative."""
    return (sharps + 7 * semitones + 5) % 12 - 5
