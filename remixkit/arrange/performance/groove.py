"""Feel: swing, lay-back, and a player's habits.

Humanising is a habit more than noise: each player (each voice of a drum kit) is early or late by the same amount at the
same place of every bar, and only a little of the deviation is new each time, for repetition makes the groove.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from remixkit.arrange.form.quantise import on_grid
from remixkit.midi.spec import DRUM_VOICES
from remixkit.model.song import Control, Note
from remixkit.model.timing import TICKS_PER_QUARTER, Grid
from remixkit.seeding import child_rng
from remixkit.style.schema import GrooveSpec

_VOICE = {pitch: name for name, pitch in DRUM_VOICES.items()}
_SLOTS = 64
# Of the deviation asked for, this share is habit and this share new each time (craft).
_HABIT, _NEW = 0.8, 0.45


def swung(tick: int, swing: float, unit_ticks: int = TICKS_PER_QUARTER // 4) -> int:
    """A tick with the second of each two units moved to `swing` of the pair; what lies between is bent with it.

    Places on a triplet grid keep their place: they swing already.
    """
    if swing == 0.5:
        return tick
    pair = 2 * unit_ticks
    base, place = tick - tick % pair, tick % pair
    triplet = TICKS_PER_QUARTER // 3
    if place and min(tick % triplet, triplet - tick % triplet) <= 12 and tick % TICKS_PER_QUARTER:
        return tick
    if place <= unit_ticks:
        return base + round(place * 2 * swing)
    return base + round(pair * swing + (place - unit_ticks) * 2 * (1 - swing))


def grooved(
    notes: Sequence[Note],
    *,
    role: str,
    kind: str,
    is_drum: bool,
    groove: GrooveSpec,
    grid: Grid,
    half_time: bool,
    end_tick: int,
    seed: int,
) -> tuple[Note, ...]:
    """Notes with the style's feel, in order, none before tick 0 or after `end_tick`."""
    if not notes:
        return ()
    if groove.quantised:
        return on_grid(notes, end_tick)
    unit = TICKS_PER_QUARTER // (2 if half_time else 4)
    at = np.array([n.start_tick for n in notes])
    changes = np.array([c.tick for c in grid.tempo.changes])
    bpm = np.array([c.bpm for c in grid.tempo.changes])[np.searchsorted(changes, at, side="right") - 1]
    ticks_a_ms = bpm * TICKS_PER_QUARTER / 60_000.0
    slot = np.array([_slot(n, grid) for n in notes])
    voice = np.array([n.pitch if is_drum else 0 for n in notes])
    late = np.array([_late_ms(groove.late_ms, role, kind, n.pitch if is_drum else None) for n in notes])

    rng = child_rng(seed, role, "humanise")
    habit_ms = rng.standard_normal((128, _SLOTS))
    habit_velocity = rng.standard_normal((128, _SLOTS))
    _, stroke = np.unique(at, return_inverse=True)
    new_ms = rng.standard_normal(len(notes))[stroke]
    new_velocity = rng.standard_normal(len(notes))
    ms = late + groove.humanise_ms * np.clip(_HABIT * habit_ms[voice, slot] + _NEW * new_ms, -2, 2)
    louder = groove.humanise_velocity * np.clip(_HABIT * habit_velocity[voice, slot] + _NEW * new_velocity, -2, 2)
    delay = np.rint(ms * ticks_a_ms).astype(int)

    out = []
    for n, d, v in zip(notes, delay.tolist(), np.rint(louder).astype(int).tolist(), strict=True):
        start = max(0, swung(n.start_tick, groove.swing, unit) + d)
        end = swung(n.end_tick, groove.swing, unit) + d
        start = min(start, end_tick - 30)
        out.append(
            Note(start, min(end_tick, max(end, start + 30)), n.pitch, min(127, max(1, n.velocity + v)), n.origin)
        )
    return tuple(sorted(out))


def delayed(
    controls: Sequence[Control], *, groove: GrooveSpec, role: str, kind: str, grid: Grid
) -> tuple[Control, ...]:
    """Controls moved with the lay-back of their role."""
    late = _late_ms(groove.late_ms, role, kind, None)
    return tuple(
        Control(
            c.tick + round(late * grid.tempo.bpm_at(c.tick) * TICKS_PER_QUARTER / 60_000.0), c.kind, c.number, c.value
        )
        if c.tick
        else c
        for c in controls
    )


def _slot(note: Note, grid: Grid) -> int:
    return (note.start_tick - grid.meter.bar_start(note.start_tick)) // (TICKS_PER_QUARTER // 4) % _SLOTS


def _late_ms(late: Mapping[str, float], role: str, kind: str, drum: int | None) -> float:
    if drum is not None and _VOICE.get(drum, "") in late:
        return late[_VOICE[drum]]
    return late.get(role, late.get(kind, 0.0))
