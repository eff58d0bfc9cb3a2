"""Which bars are chorus: what returns, late and often, louder, fuller and higher than the rest.

Every bar is described by what sounds in it, by how often, when and how exactly its music returns, by the mean of what
sounds wherever it does, and by the same of the bars around it, all relative to the song. Boosted trees judge it twice,
alone and then knowing what was thought of the bars around it and of those where the same music stands. Two pairs of
them say whether a bar belongs to a sung section, and whether to the chorus.

Trained by `benchmarks/train_chorus.py` on the human section labels of POP909, played as they are, with the tune taken
away, and as bands. Sources: audio thumbnails by repetition, Bartsch & Wakefield 2005; choruses by repetition, position
and loudness, Goto 2006 and Eronen 2007.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis import trees
from remixkit.analysis.features import Floats, Frames, Sounding, melody_frames
from remixkit.analysis.form.bar_features import bar_pitch
from remixkit.analysis.form.returns import Returns
from remixkit.model.analysis import MelodyNote
from remixkit.model.song import Song
from remixkit.model.timing import TICKS_PER_QUARTER

Doubles = NDArray[np.float64]

NEAREST, SECOND_NEAREST = 8, 4
SURE, SURE_ENOUGH, MEMBER = 0.5, 0.4, 0.3
SINGS, LEAST_LEAD = 0.15, 0.25
EARLY_TICK = 60
AROUND = (-16, -8, -4, 4, 8, 16)
AROUND_TWICE = (-16, -12, -8, -4, -2, 2, 4, 8, 12, 16)
NOTHING = -4.0
LEVELS = ("onsets", "loudness", "thickness", "top", "players", "drums", "tune_onsets", "pitch", "peak")
ENERGY = ("onsets", "loudness", "thickness", "players", "drums", "top")


@dataclass(frozen=True, slots=True)
class Story:
    """Log odds of each bar, (bars,): that it lies in a sung section, and that it lies in a chorus if it does."""

    sung: Doubles
    chorus: Doubles


def hear_story(columns: Doubles, same: Floats) -> Story:
    """What each bar is, from `bar_columns`, (bars, features), and `Returns.same`."""
    sung_alone, sung_again, chorus_alone, chorus_again = trees.load("chorus.npz")
    told = []
    for alone, again in ((sung_alone, sung_again), (chorus_alone, chorus_again)):
        first = story_log_odds(alone.probability(columns))
        told.append(story_log_odds(again.probability(again_columns(first, same, columns))))
    return Story(*told)


def story_log_odds(chance: Doubles) -> Doubles:
    """Log odds, kept within +-9."""
    safe = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(safe / (1 - safe)))


def bar_columns(
    song: Song, frames: Frames, sounding: Sounding, melody: Sequence[MelodyNote], returns: Returns
) -> Doubles:
    """What each bar tells, shape (bars, features)."""
    levels, sung = bar_levels(song, frames, sounding, melody)
    n = len(sung)
    at = np.arange(n)
    level = {name: smooth(standard(values)) for name, values in levels.items()}
    parts = [level[name] for name in ENERGY if level[name].any()]
    level = {"energy": standard(np.mean(parts, axis=0)) if parts else np.zeros(n), **level}
    sings = smooth(sung) > SINGS
    song_bars = np.flatnonzero(sings if sings.mean() > LEAST_LEAD else levels["onsets"] + levels["drums"] > 0)
    first, last = (int(song_bars[0]), int(song_bars[-1])) if len(song_bars) else (0, n - 1)
    place = np.clip((at - first) / max(last - first, 1), 0, 1)
    far = np.abs(at[:, None] - at) >= NEAREST
    trust = np.clip((returns.same - SURE) / (1 - SURE), 0, 1) * far
    own = trust + np.eye(n)
    count = trust.sum(axis=1)

    def everywhere(values: Doubles) -> Doubles:
        """The mean over a bar and all in which its music returns."""
        return np.asarray(own @ values / own.sum(axis=1))

    told: dict[str, Doubles] = {}
    for name, values in level.items():
        told |= {name: values, f"{name}_everywhere": everywhere(values)}
    told |= {
        "sung": smooth(sung),
        "sung_everywhere": everywhere(sung),
        "sung_around": smooth(sung, 8),
        "lead": np.full(n, sings.mean()),
        "count": count,
        "count_of_most": count / max(float(count.max()), 1e-6),
        "share": count / n,
        "place": place,
        "time": at / n,
        "place_everywhere": everywhere(place),
        "last": np.where(own > MEMBER, place, 0.0).max(axis=1),
        "first": np.where(own > MEMBER, place, 1.0).min(axis=1),
    }
    for name, alike in (
        ("same", returns.same),
        ("tune", returns.tune),
        ("rhythm", returns.rhythm),
        ("sound", returns.sound),
    ):
        told[f"{name}_best"] = (alike * far).max(axis=1).astype(np.float64)
    told["opening"] = returns.same[:, first : first + 8].max(axis=1).astype(np.float64)
    told["closing"] = returns.same[:, max(first, last - 11) : last + 1].max(axis=1).astype(np.float64)
    told["bars"] = np.full(n, min(n, 300) / 100)
    told |= {f"hook_{lag}": hook(returns.tune, lag) for lag in (2, 4)}
    for lag in (4, 8, 16):
        told |= {f"next_{lag}": moved(returned(returns.same, lag), lag), f"before_{lag}": returned(returns.same, lag)}
    for name in ("energy", "energy_everywhere", "count_of_most", "place_everywhere", "last", "first", "sung"):
        told |= {f"{name}{by:+}": moved(told[name], by) for by in AROUND}
    for name in ("same_best", "pitch_everywhere"):
        told |= {f"{name}{by:+}": moved(told[name], by) for by in AROUND}
    for name in ("energy", "pitch", "energy_everywhere"):
        told[f"{name}_step"] = told[name] - np.mean([moved(told[name], -by) for by in (4, 6, 8, 10)], axis=0)
    return np.stack(list(told.values()), axis=1)


def again_columns(alone: Doubles, same: Floats, columns: Doubles) -> Doubles:
    """What the second trees see, shape (bars, more features): first opinions, (bars,), here, around and elsewhere."""
    n = len(alone)
    trust = trust_in_return(same)
    common = shared(alone, same)
    added = [
        alone,
        common,
        smooth(alone, 8),
        smooth(common),
        common.argsort().argsort() / n,
        alone - alone.mean(),
        common - common.max(),
        common - common.min(),
        np.full(n, common.max()),
        np.full(n, common.mean()),
        np.full(n, (common > 0).mean()),
        (trust * alone).max(axis=1),
    ]
    added += [moved(values, by, NOTHING) for values in (common, alone) for by in AROUND_TWICE]
    return np.concatenate([np.stack(added, axis=1), columns], axis=1)


def trust_in_return(same: Floats) -> Doubles:
    """What is thought of one bar counts so much for another, (bars, bars), 0-1."""
    at = np.arange(len(same))
    far = np.abs(at[:, None] - at) >= SECOND_NEAREST
    return np.asarray(np.clip((same.astype(np.float64) - SURE_ENOUGH) / (1 - SURE_ENOUGH), 0, 1) * far)


def shared(opinion: Doubles, same: Floats) -> Doubles:
    """The mean opinion, (bars,), of a bar and all in which its music returns."""
    trust = trust_in_return(same)
    return np.asarray((trust @ opinion + opinion) / (trust.sum(axis=1) + 1))


def best_return(same: Floats) -> Doubles:
    """How probable it is that each bar's music is heard elsewhere, eight bars away or more, (bars,)."""
    at = np.arange(len(same))
    return np.asarray(np.where(np.abs(at[:, None] - at) >= NEAREST, same, 0.0).max(axis=1), dtype=np.float64)


def bar_levels(
    song: Song, frames: Frames, sounding: Sounding, melody: Sequence[MelodyNote]
) -> tuple[dict[str, Doubles], Doubles]:
    """`LEVELS` bar by bar, each (bars,), and the share of each bar in which the tune sounds.

    Onsets a quarter note, mean velocity, pitches sounding, the pitch below which nine notes of ten lie, tracks that
    play, strokes of drums a quarter, onsets of the tune a quarter, its mean and its highest pitch.
    """
    lines = frames.bar_edges
    edges = frames.edges[lines]
    n = len(lines) - 1
    quarters = np.diff(edges) / TICKS_PER_QUARTER

    def bar_of(ticks: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        at = np.asarray(ticks, dtype=np.int64) + EARLY_TICK
        return np.clip(np.searchsorted(edges, at, side="right") - 1, 0, n - 1)

    pitched, strokes, players = [], np.zeros(n), np.zeros(n)
    velocity, notes = np.zeros(n), np.zeros(n)
    for track in song.tracks:
        if track.notes:
            rows = np.array([(x.start_tick, x.pitch, x.velocity) for x in track.notes], dtype=np.int64)
            bar = bar_of(rows[:, 0])
            hits = np.bincount(bar, minlength=n)
            players += hits > 0
            notes += hits
            velocity += np.bincount(bar, weights=rows[:, 2], minlength=n)
            if track.is_drum:
                strokes += hits
            else:
                pitched.append(np.stack([bar, rows[:, 1]], axis=1))
    table = np.concatenate(pitched) if pitched else np.zeros((0, 2), dtype=np.int64)
    tune, onsets = melody_frames(frames, melody)
    starts = lines[:-1]
    peak = np.full(n, -1.0)
    np.maximum.at(peak, bar_of([m.start_tick for m in melody]), np.array([m.pitch for m in melody], dtype=np.float64))
    values = (
        np.bincount(table[:, 0], minlength=n) / quarters,
        np.where(notes > 0, velocity / np.maximum(notes, 1), velocity.sum() / max(notes.sum(), 1)),
        np.add.reduceat(sounding.chroma.sum(axis=1), starts) / np.diff(lines),
        without_unknowns(tops(table, n)),
        players,
        strokes / quarters,
        np.add.reduceat(onsets.sum(axis=1), starts) / quarters,
        bar_pitch(frames, melody, n).astype(np.float64),
        without_unknowns(np.where(peak >= 0, peak, np.nan)),
    )
    sung = np.add.reduceat((tune >= 0).astype(np.float64), starts) / np.diff(lines)
    return {name: np.asarray(v, dtype=np.float64) for name, v in zip(LEVELS, values, strict=True)}, sung


def tops(table: NDArray[np.int64], bars: int) -> Doubles:
    """The pitch below which nine notes of ten of each bar lie, (bars,), from rows of bar and pitch."""
    out = np.full(bars, np.nan)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    edges = np.searchsorted(table[:, 0], np.arange(bars + 1))
    for bar in np.flatnonzero(np.diff(edges)).tolist():
        out[bar] = np.percentile(table[edges[bar] : edges[bar + 1], 1], 90)
    return out


def without_unknowns(values: Doubles) -> Doubles:
    """The values with the mean of all in place of those that are not there (nan)."""
    there = np.isfinite(values)
    return np.where(there, values, values[there].mean() if there.any() else 0.0)


def standard(values: Doubles) -> Doubles:
    """Distance from the mean in standard deviations, within +-3; zeros where all are alike."""
    spread = float(values.std())
    return np.clip((values - values.mean()) / spread, -3, 3) if spread > 1e-6 else np.zeros(len(values))


def smooth(values: Doubles, bars: int = 4) -> Doubles:
    """The mean of each bar and those up to half of `bars` away, (n,)."""
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first, last = np.maximum(0, np.arange(n) - bars // 2), np.minimum(n, np.arange(n) + bars // 2 + 1)
    return np.asarray((sums[last] - sums[first]) / (last - first))


def moved(values: Doubles, by: int, beyond: float = 0.0) -> Doubles:
    """Bar i has what bar i + `by` had, `beyond` where there is none."""
    n = len(values)
    out = np.full(n, beyond)
    a, b = max(0, -by), min(n, n - by)
    if b > a:
        out[a:b] = values[a + by : b + by]
    return out


def returned(alike: Floats, lag: int) -> Doubles:
    """How alike each bar is to that `lag` bars before, (n,), 0 where there is none."""
    n = len(alike)
    out = np.zeros(n)
    out[min(lag, n) :] = np.diagonal(alike, -lag) if lag < n else 0.0
    return out


def hook(tune: Floats, lag: int) -> Doubles:
    """How alike each bar's tune is to that `lag` bars before or after, whichever is more, (n,)."""
    before = returned(tune, lag)
    return np.maximum(before, moved(before, lag))
