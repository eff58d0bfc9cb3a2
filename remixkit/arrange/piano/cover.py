"""The piano cover: two hands. The right one sings the tune, the left one carries it.

A style's ``register`` is, for the right hand, where the tune is put, and for the left one, where the bass line runs.
Settings of both: ``level`` is ``"easy"`` (the tune and a simple left hand within a sixth), ``"medium"`` or ``"full"``;
of the right hand ``tune_share``, the least share of its notes that are the tune or its octave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from remixkit.arrange.form.chart import Chart
from remixkit.arrange.piano import inner_voices, left_textures, right_melody
from remixkit.arrange.piano.bass_line import HIGH, LOW, bass_line
from remixkit.arrange.piano.hands import LEVELS, ROLL_S, Reach, Weighed, fit_hand, roll
from remixkit.arrange.piano.left_keys import TOP, Above, Ground
from remixkit.arrange.piano.pedal import pedal
from remixkit.arrange.piano.phrases import Sounding, Span, chord_bars, phrases, span_at
from remixkit.arrange.piano.right_line import HIGH as TUNE_HIGH
from remixkit.arrange.piano.right_line import LOW as TUNE_LOW
from remixkit.arrange.piano.right_line import placed_tune, rests, stand_in
from remixkit.arrange.playing.player import number, word
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.errors import StyleError
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note
from remixkit.plugins import nearest
from remixkit.style.settings import between, one_of, takes
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at
from remixkit.theory.voicing import voice_chords

_LEVEL = one_of("easy", "medium", "full")
LEADS = ("piano_right", "melody")
# Of the notes that are not the tune's, the lines in its rests may take this share; tones under it take what is left.
_LINE_SHARE = 0.6
# Close positions are clear only so high.
_EASY_LOW = 45


@dataclass(frozen=True, slots=True)
class _Desk:
    """What each of the pianist's roles has before it: the chart, its phrases, the level and the touch."""

    task: RoleTask
    chart: Chart
    spans: tuple[Span, ...]
    level: str
    touch: right_melody.Touch

    @classmethod
    def of(cls, task: RoleTask) -> _Desk:
        mine = {s.start_tick for s in task.sections}
        spans = tuple(s for s in phrases(task.chart) if s.section.start_tick in mine)
        return cls(task, task.chart, spans, _level(task), right_melody.Touch(base=task.spec.velocity))

    @property
    def reach(self) -> Reach:
        return LEVELS[self.level]

    def phrase(self, notes: Sequence[Note]) -> Phrase:
        """Notes with the pedal, which every one of the pianist's parts carries."""
        return Phrase(tuple(sorted(notes)), pedal(self.chart, first_tick=self.spans[0].start_tick))


@takes(level=_LEVEL, tune_share=between(0.5, 1.0))
def right_hand(task: RoleTask) -> Phrase:
    """The tune with its octaves, tones under it, lines where it rests, and the last chord.

    Raises
    ------
    StyleError
        If the setting ``level`` is none of the three.
    """
    desk = _Desk.of(task)
    if not desk.spans:
        return Phrase()
    chart, spans, touch = desk.chart, desk.spans, desk.touch
    placed = placed_tune(chart, *(task.spec.register_ or (TUNE_LOW, TUNE_HIGH)))
    tune = right_melody.sung(chart, _in_sections(placed, spans), spans, touch, task.name)
    doubled = right_melody.octaves(chart, tune, spans, desk.level, touch, task.name)
    sung, octaves = [w.note for w in tune], [w.note for w in doubled]
    share = min(1.0, max(0.5, number(task.spec, "tune_share", 0.91)))
    ration = round((1 - share) / share * (len(tune) + len(doubled))) if tune else 10**6
    lines = inner_voices.lines(chart, _lines(desk, sung, placed), spans, touch, task.name, round(_LINE_SHARE * ration))
    ending = _ending_chord(task, [*sung, *(w.note for w in lines)], desk.reach)
    spare = ration - len(lines) - len(ending)
    most = {"easy": 0, "medium": 1, "full": 2}[desk.level]
    under = inner_voices.supports(chart, sung, octaves, spans, touch, task.name, spare, most=most)
    return desk.phrase([*fit_hand([*tune, *doubled, *under, *lines], chart.grid.tempo, desk.reach), *ending])


@takes(level=_LEVEL)
def left_hand(task: RoleTask) -> Phrase:
    """Textures by phrase on a bass line that sings, and a voice above it, under whatever the right hand plays.

    Raises
    ------
    StyleError
        If the setting ``level`` is none of the three.
    """
    desk = _Desk.of(task)
    chart, spans = desk.chart, desk.spans
    if not spans:
        return Phrase()
    right = [n for name, p in task.done.items() if task.style.roles[name].kind in LEADS for n in p.notes]
    line = sorted(n for n in right if n.origin.endswith(("/tune", "/line"))) or list(chart.melody)
    above = Above(Sounding(right or chart.melody), Sounding(line))
    grounds = _grounds(task, spans, line, above, desk.level)
    chosen = left_textures.textures(task, spans, grounds, above, desk.level)
    ending_tick = _ending_tick(chart)
    asked = left_textures.played(task, chosen, grounds, above, ending_tick, climbs=desk.level == "full")
    if desk.level != "easy":
        inside = [n for n in _in_sections(tuple(line), spans) if n.start_tick < ending_tick]
        asked += inner_voices.moving(
            chart, inside, right, spans, task.spec.velocity, task.name, seed=task.seed, busy=desk.level == "full"
        )
    asked = [w for w in asked if w.note.start_tick < ending_tick]
    asked += _ending_bass(task, grounds, above, ending_tick)
    return desk.phrase(fit_hand(left_textures.cleared(asked), chart.grid.tempo, desk.reach, taken=right))


def _level(task: RoleTask) -> str:
    level = word(task.spec, "level", "full")
    if level not in LEVELS:
        hint = nearest(level, LEVELS) or "full"
        raise StyleError(
            f"level = {level!r} is not a level",
            place=f"roles.{task.name}.settings.level",
            remedy=f"did you mean {hint!r}? there are: {', '.join(LEVELS)}",
        )
    return level


def _in_sections(tune: tuple[Note, ...], spans: tuple[Span, ...]) -> list[Note]:
    return [n for n in tune if any(s.start_tick <= n.start_tick < s.end_tick for s in spans)]


def _rests(desk: _Desk, tune: Sequence[Note]) -> list[tuple[int, int]]:
    """The tune's longer rests: a bar and a half at least, the last bar left to the last chord."""
    out = []
    until = _ending_tick(desk.chart)
    for section in {s.section.start_tick: s.section for s in desk.spans}.values():
        bar = desk.chart.grid.meter.at(section.start_tick).bar_ticks
        out += rests(tune, section.start_tick, min(section.end_tick, until), bar + bar // 2)
    return out


def _lines(desk: _Desk, tune: Sequence[Note], placed: tuple[Note, ...]) -> list[tuple[tuple[int, int], list[Note]]]:
    """What is played in the tune's longer rests, and where these are."""
    chart, found = desk.chart, []
    until = _ending_tick(chart)
    for start, end in _rests(desk, tune):
        section = span_at(desk.spans, start).section
        bar = chart.grid.meter.at(start).bar_ticks
        line = stand_in(chart, start, end - bar // 8 if end < min(section.end_tick, until) else end, section, placed)
        if line:
            found.append(((start, end), line))
    return found


def _grounds(task: RoleTask, spans: tuple[Span, ...], tune: list[Note], above: Above, level: str) -> list[Ground]:
    chart = task.chart
    chords = [c for c in chord_bars(chart) if any(s.start_tick <= c.start_tick < s.end_tick for s in spans)]
    low, high = task.spec.register_ or (LOW, HIGH)
    low, high = (_EASY_LOW, _EASY_LOW + 11) if level == "easy" else (min(low, 60), max(high, min(low, 60) + 11))
    ceilings = [above.ceiling(c.start_tick, c.end_tick) for c in chords]
    bass = bass_line(chords, tune, spans, ceilings=ceilings, low=low, high=high, inversions=level != "easy")
    voicings = voice_chords(
        chords, kind="close", low=52, high=TOP, voices=3, top_below=[max(56, c + 1) for c in ceilings]
    )
    following: list[int | None] = [b for _, b in pairwise(bass)]
    return [
        Ground(c, b, v, f) for c, b, v, f in zip(chords, bass, voicings, [*following, None][: len(chords)], strict=True)
    ]


def _ending_tick(chart: Chart) -> int:
    """Where the last chord is struck: at the last bar line, or where the last chord comes after it."""
    bar = chart.grid.meter.bar_start(max(0, chart.end_tick - 1))
    last = chart.chords[-1]
    return max(bar, last.start_tick) if last.root_pc is not None else bar


def _ending_bass(task: RoleTask, grounds: list[Ground], above: Above, tick: int) -> list[Weighed]:
    """The last chord from below, wide where the hand can roll it."""
    last = next((g for g in reversed(grounds) if g.chord.end_tick > tick), None)
    if last is None or not any(s.end_tick > tick for s in task.sections):
        return []
    pcs = tones(last.chord)
    bass = last.bass - 12 if last.bass > LOW + 11 else last.bass
    ceiling = above.ceiling(tick, task.chart.end_tick)
    pitches = [bass + d for d in (0, 7, 15, 16) if (bass + d) % 12 in pcs and (d == 0 or bass + d <= ceiling)]
    return [
        Weighed(
            Note(tick, task.chart.end_tick, p, max(1, task.spec.velocity - 8 - 2 * k), f"{task.name}/ending"), 10.0 - k
        )
        for k, p in enumerate(pitches)
    ]


def _ending_chord(task: RoleTask, line: list[Note], reach: Reach) -> list[Note]:
    """The last chord of the right hand, rolled after the left one's; none if the tune is still singing there.

    Where the cover made its own ending a major chord gets its ninth (craft: IV - iv - I add9).
    """
    chart = task.chart
    tick = _ending_tick(chart)
    chord: ChordSpan = chord_at(chart.chords, chart.end_tick - 1)
    plays = any(s.start_tick <= tick < s.end_tick for s in task.sections)
    if not plays or chord.root_pc is None or any(n.end_tick > tick for n in line) or chart.end_tick <= tick:
        return []
    pcs = tones(chord)[:3]
    if chart.sections[-1].source_tick is None and pcs[1] == (pcs[0] + 4) % 12 and reach.notes > 3:
        pcs = (*pcs, (pcs[0] + 2) % 12)
    top = min((p for p in range(69, 81) if p % 12 in pcs), key=lambda p: (p % 12 != pcs[0], abs(p - 74)))
    pitches = [p for p in range(max(62, top - reach.span), top + 1) if p % 12 in pcs][-reach.notes :]
    start = chart.grid.tempo.tick(chart.grid.tempo.second(tick) + 3 * ROLL_S)
    notes = [
        Note(start, chart.end_tick, p, max(1, task.spec.velocity - 14 + 3 * k), f"{task.name}/ending")
        for k, p in enumerate(pitches)
    ]
    return roll(notes, chart.grid.tempo, reach)
