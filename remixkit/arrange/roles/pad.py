"""Pads: held chords, all of them or one voice of a divisi section, tied over common tones."""

from __future__ import annotations

from remixkit.arrange.performance.expression import rises, swells
from remixkit.arrange.playing.bars import bars_of
from remixkit.arrange.playing.melody_line import Tune
from remixkit.arrange.playing.player import flag, lead, number, ordered, register, velocity, voiced, word
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.arrange.playing.tones import clashes, into, nearest, place
from remixkit.arrange.roles.comping import breaks
from remixkit.midi.spec import CC_MODULATION
from remixkit.model.song import Control, Note
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.style.settings import FLAG, between, one_of, takes
from remixkit.theory.chords import tones


@takes(
    voices=between(1, 8),
    voice=between(0, 8),
    plain=FLAG,
    tie=FLAG,
    octave=between(-48, 48),
    swell=one_of("", "cc1", "cc11", "rise"),
    stop=FLAG,
)
def pad(task: RoleTask) -> Phrase:
    """Hold the chords.

    Settings: `voices` (in the voicing, default 4), `voice` (1 the top, 2 the next ...: play only that; 0 all),
    `tie` (true: common tones are held over a change), `swell` ("cc11" or "cc1": rise and fall every four bars;
    "rise": a crescendo over the section),
    `plain` (true: triads, whatever the style's colour: the ground under a rootless player), `octave` (semitones added
    to a single voice), `stop` (true: silent in the second half of the bar before the last chorus).
    """
    spec = task.spec
    tune = lead(task)
    which = round(number(spec, "voice", 0))
    voicings = voiced(task, round(number(spec, "voices", 4)), tune, plain=flag(spec, "plain"))
    low, high = register(spec)
    shift = round(number(spec, "octave", 0))
    silent = breaks(task) if flag(spec, "stop", False) else ()
    lines: list[Note] = []
    tie = flag(spec, "tie", True)
    held: dict[int, int] = {}
    for section in task.sections:
        held.clear()
        for chord, voicing in zip(task.chart.chords, voicings, strict=True):
            start, end = max(chord.start_tick, section.start_tick), min(chord.end_tick, section.end_tick)
            end = min((s for s, e in silent if start < e and s < end), default=end)
            if start >= end or not voicing:
                continue
            chosen = voicing if which == 0 else (voicing[max(0, len(voicing) - which)],)
            pitches = {_clear(into(p + shift, low, high), tune, start, end, tones(chord), low, high) for p in chosen}
            for pitch in sorted(pitches):
                k = held.get(pitch)
                if (
                    tie
                    and k is not None
                    and lines[k].end_tick == start
                    and start - lines[k].start_tick < 16 * TICKS_PER_QUARTER
                ):
                    lines[k] = Note(lines[k].start_tick, end, pitch, lines[k].velocity, lines[k].origin)
                else:
                    held[pitch] = len(lines)
                    lines.append(Note(start, end, pitch, velocity(74, spec), f"{task.name}/held"))
    return Phrase(ordered(lines), tuple(swell_controls(task)))


def swell_controls(task: RoleTask) -> list[Control]:
    """The pad's breathing, four bars at a time."""
    kind = word(task.spec, "swell")
    if not kind:
        return []
    if kind == "rise":
        return rises([(s.start_tick, s.end_tick) for s in task.sections], low=58, high=116)
    spans: list[tuple[int, int]] = []
    for section in task.sections:
        bars = bars_of(task.chart, [section])
        spans += [(bars[i].start_tick, bars[min(i + 3, len(bars) - 1)].end_tick) for i in range(0, len(bars), 4)]
    if kind == "cc1":
        return swells(spans, low=25, high=90, number=CC_MODULATION)
    return swells(spans, low=72, high=108)


def _clear(pitch: int, tune: Tune, start: int, end: int, chord: tuple[int, ...], low: int, high: int) -> int:
    """The pitch, or the nearest chord tone that does not rub against a long note of the tune."""
    sung = tune.pitches(start, end, TICKS_PER_QUARTER // 2)
    if not clashes(pitch, sung):
        return pitch
    others = [place(pc, low, high, pitch) for pc in chord]
    free = [p for p in others if not clashes(p, sung)]
    return nearest(free, pitch)
