"""A style's mix on a cover's sections: buses, what moves them, and the master."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remixkit.arrange.form.chart import PlannedSection
from remixkit.model.analysis import SectionName
from remixkit.model.arrangement import Bus, Duck, Fx, Master, Move
from remixkit.style.schema import BusSpec, FxSpec, MoveSpec, Style


def master(style: Style, sections: Sequence[PlannedSection]) -> Master:
    """The style's master and buses, with their moves at the sections' ticks."""
    spec = style.master
    buses = tuple(_bus(name, bus, sections) for name, bus in style.buses.items())
    moves = _moves(spec.sections, sections)
    return Master(spec.target_lufs, spec.ceiling_db, effects(spec.fx), spec.fade_out_s, buses, moves)


def effects(specs: Sequence[FxSpec]) -> tuple[Fx, ...]:
    """Effects as the renderer takes them."""
    return tuple(Fx(s.name, dict(s.__pydantic_extra__ or {})) for s in specs)


def _bus(name: str, spec: BusSpec, sections: Sequence[PlannedSection]) -> Bus:
    duck = Duck(**spec.duck.model_dump()) if spec.duck else None
    moves = _moves(spec.sections, sections)
    return Bus(name, spec.level_db, spec.reverb, effects(spec.fx), duck, moves, spec.above_lu)


def _moves(specs: Mapping[SectionName, MoveSpec], sections: Sequence[PlannedSection]) -> tuple[Move, ...]:
    return tuple(
        Move(s.start_tick, s.end_tick, specs[s.label].gain_db, specs[s.label].lowpass_hz)
        for s in sections
        if s.label in specs
    )
