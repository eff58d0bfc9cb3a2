"""What every role asks of its task: register, chords under a tick, the lead as it is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remixkit.arrange.form.chart import PlannedSection
from remixkit.arrange.playing.melody_line import MelodyLine
from remixkit.arrange.playing.task import RoleTask
from remixkit.style.role_kinds import is_lead
from remixkit.style.schema import RoleSpec
from remixkit.theory.chords import triad
from remixkit.theory.instruments import instrument
from remixkit.theory.voicing import voice_chords

# Patterns are written as if their player's `velocity` were this.
WRITTEN_VELOCITY = 80


def register(spec: RoleSpec) -> tuple[int, int]:
    """Where the role plays: its `register`, kept within what its instrument can play; else the comfortable range."""
    player = instrument(spec.program)
    if spec.register_ is None:
        return player.comfortable_lowest, player.comfortable_highest
    low, high = spec.register_
    low, high = max(min(low, high), player.lowest), min(max(low, high), player.highest)
    return (
        (low, high)
        if high - low >= 11
        else (max(player.lowest, min(low, high - 11)), min(player.highest, max(high, low + 11)))
    )


def velocity(written: int, spec: RoleSpec, scale: float = 1.0) -> int:
    """A pattern's velocity as this player plays it."""
    return min(127, max(1, round(written * scale * spec.velocity / WRITTEN_VELOCITY)))


def lead_line(task: RoleTask[object]) -> MelodyLine:
    """The tune as the roles before this one play it; the chart's where none of them leads."""
    notes = [
        n
        for name, phrase in task.done.items()
        if is_lead(task.style.roles[name])
        for n in phrase.notes
        if n.origin.function in ("", "melody")
    ]
    return MelodyLine.of(sorted(notes)) if notes else MelodyLine.of(task.chart.melody)


def plays_at(sections: Sequence[PlannedSection], tick: int) -> bool:
    """Whether a tick lies in one of the sections."""
    return any(s.start_tick <= tick < s.end_tick for s in sections)


def voiced(
    task: RoleTask[object], voices: int, melody: MelodyLine, *, plain: bool = False
) -> tuple[tuple[int, ...], ...]:
    """The style's voicing of every chord of the chart in the role's register, below the tune where there is room.

    A chord under a tune that leaves less than ten semitones above the register's bottom is voiced as if there were
    none: the tune is then heard by its loudness. `plain` voices bare triads.
    """
    low, high = register(task.spec)
    ceilings: list[int | None] = []
    for chord in task.chart.chords:
        lowest = melody.lowest(chord.start_tick, chord.end_tick)
        ceilings.append(lowest if lowest is not None and lowest >= low + 10 else None)
    chords = [replace(c, quality=triad(c.quality)) for c in task.chart.chords] if plain else task.chart.chords
    return voice_chords(chords, kind=task.spec.voicing, low=low, high=high, voices=voices, top_below=ceilings)
