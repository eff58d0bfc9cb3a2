"""The sustaining pedal, by harmony."""

from __future__ import annotations

from remixkit.arrange.form.chart import Chart
from remixkit.midi.spec import CC_SUSTAIN
from remixkit.model.song import Control

_UP_S, _DOWN_S = 0.010, 0.060


def pedal_controls(chart: Chart, *, first_tick: int = 0, least_s: float = 1.3) -> tuple[Control, ...]:
    """Pedal up 10 ms before a chord changes and down 60 ms after (craft); a long chord is cleared at every bar line.

    Where chords come faster than one in `least_s` seconds the pedal goes down for every other one or rarer, and
    the fingers hold the rest: a pianist's half rate in dense passages.

    Parameters
    ----------
    chart : Chart
        Its chords, bars and tempo.
    first_tick : int
        Where the playing begins; the pedal stays up before it.
    least_s : float
        Seconds from one pressing to the next.

    Returns
    -------
    tuple of Control
        Controller 64, 127 down and 0 up, in order; up at the end.
    """
    tempo = chart.grid.tempo
    bar_lines = {start for start, _ in chart.grid.meter.bars(chart.end_tick)}
    sounding = [c for c in chart.chords if c.root_pc is not None]
    changes = {c.start_tick for c in sounding}
    changes |= {b for b in bar_lines if any(c.start_tick < b < c.end_tick for c in sounding)}
    silences = {c.start_tick for c in chart.chords if c.root_pc is None}
    out: list[Control] = []
    is_down, pressed_s = False, float("-inf")
    for tick in sorted(changes | silences):
        if tick < chart.grid.meter.bar_start(first_tick):
            continue
        now = tempo.second(max(tick, first_tick))
        if is_down:
            out.append(Control(max(0, tempo.tick(now - _UP_S)), "cc", CC_SUSTAIN, 0))
            is_down = False
        if tick in changes and now - pressed_s >= least_s - 0.05:
            out.append(Control(tempo.tick(now + _DOWN_S), "cc", CC_SUSTAIN, 127))
            is_down, pressed_s = True, now
    if is_down:
        out.append(Control(max(chart.end_tick, out[-1].tick + 1), "cc", CC_SUSTAIN, 0))
    return tuple(out)
