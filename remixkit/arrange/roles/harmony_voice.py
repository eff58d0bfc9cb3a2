"""A second voice: thirds and sixths under the tune."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.arrange.playing.player import lead_line, plays_at, register
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.model.song import Note, Origin, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.plugin import Traits, role, setting
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at, key_at, scale_pcs

# What a distance below the tune costs: thirds, then sixths, then a fourth where the chord wants it (craft).
_PREFERENCE = {3: 0.0, 4: 0.0, 8: 0.6, 9: 0.6, 5: 1.6, 7: 2.2}


@dataclass(frozen=True, slots=True)
class HarmonyVoiceSettings:
    """What a style may set."""

    least_beats: float = setting(0.4, "shorter notes are left alone unless on a beat", low=0, high=16)
    velocity_below: int = setting(14, "how much softer than the melody", low=0, high=127)


@role(settings=HarmonyVoiceSettings, traits=Traits())
def harmony_voice(task: RoleTask[HarmonyVoiceSettings]) -> RoleOutput:
    """Accompany the tune's long and strong notes a third or sixth below, snapped to the chord."""
    melody = lead_line(task)
    low, high = register(task.spec)
    least = task.settings.least_beats * TICKS_PER_QUARTER
    out: list[Note] = []
    before: tuple[int, int] | None = None
    for n in melody.notes:
        if not plays_at(task.sections, n.start_tick):
            before = None
            continue
        meter = task.chart.grid.meter
        beat = meter.at(n.start_tick).beat_ticks
        on_beat = min(n.start_tick % beat, beat - n.start_tick % beat) <= 40
        if n.end_tick - n.start_tick < least and not on_beat:
            continue
        chord = tones(chord_at(task.chart.chords, n.start_tick))
        scale = scale_pcs(key_at(task.chart.keys, n.start_tick))
        best: tuple[float, int] | None = None
        for distance, price in _PREFERENCE.items():
            pitch = n.pitch - distance
            if not low <= pitch <= high:
                continue
            cost = price + (0.0 if pitch % 12 in chord else 1.0 if pitch % 12 in scale else 5.0)
            if n.end_tick - n.start_tick >= TICKS_PER_QUARTER and chord and pitch % 12 not in chord:
                cost += 2.0
            if before is not None:
                cost += 0.12 * abs(pitch - before[1]) + (0.8 if distance in (5, 7) and n.pitch - before[0] else 0.0)
            if best is None or cost < best[0]:
                best = (cost, pitch)
        if best is None or best[0] >= 5.0:
            continue
        before = (n.pitch, best[1])
        out.append(
            Note(
                n.start_tick,
                n.end_tick,
                best[1],
                max(1, min(task.spec.velocity, n.velocity - task.settings.velocity_below)),
                Origin(task.name, function="harmony"),
            )
        )
    return RoleOutput(each_pitch_alone(out))
