"""The tune: which notes of which tracks a listener would sing.

Where a track carries the tune alone, a Viterbi path over bars says which one does so when: changing is dear, and
silence is a choice. Where it lies inside polyphonic parts, notes are taken one by one
(`track_facts.melody_probability`). Either way the outcome is one line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.melody import track_roles as role_finding
from remixkit.analysis.melody.note_features import NoteTable
from remixkit.analysis.melody.track_facts import SongFacts, TrackFacts, describe
from remixkit.model.analysis import MelodyNote, TrackRole
from remixkit.model.song import Song, Track
from remixkit.model.timing import TICKS_PER_QUARTER

Floats = NDArray[np.float64]

SWITCH_COST = 4.0
STAND_IN = 1.5
"""How much worse than the main track another may look and still stand in for it while it rests."""
SECTION_BARS, RELIEF, RELIEF_TUNE = 4, 2.0, 0.5
"""Where the main track rests so many bars, what a track named as a tune, or as likely one note by note, is worth."""
IDLE = -1.0
LIKELY = 0.4
POSSIBLE = (0.4, 0.3, 0.2, 0.12)
"""How probable a note must be of the tune: the first value that gives enough of one."""
ENOUGH, LEAST_COVERAGE = 0.6, 0.25
"""Of the bars: in how many a tune should sound; in fewer than the second it is not believed."""
CHORD_TICKS = TICKS_PER_QUARTER // 16


def find_melody(
    song: Song, roles: Sequence[TrackRole], melody_track: int | None = None, facts: SongFacts | None = None
) -> tuple[MelodyNote, ...]:
    """The tune.

    Parameters
    ----------
    song : Song
        On its true grid.
    roles : sequence of TrackRole
        One a track.
    melody_track : int, optional
        The track to take it from, by the user's word.
    facts : SongFacts, optional
        As `describe` gives them, to save doing it again.

    Returns
    -------
    tuple of MelodyNote
        In order, one at a time; empty where nothing sounds like a tune (see `prominent_line`).
    """
    known = describe(song) if facts is None else facts
    if melody_track is not None:
        return _from_track(song, known, melody_track)
    if "melody" in roles:
        return _over_tracks(song, known, roles.index("melody"))
    return _inside(song, known)


def prominent_line(song: Song, facts: SongFacts | None = None) -> tuple[MelodyNote, ...]:
    """What to take for a tune where there is none: the highest note at each onset of the likeliest part."""
    known = describe(song) if facts is None else facts
    scores = [role_finding.melody_score(t, f) for t, f in zip(song.tracks, known.tracks, strict=True)]
    best = int(np.argmax(scores))
    rows = np.flatnonzero(known.table.track == best)
    return _line(song, known.table, rows, known.table.pitch.astype(np.float64))


def _from_track(song: Song, facts: SongFacts, track: int) -> tuple[MelodyNote, ...]:
    """The tune in one given track, even if it is a drum's."""
    table, tune = facts.table, facts.tune
    rows = np.flatnonzero(table.track == track)
    worth = table.pitch.astype(np.float64)
    if facts.tracks[track].single < 0.5 and len(rows):
        likely = rows[tune[rows] >= LIKELY]
        if _coverage(song, table, likely) >= 0.6 * _coverage(song, table, rows):
            rows, worth = likely, tune
    return _line(song, table, rows, worth)


def _over_tracks(song: Song, facts: SongFacts, main: int) -> tuple[MelodyNote, ...]:
    """The tune where tracks take turns: Viterbi over bars, the states being the candidate tracks and silence."""
    bars = np.array([start for start, _ in song.grid.meter.bars(max(song.end_tick, 1))])
    bar_of = np.searchsorted(bars, np.rint(facts.table.start_beats * TICKS_PER_QUARTER), side="right") - 1
    plays = [np.bincount(bar_of[facts.table.track == i], minlength=len(bars)) > 0 for i in range(len(song.tracks))]
    worth = _worth(song, facts, main, _long_runs(~plays[main]))
    gain = np.zeros((len(bars), len(worth) + 1))
    for k, (i, values) in enumerate(worth.items()):
        gain[:, k] = np.where(plays[i], values, IDLE)
    path = _cheapest_path(gain)
    rows: list[NDArray[np.int64]] = []
    for k, i in enumerate(worth):
        here = np.flatnonzero(facts.table.track == i)
        rows.append(here[path[bar_of[here]] == k])
    chosen = np.sort(np.concatenate(rows))
    return _line(song, facts.table, chosen, facts.table.pitch.astype(np.float64))


def _worth(song: Song, facts: SongFacts, main: int, rests: NDArray[np.bool_]) -> dict[int, Floats]:
    """What each candidate track is worth bar by bar, where it plays; `rests` are long rests of the main one.

    The interludes of a sung song are no part of its tune: from a singer nobody takes over.
    """
    scores = [role_finding.melody_score(t, f) for t, f in zip(song.tracks, facts.tracks, strict=True)]
    is_sung = role_finding.is_sung(song.tracks[main], facts.tracks[main])
    out: dict[int, Floats] = {}
    for i, (track, f) in enumerate(zip(song.tracks, facts.tracks, strict=True)):
        value = scores[i] - scores[main] + STAND_IN
        if i == main:
            out[i] = np.full(len(rests), 2 * STAND_IN)
            continue
        if not f.notes or f.single < 0.6 or f.together >= 1.6:
            continue
        relieves = not is_sung and scores[i] > 0 and _may_relieve(track, f)
        if value > 0 or relieves:
            usual = value if value > 0 else IDLE
            out[i] = np.where(rests, max(usual, RELIEF) if relieves else usual, usual)
    return out


def _may_relieve(track: Track, facts: TrackFacts) -> bool:
    """Whether a track that is not the main one may carry the tune through a section in which that one rests."""
    return role_finding.is_named_tune(track) or facts.tune >= RELIEF_TUNE


def _long_runs(rests: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The bars that lie in a run of at least `SECTION_BARS` such bars."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rests.astype(np.int64), [0]])))
    out = np.zeros_like(rests)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        out[start:end] = end - start >= SECTION_BARS
    return out


def _cheapest_path(gain: Floats) -> NDArray[np.int64]:
    states = gain.shape[1]
    cost = SWITCH_COST * (1 - np.eye(states))
    total, back = gain[0], np.zeros(gain.shape, dtype=np.int64)
    for k in range(1, len(gain)):
        options = total[:, None] - cost
        back[k] = options.argmax(0)
        total = options.max(0) + gain[k]
    path = np.empty(len(gain), dtype=np.int64)
    path[-1] = int(total.argmax())
    for k in range(len(gain) - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    return path


def _inside(song: Song, facts: SongFacts) -> tuple[MelodyNote, ...]:
    """The tune note by note, among all pitched notes."""
    rows = np.zeros(0, dtype=np.int64)
    for least in POSSIBLE:
        rows = np.flatnonzero(facts.tune >= least)
        if _coverage(song, facts.table, rows) >= ENOUGH:
            break
    return _line(song, facts.table, rows, facts.tune) if _coverage(song, facts.table, rows) >= LEAST_COVERAGE else ()


def _coverage(song: Song, table: NoteTable, rows: NDArray[np.int64]) -> float:
    bars = np.array([start for start, _ in song.grid.meter.bars(max(song.end_tick, 1))])
    at = np.searchsorted(bars, np.rint(table.start_beats[rows] * TICKS_PER_QUARTER), side="right")
    return len(np.unique(at)) / max(1, len(bars))


def _line(song: Song, table: NoteTable, rows: NDArray[np.int64], worth: Floats) -> tuple[MelodyNote, ...]:
    """One note at a time: of those that begin together the worthiest; each ends where the next begins."""
    notes = [(song.tracks[table.track[r]].notes[table.index[r]], int(table.track[r]), float(worth[r])) for r in rows]
    kept: list[MelodyNote] = []
    best = 0.0
    for note, track, value in notes:
        one = MelodyNote(note.start_tick, note.end_tick, note.pitch, note.velocity, track)
        if kept and one.start_tick - kept[-1].start_tick <= CHORD_TICKS:
            if value > best:
                kept[-1], best = one, value
            continue
        kept.append(one)
        best = value
    ends = [n.start_tick for n in kept[1:]] + [song.end_tick + 1] * bool(kept)
    return tuple(
        MelodyNote(n.start_tick, max(n.start_tick + 1, min(n.end_tick, end)), n.pitch, n.velocity, n.track)
        for n, end in zip(kept, ends, strict=True)
    )
