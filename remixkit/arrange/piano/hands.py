"""What a hand can take, and the solver that makes any notes playable by one of them.

The limits: at most four keys and twelve semitones at once (Nakamura & Yoshii, "Statistical piano reduction controlling
performance difficulty", 2018, allow five keys and fourteen semitones; the solver stays inside that), the same key again
after 130 ms, a move of the hand of at most 12 semitones in 150 ms and 24 in 300 ms (craft). A chord that is wider than
the span, but not wider than `Reach.roll`, is rolled where there is time for it.

The tune is never lost: notes of ``MELODY_PRIORITY`` are always played, and everything else makes room for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, TempoMap

MELODY_PRIORITY = math.inf
# Priority of a bass note: what comes before it leaves the hand where it can reach it.
BASS_PRIORITY = 10.0
ROLL_S = 0.035
TOGETHER_S = 0.012
_LIFT_S = 0.02
_AFTER_ROLL_S = 0.15
# In a played (not a written) line a finger leaves its key so much after the next is struck.
_GRACE_S = 0.03


@dataclass(frozen=True, slots=True)
class Reach:
    """What one hand can take.

    Parameters
    ----------
    notes : int
        Keys at once.
    comfort, span, roll : int
        Semitones between the outer keys: what lies well, what is possible, and what can still be rolled.
    repeat_ms : float
        Time between two strokes of one key.
    jumps : tuple of (ms, semitones)
        Within so much time the middle of the hand moves at most so far; ascending.
    """

    notes: int = 4
    comfort: int = 10
    span: int = 12
    roll: int = 17
    repeat_ms: float = 130.0
    jumps: tuple[tuple[float, int], ...] = ((150.0, 12), (300.0, 24))

    def may_move(self, semitones: float, seconds: float) -> bool:
        """Whether the hand gets that far in that time."""
        return all(semitones <= far for ms, far in self.jumps if seconds * 1000 <= ms)


LEVELS: dict[str, Reach] = {
    "easy": Reach(notes=2, comfort=7, span=8, roll=8, repeat_ms=180.0, jumps=((200.0, 9), (400.0, 14))),
    "medium": Reach(notes=3, comfort=9, span=12, roll=12, repeat_ms=150.0, jumps=((180.0, 12), (350.0, 19))),
    "full": Reach(),
}


@dataclass(frozen=True, slots=True)
class WeightedNote:
    """A note and its priority; ``MELODY_PRIORITY`` is never dropped."""

    note: Note
    priority: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a hand cannot do: where, and what ("notes", "span", "repeat" or "jump")."""

    tick: int
    what: str


def chord_priority(pitch: int, tones: Sequence[int], bass_pc: int | None, *, lowest: bool = False) -> float:
    """Priority of an accompanying note: bass, then third and seventh, root, colour, fifth; least what is no chord tone.

    Parameters
    ----------
    pitch : int
        MIDI number.
    tones : sequence of int
        The chord's pitch classes, root first (`theory.chords.tones`).
    bass_pc : int or None
        The chord's bass, if it is not the root.
    lowest : bool
        Whether it is the lowest note at its onset.
    """
    pc = pitch % 12
    if lowest and (pc == bass_pc or (bass_pc is None and tones and pc == tones[0])):
        return BASS_PRIORITY
    if pc not in tones:
        return 1.0
    place = (pc - tones[0]) % 12
    return {3: 6.0, 4: 6.0, 10: 5.0, 11: 5.0, 0: 4.0, 7: 2.0}.get(place, 3.0)


def fit_hand(
    weighted: Sequence[WeightedNote], tempo: TempoMap, reach: Reach | None = None, *, taken: Sequence[Note] = ()
) -> tuple[Note, ...]:
    """What one hand plays of what it is asked to: playable, and with every note of the tune.

    Notes go by priority, least first. A key held too long is released early rather than lost; a chord too wide
    but not too wide to roll is rolled upwards from its place, where it has the time.

    Parameters
    ----------
    weighted : sequence of WeightedNote
        In any order.
    tempo : TempoMap
        For the limits, which are in milliseconds.
    reach : Reach, optional
        The hand; a full one by default.
    taken : sequence of Note
        What the other hand plays: a key that it holds is not to be had.

    Returns
    -------
    tuple of Note
        Sorted. `faults` finds nothing in them that the tune alone would not have.
    """
    return tuple(sorted(note for _, note in walk(weighted, tempo, reach or Reach(), taken)))


def roll(notes: Sequence[Note], tempo: TempoMap, reach: Reach | None = None) -> list[Note]:
    """A chord from below, a key every 35 ms; low keys are let go when the hand has moved out of their reach.

    Parameters
    ----------
    notes : sequence of Note
        Struck together, from low to high; their order is kept.
    """
    reach = reach or Reach()
    at_s = tempo.second(notes[0].start_tick)
    ticks = [tempo.tick(at_s + k * ROLL_S) for k in range(len(notes))]
    rolled = []
    for k, note in enumerate(notes):
        beyond = [t for t, o in zip(ticks, notes, strict=True) if o.pitch - note.pitch > reach.span]
        end = max(min([note.end_tick, *beyond]), ticks[k] + 1)
        rolled.append(replace(note, start_tick=ticks[k], end_tick=end))
    return rolled


def faults(notes: Sequence[Note], tempo: TempoMap, reach: Reach | None = None) -> tuple[Fault, ...]:
    """What one hand cannot do: too many keys or too wide at once (held ones count), a key too soon, a move too far."""
    reach = reach or Reach()
    found: list[Fault] = []
    struck: dict[int, float] = {}
    held: list[Note] = []
    there, before = None, -math.inf
    for group in onsets([WeightedNote(n, 0.0) for n in notes], tempo):
        tick = group[0].note.start_tick
        now = tempo.second(tick)
        new = [w.note for w in group]
        grace = round(_GRACE_S * tempo.bpm_at(tick) * TICKS_PER_QUARTER / 60)
        held = [n for n in held if n.end_tick > tick + grace]
        pitches = [n.pitch for n in (*held, *new)]
        if len(pitches) > reach.notes:
            found.append(Fault(tick, "notes"))
        if max(pitches) - min(pitches) > reach.span:
            found.append(Fault(tick, "span"))
        if any((now - struck.get(n.pitch, -math.inf)) * 1000 < reach.repeat_ms - 0.5 for n in new):
            found.append(Fault(tick, "repeat"))
        here = middle([n.pitch for n in new])
        if there is not None and not reach.may_move(abs(here - there), now - before):
            found.append(Fault(tick, "jump"))
        there, before = here, now
        struck.update((n.pitch, now) for n in new)
        held += new
    return tuple(found)


class _Keys:
    """Which keys another hand holds when; a look-up by key."""

    def __init__(self, notes: Sequence[Note]) -> None:
        ordered = sorted(notes, key=lambda n: (n.pitch, n.start_tick))
        self._spans = {
            pitch: [(n.start_tick, n.end_tick) for n in group]
            for pitch, group in groupby(ordered, key=lambda n: n.pitch)
        }

    def holds(self, pitch: int, tick: int) -> bool:
        return any(start <= tick < end for start, end in self._spans.get(pitch, ()))


class _Hand:
    """The hand on its walk through the onsets: what it holds, where it is, and when it struck each key."""

    def __init__(self, tempo: TempoMap, reach: Reach, taken: Sequence[Note]) -> None:
        self.tempo, self.reach, self.taken = tempo, reach, _Keys(taken)
        self.played: list[tuple[WeightedNote, Note]] = []
        self.sounding: list[int] = []
        self.struck: dict[int, float] = {}
        self.middle: float | None = None
        self.second = -math.inf

    def held_melody(self) -> list[int]:
        return [note.pitch for w, note in (self.played[i] for i in self.sounding) if w.priority == MELODY_PRIORITY]

    def choose(
        self, group: Sequence[WeightedNote], now: float, gap_s: float, ahead: Sequence[tuple[float, float]]
    ) -> list[WeightedNote]:
        """The tune at an onset, and as much else, by priority, as can be taken; `ahead` is where it must be when."""
        tick = group[0].note.start_tick
        chosen = [w for w in group if w.priority == MELODY_PRIORITY]
        fixed = [] if chosen else self.held_melody()
        may_roll = not chosen and not fixed
        for w in sorted((w for w in group if w.priority != MELODY_PRIORITY), key=lambda w: (-w.priority, w.note.pitch)):
            pitch = w.note.pitch
            trial = [*(c.note.pitch for c in chosen), pitch]
            recent = (now - self.struck.get(pitch, -math.inf)) * 1000 < self.reach.repeat_ms
            if pitch in trial[:-1] or pitch in fixed or recent or self.taken.holds(pitch, tick):
                continue
            if len(trial) + len(fixed) > self.reach.notes:
                continue
            end, at_end = middle(trial), now
            if max(trial + fixed) - min(trial + fixed) > self.reach.span:
                if not (may_roll and _rollable(trial, gap_s, self.reach)):
                    continue
                end, at_end = max(trial), now + ROLL_S * (len(trial) - 1)
            if not self.may_reach(middle(trial), now):
                continue
            if not all(self.reach.may_move(abs(place - end), at - at_end) for place, at in ahead):
                continue
            chosen.append(w)
        return sorted(chosen, key=lambda w: w.note.pitch)

    def may_reach(self, place: float, now: float) -> bool:
        return self.middle is None or self.reach.may_move(abs(place - self.middle), now - self.second)

    def strike(self, chosen: Sequence[WeightedNote], tick: int, now: float) -> None:
        self._release(chosen, tick)
        notes = [w.note for w in chosen]
        seconds = [now] * len(notes)
        self.middle = middle([n.pitch for n in notes])
        if notes[-1].pitch - notes[0].pitch > self.reach.span and not any(
            w.priority == MELODY_PRIORITY for w in chosen
        ):
            notes = roll(notes, self.tempo, self.reach)
            seconds = [now + k * ROLL_S for k in range(len(notes))]
            self.middle = float(notes[-1].pitch)
        self.second = seconds[-1]
        for w, note, at in zip(chosen, notes, seconds, strict=True):
            self.struck[note.pitch] = at
            self.sounding.append(len(self.played))
            self.played.append((w, note))

    def _release(self, chosen: Sequence[WeightedNote], tick: int) -> None:
        """Let go of held keys that the new ones need or take out of reach."""
        new = [w.note.pitch for w in chosen]
        room = self.reach.notes - len(new)
        has_melody = any(w.priority == MELODY_PRIORITY for w in chosen)
        self.sounding = [i for i in self.sounding if self.played[i][1].end_tick > tick]
        for i in sorted(self.sounding, key=lambda i: (-self.played[i][0].priority, -self.played[i][1].start_tick)):
            w, note = self.played[i]
            fits = max([*new, note.pitch]) - min([*new, note.pitch]) <= self.reach.span and room > 0
            if note.pitch in new:
                lift = round(_LIFT_S * self.tempo.bpm_at(tick) * TICKS_PER_QUARTER / 60)
                end = max(note.start_tick + 1, tick - lift)
            elif fits and not (has_melody and w.priority == MELODY_PRIORITY):
                new.append(note.pitch)
                room -= 1
                continue
            else:
                end = tick
            self.played[i] = (w, replace(note, end_tick=min(note.end_tick, end)))


def walk(
    weighted: Sequence[WeightedNote], tempo: TempoMap, reach: Reach, taken: Sequence[Note]
) -> list[tuple[WeightedNote, Note]]:
    """What a hand was asked and what it plays of it."""
    groups = onsets(weighted, tempo)
    if not groups:
        return []
    seconds = [*tempo.to_s([g[0].note.start_tick for g in groups]).tolist(), math.inf]
    hand = _Hand(tempo, reach, taken)
    for k, group in enumerate(groups):
        tick = group[0].note.start_tick
        hand.sounding = [i for i in hand.sounding if hand.played[i][1].end_tick > tick]
        ahead = _ahead(groups, seconds, k, reach)
        chosen = hand.choose(group, seconds[k], seconds[k + 1] - seconds[k], ahead)
        if chosen:
            hand.strike(chosen, tick, seconds[k])
    return hand.played


def _ahead(
    groups: Sequence[Sequence[WeightedNote]], seconds: Sequence[float], k: int, reach: Reach
) -> list[tuple[float, float]]:
    """Where the hand must be soon, and when: for the next bass, and for the tune, of what a jump could miss."""
    window_s = max((ms for ms, _ in reach.jumps), default=0.0) / 1000
    places: list[tuple[float, float]] = []
    for group, at in zip(groups[k + 1 :], seconds[k + 1 :], strict=False):
        if at - seconds[k] > window_s:
            break
        melody = [w.note.pitch for w in group if w.priority == MELODY_PRIORITY]
        bass = [w.note.pitch for w in group if w.priority >= BASS_PRIORITY]
        if melody or (bass and not places):
            places.append((middle(melody or bass), at))
        if melody:
            break
    return places


def onsets(weighted: Sequence[WeightedNote], tempo: TempoMap) -> list[list[WeightedNote]]:
    """Notes struck together, in order; of two on one key the one that comes first stays."""
    ordered = sorted(weighted, key=lambda w: (w.note.start_tick, w.note.pitch, -w.priority))
    seconds = tempo.to_s([w.note.start_tick for w in ordered]).tolist() if ordered else []
    groups: list[list[WeightedNote]] = []
    first = -math.inf
    for w, at in zip(ordered, seconds, strict=True):
        if at - first > TOGETHER_S:
            groups.append([])
            first = at
        same = next((k for k, o in enumerate(groups[-1]) if o.note.pitch == w.note.pitch), None)
        if same is None:
            groups[-1].append(w)
        elif w.priority > groups[-1][same].priority:
            groups[-1][same] = w
    return groups


def middle(pitches: Sequence[int]) -> float:
    """Where a hand is that plays these keys."""
    return (max(pitches) + min(pitches)) / 2


def _rollable(pitches: Sequence[int], gap_s: float, reach: Reach) -> bool:
    """Whether a wide chord can be rolled: narrow enough, each step within the span, and time for it."""
    p = sorted(pitches)
    steps_fit = all(b - a <= min(reach.span, 12) for a, b in pairwise(p))
    return p[-1] - p[0] <= reach.roll and steps_fit and gap_s >= ROLL_S * (len(p) - 1) + _AFTER_ROLL_S
