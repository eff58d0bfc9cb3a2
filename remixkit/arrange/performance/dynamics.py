"""How loud each moment of the cover is for all players."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from remixkit.arrange.form.chart import Chart

# Where a build-up begins: the last bars of a section that leads into a louder one.
_BUILD_BARS = 2


def loudness_at(chart: Chart, *, depth: float, is_lead: bool = False) -> Callable[[int], float]:
    """A velocity factor for every tick: 1 at intensity .7, steeper with `depth`.

    Those who accompany play softer in a section that is down, a lead does not. Within a section it is constant but for
    its last two bars, which lean towards a louder section to come.
    """
    starts = [s.start_tick for s in chart.sections]
    intensities = [
        s.level * (1.0 if is_lead else s.accompaniment_intensity / s.intensity if s.intensity else 1.0)
        for s in chart.sections
    ]
    levels = [1.0 + depth * (intensity - 0.7) for intensity in intensities]
    builds: dict[int, tuple[int, int, float]] = {}
    for i, a in enumerate(chart.sections[:-1]):
        bar = chart.grid.meter.at(a.start_tick).bar_ticks
        start = max(a.start_tick, a.end_tick - _BUILD_BARS * bar)
        if intensities[i + 1] > intensities[i] and a.end_tick - a.start_tick > _BUILD_BARS * bar:
            builds[i] = (start, a.end_tick, 0.6 * (levels[i + 1] - levels[i]))

    def factor(tick: int) -> float:
        i = max(0, bisect_right(starts, tick) - 1)
        if i in builds:
            start, end, rise = builds[i]
            if tick > start:
                return levels[i] + rise * (tick - start) / (end - start)
        return levels[i]

    return factor
