"""Pads: held chords, all of them or one voice of a divisi section, tied over common tones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from remixkit.arrange.performance.expression import rises, swelling
from remixkit.arrange.playing.bars import bars_of
from remixkit.arrange.playing.melody_line import MelodyLine
from remixkit.arrange.playing.player import lead_line, register, velocity, voiced
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.arrange.playing.tones import clashes, into, nearest_pitch, place
from remixkit.arrange.roles.comping import breaks
from remixkit.midi.spec import CC_MODULATION
from remixkit.model.song import Control, Note, Origin, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.plugin import Traits, role, setting
from remixkit.theory.chords import tones


@dataclass(frozen=True, slots=True)
class PadSettings:
    """What a style may set."""

    voices: int = setting(4, "notes of the voicing", low=1, high=8)
    voice: int = setting(0, "1 the top, 2 the next ...: plays only that; 0 all", low=0, high=8)
    plain: bool = setting(False, "triads, whatever the style's colour: the ground under a rootless player")
    tie: bool = setting(True, "common tones are held over a change")
    transpose_semitones: int = setting(0, "added to each voice", low=-48, high=48)
    swell: Literal["", "cc1", "cc11", "rise"] = setting("", "every four bars; `rise`: over the section")
    stop: bool = setting(False, "silent in the second half of a bar whose ending is `stop`")


@role(settings=PadSettings, traits=Traits(patterns="events", low_register="gives way"))
def pad(task: RoleTask[PadSettings]) -> RoleOutput:
    """Hold the chords."""
    spec, settings = task.spec, task.settings
    melody = lead_line(task)
    which = settings.voice
    voicings = voiced(task, settings.voices, melody, plain=settings.plain)
    low, high = register(spec)
    shift = settings.transpose_semitones
    silent = breaks(task) if settings.stop else ()
    lines: list[Note] = []
    held: dict[int, int] = {}
    for section in task.sections:
        held.clear()
        for chord, voicing in zip(task.chart.chords, voicings, strict=True):
            start, end = max(chord.start_tick, section.start_tick), min(chord.end_tick, section.end_tick)
            end = min((s for s, e in silent if start < e and s < end), default=end)
            if start >= end or not voicing:
                continue
            chosen = voicing if which == 0 else (voicing[max(0, len(voicing) - which)],)
            pitches = {_clear(into(p + shift, low, high), melody, start, end, tones(chord), low, high) for p in chosen}
            for pitch in sorted(pitches):
                k = held.get(pitch)
                if (
                    settings.tie
                    and k is not None
                    and lines[k].end_tick == start
                    and start - lines[k].start_tick < 16 * TICKS_PER_QUARTER
                ):
                    lines[k] = Note(lines[k].start_tick, end, pitch, lines[k].velocity, lines[k].origin)
                else:
                    held[pitch] = len(lines)
                    lines.append(
                        Note(start, end, pitch, velocity(74, spec), Origin(task.name, function="accompaniment"))
                    )
    return RoleOutput(each_pitch_alone(lines), tuple(swell_controls(task)))


def swell_controls(task: RoleTask[PadSettings]) -> list[Control]:
    """The pad's breathing, four bars at a time."""
    kind = task.settings.swell
    if not kind:
        return []
    if kind == "rise":
        return rises([(s.start_tick, s.end_tick) for s in task.sections], low=58, high=116)
    spans: list[tuple[int, int]] = []
    for section in task.sections:
        bars = bars_of(task.chart, [section])
        spans += [(bars[i].start_tick, bars[min(i + 3, len(bars) - 1)].end_tick) for i in range(0, len(bars), 4)]
    if kind == "cc1":
        return swelling(spans, low=25, high=90, number=CC_MODULATION)
    return swelling(spans, low=72, high=108)


def _clear(pitch: int, melody: MelodyLine, start: int, end: int, chord: tuple[int, ...], low: int, high: int) -> int:
    """The pitch, or the nearest chord tone that does not rub against a long note of the tune."""
    sung = melody.pitches(start, end, TICKS_PER_QUARTER // 2)
    if not clashes(pitch, sung):
        return pitch
    others = [place(pc, low, high, pitch) for pc in chord]
    free = [p for p in others if not clashes(p, sung)]
    return nearest_pitch(free, pitch)
