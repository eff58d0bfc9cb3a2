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
from remixkit.arrange.piano.hands import LEVELS, ROLL_S, Reach, WeightedNote, fit_hand, roll
from remixkit.arrange.piano.left_keys import TOP, ChordContext, HandLimits
from remixkit.arrange.piano.pedal import pedal_controls
from remixkit.arrange.piano.phrases import HeldKeys, Phrase, chord_bars, phrase_at, phrases_of
from remixkit.arrange.piano.right_line import HIGH as MELODY_HIGH
from remixkit.arrange.piano.right_line import LOW as MELODY_LOW
from remixkit.arrange.piano.right_line import placed_melody, rests, stand_in
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note, Origin
from remixkit.plugin import Traits, role, setting
from remixkit.style.difficulty import Level
from remixkit.style.role_kinds import traits
from remixkit.theory.chords import tones
from remixkit.theory.keys import chord_at
from remixkit.theory.voicing import voice_chords

# Of the notes that are not the tune's, the lines in its rests may take this share; tones under it take what is left.
_LINE_SHARE = 0.6
# Close positions are clear only so high.
_EASY_LOW = 45


@dataclass(frozen=True, slots=True)
class LeftHandSettings:
    """What a style may set for the left hand."""

    level: Level = setting("full", "how hard it may be to play: two keys within a sixth, three within an octave, four")


@dataclass(frozen=True, slots=True)
class RightHandSettings:
    """What a style may set for the right hand."""

    level: Level = setting("full", "`easy`: the melody alone; `medium`: octaves in the chorus; `full`: all there is")
    melody_share: float = setting(0.91, "least share of its notes that are the melody or its octave", low=0.5, high=1)


PianistTask = RoleTask[LeftHandSettings] | RoleTask[RightHandSettings]


@dataclass(frozen=True, slots=True)
class _Hand:
    """What each of the pianist's hands has before it: the chart, its phrases, the level and the touch."""

    task: PianistTask
    chart: Chart
    spans: tuple[Phrase, ...]
    level: str
    touch: right_melody.Touch

    @classmethod
    def of(cls, task: PianistTask) -> _Hand:
        mine = {s.start_tick for s in task.sections}
        spans = tuple(s for s in phrases_of(task.chart) if s.section.start_tick in mine)
        return cls(task, task.chart, spans, task.settings.level, right_melody.Touch(base=task.spec.velocity))

    @property
    def reach(self) -> Reach:
        return LEVELS[self.level]

    def phrase(self, notes: Sequence[Note]) -> RoleOutput:
        """Notes with the pedal, which every one of the pianist's parts carries."""
        return RoleOutput(tuple(sorted(notes)), pedal_controls(self.chart, first_tick=self.spans[0].start_tick))


@role(settings=RightHandSettings, traits=Traits(leads=True, hand="right", patterns="events"))
def right_hand(task: RoleTask[RightHandSettings]) -> RoleOutput:
    """The tune with its octaves, tones under it, lines where it rests, and the last chord."""
    hand = _Hand.of(task)
    if not hand.spans:
        return RoleOutput()
    chart, spans, touch = hand.chart, hand.spans, hand.touch
    placed = placed_melody(chart, *(task.spec.register_ or (MELODY_LOW, MELODY_HIGH)))
    melody = right_melody.sung(chart, _in_sections(placed, spans), spans, touch, task.name)
    doubled = right_melody.octaves(chart, melody, spans, hand.level, touch, task.name)
    sung, octaves = [w.note for w in melody], [w.note for w in doubled]
    share = task.settings.melody_share
    ration = round((1 - share) / share * (len(melody) + len(doubled))) if melody else 10**6
    lines = inner_voices.lines(chart, _lines(hand, sung, placed), spans, touch, task.name, round(_LINE_SHARE * ration))
    final = _final_chord(task, [*sung, *(w.note for w in lines)], hand.reach)
    spare = ration - len(lines) - len(final)
    most = {"easy": 0, "medium": 1, "full": 2}[hand.level]
    under = inner_voices.supports(chart, sung, octaves, spans, touch, task.name, spare, most=most)
    return hand.phrase([*fit_hand([*melody, *doubled, *under, *lines], chart.grid.tempo, hand.reach), *final])


@role(settings=LeftHandSettings, traits=Traits(hand="left", patterns="events"))
def left_hand(task: RoleTask[LeftHandSettings]) -> RoleOutput:
    """Textures by phrase on a bass line that sings, and a voice above it, under whatever the right hand plays."""
    hand = _Hand.of(task)
    chart, spans = hand.chart, hand.spans
    if not spans:
        return RoleOutput()
    right = [n for name, p in task.done.items() if traits(task.style.roles[name]).leads for n in p.notes]
    line = sorted(n for n in right if n.origin.function in ("", "melody", "stand_in")) or list(chart.melody)
    limits = HandLimits(HeldKeys(right or chart.melody), HeldKeys(line))
    contexts = _contexts(task, spans, line, limits, hand.level)
    chosen = left_textures.textures(task, spans, contexts, limits, hand.level)
    final_tick = _final_tick(chart)
    wanted = left_textures.played(task, chosen, contexts, limits, final_tick, climbs=hand.level == "full")
    if hand.level != "easy":
        inside = [n for n in _in_sections(tuple(line), spans) if n.start_tick < final_tick]
        wanted += inner_voices.moving(
            chart, inside, right, spans, task.spec.velocity, task.name, seed=task.seed, busy=hand.level == "full"
        )
    wanted = [w for w in wanted if w.note.start_tick < final_tick]
    wanted += _final_bass(task, contexts, limits, final_tick)
    return hand.phrase(fit_hand(left_textures.fingers_lifted(wanted), chart.grid.tempo, hand.reach, taken=right))


def _in_sections(melody: tuple[Note, ...], spans: tuple[Phrase, ...]) -> list[Note]:
    return [n for n in melody if any(s.start_tick <= n.start_tick < s.end_tick for s in spans)]


def _rests(hand: _Hand, melody: Sequence[Note]) -> list[tuple[int, int]]:
    """The tune's longer rests: a bar and a half at least, the last bar left to the last chord."""
    out = []
    until = _final_tick(hand.chart)
    for section in {s.section.start_tick: s.section for s in hand.spans}.values():
        bar = hand.chart.grid.meter.at(section.start_tick).bar_ticks
        out += rests(melody, section.start_tick, min(section.end_tick, until), bar + bar // 2)
    return out


def _lines(hand: _Hand, melody: Sequence[Note], placed: tuple[Note, ...]) -> list[tuple[tuple[int, int], list[Note]]]:
    """What is played in the tune's longer rests, and where these are."""
    chart, found = hand.chart, []
    until = _final_tick(chart)
    for start, end in _rests(hand, melody):
        section = phrase_at(hand.spans, start).section
        bar = chart.grid.meter.at(start).bar_ticks
        line = stand_in(chart, start, end - bar // 8 if end < min(section.end_tick, until) else end, section, placed)
        if line:
            found.append(((start, end), line))
    return found


def _contexts(
    task: RoleTask[object], spans: tuple[Phrase, ...], melody: list[Note], limits: HandLimits, level: str
) -> list[ChordContext]:
    chart = task.chart
    chords = [c for c in chord_bars(chart) if any(s.start_tick <= c.start_tick < s.end_tick for s in spans)]
    low, high = task.spec.register_ or (LOW, HIGH)
    low, high = (_EASY_LOW, _EASY_LOW + 11) if level == "easy" else (min(low, 60), max(high, min(low, 60) + 11))
    ceilings = [limits.ceiling(c.start_tick, c.end_tick) for c in chords]
    bass = bass_line(chords, melody, spans, ceilings=ceilings, low=low, high=high, inversions=level != "easy")
    voicings = voice_chords(
        chords, kind="close", low=52, high=TOP, voices=3, top_below=[max(56, c + 1) for c in ceilings]
    )
    following: list[int | None] = [b for _, b in pairwise(bass)]
    return [
        ChordContext(c, b, v, f)
        for c, b, v, f in zip(chords, bass, voicings, [*following, None][: len(chords)], strict=True)
    ]


def _final_tick(chart: Chart) -> int:
    """Where the last chord is struck: at the last bar line, or where the last chord comes after it."""
    bar = chart.grid.meter.bar_start(max(0, chart.end_tick - 1))
    last = chart.chords[-1]
    return max(bar, last.start_tick) if last.root_pc is not None else bar


def _final_bass(
    task: RoleTask[object], contexts: list[ChordContext], limits: HandLimits, tick: int
) -> list[WeightedNote]:
    """The last chord from below, wide where the hand can roll it."""
    last = next((context for context in reversed(contexts) if context.chord.end_tick > tick), None)
    if last is None or not any(s.end_tick > tick for s in task.sections):
        return []
    pcs = tones(last.chord)
    bass = last.bass - 12 if last.bass > LOW + 11 else last.bass
    ceiling = limits.ceiling(tick, task.chart.end_tick)
    pitches = [bass + d for d in (0, 7, 15, 16) if (bass + d) % 12 in pcs and (d == 0 or bass + d <= ceiling)]
    return [
        WeightedNote(
            Note(
                tick,
                task.chart.end_tick,
                p,
                max(1, task.spec.velocity - 8 - 2 * k),
                Origin(task.name, function="final"),
            ),
            10.0 - k,
        )
        for k, p in enumerate(pitches)
    ]


def _final_chord(task: RoleTask[object], line: list[Note], reach: Reach) -> list[Note]:
    """The last chord of the right hand, rolled after the left one's; none if the tune is still singing there.

    Where the cover made its own ending a major chord gets its ninth (craft: IV - iv - I add9).
    """
    chart = task.chart
    tick = _final_tick(chart)
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
        Note(start, chart.end_tick, p, max(1, task.spec.velocity - 14 + 3 * k), Origin(task.name, function="final"))
        for k, p in enumerate(pitches)
    ]
    return roll(notes, chart.grid.tempo, reach)
