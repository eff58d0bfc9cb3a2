"""What a player of the album shows of a piece: bars, sections, chords, notes, in seconds of its sound.

Second 0 is the beginning of the sound file, which is tick 0. Numbers are rounded to milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from remixkit.model.analysis import Analysis
from remixkit.model.arrangement import Arrangement
from remixkit.theory import chords, keys

_MS = 1000
_ROUNDING_S = 1e-3


def music_facts(made: Arrangement, source_bars: list[int | None]) -> dict[str, Any]:
    """The facts of a piece.

    Parameters
    ----------
    made : Arrangement
        A cover, or a song as it is written.
    source_bars : list of int or None
        For each bar the bar of the source that is played in it, from 0; None where the cover added one.

    Returns
    -------
    dict
        meter, end_s, fade_out_s, bars_s, source_bars; keys, sections and chords as (start, end, name); parts with
        their notes as (start ms, length ms, pitch, velocity).
    """
    tempo, end = made.grid.tempo, made.end_tick

    def seconds(*ticks: int) -> list[float]:
        return [max(0.0, round(float(s) - tempo.start_s, 3)) for s in tempo.to_s(list(ticks))]

    def spans(rows: list[tuple[int, int, str]]) -> list[list[Any]]:
        return [[*seconds(a, b), name] for a, b, name in rows]

    meter = made.grid.meter.at(0)
    return {
        "meter": f"{meter.numerator}/{meter.denominator}",
        "end_s": seconds(end)[0],
        "fade_out_s": made.master.fade_out_s,
        "bars_s": seconds(*(start for start, _ in made.grid.meter.bars(end))),
        "source_bars": source_bars,
        "keys": spans([(k.start_tick, k.end_tick, keys.name(k)) for k in made.keys]),
        "sections": [[*seconds(s.start_tick, s.end_tick), s.label, round(s.energy, 3)] for s in made.sections],
        "chords": spans(_chord_names(made)),
        "parts": [
            {
                "name": p.name,
                "program": p.program,
                "drums": p.is_drum,
                "lead": p.is_lead,
                "notes": _notes(made, p.notes),
            }
            for p in made.parts
        ],
    }


def bar_count(made: Arrangement) -> int:
    """How many bars it has."""
    return sum(1 for _ in made.grid.meter.bars(made.end_tick))


def tonality(made: Arrangement) -> str:
    """The key that holds longest: "F# minor"; empty if none is known."""
    home = max(made.keys, key=lambda k: k.end_tick - k.start_tick, default=None)
    return keys.name(home) if home else ""


def mean_bpm(made: Arrangement) -> float:
    """Quarter notes a minute on average, two decimals."""
    return round(made.grid.tempo.mean_bpm(made.end_tick), 2)


def source_bars(analysis: Analysis, made: Arrangement) -> list[int | None]:
    """For each bar of a cover the bar of the source that it plays, from 0; None for bars that the cover added."""
    if made.source_map is None:
        return _bars_heard(analysis, made)
    meter = analysis.song.grid.meter
    ticks = (made.source_map.to_source(start) for start, _ in made.grid.meter.bars(made.end_tick))
    return [None if tick is None else meter.bar_number(tick) - 1 for tick in ticks]


def _bars_heard(analysis: Analysis, made: Arrangement) -> list[int | None]:
    """For each bar of a song that was passed through the bar that was heard there; bars of a file may be others."""
    clock = (analysis.source or analysis.song).grid.tempo
    lines = analysis.song.grid.tempo.to_s([start for start, _ in analysis.song.grid.meter.bars(analysis.end_tick)])
    begins = clock.to_s([start for start, _ in made.grid.meter.bars(made.end_tick)])
    return [max(0, bisect_right(lines.tolist(), second + _ROUNDING_S) - 1) for second in begins.tolist()]


def _chord_names(made: Arrangement) -> list[tuple[int, int, str]]:
    """Neighbouring spans of one name joined; where no chord sounds there is none."""
    out: list[tuple[int, int, str]] = []
    for c in made.chords:
        name = "" if c.root_pc is None else chords.symbol(c, keys.key_at(made.keys, c.start_tick))
        if out and out[-1][2] == name and out[-1][1] == c.start_tick:
            out[-1] = (out[-1][0], c.end_tick, name)
        else:
            out.append((c.start_tick, c.end_tick, name))
    return [row for row in out if row[2]]


def _notes(made: Arrangement, notes: Any) -> list[list[int]]:
    tempo = made.grid.tempo
    starts = (tempo.to_s([n.start_tick for n in notes]) - tempo.start_s) * _MS
    ends = (tempo.to_s([n.end_tick for n in notes]) - tempo.start_s) * _MS
    return [
        [max(0, round(a)), max(1, round(b - a)), n.pitch, n.velocity]
        for a, b, n in zip(starts.tolist(), ends.tolist(), notes, strict=True)
    ]
