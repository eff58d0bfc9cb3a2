"""Names and energy of sections.

What is chorus, sung or unsung has been heard; here it gets its name in the song: what is unsung is intro, interlude or
outro by its place, a prechorus is what leads to the chorus again and again, a bridge what is sung once, late, between
choruses (craft; in Japan verse, prechorus and chorus are called A-melo, B-melo and sabi).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.features import Floats, Ints
from remixkit.analysis.form.bar_features import Bars
from remixkit.analysis.form.section_path import CHORUS, UNSUNG
from remixkit.model.analysis import Section, SectionName
from remixkit.model.song import Song

SAME_MUSIC = 0.9
OVERLAP = 0.6
FLAT_ENERGY = 0.08
PEAK = 0.3
"""How much more energy than the first sung music has the peak of a song in which nothing returns (craft)."""
LATE = 0.5


def name_sections(song: Song, bars: Bars, lines: Ints, kinds: Ints, groups: Sequence[int]) -> tuple[Section, ...]:
    """Name the sections between the bars `lines`, (sections + 1,), and measure their energy.

    Parameters
    ----------
    song : Song
        On its true bar grid.
    bars : Bars
        The song bar by bar.
    lines, kinds : (sections + 1,), (sections,) int
        As `section_path.best_path` finds them.
    groups : (sections,) int
        As `same_music` finds them.
    """
    spans = list(pairwise(lines.tolist()))
    energy = section_energy(song, bars, spans)
    heard = with_peak(kinds.tolist(), groups, energy)
    labels = label_kinds(heard, groups, [a / int(lines[-1]) for a, _ in spans])
    return tuple(
        Section(int(bars.edges[a]), int(bars.edges[b]), label, round(float(e), 3))
        for (a, b), label, e in zip(spans, labels, energy, strict=True)
    )


def section_energy(song: Song, bars: Bars, spans: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Energy of each section, 0-1: onsets, loudness, melody register, thickness and the share of tracks that play."""
    count = len(bars.sung)
    onsets, playing = np.zeros(count), np.zeros(count)
    tracks = 0
    for track in song.tracks:
        if track.notes:
            tracks += 1
            bar = np.searchsorted(bars.edges, [n.start_tick + 60 for n in track.notes], side="right") - 1
            hits = np.bincount(np.clip(bar, 0, count - 1), minlength=count)
            onsets += hits
            playing += hits > 0
    onsets = onsets / np.diff(bars.edges)
    scale = max(float(np.percentile(onsets, 95)), 1e-9)
    loud, register, thick = (np.clip(0.5 + bars.levels[:, k] / 4, 0, 1) for k in (2, 3, 4))
    bar_energy = 0.35 * np.clip(onsets / scale, 0, 1) + 0.25 * loud + 0.1 * register + 0.1 * thick
    bar_energy += 0.2 * playing / max(tracks, 1)
    means = np.array([bar_energy[a:b].mean() for a, b in spans])
    middle = (means.max() + means.min()) / 2
    reach = max(float(means.max() - means.min()) / 2, FLAT_ENERGY)
    return np.asarray(np.clip(0.5 + 0.5 * (means - middle) / reach, 0.0, 1.0))


def same_music(same: Floats, lines: Ints) -> list[int]:
    """A number a section, that of the earliest section of the same music.

    `same` says how probable it is that two bars have the same music, (bars, bars); `lines` are the bars at which
    sections begin, and the number of bars.
    """
    spans = list(pairwise(lines.tolist()))
    groups: list[int] = []
    for k, one in enumerate(spans):
        match = [likeness(same, one, other) for other in spans[:k]]
        best = max(range(k), key=lambda j: match[j], default=-1)
        groups.append(groups[best] if best >= 0 and match[best] > SAME_MUSIC else k)
    return groups


def likeness(same: Floats, one: tuple[int, int], other: tuple[int, int]) -> float:
    """How probable it is that two stretches of bars are the same music, 0-1, laid on each other as fits best.

    They must overlap by most of the shorter one, and the shorter be half as long as the longer at least.
    """
    first, second = one[1] - one[0], other[1] - other[0]
    short = min(first, second)
    if 2 * short < max(first, second):
        return 0.0
    best = 0.0
    least = max(2, math.ceil(OVERLAP * short)) if short > 1 else 1
    for move in range(least - first, second - least + 1):
        a, c = one[0] + max(0, -move), other[0] + max(0, move)
        size = min(one[1] - a, other[1] - c)
        if size >= least:
            match = float(np.diagonal(same[a : a + size, c : c + size]).mean())
            best = max(best, math.sqrt(size / short) * match)
    return best


def with_peak(kinds: Sequence[int], groups: Sequence[int], energy: NDArray[np.float64]) -> list[int]:
    """The kinds, and where no chorus was heard because none returns, that of the fullest sung music after the first.

    It is one if its energy stands out from the first's by `PEAK`.
    """
    sung = [k for k, kind in enumerate(kinds) if kind != UNSUNG]
    others = [k for k in sung if groups[k] != groups[sung[0]]]
    if CHORUS in kinds or not others:
        return list(kinds)
    top = max(others, key=lambda k: float(energy[k]))
    if energy[top] < energy[sung[0]] + PEAK:
        return list(kinds)
    return [CHORUS if k in sung and groups[k] == groups[top] else kind for k, kind in enumerate(kinds)]


def label_kinds(kinds: Sequence[int], groups: Sequence[int], places: Sequence[float]) -> list[SectionName]:
    """Name each section.

    `kinds` says which are unsung, sung or chorus; `groups` has the same number for the same music, `places` the share
    of the song that is gone when each begins.
    """
    count = len(kinds)
    sung = [k for k in range(count) if kinds[k] != UNSUNG]
    if not sung:
        return ["intro" if k == 0 and count > 1 else "verse" for k in range(count)]
    choruses = [k for k in sung if kinds[k] == CHORUS]
    labels: list[SectionName] = []
    for k in range(count):
        if kinds[k] == UNSUNG:
            labels.append("intro" if k < sung[0] else "outro" if k > sung[-1] else "interlude")
        elif kinds[k] == CHORUS:
            labels.append("chorus")
        elif choruses and groups[k] != groups[sung[0]] and leads_to_chorus(kinds, groups, groups[k]):
            labels.append("prechorus")
        elif choruses and choruses[0] < k < choruses[-1] and places[k] > LATE and groups.count(groups[k]) == 1:
            labels.append("bridge")
        else:
            labels.append("verse")
    return labels


def leads_to_chorus(kinds: Sequence[int], groups: Sequence[int], group: int) -> bool:
    """Whether some music is heard twice at least and mostly goes on to the chorus, not back to itself."""
    last = [k for k in range(len(kinds) - 1) if groups[k] == group and groups[k + 1] != group]
    return len(last) > 1 and 2 * sum(kinds[k + 1] == CHORUS for k in last) > len(last)
