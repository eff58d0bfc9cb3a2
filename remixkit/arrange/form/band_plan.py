"""Who plays in which section: what ``--explain`` prints, a user edits, and ``--plan`` takes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.style.role_kinds import is_lead
from remixkit.style.schema import RoleSpec, Style


@dataclass(frozen=True, slots=True)
class BandPlan:
    """A cover's plan.

    Parameters
    ----------
    title, style : str
        The song's, and the style's name.
    bars : tuple of (int, int)
        First and last bar of each section, as players count.
    sections : tuple of PlannedSection
        With their intensity and ending.
    players : tuple of tuple of str
        For each section the roles that play in it, in the style's order.
    """

    title: str
    style: str
    bars: tuple[tuple[int, int], ...] = ()
    sections: tuple[PlannedSection, ...] = ()
    players: tuple[tuple[str, ...], ...] = ()


def plan_band(chart: Chart, style: Style) -> BandPlan:
    """Who plays where on a chart, as the style says: to look at, to edit, to play by."""
    playing = cast(chart, style)
    lines = [start for start, _ in chart.grid.meter.bars(chart.end_tick)]
    return BandPlan(
        chart.song.song.title,
        style.name,
        tuple((lines.index(s.start_tick) + 1, sum(1 for line in lines if line < s.end_tick)) for s in chart.sections),
        chart.sections,
        tuple(tuple(name for name in style.roles if s in playing[name]) for s in chart.sections),
    )


def following(plan: BandPlan, chart: Chart) -> tuple[Chart, Mapping[str, tuple[PlannedSection, ...]]]:
    """The chart with a plan's sections, and where each role plays."""
    playing: dict[str, tuple[PlannedSection, ...]] = {}
    for section, players in zip(plan.sections, plan.players, strict=True):
        for name in players:
            playing[name] = (*playing.get(name, ()), section)
    return replace(chart, sections=plan.sections), playing


def cast(chart: Chart, style: Style) -> dict[str, tuple[PlannedSection, ...]]:
    """Which sections each role plays in.

    A section that no lead would play goes to the first lead: the melody is heard wherever the song has it.
    """
    leads = [name for name, spec in style.roles.items() if is_lead(spec)]
    playing = {
        name: [
            s for s in chart.sections if _plays(spec, s, s.intensity if name in leads else s.accompaniment_intensity)
        ]
        for name, spec in style.roles.items()
    }
    if leads:
        led = {s.start_tick for n in leads for s in playing[n]}
        playing[leads[0]] += [s for s in chart.sections if s.start_tick not in led]
    return {name: tuple(sorted(sections, key=lambda s: s.start_tick)) for name, sections in playing.items()}


def unled(plan: BandPlan, chart: Chart, style: Style) -> tuple[str, ...]:
    """A warning for each section whose melody nobody plays."""
    leads = {name for name, spec in style.roles.items() if is_lead(spec)}
    return tuple(
        f"bars {first}-{last} ({section.label}) have a tune and no lead: give them one of {', '.join(sorted(leads))}"
        for section, players, (first, last) in zip(plan.sections, plan.players, plan.bars, strict=True)
        if leads
        and not leads & set(players)
        and any(section.start_tick <= n.start_tick < section.end_tick for n in chart.melody)
    )


def _plays(spec: RoleSpec, section: PlannedSection, intensity: float) -> bool:
    low, high = spec.energy
    return section.label in spec.sections and low <= intensity <= high
