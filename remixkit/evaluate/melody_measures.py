"""Is the melody there, and does one hear it: recall, precision, and how it stands out."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from remixkit.evaluate.melody_match import Voices
from remixkit.evaluate.moments import SLOT_TICKS, slot, sounding
from remixkit.model.analysis import Section


def melody_recall(found: Voices) -> float | None:
    """Share of the melody's onsets that the lead plays, 0-1; None where the source has no melody.

    The lead alone counts: a pitch class that some accompaniment happens to have is not the melody.
    """
    return fmean(bool(group) for group in found.sung) if found.sung else None


def silent_sections(found: Voices, sections: Iterable[Section]) -> int:
    """How many sections have a melody of which the lead plays less than half.

    Parameters
    ----------
    sections : iterable of Section
        The cover's.
    """
    silent = 0
    for section in sections:
        sung = [
            bool(group)
            for m, group in zip(found.melody, found.sung, strict=True)
            if section.start_tick <= slot(m.start_tick) * SLOT_TICKS < section.end_tick
        ]
        silent += bool(sung) and fmean(sung) < 0.5
    return silent


def lead_precision(found: Voices) -> float | None:
    """Share of the lead's notes that play the melody, its octaves among them, 0-1; None without lead or melody."""
    return len(set(found.played)) / len(set(found.lead)) if found.lead and found.sung else None


def melody_on_top(found: Voices) -> float | None:
    """Share of the melody's onsets at which nothing sounds above it, 0-1; None where there is no melody.

    A note above of the melody's own pitch class is its octave and does not cover it. Human piano arrangements have .72
    (POP909).
    """
    rest = sounding(found.rest)
    uncovered = []
    for group in filter(None, found.sung):
        top = max(group, key=lambda n: n.pitch)
        above = [n for n in rest.get(slot(top.start_tick), []) if n.pitch > top.pitch]
        uncovered.append(all((n.pitch - top.pitch) % 12 == 0 for n in above))
    return fmean(uncovered) if uncovered else None


def melody_velocity_lead(found: Voices) -> float | None:
    """How much louder the melody is struck than the mean of what sounds with it, in MIDI velocity; None without either.

    Human piano arrangements have +15 +-10 (POP909). Between instruments velocity is only part of loudness.
    """
    rest = sounding(found.rest)
    margins = [
        n.velocity - fmean(o.velocity for o in rest[slot(n.start_tick)])
        for n in found.main
        if slot(n.start_tick) in rest
    ]
    return fmean(margins) if margins else None
