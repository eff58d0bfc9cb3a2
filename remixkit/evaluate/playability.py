"""Can it be played: hands on a keyboard, notes on instruments."""

from __future__ import annotations

from remixkit.arrange.piano.hands import Reach, faults
from remixkit.evaluate.moments import struck_moments
from remixkit.model.arrangement import Arrangement
from remixkit.theory.instruments import instrument

WIDEST = Reach(notes=5, span=14, repeat_ms=115.0, jumps=((135.0, 12), (285.0, 24)))
"""Five keys and fourteen semitones a hand: E. Nakamura and K. Yoshii, "Statistical piano reduction controlling
performance difficulty", APSIPA Transactions 7, 2018. Repeats and jumps as in `arrange.hands`, less the 15 ms by which
humanising may bring two notes together."""


def unplayable(arrangement: Arrangement, reach: Reach = WIDEST) -> float | None:
    """Share of the onsets of both hands at which one cannot do what it is asked, 0-1; None without a pianist's hands.

    Held keys count. Human arrangements have .044 (POP909, not written for one player) and .003 (covers of anime
    songs), chords alone.
    """
    hands = [p.notes for p in arrangement.parts if p.name in ("Right Hand", "Left Hand")]
    onsets = sum(len(struck_moments(notes)) for notes in hands)
    wrong = sum(len({f.tick for f in faults(notes, arrangement.grid.tempo, reach)}) for notes in hands if notes)
    return wrong / onsets if onsets else None


def out_of_range(arrangement: Arrangement) -> float | None:
    """Share of pitched notes outside their instrument's sounding range, 0-1; None where there are none."""
    outside = notes = 0
    for part in arrangement.parts:
        if not part.is_drum:
            player = instrument(part.program)
            notes += len(part.notes)
            outside += sum(not player.lowest <= n.pitch <= player.highest for n in part.notes)
    return outside / notes if notes else None
