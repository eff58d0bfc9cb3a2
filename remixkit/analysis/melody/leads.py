"""Who leads: bar by bar the track that has the melody, and for each section who that is and how sure it is.

A model judges every track in every bar beside all others (`lead_features.py`, `benchmarks/train_lead.py`); names and
lyrics add what they say. A Viterbi path over the bars gives one lead at a time: changing is dear, and silence is a
choice. One pitch struck again and again never leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.melody import lead_features
from remixkit.analysis.melody.lead_features import Lines
from remixkit.analysis.melody.lead_model import SURE, lead_odds
from remixkit.analysis.melody.track_facts import SongFacts
from remixkit.analysis.melody.track_roles import (
    STRUCK_PROGRAMS,
    is_named_tune,
    is_struck,
    is_sung,
    melody_score,
)
from remixkit.model.analysis import Lead, MelodyNote, Section
from remixkit.model.song import Song
from remixkit.search import cheapest_path

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1
IMPOSSIBLE = -20.0
SWITCH_COST = 6.0
IDLE, GONE, SILENCE = -0.5, -7.0, -6.0
"""What a bar is worth, in log-odds, in which the lead rests that plays a bar before or after; in which it has gone; in
which nobody leads."""
PRIOR, PRIOR_RANGE = 0.25, (-8.0, 8.0)
"""What a point of `melody_score` is worth in log-odds, and between what limits."""
NAMED = 8.0
"""What a name as the melody is worth beside that."""
OSTINATO, CHORDS = 7.0, 1.5
"""What is lost by a line that repeats itself from bar to bar all through nine bars, and by each voice beyond two."""
REST_BARS, RELIEF, RELIEF_TUNE = 4, 2.0, 0.6
"""From a singer others take over where he rests so many bars, if they are named as a melody, or if the evidence is such
and they are, note by note, as likely one as this."""
SINGER_SHARE, SINGER = 0.35, 2.5
"""A track that leads in so many bars with such evidence is a singer, whatever it is called."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Who leads in each bar.

    Parameters
    ----------
    bars : ndarray, shape (bars,)
        The tick at which each begins.
    evidence : ndarray, shape (tracks, bars)
        Log-odds that a track leads there; `IMPOSSIBLE` where it cannot.
    path : ndarray, shape (bars,)
        The track that leads, or `NOBODY`.
    """

    bars: Ints
    evidence: Floats
    path: Ints

    def told(self, track: int, start_tick: int, end_tick: int) -> Leads:
        """The same where somebody has said who leads from one tick to another."""
        here = (self.bars >= start_tick) & (self.bars < end_tick)
        evidence, path = self.evidence.copy(), self.path.copy()
        evidence[track, here], path[here] = -IMPOSSIBLE, track
        return Leads(self.bars, evidence, path)

    def at(self, ticks: Ints) -> Ints:
        """Who leads at some ticks; a note that comes a little early belongs to its bar."""
        bar = np.searchsorted(self.bars, ticks + lead_features.CHORD_TICKS, side="right") - 1
        return self.path[np.maximum(bar, 0)]

    @property
    def main(self) -> int | None:
        """The track that leads longest; None if nobody does."""
        led = self.path[self.path != NOBODY]
        return int(np.bincount(led).argmax()) if len(led) else None


def find_leads(song: Song, facts: SongFacts) -> Leads:
    """Who leads in each bar of a song on its true grid."""
    bars = lead_features.bar_starts(song)
    line = lead_features.melody_lines(song, facts, bars)
    evidence = _evidence(song, facts, line, bars)
    plays = np.zeros(evidence.shape, dtype=bool)
    plays[line.track, line.bar] = True
    path = _path(evidence, plays)
    main = Leads(bars, evidence, path).main
    if main is not None and _sings(song, facts, evidence, path == main, plays, main):
        rests = _long_runs(~plays[main])
        named = np.array([is_named_tune(t) for t in song.tracks])[:, None]
        relieves = (evidence >= RELIEF) & (lead_features.likelihood(facts, line, evidence.shape) >= RELIEF_TUNE)
        others = np.where(rests & (named | relieves), evidence, IMPOSSIBLE)
        others[main] = np.where(plays[main], np.maximum(evidence[main], SURE / 2), IMPOSSIBLE)
        path = _path(others, plays)
    return Leads(bars, evidence, path)


def _evidence(song: Song, facts: SongFacts, line: Lines, bars: Ints) -> Floats:
    columns = lead_features.lead_table(song, facts, line, bars)
    shape = columns.shape[:2]
    plays = columns[..., 1] > 0
    out = np.full(shape, IMPOSSIBLE)
    out[plays] = lead_odds(columns[plays]) + np.broadcast_to(_prior(song, facts)[:, None], shape)[plays]
    again, voices = columns[..., lead_features.AGAIN], columns[..., lead_features.VOICES]
    unlike = OSTINATO * again / (2 * lead_features.FAR + 1) + CHORDS * np.clip(voices - 2, 0, 2)
    named = np.array([is_named_tune(t) for t in song.tracks])
    out[plays] -= np.where(named[:, None], 0.0, unlike)[plays]
    for k, (track, known) in enumerate(zip(song.tracks, facts.tracks, strict=True)):
        if track.is_drum or track.program in STRUCK_PROGRAMS or is_struck(track, known):
            out[k] = IMPOSSIBLE
    out[lead_features.one_pitch(line, shape)] = IMPOSSIBLE
    return out


def _prior(song: Song, facts: SongFacts) -> Floats:
    """What is known of each track as a whole, name and lyrics among it, beside the best of the others; (tracks,)."""
    scores = np.array([melody_score(t, f) for t, f in zip(song.tracks, facts.tracks, strict=True)])
    if len(scores) < 2:
        return np.zeros(len(scores))
    ranked = np.sort(scores)
    others = np.where(scores == ranked[-1], ranked[-2], ranked[-1])
    named = np.array([is_named_tune(t) for t in song.tracks])
    prior: Floats = NAMED * named + PRIOR * np.clip(scores - others, *PRIOR_RANGE)
    return prior


def _sings(
    song: Song, facts: SongFacts, evidence: Floats, led: NDArray[np.bool_], plays: NDArray[np.bool_], main: int
) -> bool:
    """Whether the main track is a singer: called so, or clearly leading through much of the song."""
    if is_sung(song.tracks[main], facts.tracks[main]):
        return True
    heard = led & plays[main] & (evidence[main] > IMPOSSIBLE)
    return heard.any() and float(heard.mean()) >= SINGER_SHARE and float(evidence[main, heard].mean()) >= SINGER


def _path(evidence: Floats, plays: NDArray[np.bool_]) -> Ints:
    """The best sequence of leads; shape (bars,)."""
    candidates = np.flatnonzero((evidence > IMPOSSIBLE).any(1))
    gain = np.full((evidence.shape[1], len(candidates) + 1), SILENCE)
    rests = np.where(evidence > IMPOSSIBLE, IDLE, GONE)
    gain[:, :-1] = np.where(plays, evidence, rests)[candidates].T
    states = np.append(candidates, NOBODY)
    cost = SWITCH_COST * (1 - np.eye(len(states)))
    led = states[np.array(cheapest_path(-gain, cost), dtype=np.int64)]
    for k in range(len(led) - 2, -1, -1):
        if led[k + 1] != NOBODY and plays[led[k + 1], k] and (led[k] == NOBODY or not plays[led[k], k]):
            led[k] = led[k + 1]
    return led


def _long_runs(rests: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The bars that lie in a run of at least `REST_BARS` such bars."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rests.astype(np.int64), [0]])))
    out = np.zeros_like(rests)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        out[start:end] = end - start >= REST_BARS
    return out


def with_leads(sections: Sequence[Section], leads: Leads, melody: Sequence[MelodyNote]) -> tuple[Section, ...]:
    """The sections with who leads in each: who has most of its melody; without one, who is likeliest to lead.

    The confidence is the lead's share of the odds of all tracks and of nobody, by the mean evidence of the section.
    """
    return tuple(replace(s, lead=_lead(s, leads, melody)) for s in sections)


def _lead(section: Section, leads: Leads, melody: Sequence[MelodyNote]) -> Lead | None:
    here = (leads.bars >= section.start_tick) & (leads.bars < section.end_tick)
    if not here.any() or not (leads.evidence[:, here] > IMPOSSIBLE).any():
        return None
    mean = np.maximum(leads.evidence[:, here], 2 * -SURE).mean(1)
    mean[(leads.evidence[:, here] <= IMPOSSIBLE).all(1)] = IMPOSSIBLE
    lasts = np.zeros(len(mean))
    for n in melody:
        if section.start_tick <= n.start_tick < section.end_tick:
            lasts[n.track] += n.end_tick - n.start_tick
    order = sorted(range(len(mean)), key=lambda k: (-lasts[k], -mean[k]) if lasts.any() else (0.0, -mean[k]))
    first = order[0]
    others = [k for k in sorted(range(len(mean)), key=lambda k: -mean[k]) if k != first and mean[k] > IMPOSSIBLE]
    odds = np.exp(np.clip(mean, -30, 30))
    return Lead(first, float(odds[first] / (np.exp(SILENCE) + odds.sum())), others[0] if others else None)
