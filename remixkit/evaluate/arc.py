"""The arc: whether a cover is loud and busy where its source is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from scipy.stats import rankdata, spearmanr

from remixkit.evaluate.moments import SLOT_TICKS, slot
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Note
from remixkit.model.source_map import SourceMap
from remixkit.model.timing import TICKS_PER_QUARTER

LEAST_SECTIONS = 3


@dataclass(frozen=True, slots=True)
class Arc:
    """Spearman's rank correlations between the cover's sections and the source's, -1..1.

    `velocity` compares mean velocities, `density` notes a beat, `both` the mean ranks of the two. None where fewer than
    three sections are in both, or one side is the same throughout (many sequenced files have a single velocity).
    """

    velocity: float | None
    density: float | None
    both: float | None


def arc(arrangement: Arrangement, analysis: Analysis, source_map: SourceMap) -> Arc:
    """Compare the sections that both have, drums included.

    Parameters
    ----------
    source_map : SourceMap
        Which of the source's bars the cover's sections play.
    """
    source = [n for t in analysis.song.tracks for n in t.notes]
    cover = [n for p in arrangement.parts for n in p.notes]
    both = []
    for s in arrangement.sections:
        start = source_map.to_source(s.start_tick)
        if start is not None and start + s.end_tick - s.start_tick <= analysis.end_tick:
            both.append((s, start, start + s.end_tick - s.start_tick))
    theirs = [_figures(source, start, end) for _, start, end in both]
    ours = [_figures(cover, s.start_tick, s.end_tick) for s, _, _ in both]
    kept = [k for k in range(len(both)) if theirs[k] is not None and ours[k] is not None]
    velocities, densities = ([[row[k][i] for k in kept] for row in (ours, theirs)] for i in (0, 1))  # type: ignore[index]
    return Arc(
        velocity=spearman(*velocities),
        density=spearman(*densities),
        both=spearman(*(_mean_ranks(v, d) for v, d in zip(velocities, densities, strict=True))),
    )


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Rank correlation; None with fewer than three values, or where all of one side are equal."""
    if len(one) < LEAST_SECTIONS or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return float(spearmanr(one, other).statistic)


def _mean_ranks(velocities: Sequence[float], densities: Sequence[float]) -> list[float]:
    return (rankdata(velocities) + rankdata(densities)).tolist() if velocities else []


def _figures(notes: Iterable[Note], start: int, end: int) -> tuple[float, float] | None:
    """Mean velocity and notes a beat of a span; None where nothing begins."""
    inside = [n.velocity for n in notes if start <= slot(n.start_tick) * SLOT_TICKS < end]
    return (fmean(inside), len(inside) * TICKS_PER_QUARTER / (end - start)) if inside else None
