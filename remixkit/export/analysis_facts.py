"""An analysis as plain facts: the object that ``remixkit analyze --json`` prints.

Times are seconds on the input file's own clock, rounded to a tenth of a millisecond. Labels are Harte's chord syntax
(Harte et al., "Symbolic representation of musical chords", ISMIR 2005), N where no chord sounds. Tracks count from 0
in ``melody[].track``; channels from 1. A beat is what one taps: three eighths in 6/8.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.theory import chords, keys


def facts(analysis: Analysis) -> dict[str, Any]:
    """All that was heard, as dicts, lists, strings and numbers.

    Parameters
    ----------
    analysis : Analysis
        A song understood.

    Returns
    -------
    dict
        title, duration_s, tempo_bpm (beats felt a minute: the median), meter ("4/4": the one that holds longest),
        beats_s, downbeats_s, keys, chords, melody, sections, tracks, warnings. Beats before the file's beginning are
        left out.
    """
    song, end = analysis.song, analysis.end_tick
    meter, tempo = song.grid.meter, song.grid.tempo

    def span(x: Key | ChordSpan | MelodyNote | Section) -> dict[str, Any]:
        start, finish = tempo.to_s([x.start_tick, x.end_tick]).tolist()
        return {"start_s": max(0.0, round(start, 4)), "end_s": max(0.0, round(finish, 4))}

    beats = tempo.to_s(list(meter.beats(end)))
    bars = tempo.to_s([start for start, _ in meter.bars(end)])
    steps = np.diff(beats)
    found: dict[str, list[dict[str, Any]]] = {
        "keys": [span(k) | {"tonic": keys.tonic_name(k), "mode": k.mode} for k in analysis.keys],
        "chords": [
            span(c) | {"label": chords.label(c, keys.key_at(analysis.keys, c.start_tick))} for c in analysis.chords
        ],
        "melody": [span(n) | {"pitch": n.pitch, "track": n.track} for n in analysis.melody],
        "sections": [
            span(s) | {"label": s.label, "energy": round(s.energy, 3), "lead": _lead(s, analysis)}
            for s in analysis.sections
        ],
    }
    return {
        "title": song.title or Path(song.source).stem,
        "duration_s": round(max(0.0, tempo.second(song.end_tick)), 4),
        "tempo_bpm": round(analysis.felt_rate * (float(60 / np.median(steps)) if len(steps) else tempo.bpm_at(0)), 2),
        "meter": _usual_meter(analysis),
        "beats_s": _seconds(beats),
        "downbeats_s": _seconds(bars),
        **{name: [row for row in rows if row["end_s"] > row["start_s"]] for name, rows in found.items()},
        "tracks": [
            {"name": t.name, "channel": t.channel + 1, "program": t.program, "role": role, "notes": len(t.notes)}
            for t, role in zip(song.tracks, analysis.roles, strict=True)
        ],
        "warnings": list(analysis.warnings),
    }


def _lead(section: Section, analysis: Analysis) -> dict[str, Any] | None:
    """Who has the melody in a section; tracks count from 0, as in ``melody[].track``."""
    lead = section.lead
    if lead is None:
        return None
    names = [t.name for t in analysis.song.tracks]
    other = lead.runner_up
    return {
        "track": lead.track,
        "name": names[lead.track],
        "confidence": round(lead.confidence, 3),
        "runner_up": None if other is None else {"track": other, "name": names[other]},
    }


def _seconds(times: NDArray[np.float64]) -> list[float]:
    return [round(t, 4) for t in times.tolist() if t > -1e-6]


def _usual_meter(analysis: Analysis) -> str:
    changes = analysis.song.grid.meter.changes
    lasts: Counter[str] = Counter()
    for change, end in zip(changes, [*(c.tick for c in changes[1:]), analysis.end_tick], strict=True):
        lasts[f"{change.numerator}/{change.denominator}"] += max(0, min(end, analysis.end_tick) - change.tick)
    return lasts.most_common(1)[0][0]
