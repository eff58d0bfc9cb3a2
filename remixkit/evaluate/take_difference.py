"""Two takes of one cover: another seed must change the accompaniment, and leave the melody alone."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from remixkit.evaluate.melody_match import melody_voices
from remixkit.evaluate.moments import slot
from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement


@dataclass(frozen=True, slots=True)
class Difference:
    """1 - Jaccard index of the notes (part, sixteenth, pitch), 0 the same to 1 nothing shared.

    Two human revisions of one piano arrangement are .27 apart (POP909).
    """

    accompaniment: float
    melody: float


def difference(one: Arrangement, other: Arrangement, analysis: Analysis) -> Difference:
    """How far two covers of one song are apart: the melody without its doublings, and all else, drums too."""
    melodies, rests = zip(*(_told_apart(a, analysis) for a in (one, other)), strict=True)
    return Difference(accompaniment=_distance(*rests), melody=_distance(*melodies))


def _told_apart(arrangement: Arrangement, analysis: Analysis) -> tuple[set[Hashable], set[Hashable]]:
    found = melody_voices(arrangement, analysis)
    played = set(found.played)
    melody: set[Hashable] = {(slot(n.start_tick), n.pitch) for n in found.main}
    rest: set[Hashable] = {
        (p.role, slot(n.start_tick), n.pitch)
        for p in arrangement.parts
        for n in p.notes
        if p.is_drum or n not in played
    }
    return melody, rest


def _distance(one: set[Hashable], other: set[Hashable]) -> float:
    return 1 - len(one & other) / len(one | other) if one or other else 0.0
