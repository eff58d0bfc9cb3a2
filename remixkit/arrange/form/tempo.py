"""How fast the cover goes: the source's tempi moved towards the style's range, with rubato and a last ritardando."""

from __future__ import annotations

from itertools import zip_longest
from math import log
from statistics import median

from remixkit.arrange.form.chart import PlannedSection
from remixkit.arrange.form.outline import Outline
from remixkit.model.analysis import Analysis
from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.style.schema import FormSpec

# Sections whose tempi differ by less than this share are played at one tempo.
STEADY = 0.04
# By how much a cover may play faster or slower to last as long as its style wants.
FIT = 0.06


def cover_tempo(analysis: Analysis, form: FormSpec, outline: Outline, meter: MeterMap) -> tuple[TempoMap, bool]:
    """The cover's tempo map, and whether the beat is felt at half rate.

    The source's tempo is the median over its bars, in beats as they are felt; where its sections differ by more than
    4 % each keeps its own. A song that is felt at half its written rate, or that the style halves, has half time. A
    tempo that the style states is for the beat as written or as felt, whichever is nearer.
    """
    source = analysis.song.grid
    bars = list(source.meter.bars(max(1, analysis.end_tick)))
    seconds = source.tempo.to_s([b for b, _ in bars] + [bars[-1][1]])
    bpm = [
        (e - s) / TICKS_PER_QUARTER * 60.0 / max(1e-6, float(seconds[i + 1] - seconds[i]))
        for i, (s, e) in enumerate(bars)
    ]
    whole = median(bpm)
    beat = whole * analysis.felt_rate
    is_halved = form.half_time_above_bpm is not None and beat > form.half_time_above_bpm
    felt = beat / 2 if is_halved else beat
    half_time = felt < whole
    low, high = form.tempo_range_bpm
    most = form.tempo_change_max
    ratio = min(1 + most, max(1 - most, min(high, max(low, felt)) / felt))
    if form.tempo_bpm is not None:
        ratio = min((form.tempo_bpm / beat for beat in (whole, felt)), key=lambda r: abs(log(r)))

    own = {
        s.start_tick: median(
            b for (start, _), b in zip(bars, bpm, strict=True) if _covers(s, start + outline.shift_ticks)
        )
        for s in outline.sections
        if any(_covers(s, start + outline.shift_ticks) for start, _ in bars)
    }
    steady = all(abs(b / whole - 1) < STEADY for b in own.values())
    changes: list[TempoChange] = []
    current = whole
    for s in outline.sections:
        if s.start_tick in own:
            current = whole if steady else own[s.start_tick]
        elif not changes and own:
            current = whole if steady else next(iter(own.values()))
        changes.append(TempoChange(s.start_tick, min(400.0, max(20.0, current * ratio))))
    shaped = TempoMap(_without_repeats(_shaped(changes, form, outline.sections, meter)))
    if form.length_s is None or form.tempo_bpm is not None:
        return shaped, half_time
    faster = min(1 + FIT, shaped.second(outline.end_tick) / form.length_s)
    if faster < 1 - FIT:
        return shaped, half_time
    return TempoMap(tuple(TempoChange(c.tick, c.bpm * faster) for c in shaped.changes)), half_time


def _covers(section: PlannedSection, tick: int) -> bool:
    return section.start_tick <= tick < section.end_tick


def _shaped(
    changes: list[TempoChange], form: FormSpec, sections: tuple[PlannedSection, ...], meter: MeterMap
) -> list[TempoChange]:
    """Rubato at phrase ends and before the chorus, and the last bars' ritardando, beat by beat."""
    factors: dict[int, float] = {}
    beats = list(meter.beats(sections[-1].end_tick))
    if form.rubato > 0:
        for s, after in zip_longest(sections, sections[1:]):
            inside = [b for b in beats if s.start_tick <= b < s.end_tick]
            starts = [*[b for b, _ in meter.bars(s.end_tick) if b >= s.start_tick][8::8], s.end_tick]
            for end in starts:
                for b in [b for b in inside if b < end][-2:]:
                    factors[b] = 1 - 0.015 * form.rubato / 0.5
            if after is not None and after.label == "chorus" and s.label != "chorus":
                for b in inside[-2:]:
                    factors[b] = 1 - 0.04 * form.rubato / 0.5
    if form.ritardando > 0:
        last_bars = list(meter.bars(sections[-1].end_tick))[-3:]
        slowing = [b for b in beats if last_bars[0][0] <= b < last_bars[-1][0]]
        for i, b in enumerate(slowing):
            factors[b] = 1 - form.ritardando * ((i + 1) / (len(slowing) + 1)) ** 1.5
        factors[last_bars[-1][0]] = 1 - form.ritardando
    if not factors:
        return changes
    base = {c.tick: c.bpm for c in changes}
    out, current, final = [], changes[0].bpm, sections[-1].end_tick
    for b in sorted({*beats, *base}):
        current = base.get(b, current)
        if form.ritardando > 0 and b > (last_bars[-1][0] if form.ritardando else final):
            continue
        out.append(TempoChange(b, round(current * factors.get(b, 1.0), 3)))
    return out


def _without_repeats(changes: list[TempoChange]) -> tuple[TempoChange, ...]:
    kept = [changes[0]]
    for c in changes[1:]:
        if abs(c.bpm - kept[-1].bpm) > 1e-6:
            kept.append(c)
    return tuple(kept)


def meter_of(source: MeterMap, outline: Outline) -> MeterMap:
    """The source's meters on the cover's timeline."""
    first, *rest = source.changes
    return MeterMap(
        (
            MeterChange(0, first.numerator, first.denominator),
            *(
                MeterChange(m.tick + outline.shift_ticks, m.numerator, m.denominator)
                for m in rest
                if m.tick + outline.shift_ticks < outline.end_tick
            ),
        )
    )
