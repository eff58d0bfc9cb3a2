"""A plan as a table: sections across, players down, in each cell how densely one plays there."""

from __future__ import annotations

from collections.abc import Sequence

from remixkit.arrange.form.band_plan import BandPlan
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.style.schema import Style
from remixkit.texts import plain_line

_CELL = 9
_ABSENT = "."


def table(plan: BandPlan, cover: Arrangement, style: Style, *, width: int = 100) -> str:
    """The plan with what came of it.

    A cell is notes a beat; ``*`` marks who leads. Behind a player's name stand the lowest and the highest note. More
    sections than fit `width` characters stand in further tables below.
    """
    parts = {part.role: part for part in cover.parts}
    names = [name for name in style.roles if name in parts]
    head = max([len(_label(name, parts[name])) for name in names], default=0) + 1
    columns = max(1, (width - head) // _CELL)
    lines = [
        f"{plain_line(plan.title)}: {plain_line(plan.style)}, seed {cover.seed}",
        "notes a beat; * leads; at the foot of a section what the band does before the next",
    ]
    for first in range(0, len(plan.sections), columns):
        lines += ["", *_block(plan, parts, names, range(first, min(first + columns, len(plan.sections))), head)]
    return "\n".join(line.rstrip() for line in lines)


def _block(plan: BandPlan, parts: dict[str, Part], names: Sequence[str], which: range, head: int) -> list[str]:
    def row(title: str, cells: list[str]) -> str:
        return title.ljust(head) + "".join(cell.rjust(_CELL) for cell in cells)

    sections = [plan.sections[k] for k in which]
    lines = [
        row("", [s.label[: _CELL - 1] for s in sections]),
        row("bars", [f"{first}-{last}" for k in which for first, last in [plan.bars[k]]]),
        row("intensity", [f"{s.intensity:.2f}" for s in sections]),
    ]
    for name in names:
        lead = "*" if parts[name].is_lead else ""
        cells = []
        for k, s in zip(which, sections, strict=True):
            beats = (s.end_tick - s.start_tick) / TICKS_PER_QUARTER
            # What humanising moves a little before a bar line belongs behind it.
            count = sum(s.start_tick - 60 <= n.start_tick < s.end_tick - 60 for n in parts[name].notes)
            plays = name in plan.players[k]
            cells.append(f"{count / beats:.1f}{lead if plays else ''}" if count and plays else _ABSENT)
        lines.append(row(_label(name, parts[name]), cells))
    ways = [s.transition if k + 1 < len(plan.sections) else "end" for k, s in zip(which, sections, strict=True)]
    lines.append(row("", ["down" if s.is_down else "" for s in sections]))
    return [*(line for line in lines if line.strip()), row("ending", ways)]


def _label(name: str, part: Part) -> str:
    if part.is_drum or not part.notes:
        return name
    pitches = [n.pitch for n in part.notes]
    return f"{name} {min(pitches)}-{max(pitches)}"
