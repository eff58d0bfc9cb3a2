"""Keys: bar by bar with a price on every change, then each stretch judged as a whole.

Two logistic regressions, tied over the twelve tonics, score the 24 keys: one a bar with its neighbours, one a whole
stretch with its last bass notes and its cadences. Viterbi over the bars finds where the key changes; a change is then
put where single bars say, and a bar that holds only the new key's dominant stays with what it leads out of. Which of
two relative keys it is, the main doubt, is decided by the stretch, for all stretches alike that had the same mode.

Trained on POP909-CL by `benchmarks/train_key.py`. Sources: key profiles by regression instead of by probe tones follow
Albrecht & Shanahan 2013; Viterbi over local keys follows Temperley 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from remixkit.analysis.features import FAMILY, Floats, Frames, Ints, Sounding, chord_frames, listen, make_frames
from remixkit.analysis.harmony.bare_tune import is_bare, tune_key
from remixkit.analysis.harmony.key_change import Lift, apply_lift, find_lift
from remixkit.model.analysis import ChordSpan, Key, MelodyNote, TrackRole
from remixkit.model.song import Song
from remixkit.search import cheapest_path

NEIGHBOURS = 1
CHANGE_COST = 20.0
RELATIVE_COST = 30.0
REFINE_BARS = 2
LAST_FRAMES = 24
SHORTEST_BARS = 6
SURE, SURE_BARS = 3.0, 16.0


@dataclass(frozen=True, slots=True)
class KeyModel:
    """Trained weights; features x (major, minor), and a constant for each mode."""

    bar: Floats
    bar_bias: Floats
    stretch: Floats
    stretch_bias: Floats


def find_keys(
    song: Song, roles: Sequence[TrackRole], chords: Sequence[ChordSpan], melody: Sequence[MelodyNote] = ()
) -> tuple[Key, ...]:
    """Hear the keys of a song.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    roles : sequence of TrackRole
        One a track.
    chords : sequence of ChordSpan
        The song's chords, without gaps.
    melody : sequence of MelodyNote, optional
        The tune: where it comes back moved by one to three semitones the last chorus is lifted, and the change of key
        stands where the tune's repetition begins.

    Returns
    -------
    tuple of Key
        From tick 0 to the end of the last bar without gaps, changing at bar lines. A tune without accompaniment has
        one key.
    """
    frames = make_frames(song)
    sounding = listen(song, roles, frames)
    if is_bare(sounding):
        return (tune_key(frames, sounding),)
    return keys_of(frames, sounding, chords, key_model(), find_lift(frames, melody))


def keys_of(
    frames: Frames, sounding: Sounding, chords: Sequence[ChordSpan], model: KeyModel, lift: Lift | None = None
) -> tuple[Key, ...]:
    """Hear the keys of what sounds in the frames; a state is tonic * 2 + (1 if minor)."""
    held = chord_frames(frames, chords)
    alone = bar_scores(bar_features(frames, sounding, held, 0), model)
    around = bar_scores(bar_features(frames, sounding, held, NEIGHBOURS), model)
    path = likeliest_keys(around)
    path = delay_dominants(refine(path, alone), frames, held)
    path = judge_stretches(drop_crumbs(path), frames, sounding, chords, held, model)
    if lift is not None:
        path = apply_lift(path, lift, alone)
    edges = frames.edges[frames.bar_edges]
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], len(path))
    return tuple(
        Key(int(edges[a]), int(edges[b]), int(path[a]) // 2, "minor" if path[a] % 2 else "major")
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    )


def bar_features(frames: Frames, sounding: Sounding, held: Floats, neighbours: int) -> Floats:
    """Shares of pitch classes, basses and chords in each bar and its neighbours, shape (bars, 12, 5)."""
    starts = frames.bar_edges[:-1]
    planes = []
    for values, gain in ((sounding.chroma[:, :, None], 6.0), (sounding.bass[:, :, None], 3.0), (held, 4.0)):
        bars = np.add.reduceat(values, starts, axis=0)
        sums = sum_around(bars, neighbours)
        planes.append(gain * sums / np.maximum(sums.sum(axis=(1, 2), keepdims=True), 1e-9))
    return np.concatenate(planes, axis=2).astype(np.float32)


def sum_around(values: Floats, reach: int) -> Floats:
    """Sums over each row and its `reach` neighbours on either side."""
    n = len(values)
    sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
    out: Floats = sums[np.minimum(n, np.arange(n) + reach + 1)] - sums[np.maximum(0, np.arange(n) - reach)]
    return out


def stretch_features(
    frames: Frames, sounding: Sounding, chords: Sequence[ChordSpan], held: Floats, first: int, last: int
) -> Floats:
    """What a stretch of bars says about its key, shape (12, 16).

    Shares of pitch classes, basses, chords and highest notes; the bass of the last three bars or so; falling fifths
    onto each root by the families of both chords; chords on bar lines; the first chord and its bass.
    """
    a, b = frames.bar_edges[[first, last]]
    begin, end = int(frames.edges[a]), int(frames.edges[b])
    roots, minors, basses, starts = chord_table([c for c in chords if c.end_tick > begin and c.start_tick < end])
    falls, barred, opening = (np.zeros((12, k), dtype=np.float32) for k in (4, 2, 3))
    fifth = np.flatnonzero(np.diff(roots) % 12 == 5)
    np.add.at(falls, (roots[fifth + 1], (minors[fifth + 1] == 1) + 2 * (minors[fifth] == 0)), 1.0)
    on_line = np.isin(starts, frames.edges[frames.bar_edges])
    np.add.at(barred, (roots[on_line], np.minimum(minors[on_line], 1)), 1.0)
    if len(roots):
        opening[roots[0], min(minors[0], 1)] = 1.0
        opening[basses[0], 2] = 1.0

    def share(values: Floats, gain: float) -> Floats:
        total = values.sum(axis=0)
        out: Floats = gain * total / max(float(total.sum()), 1e-9)
        return out.reshape(12, -1)

    return np.concatenate(
        [
            share(sounding.chroma[a:b], 6.0),
            share(sounding.bass[a:b], 3.0),
            share(held[a:b], 4.0),
            share(sounding.top[a:b], 6.0),
            share(sounding.bass[max(a, b - LAST_FRAMES) : b], 1.0),
            4.0 * falls / max(len(roots), 1),
            share(barred[None], 3.0),
            opening,
        ],
        axis=1,
    )


def chord_table(chords: Sequence[ChordSpan]) -> tuple[Ints, Ints, Ints, Ints]:
    """Roots, families, basses and first ticks of the chords that have a root."""
    rows = [
        (c.root_pc, FAMILY.get(c.quality, 0), c.root_pc if c.bass_pc is None else c.bass_pc, c.start_tick)
        for c in chords
        if c.root_pc is not None
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def seen_from_tonics(features: Floats) -> Floats:
    """Features rolled to each tonic, shape (n, 12 tonics, 12 * features)."""
    pc = np.arange(12)
    out: Floats = features[:, (pc[:, None] + pc) % 12].reshape(len(features), 12, -1)
    return out


def bar_scores(features: Floats, model: KeyModel) -> Floats:
    """Log probability of each key in each bar, shape (bars, 24)."""
    return log_softmax((seen_from_tonics(features) @ model.bar + model.bar_bias).reshape(-1, 24))


def log_softmax(scores: Floats) -> Floats:
    """Rows of scores as log probabilities."""
    down = scores - scores.max(axis=1, keepdims=True)
    out: Floats = down - np.log(np.exp(down).sum(axis=1, keepdims=True))
    return out


def relative(state: int) -> int:
    """The relative key of a key: C major and A minor."""
    tonic, minor = divmod(state, 2)
    return (tonic + 3) % 12 * 2 if minor else (tonic + 9) % 12 * 2 + 1


def likeliest_keys(scores: Floats) -> Ints:
    """The likeliest key of each bar where every change has its price, shape (bars,)."""
    cost = np.full((24, 24), CHANGE_COST)
    for state in range(24):
        cost[state, relative(state)] = RELATIVE_COST
        cost[state, state] = 0.0
    return np.array(cheapest_path(-scores.astype(np.float64), cost), dtype=np.int64)


def refine(path: Ints, alone: Floats) -> Ints:
    """Put each change where the bars, each for itself, say."""
    out = path.copy()
    changes = np.flatnonzero(np.diff(path)) + 1
    limits = [0, *changes.tolist(), len(path)]
    for before, at, after in zip(limits, limits[1:], limits[2:], strict=False):
        old, new = int(path[at - 1]), int(path[at])
        low, high = max(before + 1, at - REFINE_BARS), min(after - 1, at + REFINE_BARS + 1)
        places = range(low, high + 1)
        fit = [alone[low - 1 : k, old].sum() + alone[k : high + 1, new].sum() for k in places]
        best = places[int(np.argmax(fit))]
        out[low:best], out[best : high + 1] = old, new
    return out


def delay_dominants(path: Ints, frames: Frames, held: Floats) -> Ints:
    """Leave a bar that is all dominant of the new key with the old one: it leads over to the new tune."""
    out = path.copy()
    edges = frames.bar_edges
    for at in (np.flatnonzero(np.diff(path)) + 1).tolist():
        dominant = (int(path[at]) // 2 + 7) % 12
        bar = held[edges[at] : edges[at + 1]]
        if at + 1 < len(path) and path[at + 1] == path[at] and bar[:, dominant].sum() >= 0.5 * len(bar):
            out[at] = path[at - 1]
    return out


def drop_crumbs(path: Ints) -> Ints:
    """Give stretches of fewer than six bars to their longer neighbour."""
    out = path.copy()
    while True:
        starts = np.flatnonzero(np.diff(out, prepend=-1))
        ends = np.append(starts[1:], len(out))
        lengths = ends - starts
        if len(starts) < 2 or lengths.min() >= SHORTEST_BARS:
            return out
        k = int(lengths.argmin())
        left = lengths[k - 1] if k else -1
        right = lengths[k + 1] if k + 1 < len(starts) else -1
        out[starts[k] : ends[k]] = out[starts[k] - 1] if left >= right else out[ends[k]]


def judge_stretches(
    path: Ints, frames: Frames, sounding: Sounding, chords: Sequence[ChordSpan], held: Floats, model: KeyModel
) -> Ints:
    """Decide between relative keys by whole stretches; a song in one key is judged among all 24.

    A song that moves usually keeps its mode, so the stretches decide together, but for one that is sure of itself.
    """
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], len(path))
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    seen = np.stack([stretch_features(frames, sounding, chords, held, a, b) for a, b in spans])
    scores = log_softmax((seen_from_tonics(seen) @ model.stretch + model.stretch_bias).reshape(-1, 24))
    if len(spans) == 1:
        return np.full_like(path, int(scores[0].argmax()))
    major = np.array([relative(int(path[a])) if path[a] % 2 else int(path[a]) for a in starts])
    minor = np.array([relative(int(k)) for k in major])
    every = np.arange(len(spans))
    lead = (scores[every, minor] - scores[every, major]) * np.minimum(1.0, (ends - starts) / SURE_BARS)
    together = float(lead.sum())
    out = path.copy()
    for k, (a, b) in enumerate(spans):
        out[a:b] = minor[k] if (lead[k] if abs(lead[k]) > SURE else together) > 0 else major[k]
    return out


@cache
def key_model() -> KeyModel:
    """The shipped weights."""
    with resources.files("remixkit.analysis").joinpath("weights/keys.npz").open("rb") as file, np.load(file) as stored:
        return KeyModel(**{k: stored[k].astype(np.float32) for k in ("bar", "bar_bias", "stretch", "stretch_bias")})
