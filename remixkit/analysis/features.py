"""What sounds in each eighth of a song: the numbers that harmony, key and form are read from.

A frame is an eighth note (half a beat in 4/4, a third of a beat in 6/8; a sixteenth where the meter counts sixteenths).
Frames are looked at through four sub-slots, so that a note which sounds for half a frame counts half. An onset that
comes up to `EARLY` of a frame before a frame begins is a player's, not a composer's, and counts from the frame on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.model.analysis import ChordSpan, MelodyNote, TrackRole
from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

FAMILY = {
    "maj": 0,
    "7": 0,
    "maj7": 0,
    "maj6": 0,
    "sus4": 0,
    "sus2": 0,
    "aug": 0,
    "min": 1,
    "min7": 1,
    "dim": 2,
    "dim7": 2,
    "hdim7": 2,
}
FAMILIES = 3
"""Major, minor and diminished kinds of chords."""
SUB_SLOTS = 4
EARLY = 0.2
NO_PITCH = 128
MIDDLE_C = 60
LOWEST_TOP = 58
STANDING = 8
FEWEST_BEATEN, BEATEN_SHARE = 24, 0.9
DEAD_TICKS, DEAD_LOUDNESS, DEAD_STRINGS = TICKS_PER_QUARTER // 8, 0.6, 3
ROLE_WEIGHT: dict[TrackRole, float] = {
    "melody": 0.8,
    "second": 0.8,
    "bass": 1.0,
    "chords": 1.0,
    "pad": 1.0,
    "arpeggio": 1.0,
    "riff": 0.9,
    "drums": 0.0,
    "percussion": 0.0,
    "effects": 0.0,
    "empty": 0.0,
}
"""How much a track's notes say about the harmony (craft: accompaniment fully, tunes a little less)."""


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of a song, from tick 0 to the end of its last bar.

    Parameters
    ----------
    edges : (n + 1,) int
        Ticks between which the frames lie.
    bar, half, beat : (n,) int
        Number of the bar, half bar and beat that a frame belongs to, counted through the song. Half bars exist where
        a bar has an even number of beats above two, or two dotted ones; elsewhere the bar itself stands for them.
    strength : (n,) int
        What begins with the frame: 3 a bar, 2 a half bar, 1 a beat, 0 nothing.
    """

    edges: Ints
    bar: Ints
    half: Ints
    beat: Ints
    strength: Ints

    def __len__(self) -> int:
        return len(self.bar)

    @property
    def bar_edges(self) -> Ints:
        """Frame numbers of the bar lines, shape (bars + 1,); the last is the number of frames."""
        return np.append(np.flatnonzero(self.strength == 3), len(self))


@dataclass(frozen=True, slots=True)
class Sounding:
    """What sounds in the frames.

    Parameters
    ----------
    chroma : (n, 12) float
        Share of the frame in which a pitch class sounds, 0-1, times the weight of the heaviest track that plays it.
    bass : (n, 12) float
        Share of the frame in which a pitch class is the bass, 0-1: the bass part's note, which stands until its next
        one, or the lowest pitch where no bass part plays.
    onset : (n, 12) float
        Whether a pitch class begins in the frame, 0-1 by track weight.
    low : (n, 12) float
        `chroma` of the notes below middle C.
    top : (n, 12) float
        Share of the frame in which a pitch class is the highest, 0-1; notes far below middle C are no top.
    lowest : (n,) int
        The lowest pitch of the frame by the same rule, `NO_PITCH` in silence.
    """

    chroma: Floats
    bass: Floats
    onset: Floats
    low: Floats
    top: Floats
    lowest: Ints


def make_frames(song: Song) -> Frames:
    """Lay eighth-note frames on a song's bar grid."""
    edges: list[int] = []
    levels: list[tuple[int, int, int, int]] = []
    bar = half = beat = -1
    meter = song.grid.meter
    for start, end in meter.bars(max(1, song.end_tick)):
        m = meter.at(start)
        unit, per_beat, per_half = frame_units(m)
        bar += 1
        for k, tick in enumerate(range(start, end, unit)):
            half += k % per_half == 0
            beat += k % per_beat == 0
            strength = 3 if k == 0 else 2 if k % per_half == 0 else 1 if k % per_beat == 0 else 0
            edges.append(tick)
            levels.append((bar, half, beat, strength))
    table = np.array(levels, dtype=np.int64)
    return Frames(np.array([*edges, end], dtype=np.int64), table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def frame_units(meter: MeterChange) -> tuple[int, int, int]:
    """Ticks of a frame, frames of a beat and frames of a half bar."""
    unit = min(TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER * 4 // meter.denominator)
    frames = meter.bar_ticks // unit
    per_beat = max(1, meter.beat_ticks // unit)
    beats = frames // per_beat
    if (beats % 2 == 0 and beats > 2) or (beats == 2 and meter.is_compound):
        return unit, per_beat, frames // 2
    return unit, per_beat, frames


def listen(song: Song, roles: Sequence[TrackRole], frames: Frames) -> Sounding:
    """Fill the frames with what the pitched tracks play.

    Parameters
    ----------
    roles : sequence of TrackRole
        One a track; `ROLE_WEIGHT` says how much each counts.
    """
    n = len(frames)
    heard = [
        (track, role)
        for track, role in zip(song.tracks, roles, strict=True)
        if not track.is_drum and ROLE_WEIGHT[role] > 0 and not beats_one_pitch(track)
    ]
    usual = usual_velocity([k for track, _ in heard for k in track.notes])
    notes = [
        (note.start_tick, note.end_tick, note.pitch, ROLE_WEIGHT[role])
        for track, role in heard
        for note in without_dead_strums(track.notes, usual)
    ]
    roll = np.zeros((2, 12, n * SUB_SLOTS), dtype=np.float32)
    onset = np.zeros((n, 12), dtype=np.float32)
    floor = np.full(n * SUB_SLOTS, NO_PITCH, dtype=np.int64)
    ceiling = np.full(n * SUB_SLOTS, -1, dtype=np.int64)
    if notes:
        table = np.array(notes, dtype=np.float64)
        begin, end = frame_times(table[:, 0], table[:, 1], frames)
        first = np.clip(np.rint(begin * SUB_SLOTS), 0, n * SUB_SLOTS - 1).astype(np.int64)
        last = np.clip(np.rint(end * SUB_SLOTS), first + 1, n * SUB_SLOTS).astype(np.int64)
        pitch = table[:, 2].astype(np.int64)
        np.maximum.at(onset, (first // SUB_SLOTS, pitch % 12), table[:, 3].astype(np.float32))
        for a, b, p, w in zip(first.tolist(), last.tolist(), pitch.tolist(), table[:, 3].tolist(), strict=True):
            row = roll[int(p < MIDDLE_C), p % 12, a:b]
            np.maximum(row, w, out=row)
            below = floor[a:b]
            np.minimum(below, p, out=below)
            if p >= LOWEST_TOP:
                above = ceiling[a:b]
                np.maximum(above, p, out=above)
    line = bass_pitches(song, roles, frames)
    floor = np.where(line < NO_PITCH, line, floor)
    bass = slot_shares(floor, floor < NO_PITCH)
    top = slot_shares(ceiling, ceiling >= 0)
    chroma, low = (r.reshape(12, n, SUB_SLOTS).mean(axis=2).T for r in (roll.max(axis=0), roll[1]))
    lowest = floor.reshape(n, SUB_SLOTS).min(axis=1)
    return Sounding(np.ascontiguousarray(chroma), bass, onset, np.ascontiguousarray(low), top, lowest)


def bass_pitches(song: Song, roles: Sequence[TrackRole], frames: Frames) -> Ints:
    """The pitch of the bass part in each sub-slot, shape (frames * `SUB_SLOTS`,), `NO_PITCH` where none plays.

    Each note stands until the part's next one, for eight frames at most: the ear keeps a staccato bass (craft). Of
    several bass parts the lowest note counts.
    """
    n = len(frames) * SUB_SLOTS
    out = np.full(n, NO_PITCH, dtype=np.int64)
    for track, role in zip(song.tracks, roles, strict=True):
        if role != "bass" or track.is_drum or not track.notes or beats_one_pitch(track):
            continue
        table = np.array([(k.start_tick, k.end_tick, k.pitch) for k in track.notes], dtype=np.float64)
        begin, end = frame_times(table[:, 0], table[:, 1], frames)
        first = np.clip(np.rint(begin * SUB_SLOTS), 0, n - 1).astype(np.int64)
        onsets = np.append(np.unique(first), n)
        after = onsets[np.searchsorted(onsets, first, side="right")]
        stands = np.minimum(after, first + STANDING * SUB_SLOTS)
        last = np.maximum(np.rint(end * SUB_SLOTS).astype(np.int64), stands)
        for a, b, pitch in zip(first.tolist(), last.tolist(), table[:, 2].astype(np.int64).tolist(), strict=True):
            out[a:b] = np.minimum(out[a:b], pitch)
    return out


def slot_shares(pitch: Ints, sounds: NDArray[np.bool_]) -> Floats:
    """Share of each frame's sub-slots in which a pitch class is the pitch given, shape (n, 12)."""
    out = np.zeros((len(pitch) // SUB_SLOTS, 12), dtype=np.float32)
    slot = np.flatnonzero(sounds)
    np.add.at(out, (slot // SUB_SLOTS, pitch[slot] % 12), np.float32(1.0 / SUB_SLOTS))
    return out


def beats_one_pitch(track: Track) -> bool:
    """Whether a track beats one pitch over and over, as drums on a pitched channel do: that says nothing of harmony."""
    if len(track.notes) < FEWEST_BEATEN:
        return False
    return max(Counter(n.pitch for n in track.notes).values()) > BEATEN_SHARE * len(track.notes)


def usual_velocity(notes: Sequence[Note]) -> float:
    """The median velocity of the notes that are longer than a scratch, 0 if none is."""
    return float(np.median([n.velocity for n in notes if n.end_tick - n.start_tick > DEAD_TICKS] or [0]))


def without_dead_strums(notes: Sequence[Note], usual: float) -> list[Note]:
    """The notes but for scratched strings: three or more at once, a thirty-second at most and far softer than usual."""

    def is_dead(note: Note) -> bool:
        return note.end_tick - note.start_tick <= DEAD_TICKS and note.velocity <= DEAD_LOUDNESS * usual

    strings = Counter(n.start_tick // DEAD_TICKS for n in notes if is_dead(n))
    return [n for n in notes if not (is_dead(n) and strings[n.start_tick // DEAD_TICKS] >= DEAD_STRINGS)]


def frame_times(
    start_tick: NDArray[np.float64], end_tick: NDArray[np.float64], frames: Frames
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onsets and releases in frames, shape (notes,), early onsets moved to the frame they were meant for."""
    count = np.arange(len(frames.edges), dtype=np.float64)
    begin = np.interp(start_tick, frames.edges, count)
    end = np.interp(end_tick, frames.edges, count)
    nearest = np.ceil(begin)
    meant = (nearest - begin <= EARLY) & (end > nearest)
    return np.where(meant, nearest, begin), end


def group_mean(values: Floats, group: Ints) -> Floats:
    """Each frame's group mean, shape as `values`: (n, 12)."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    sums = np.add.reduceat(values, starts, axis=0)
    counts = np.diff(np.append(starts, len(group)))
    out: Floats = np.repeat(sums / counts[:, None], counts, axis=0).astype(np.float32)
    return out


def shifted(values: Floats, by: int) -> Floats:
    """Rows moved later by `by` frames (earlier if negative), zeros moving in."""
    out = np.zeros_like(values)
    if abs(by) >= len(values):
        return out
    if by >= 0:
        out[by:] = values[: len(values) - by]
    else:
        out[:by] = values[-by:]
    return out


def window_mean(values: Floats, reach: int) -> Floats:
    """Each frame's mean over the frames up to `reach` away on either side, shape as `values`: (n, 12)."""
    n = len(values)
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(values, axis=0, dtype=np.float64)])
    first = np.maximum(0, np.arange(n) - reach)
    last = np.minimum(n, np.arange(n) + reach + 1)
    out: Floats = ((sums[last] - sums[first]) / (last - first)[:, None]).astype(np.float32)
    return out


def lowest_of(sounding: Sounding, group: Ints) -> Floats:
    """One-hot pitch class of the lowest pitch of each frame's group, shape (n, 12); zeros in silence."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lowest = np.repeat(np.minimum.reduceat(sounding.lowest, starts), np.diff(np.append(starts, len(group))))
    out: Floats = (lowest[:, None] % 12 == np.arange(12)).astype(np.float32)
    out[lowest == NO_PITCH] = 0.0
    return out


def at_start(values: Floats, group: Ints) -> Floats:
    """The values of each frame's group's first frame, shape as `values`: (n, 12)."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return np.repeat(values[starts], np.diff(np.append(starts, len(group))), axis=0)


def chord_frames(frames: Frames, chords: Sequence[ChordSpan]) -> Floats:
    """Which chord is held in each frame, one-hot by root and family, shape (frames, 12, families)."""
    middle = (frames.edges[:-1] + frames.edges[1:]) / 2
    out = np.zeros((len(frames), 12, FAMILIES), dtype=np.float32)
    for c in chords:
        if c.root_pc is not None:
            a, b = np.searchsorted(middle, [c.start_tick, c.end_tick])
            out[a:b, c.root_pc, FAMILY.get(c.quality, 0)] = 1.0
    return out


def melody_frames(frames: Frames, melody: Sequence[MelodyNote]) -> tuple[Ints, Floats]:
    """Pitch class of the tune in each frame, -1 in rests, (n,); whether it begins in each half frame, (n, 2)."""
    tune = np.full(len(frames), -1, dtype=np.int64)
    onsets = np.zeros((len(frames), 2), dtype=np.float32)
    if melody:
        count = np.arange(len(frames.edges), dtype=np.float64)
        begin = np.interp([m.start_tick for m in melody], frames.edges, count)
        end = np.interp([m.end_tick for m in melody], frames.edges, count)
        half = np.clip(np.rint(begin * 2), 0, 2 * len(frames) - 1).astype(np.int64)
        onsets[half // 2, half % 2] = 1.0
        first = np.clip(np.rint(begin), 0, len(frames) - 1).astype(np.int64)
        last = np.clip(np.rint(end), first + 1, len(frames)).astype(np.int64)
        for m, a, b in zip(melody, first.tolist(), last.tolist(), strict=True):
            tune[a:b] = m.pitch % 12
    return tune, onsets
