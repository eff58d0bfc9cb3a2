"""How likely a section begins at each bar line.

Boosted trees judge every bar line twice: first by itself, then knowing what was thought of the lines around it and of
the lines where the same music stands elsewhere. Small nets judge it too, and the mean counts. What only bands do (a
crash on the line, tracks that enter or leave) adds to the models, which were trained on piano arrangements.

Trained on the human section labels of POP909 by `benchmarks/train_form.py`. Sources: self-similarity and checkerboard
novelty, Foote 2000; the labels, Dai, Zhang & Dannenberg 2020.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis import trees
from remixkit.analysis.features import Floats, Frames, Ints, Sounding
from remixkit.analysis.form import bar_net
from remixkit.analysis.form.bar_features import Bars, line_features, make_bars
from remixkit.analysis.form.bar_net import Net
from remixkit.midi.spec import CRASHES
from remixkit.model.analysis import ChordSpan, Key, MelodyNote
from remixkit.model.song import Song

BOUNDARY_BIAS = 0.8
SILENT_COST = 4.0
OFFSETS = (-16, -12, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16)
OUTSIDE, EDGE = -6.0, 3.0
ECHO_SPAN = range(-2, 4)
ECHO_FLOOR = 0.6
OWN_TRUST = 0.3
TREES_SHARE = 1 / 3
CRASH_BONUS, METER_BONUS, ENTRANCE_BONUS = 1.0, 1.0, 1.5
FEWEST_TRACKS = 4
EARLY_TICK = 60


def hear_edges(
    song: Song,
    frames: Frames,
    sounding: Sounding,
    melody: Sequence[MelodyNote],
    chords: Sequence[ChordSpan],
    keys: Sequence[Key],
) -> tuple[NDArray[np.float64], Bars]:
    """Log odds that a section begins at each bar line, (bars,), and the song bar by bar."""
    columns, bars = hear_lines(song, frames, sounding, melody, chords, keys)
    first, second = trees.load("form.npz")
    alone = logit(first.probability(columns))
    by_trees = logit(second.probability(in_context(alone, bars, columns)))
    odds = line_odds(by_trees, bar_net.load(), bars, columns) + band_cues(song, bars.edges)
    return odds + BOUNDARY_BIAS - SILENT_COST * silent(song, bars.edges), bars


def hear_lines(
    song: Song,
    frames: Frames,
    sounding: Sounding,
    melody: Sequence[MelodyNote],
    chords: Sequence[ChordSpan],
    keys: Sequence[Key],
) -> tuple[NDArray[np.float64], Bars]:
    """What each bar line tells, shape (bars, features), and the song bar by bar."""
    bars = make_bars(frames, sounding, bar_loudness(song, frames), melody, chords)
    return line_features(bars, frames, sounding, melody, chords, keys).astype(np.float64), bars


def logit(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds, kept within +-9."""
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(safe / (1 - safe)))


def line_odds(
    by_trees: NDArray[np.float64], nets: Sequence[Net], bars: Bars, columns: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log odds that a section begins at each line, (bars,): the opinion of the trees and of the nets, averaged."""
    heed = heeded(bars)
    by_nets = np.mean([net.log_odds(columns, heed) for net in nets], axis=0)
    return np.asarray(TREES_SHARE * by_trees + (1 - TREES_SHARE) * by_nets)


def bar_loudness(song: Song, frames: Frames) -> Floats:
    """Mean velocity of the notes that begin in each bar, (bars,); the song's mean where none does."""
    edges = frames.edges[frames.bar_edges]
    notes = [(n.start_tick, n.velocity) for t in song.tracks for n in t.notes]
    if not notes:
        return np.zeros(len(edges) - 1, dtype=np.float32)
    table = np.array(notes, dtype=np.float64)
    bar = np.clip(np.searchsorted(edges, table[:, 0] + 60, side="right") - 1, 0, len(edges) - 2)
    count = np.bincount(bar, minlength=len(edges) - 1)
    total = np.bincount(bar, weights=table[:, 1], minlength=len(edges) - 1)
    return np.where(count > 0, total / np.maximum(count, 1), table[:, 1].mean()).astype(np.float32)


def in_context(alone: NDArray[np.float64], bars: Bars, columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the second trees see, shape (bars, more features).

    The first opinion of each line, of the lines up to 16 bars away and of the lines where the same music stands
    elsewhere; how the line stands out among its neighbours; how well lines at four and eight bars' distance are thought
    of; then what the first trees saw.
    """
    n = len(alone)
    padded = np.concatenate([np.full(16, OUTSIDE), alone, np.full(17, OUTSIDE)])
    padded[16] = padded[16 + n] = EDGE

    def moved(by: int) -> NDArray[np.float64]:
        return padded[16 + by : 16 + by + n]

    added = [moved(0), *(moved(by) for by in OFFSETS), *echoes(alone, bars)]
    added.extend(alone - np.max([moved(by) for by in range(-reach, reach + 1) if by], axis=0) for reach in (2, 4, 8))
    added.append((alone - alone.mean()) / max(float(alone.std()), 1e-6))
    at = np.arange(n)
    odds = np.exp(alone)
    for period in (2, 4, 8):
        mean = np.array([odds[at % period == r].mean() if (at % period == r).any() else 0.0 for r in range(period)])
        added.append((mean / mean.sum())[at % period])
    chance = 1 / (1 + np.exp(-alone))
    for period, reach in ((4, 12), (8, 24)):
        distance = at[:, None] - at
        near = (np.abs(distance) <= reach) & (distance != 0)
        aligned = near & (distance % period == 0)
        added.append((aligned @ chance) / np.maximum(near @ chance, 1e-6))
    return np.concatenate([np.stack(added, axis=1), columns], axis=1)


def echoes(alone: NDArray[np.float64], bars: Bars) -> list[NDArray[np.float64]]:
    """What is thought of the lines where the same music stands elsewhere, three columns of (n,)."""
    match = same_music_at(bars)
    trust = trust_in(match)
    opinion = alone.copy()
    opinion[0] = 1.0
    mean = (trust @ opinion + OWN_TRUST * alone) / (trust.sum(axis=1) + OWN_TRUST)
    best = np.where(match > ECHO_FLOOR + 0.1, opinion, OUTSIDE).max(axis=1)
    return [mean, trust.sum(axis=1), best]


def heeded(bars: Bars) -> NDArray[np.float64]:
    """How much each line heeds each other one, (n, n): more where the music is more alike; rows sum below 1."""
    trust = trust_in(same_music_at(bars))
    return np.asarray(trust / (trust.sum(axis=1, keepdims=True) + OWN_TRUST))


def same_music_at(bars: Bars) -> NDArray[np.float64]:
    """How alike the bars around two lines are, (n, n), 0-1; 0 for lines less than four bars apart."""
    n = len(bars.alike)
    total, weight = np.zeros((n, n)), np.zeros((n, n))
    for k in (k for k in ECHO_SPAN if abs(k) < n):
        a, b = max(0, -k), min(n, n - k)
        total[a:b, a:b] += bars.alike[a + k : b + k, a + k : b + k]
        weight[a:b, a:b] += 1
    match = total / np.maximum(weight, 1)
    at = np.arange(n)
    match[np.abs(at[:, None] - at) < 4] = 0.0
    return np.asarray(match)


def trust_in(match: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a line's opinion is worth elsewhere, (n, n), 0-1."""
    return np.where(match > ECHO_FLOOR, np.exp(8 * (match - 1)), 0.0)


def band_cues(song: Song, edges: Ints) -> NDArray[np.float64]:
    """What a band does at a seam, added to the log odds of each line, (bars,); nothing for a piano alone."""
    lines = edges[:-1]
    n = len(lines)
    out = np.zeros(n)
    crash = np.zeros(n, dtype=bool)
    for track in song.tracks:
        if track.is_drum:
            hits = np.array([note.start_tick for note in track.notes if note.pitch in CRASHES])
            if len(hits):
                crash |= np.abs(hits[:, None] - lines).min(axis=0) <= 90
    if crash.any() and crash.mean() < 1 / 3:
        out += CRASH_BONUS * crash
    out += METER_BONUS * np.isin(lines, [c.tick for c in song.grid.meter.changes])
    active = active_tracks(song, edges)
    if active.shape[1] >= FEWEST_TRACKS:
        for i in range(1, n):
            before, after = active[max(0, i - 2) : i].any(axis=0), active[i : i + 2].any(axis=0)
            either = int((before | after).sum())
            out[i] += ENTRANCE_BONUS * (int((before ^ after).sum()) / either if either else 0.0)
    return out


def active_tracks(song: Song, edges: Ints) -> NDArray[np.bool_]:
    """Whether each track plays in each bar, shape (bars, tracks with notes)."""
    columns = []
    for track in song.tracks:
        if track.notes:
            plays = np.zeros(len(edges) - 1, dtype=bool)
            bar = np.searchsorted(edges, [n.start_tick + 60 for n in track.notes], side="right") - 1
            plays[np.clip(bar, 0, len(plays) - 1)] = True
            columns.append(plays)
    return np.array(columns, dtype=bool).reshape(-1, len(edges) - 1).T


def silent(song: Song, edges: Ints) -> NDArray[np.bool_]:
    """Whether nothing begins in each bar, (bars,), or only in its last quarter: no section begins in silence."""
    starts = np.array([n.start_tick for t in song.tracks for n in t.notes])
    lines = edges[:-1]
    at = np.searchsorted(np.sort(starts), lines - EARLY_TICK)
    following = np.append(np.sort(starts), np.iinfo(np.int64).max)[at]
    return np.asarray(following > lines + 0.75 * np.diff(edges))
