"""All figures of a cover at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remixkit.evaluate.arc import Arc, arc
from remixkit.evaluate.harmony_measures import chord_tone_rate, clash, low_intervals, parallels
from remixkit.evaluate.melody_match import melody_voices
from remixkit.evaluate.melody_measures import (
    lead_precision,
    melody_on_top,
    melody_recall,
    melody_velocity_lead,
    silent_sections,
)
from remixkit.evaluate.playability import out_of_range, unplayable
from remixkit.evaluate.rhythm import groove_similarities
from remixkit.remix import Cover

MIDDLE_C = 60


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a cover measures up; None where a figure has nothing to be measured on.

    Parameters
    ----------
    melody_recall, lead_precision : float
        Share of the source's melody that the lead plays; share of the lead's notes that play it.
    silent_sections : int
        Sections with a melody of which the lead plays less than half.
    melody_on_top : float
        Share of the melody's onsets with nothing above.
    melody_velocity_lead : float
        MIDI velocity of the melody minus that of what sounds with it.
    chord_tones, chord_tones_low : float
        Share of notes that belong to the cover's chord: all, and those below middle C.
    clash : float
        Share of the accompaniment's time a semitone from the melody.
    unplayable : float
        Share of onsets that a pianist's hand cannot take.
    out_of_range : float
        Share of notes that their instrument does not have.
    low_intervals : float
        Share of onsets with an interval too low to be clear.
    parallels : float
        Parallel fifths and octaves of melody and bass, per 100 changes of chord.
    arc : Arc
        Rank correlation of the sections' loudness and density with the source's.
    groove : float
        Mean similarity of neighbouring bars' onsets, all parts together.
    velocities : int
        Distinct ones.
    notes_a_second : float
        All parts, drums included.
    """

    melody_recall: float | None
    lead_precision: float | None
    silent_sections: int
    melody_on_top: float | None
    melody_velocity_lead: float | None
    chord_tones: float | None
    chord_tones_low: float | None
    clash: float | None
    unplayable: float | None
    out_of_range: float | None
    low_intervals: float | None
    parallels: float | None
    arc: Arc
    groove: float | None
    velocities: int
    notes_a_second: float


def evaluate(cover: Cover) -> Evaluation:
    """Measure a cover from its notes; each figure's own function names its source and what humans reach."""
    made, source = cover.arrangement, cover.analysis
    found = melody_voices(made, source)
    everything = [n for p in made.parts for n in p.notes]
    pitched = [n for p in made.parts if not p.is_drum for n in p.notes]
    grooves = groove_similarities(everything, made.grid.meter)
    length_s = made.grid.tempo.second(made.end_tick) - made.grid.tempo.second(0)
    return Evaluation(
        melody_recall=melody_recall(found),
        lead_precision=lead_precision(found),
        silent_sections=silent_sections(found, made.sections),
        melody_on_top=melody_on_top(found),
        melody_velocity_lead=melody_velocity_lead(found),
        chord_tones=chord_tone_rate(pitched, made.chords),
        chord_tones_low=chord_tone_rate(pitched, made.chords, below=MIDDLE_C),
        clash=clash(found.played, found.rest),
        unplayable=unplayable(made),
        out_of_range=out_of_range(made),
        low_intervals=low_intervals(pitched),
        parallels=parallels(found.played, found.rest, made.chords),
        arc=arc(made, source, found.source_map),
        groove=float(np.mean(grooves)) if len(grooves) else None,
        velocities=len({n.velocity for n in everything}),
        notes_a_second=len(everything) / length_s if length_s > 0 else 0.0,
    )
