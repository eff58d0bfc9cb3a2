"""The craft of covers, figure by figure: `remixkit.evaluate` over songs of POP909 and styles.

    python benchmarks/craft.py --data POP909 [-n SONGS] [--sample SEED] [--measured] [--style NAME ...]

The folder is as `pop909.py` describes it, and its `drawn` chooses the songs: from `TRAINING`, or --measured, from
`MEASURED`. Each is covered with the seeds 1 and 2. Figures are means over songs, as `remixkit.evaluate.Evaluation`
defines them; the rest:

  seeds, seeds tune   1 - Jaccard of the notes of the two takes: accompaniment, tune
  human               the song's own PIANO and MELODY, the melody known, chords as heard; its arc is 1 by definition,
                      and two hands are not tried
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pop909 import drawn

import remixkit
from remixkit.evaluate import Evaluation, difference, evaluate
from remixkit.evaluate.harmony_measures import chord_tone_rate, clash, low_intervals, parallels
from remixkit.evaluate.melody_match import Voices
from remixkit.evaluate.melody_measures import tune_on_top, tune_velocity_lead
from remixkit.evaluate.rhythm import groove_similarities
from remixkit.model.analysis import Analysis

STYLES = ("piano-ballad", "orchestral", "lofi", "rock")
AIMS = {
    "melody recall": ">= .98 (lofi .90)",
    "lead precision": ">= .95 (lofi .85)",
    "silent sections": "0",
    "tune on top": ">= .80",
    "tune louder by": "10-20",
    "chord tones": ".80-.92",
    "chord tones < 60": ">= .94",
    "clash": "<= source's",
    "unplayable": "0",
    "out of range": "0",
    "low intervals": "<= .01",
    "parallels / 100": "<= 2",
    "arc, velocity": ">= .6",
    "arc, density": ">= .6",
    "arc": ">= .6",
    "groove": ".78-.92",
    "seeds": ".15-.6",
    "seeds, tune": "0",
    "velocities": ">= 40 (piano)",
    "notes a second": "4-11 (piano)",
}

Figures = Mapping[str, float | None]


def figures(e: Evaluation) -> dict[str, float | None]:
    """An evaluation by the table's names."""
    return {
        "melody recall": e.melody_recall,
        "lead precision": e.lead_precision,
        "silent sections": e.silent_sections,
        "tune on top": e.tune_on_top,
        "tune louder by": e.tune_velocity_lead,
        "chord tones": e.chord_tones,
        "chord tones < 60": e.chord_tones_low,
        "clash": e.clash,
        "unplayable": e.unplayable,
        "out of range": e.out_of_range,
        "low intervals": e.low_intervals,
        "parallels / 100": e.parallels,
        "arc, velocity": e.arc.velocity,
        "arc, density": e.arc.density,
        "arc": e.arc.both,
        "groove": e.groove,
        "velocities": e.velocities,
        "notes a second": e.notes_a_second,
    }


def human(analysis: Analysis) -> dict[str, float | None]:
    """The same of POP909's own arrangement."""
    tracks = {t.name.strip(): t.notes for t in analysis.song.tracks}
    tune, piano = tracks["MELODY"], tracks["PIANO"]
    notes = tuple(sorted((*tune, *piano)))
    voices = Voices(tune, 0, tuple((n,) for n in tune), tune, piano)
    tempo = analysis.song.grid.tempo
    return {
        "tune on top": tune_on_top(voices),
        "tune louder by": tune_velocity_lead(voices),
        "chord tones": chord_tone_rate(notes, analysis.chords),
        "chord tones < 60": chord_tone_rate(notes, analysis.chords, below=60),
        "clash": clash(tune, piano),
        "low intervals": low_intervals(notes),
        "parallels / 100": parallels(tune, piano, analysis.chords),
        "groove": float(np.mean(groove_similarities(notes, analysis.song.grid.meter))),
        "velocities": len({n.velocity for n in notes}),
        "notes a second": len(notes) / (tempo.second(analysis.end_tick) - tempo.second(0)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("-n", type=int, default=10, help="songs")
    parser.add_argument("--sample", type=int, default=1, help="seed of the choice of songs")
    parser.add_argument("--measured", action="store_true", help="draw from the songs kept for reporting")
    parser.add_argument("--style", action="append", help="a style's name or file; may be repeated")
    given = parser.parse_args()
    styles = tuple(given.style or STYLES)
    rows: dict[str, list[Figures]] = {column: [] for column in ("human", *styles)}
    for name in sorted(drawn(given.n, given.sample, measured=given.measured)):
        analysis = remixkit.analyze(given.data / name / f"{name}.mid")
        rows["human"].append(human(analysis))
        for style in styles:
            cover, again = (remixkit.cover(analysis, style, seed=seed) for seed in (1, 2))
            apart = difference(cover.arrangement, again.arrangement, analysis)
            rows[style].append(figures(evaluate(cover)) | {"seeds": apart.accompaniment, "seeds, tune": apart.melody})
        print(f"{name} done", file=sys.stderr, flush=True)
    print("| figure | " + " | ".join(rows) + " | aim |")
    print("|---" * (len(rows) + 2) + "|")
    for figure, aim in AIMS.items():
        print(f"| {figure} | " + " | ".join(mean(rows[c], figure) for c in rows) + f" | {aim} |")


def mean(rows: list[Figures], figure: str) -> str:
    """A figure's mean over the songs that have it."""
    values = [v for row in rows if (v := row.get(figure)) is not None]
    if not values:
        return "-"
    value = float(np.mean(values))
    return f"{value:.1f}" if abs(value) >= 2 else f"{value:.3f}"


if __name__ == "__main__":
    main()
