"""The melody: which notes of which tracks a listener would sing.

Where a band plays, `leads.py` says who leads in each bar, and the melody is that track's line: of notes that begin
together the highest, or, in a part that plays chords as well, the likeliest. Where one player plays everything, notes
are taken one by one (`track_facts.melody_probability`). Either way the outcome is one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from remixkit.analysis.melody import track_roles as role_finding
from remixkit.analysis.melody.leads import NOBODY, Leads
from remixkit.analysis.melody.note_features import NoteTable
from remixkit.analysis.melody.track_facts import SongFacts
from remixkit.model.analysis import MelodyNote
from remixkit.model.song import Song
from remixkit.model.timing import TICKS_PER_QUARTER

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LIKELY = 0.4
LEAST_LIKELY = 0.04
GENEROUS = (1.2, 2.0, 3.0)
"""What a note is worth beside its log-odds: the first value that gives enough of a melody. At an even bet (0) too many
are left out."""
LEAP_COST, FREE_LEAP, LEAP_FADES_TICKS = 0.2, 5, 4 * TICKS_PER_QUARTER
"""What a semitone of a leap costs beyond a fourth, in log-odds; less after a rest."""
MOST_CANDIDATES = 20_000
ENOUGH, LEAST_COVERAGE = 0.6, 0.25
"""Of the bars: in how many a melody should sound; in fewer than the second it is not believed."""
MOST_VOICES = 2.2
"""A part that begins at most so many notes at once, on average, plays a line, with a second voice perhaps."""
UNDER = 0.6
"""A note under one of the same part that sounds on for so much of its length is no melody."""
HAMMERED = 16
"""So many notes of one pitch in a row are no melody."""
NEAREST = 16
CHORD_TICKS = TICKS_PER_QUARTER // 16
LONE = 0.95
"""Of the onsets of a track that is the whole song, with one note each, for it to be a bare tune."""


def find_melody(song: Song, facts: SongFacts, leads: Leads) -> tuple[MelodyNote, ...]:
    """The melody.

    Parameters
    ----------
    song : Song
        On its true grid.
    facts : SongFacts
        As `describe` gives them.
    leads : Leads
        As `find_leads` gives them.

    Returns
    -------
    tuple of MelodyNote
        In order, one at a time; empty where nothing sounds like a melody (see `prominent_line`).
    """
    alone = _lone_line(facts)
    if alone is not None:
        return melody_of(song, facts, alone)
    if _is_one_player(facts) or leads.main is None:
        return _inside(song, facts)
    return _of_leads(song, facts, leads.at(_start_ticks(facts.table)))


def melody_of(song: Song, facts: SongFacts, track: int) -> tuple[MelodyNote, ...]:
    """The melody in one given track, even if it is a drum's."""
    return _of_leads(song, facts, np.full(len(facts.table), track))


def spliced(
    melody: tuple[MelodyNote, ...], other: tuple[MelodyNote, ...], start_tick: int, end_tick: int
) -> tuple[MelodyNote, ...]:
    """The melody with what begins from one tick to another taken from another line."""
    kept = [n for n in melody if not start_tick <= n.start_tick < end_tick]
    return _one_at_a_time(sorted([*kept, *(n for n in other if start_tick <= n.start_tick < end_tick)]), None)


def prominent_line(song: Song, facts: SongFacts) -> tuple[MelodyNote, ...]:
    """What to take for a melody where there is none: the highest note at each onset of the likeliest part."""
    scores = [
        role_finding.melody_score(t, f) - 20.0 * (f.low == f.high)
        for t, f in zip(song.tracks, facts.tracks, strict=True)
    ]
    allowed = facts.table.track == int(np.argmax(scores))
    worth = facts.table.pitch.astype(np.float64)
    found = _line(song, facts.table, np.flatnonzero(allowed), worth)
    rest = _line(song, facts.table, np.flatnonzero(allowed & ~_hammers(facts, found)), worth)
    return rest or found


def _lone_line(facts: SongFacts) -> int | None:
    """The track that plays all there is, one note at a time: it is the melody, note for note."""
    playing = np.unique(facts.table.track).tolist()
    if len(playing) != 1:
        return None
    track = facts.tracks[playing[0]]
    return playing[0] if track.single >= LONE and track.low < track.high else None


def _is_one_player(facts: SongFacts) -> bool:
    """Whether one polyphonic player, or both hands of one, play all that has a pitch."""
    total = max(1, len(facts.table))
    players = [f for k, f in enumerate(facts.tracks) if (facts.table.track == k).sum() >= 0.03 * total]
    return len(players) <= 1 or (len(players) == 2 and all(f.single < 0.6 for f in players))


def _start_ticks(table: NoteTable) -> Ints:
    return np.rint(table.start_beats * TICKS_PER_QUARTER).astype(np.int64)


def _of_leads(song: Song, facts: SongFacts, leads: Ints) -> tuple[MelodyNote, ...]:
    """The line of whoever leads at each note's onset."""
    table, at = facts.table, _start_ticks(facts.table)
    rows, worth = [], table.pitch.astype(np.float64)
    for track in np.unique(leads[leads != NOBODY]).tolist():
        mine = np.flatnonzero((table.track == track) & (leads == track))
        onsets = 1 + int((np.diff(at[mine]) > CHORD_TICKS).sum())
        likely = facts.tune[mine] >= LIKELY
        is_chords = len(mine) > MOST_VOICES * onsets
        if is_chords and _coverage(song, table, mine[likely]) >= ENOUGH * _coverage(song, table, mine):
            mine = mine[likely]
            worth[mine] = facts.tune[mine]
        else:
            mine = mine[likely | ~_is_under(table, mine)]
        rows.append(mine)
    return _line(song, table, np.sort(np.concatenate(rows)), worth) if rows else ()


def _is_under(table: NoteTable, rows: Ints) -> NDArray[np.bool_]:
    """Whether each note of a part is struck under a higher one that sounds on."""
    start, end, pitch = table.start_beats[rows], table.end_beats[rows], table.pitch[rows]
    out = np.zeros(len(rows), dtype=bool)
    for k in range(1, min(NEAREST, len(rows))):
        before, after = slice(0, len(rows) - k), slice(k, len(rows))
        overlap = np.minimum(end[before], end[after]) - start[after]
        begun = (start[after] - start[before]) * TICKS_PER_QUARTER > CHORD_TICKS
        out[after] |= begun & (pitch[before] > pitch[after]) & (overlap >= UNDER * (end[after] - start[after]))
    return out


def _inside(song: Song, facts: SongFacts) -> tuple[MelodyNote, ...]:
    """The melody note by note, among all pitched notes."""
    allowed = np.array([f.low < f.high for f in facts.tracks])[facts.table.track]
    rows = _path_in_enough_bars(song, facts, allowed)
    found = _line(song, facts.table, rows, facts.tune)
    hammers = _hammers(facts, found)
    if hammers.any():
        rows = _path_in_enough_bars(song, facts, allowed & ~hammers)
        found = _line(song, facts.table, rows, facts.tune)
    return found if _coverage(song, facts.table, rows) >= LEAST_COVERAGE else ()


def _path_in_enough_bars(song: Song, facts: SongFacts, allowed: NDArray[np.bool_]) -> Ints:
    """The best path at the first of the `GENEROUS` that leaves few bars without melody."""
    rows = np.zeros(0, dtype=np.int64)
    for generous in GENEROUS:
        rows = _path(facts, allowed & (facts.tune >= LEAST_LIKELY), generous)
        if _coverage(song, facts.table, rows) >= ENOUGH:
            break
    return rows


def _path(facts: SongFacts, allowed: NDArray[np.bool_], generous: float) -> Ints:
    """The likeliest line of notes one after the other, wide leaps being dear, less so after a rest (Viterbi)."""
    candidates = np.flatnonzero(allowed)
    if not 0 < len(candidates) <= MOST_CANDIDATES:
        return candidates
    p = np.clip(facts.tune[candidates], 1e-3, 1 - 1e-3)
    gain = np.log(p / (1 - p)) + generous
    at, pitch = _start_ticks(facts.table)[candidates], facts.table.pitch[candidates].astype(np.float64)
    total, back = gain.copy(), np.full(len(gain), -1)
    best = -1
    """The note before those looked at one by one at which the best line ends."""
    for k in range(1, len(gain)):
        low = max(0, k - NEAREST)
        if low and (best < 0 or total[low - 1] > total[best]):
            best = low - 1
        near = slice(low, k)
        rest = at[k] - at[near]
        leap = np.maximum(0.0, np.abs(pitch[near] - pitch[k]) - FREE_LEAP) * np.exp(-rest / LEAP_FADES_TICKS)
        value = np.where(rest > CHORD_TICKS, total[near] - LEAP_COST * leap, -np.inf)
        one = int(value.argmax())
        before, worth = (low + one, value[one]) if best < 0 or value[one] >= total[best] else (best, total[best])
        if worth > 0:
            total[k], back[k] = gain[k] + worth, before
    path = [int(total.argmax())]
    while back[path[-1]] >= 0:
        path.append(int(back[path[-1]]))
    return candidates[path[::-1]]


def _hammers(facts: SongFacts, melody: tuple[MelodyNote, ...]) -> NDArray[np.bool_]:
    """The notes of a pitch where a line has it many times in a row."""
    at, out = _start_ticks(facts.table), np.zeros(len(facts.table), dtype=bool)
    for pitch, notes in groupby(melody, key=lambda n: n.pitch):
        run = list(notes)
        if len(run) >= HAMMERED:
            out |= (at >= run[0].start_tick) & (at <= run[-1].start_tick) & (facts.table.pitch == pitch)
    return out


def _coverage(song: Song, table: NoteTable, rows: NDArray[np.int64]) -> float:
    bars = np.array([start for start, _ in song.grid.meter.bars(max(song.end_tick, 1))])
    at = np.searchsorted(bars, np.rint(table.start_beats[rows] * TICKS_PER_QUARTER), side="right")
    return len(np.unique(at)) / max(1, len(bars))


def _line(song: Song, table: NoteTable, rows: Ints, worth: Floats) -> tuple[MelodyNote, ...]:
    """One note at a time: of those that begin together the worthiest; each ends where the next begins."""
    notes = []
    for r in rows.tolist():
        note, track = song.tracks[table.track[r]].notes[table.index[r]], int(table.track[r])
        notes.append(MelodyNote(note.start_tick, note.end_tick, note.pitch, note.velocity, track))
    return _one_at_a_time(notes, worth[rows])


def _one_at_a_time(notes: Sequence[MelodyNote], worth: Floats | None) -> tuple[MelodyNote, ...]:
    """Notes in order -> one line; without `worth`, of notes that begin together the first stays."""
    kept: list[MelodyNote] = []
    best = 0.0
    for k, note in enumerate(notes):
        value = 0.0 if worth is None else float(worth[k])
        if kept and note.start_tick - kept[-1].start_tick <= CHORD_TICKS:
            if value > best:
                kept[-1], best = note, value
            continue
        kept.append(note)
        best = value
    ends = [n.start_tick for n in kept[1:]] + [n.end_tick for n in kept[-1:]]
    return tuple(
        MelodyNote(n.start_tick, max(n.start_tick + 1, min(n.end_tick, end)), n.pitch, n.velocity, n.track)
        for n, end in zip(kept, ends, strict=True)
    )
