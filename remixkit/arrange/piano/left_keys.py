"""Which keys a degree of a pattern means to the left hand: above its bass, under the right hand, clear of the tune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.arrange.form.chart import Chart
from remixkit.arrange.piano.phrases import HeldKeys
from remixkit.arrange.playing.tones import approach, clashes, degree_interval
from remixkit.model.analysis import ChordSpan
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.theory.chords import tones
from remixkit.theory.keys import key_at

TOP, TOP_ALONE = 69, 76
_BELOW_RIGHT = 3
# What it costs to strike the last key again rather than move, in semitones.
_AGAIN = 4.5
# Over an inversion a degree is the chord tone so many steps above the bass.
_STEPS = {"2": 0, "3": 0, "4": 0, "5": 0, "6": 1, "7": 1, "8": 1, "9": 2, "T": 2, "11": 2, "12": 3, "13": 3, "15": 4}
# The lowest note on which an interval of so many semitones is still clear (low-interval limits, orchestration tables).
CLEAR_FROM = {1: 52, 2: 51, 3: 48, 4: 46, 5: 46, 6: 46, 7: 34, 8: 43, 9: 41, 10: 41, 11: 41}


@dataclass(frozen=True, slots=True)
class ChordContext:
    """A chord of the piece as the left hand stands on it.

    Parameters
    ----------
    chord : ChordSpan
        Within one bar.
    bass : int
        Its bass note.
    voicing : tuple of int
        Upper voices, for patterns that strike the whole chord.
    following : int or None
        The next chord's bass note.
    """

    chord: ChordSpan
    bass: int
    voicing: tuple[int, ...]
    following: int | None


@dataclass(frozen=True, slots=True)
class HandLimits:
    """What the left hand must not touch: the right hand, and the tune in it."""

    right: HeldKeys
    melody: HeldKeys

    def ceiling(self, start_tick: int, end_tick: int) -> int:
        """The highest key to be had over a stretch."""
        lowest = min((n.pitch for n in self.right.during(start_tick, end_tick)), default=None)
        return TOP_ALONE if lowest is None else min(TOP, lowest - _BELOW_RIGHT)

    def clashes(self, pitch: int, start_tick: int, end_tick: int) -> bool:
        """Whether a pitch would sound a semitone against a note of the tune for more than an eighth."""
        return any(
            clashes(pitch, [n.pitch])
            for n in self.melody.during(start_tick, end_tick)
            if min(n.end_tick, end_tick) - max(n.start_tick, start_tick) >= TICKS_PER_QUARTER // 4
        )

    def free_until(self, pitch: int, start_tick: int, end_tick: int) -> int:
        """How long a key may be held: to `end_tick`, or until the right hand comes down to it or the tune beside it."""
        for n in self.right.struck(start_tick, end_tick):
            if n.pitch <= pitch or (n.pitch - pitch) % 12 in (1, 11):
                return n.start_tick
        return end_tick


@dataclass(frozen=True, slots=True)
class HandEvent:
    """An event of a pattern in its place; a legato one is held on by the fingers as long as the chord allows."""

    start_tick: int
    end_tick: int
    degrees: tuple[str, ...]
    velocity: int
    context: ChordContext
    is_legato: bool = True


def keyboard_pitches(chart: Chart, degree: str, context: ChordContext) -> tuple[int, ...]:
    """A degree above this bass; in an inversion the chord tone that lies where the degree would."""
    bass, chord = context.bass, context.chord
    key = key_at(chart.keys, chord.start_tick)
    if degree in ("1", "root", "bass", "low"):
        return (bass,)
    if degree in ("8", "15") and (bass - (chord.root_pc or 0)) % 12 not in (3, 4):
        return (bass + (12 if degree == "8" else 24),)
    if degree == "a":
        return (approach(context.following if context.following is not None else bass, bass, key, 34, 55),)
    if degree in ("all", "top", "mid"):
        upper = context.voicing
        return {"all": upper, "top": upper[-1:], "mid": upper[1:-1] or upper[:1]}[degree]
    interval = degree_interval(chord, degree, key)
    if bass % 12 == chord.root_pc:
        return (bass + interval,)
    ladder = [bass + d for d in range(5, 40) if (bass + d) % 12 in _upper_pcs(context)]
    root = next(p for p in range(bass + 5, bass + 17) if p % 12 == chord.root_pc)
    if root not in ladder[:2]:
        ladder[1] = root
    return (ladder[_STEPS.get(degree, 1)],)


def _upper_pcs(context: ChordContext) -> tuple[int, ...]:
    """What stands above the bass: the chord, but no third that is in the bass already."""
    chord, pcs = context.chord, tones(context.chord)
    doubled = (context.bass - (chord.root_pc or 0)) % 12 in (3, 4)
    return tuple(pc for pc in pcs if not (doubled and pc == context.bass % 12)) or pcs


def fitted(
    pitch: int,
    context: ChordContext,
    pcs: Sequence[int],
    ceiling: int,
    above: HandLimits,
    stroke: HandEvent,
    others: Sequence[int],
    last: int | None,
) -> int | None:
    """The pitch, or the chord tone nearest below it that fits; None if there is none."""
    if pitch == context.bass:
        return pitch if pitch < ceiling + _BELOW_RIGHT and pitch not in others else None

    def fits(p: int) -> bool:
        if not context.bass < p <= ceiling or p in others:
            return False
        if any(min(p, o) < CLEAR_FROM.get(abs(p - o), 0) for o in others):
            return False
        if context.bass < CLEAR_FROM.get(p - context.bass, 0):
            return False
        return not above.clashes(p, stroke.start_tick, stroke.end_tick)

    if fits(pitch) and pitch != last:
        return pitch
    options = [p for p in range(context.bass + 3, pitch + 5) if p % 12 in pcs and fits(p)]
    return min(options, key=lambda p: (abs(p - pitch) + (_AGAIN if p == last else 0.0), p), default=None)
