"""A style's mix on a cover's sections: buses, their automation, and the master."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remixkit.arrange.form.chart import PlannedSection
from remixkit.model.analysis import SectionName
from remixkit.model.arrangement import AutomationRamp, Bus, Duck, Fx, Master
from remixkit.style.schema import BusSpec, FxSpec, MoveSpec, Style


def master(style: Style, sections: Sequence[PlannedSection]) -> Master:
    """The style's master and buses, with their automation at the sections' ticks."""
    spec = style.master
    buses = tuple(_bus(name, bus, sections) for name, bus in style.buses.items())
    automation = _automation(spec.sections, sections)
    return Master(spec.target_lufs, spec.ceiling_db, effects(spec.fx), spec.fade_out_s, buses, automation)


def effects(specs: Sequence[FxSpec]) -> tuple[Fx, ...]:
    """Effects as the renderer takes them."""
    return tuple(Fx(s.name, dict(s.__pydantic_extra__ or {})) for s in specs)


def _bus(name: str, spec: BusSpec, sections: Sequence[PlannedSection]) -> Bus:
    duck = Duck(**spec.duck.model_dump()) if spec.duck else None
    automation = _automation(spec.sections, sections)
    return Bus(name, spec.level_db, spec.reverb, effects(spec.fx), duck, automation, spec.loudness_offset_lu)


def _automation(
    specs: Mapping[SectionName, MoveSpec], sections: Sequence[PlannedSection]
) -> tuple[AutomationRamp, ...]:
    return tuple(
        AutomationRamp(s.start_tick, s.end_tick, specs[s.label].gain_db, specs[s.label].lowpass_hz)
        for s in sections
        if s.label in specs
    )
