"""Names and energy of sections: which are the same music, which of them is the chorus.

The chorus is what comes at least twice, high and loud; the verse is sung first; the prechorus leads to the chorus
(craft; in Japan they are called A-melo, B-melo and sabi). A last chorus that is lifted by a few semitones is still the
chorus.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.features import Floats, Frames, Ints, melody_frames
from remixkit.analysis.form.bar_features import Bars
from remixkit.model.analysis import MelodyNote, Section, SectionName
from remixkit.model.song import Song

SUNG_SHARE = 0.2
SAME_MUSIC = 0.5
TUNE_SHARE = 0.8
OVERLAP = 0.6
LIFT_TRUST = np.array([1.0, 0.95, 0.95, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9, 0.95, 0.95])
REPEATED_WORTH = 0.8
SHORTEST_CHORUS = 8
FLAT_ENERGY = 0.08

# How much less energy, and how much less of all that makes a chorus, a phrase may have and still be part of it.
CHORUS_FALL, CHORUS_LACK = 0.12, 0.8

# A song that is all chorus has none. What goes on from the chorus joins it up to the first share of what is sung; where
# it takes more than the second of the song, only its loudest music keeps the name.
MOST_JOINED, MOST_CHORUS = 0.6, 0.45


def name_sections(
    song: Song, frames: Frames, bars: Bars, melody: Sequence[MelodyNote], lines: Ints
) -> tuple[Section, ...]:
    """Name the sections between the bars `lines`, (sections + 1,), and measure their energy."""
    spans = list(pairwise(lines.tolist()))
    energy = section_energy(song, bars, spans)
    sung = np.array([bars.sung[a:b].mean() for a, b in spans])
    vocal = sung >= min(SUNG_SHARE, 0.5 * float(sung.max(initial=0.0)) + 1e-9)
    pitch = np.array([bars.levels[a:b, 3].mean() for a, b in spans])
    length = np.array([b - a for a, b in spans])
    groups = same_music(frames, melody, spans, vocal)
    labels = label_groups(groups, vocal, energy, pitch, length)
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


def same_music(
    frames: Frames, melody: Sequence[MelodyNote], spans: Sequence[tuple[int, int]], vocal: NDArray[np.bool_]
) -> list[int]:
    """A number a section: sung sections of the same tune, lifted or not, have the same; others have -1."""
    tune, onsets = melody_frames(frames, melody)
    lines = frames.bar_edges
    groups: list[int] = []
    for k, one in enumerate(spans):
        if not vocal[k]:
            groups.append(-1)
            continue
        best, match = -1, SAME_MUSIC
        for j in range(k):
            if groups[j] >= 0:
                score = likeness(tune, onsets, lines, one, spans[j])
                if score > match:
                    best, match = groups[j], score
        groups.append(best if best >= 0 else max(groups, default=-1) + 1)
    return groups


def likeness(tune: Ints, onsets: Floats, lines: Ints, one: tuple[int, int], other: tuple[int, int]) -> float:
    """How alike the tunes of two stretches of bars are, 0-1, laid on each other as fits best.

    They must overlap by most of the shorter one, and the shorter be half as long as the longer at least; one may be
    lifted by up to three semitones.
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
        x, y = slice(lines[a], lines[a + size]), slice(lines[c], lines[c + size])
        if size >= least and x.stop - x.start == y.stop - y.start:
            best = max(best, math.sqrt(size / short) * overlaid(tune[x], tune[y], onsets[x], onsets[y]))
    return best


def overlaid(tune: Ints, other: Ints, onsets: Floats, other_onsets: Floats) -> float:
    """How alike two tunes of the same length are frame by frame, 0-1."""
    either = (tune >= 0) | (other >= 0)
    both = (tune >= 0) & (other >= 0)
    moves = np.bincount((other[both] - tune[both]) % 12, minlength=12) * LIFT_TRUST
    rhythm = float((onsets * other_onsets).sum() / max(float(np.maximum(onsets, other_onsets).sum()), 1.0))
    return TUNE_SHARE * float(moves.max()) / max(int(either.sum()), 1) + (1 - TUNE_SHARE) * rhythm


def label_groups(
    groups: Sequence[int],
    vocal: NDArray[np.bool_],
    energy: NDArray[np.float64],
    pitch: NDArray[np.float64],
    length: NDArray[np.int64],
) -> list[SectionName]:
    """Name each section from what repeats, how high and how loud it is, and what it leads to."""
    count = len(groups)
    if not vocal.any():
        return ["intro" if k == 0 and count > 1 else "verse" for k in range(count)]
    sung = np.flatnonzero(vocal)
    labels: list[SectionName] = ["interlude"] * count
    labels[: sung[0]] = ["intro"] * int(sung[0])
    labels[sung[-1] + 1 :] = ["outro"] * int(count - 1 - sung[-1])
    chorus = chorus_groups(groups, energy, pitch, length)
    opening = next((groups[k] for k in sung.tolist() if groups[k] not in chorus), -1)
    for k in sung.tolist():
        if groups[k] in chorus:
            labels[k] = "chorus"
        elif groups[k] != opening and leads_to(groups, chorus, groups[k]):
            labels[k] = "prechorus"
        else:
            labels[k] = "verse"
    return loudest_phrases(loudest_music(carry_on(labels, energy), groups, energy, length), energy, length)


def chorus_groups(
    groups: Sequence[int], energy: NDArray[np.float64], pitch: NDArray[np.float64], length: NDArray[np.int64]
) -> set[int]:
    """The groups that make the chorus: the one that comes back highest and loudest, and what always goes on from it."""
    names = sorted({g for g in groups if g >= 0})
    if len(names) == 1:
        return set()
    member = {g: [k for k, other in enumerate(groups) if other == g] for g in names}
    bars = {g: int(length[member[g]].sum()) for g in names}
    repeated = [g for g in names if len(member[g]) >= 2 and bars[g] >= SHORTEST_CHORUS]
    last = max(k for k, g in enumerate(groups) if g >= 0)

    def worth(g: int) -> float:
        weight = length[member[g]] / length[member[g]].sum()
        loud, high = float(energy[member[g]] @ weight), float(pitch[member[g]] @ weight)
        late = max(member[g]) / max(last, 1)
        opens = 0.5 if min(member[g]) == min(k for k, o in enumerate(groups) if o >= 0) else 0.0
        again = REPEATED_WORTH + 0.1 * len(member[g]) if g in repeated else 0.0
        share = bars[g] / sum(bars.values())
        return 1.2 * loud + 0.8 * high + again + 0.5 * late + share - opens

    best = max([g for g in names if bars[g] >= SHORTEST_CHORUS] or names, key=worth)
    chosen = {best}
    loudness = float(energy[member[best]].mean())
    for g in sorted(repeated, key=lambda g: -worth(g)):
        beside = sum(
            any(0 <= k + step < len(groups) and groups[k + step] in (*chosen, g) for step in (-1, 1)) for k in member[g]
        )
        as_loud = float(energy[member[g]].mean()) > loudness - CHORUS_FALL
        fits = sum(bars[c] for c in {*chosen, g}) <= MOST_JOINED * sum(bars.values())
        if beside == len(member[g]) and as_loud and fits and worth(g) > worth(best) - CHORUS_LACK:
            chosen.add(g)
    return chosen


def carry_on(labels: list[SectionName], energy: NDArray[np.float64]) -> list[SectionName]:
    """Let the chorus go on where the music does.

    A phrase right after it that is as loud, and far louder than others of its name, belongs to it.
    """
    out = list(labels)
    chorus = [e for label, e in zip(labels, energy, strict=True) if label == "chorus"]
    floor = float(np.mean(chorus)) - CHORUS_FALL if chorus else np.inf
    for k in range(1, len(out)):
        if out[k - 1] == "chorus" and out[k] in ("verse", "prechorus") and energy[k] >= floor:
            namesakes = [energy[j] for j, label in enumerate(labels) if label == labels[k] and j != k]
            if not namesakes or energy[k] - float(np.median(namesakes)) > 2 * CHORUS_FALL:
                out[k] = "chorus"
    return out


def loudest_music(
    labels: list[SectionName], groups: Sequence[int], energy: NDArray[np.float64], length: NDArray[np.int64]
) -> list[SectionName]:
    """Take the name of chorus from its quietest music while it has more than `MOST_CHORUS` of the song.

    What follows on from each other, or shares music with what does, goes together.
    """
    out = list(labels)
    while True:
        kinds = kinds_of_chorus(out, groups)
        if len(kinds) < 2 or sum(length[k].sum() for k in kinds) <= MOST_CHORUS * length.sum():
            return out
        for k in min(kinds, key=lambda kind: float(np.average(energy[kind], weights=length[kind]))):
            out[k] = "verse"


def loudest_phrases(
    labels: list[SectionName], energy: NDArray[np.float64], length: NDArray[np.int64]
) -> list[SectionName]:
    """Take the name of chorus from its quietest phrases while it has more than `MOST_CHORUS` of the song.

    A song that is one tune throughout is sung as a verse first: what stays well below the loudest of it is A.
    """
    out = list(labels)
    chorus = sorted((float(energy[k]), k) for k, label in enumerate(labels) if label == "chorus")
    for loud, k in chorus:
        share = sum(int(length[j]) for j, label in enumerate(out) if label == "chorus")
        if share <= MOST_CHORUS * length.sum() or loud > chorus[-1][0] - CHORUS_FALL:
            return out
        out[k] = "verse"
    return out


def kinds_of_chorus(labels: Sequence[SectionName], groups: Sequence[int]) -> list[list[int]]:
    """The sections that are chorus, apart where they neither touch nor share music."""
    kinds: list[list[int]] = []
    for k in (k for k, label in enumerate(labels) if label == "chorus"):
        joined = [kind for kind in kinds if k - 1 in kind or groups[k] in [groups[j] for j in kind]]
        kinds = [kind for kind in kinds if kind not in joined]
        kinds.append([j for kind in joined for j in kind] + [k])
    return kinds


def leads_to(groups: Sequence[int], chorus: set[int], group: int) -> bool:
    """Whether a group is followed by the chorus at least half the times that anything sung follows it."""
    after = [groups[k + 1] for k in range(len(groups) - 1) if groups[k] == group and groups[k + 1] not in (group, -1)]
    return bool(after) and 2 * sum(g in chorus for g in after) >= len(after)
