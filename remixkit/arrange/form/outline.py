"""The outline comes first: which sections the cover has, how intense each is, and what is added before and after."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean

from remixkit.arrange.form.chart import PlannedSection
from remixkit.model.analysis import Analysis, Section, SectionName
from remixkit.style.schema import FormSpec

# What a section of that name asks of the players before the source's own energy is heard. Humans play a
# chorus louder and denser than a verse (POP909: velocity +6.7, notes a beat +.91); the rest is craft.
BASE: dict[SectionName, float] = {
    "intro": 0.25,
    "verse": 0.40,
    "prechorus": 0.58,
    "chorus": 0.90,
    "bridge": 0.50,
    "interlude": 0.50,
    "outro": 0.30,
}
CEILING: dict[SectionName, float] = {
    "intro": 0.60,
    "verse": 0.66,
    "prechorus": 0.76,
    "chorus": 1.0,
    "bridge": 0.82,
    "interlude": 0.82,
    "outro": 0.66,
}
FLOOR: dict[SectionName, float] = {
    "intro": 0.10,
    "verse": 0.22,
    "prechorus": 0.36,
    "chorus": 0.76,
    "bridge": 0.30,
    "interlude": 0.25,
    "outro": 0.10,
}
# Mean velocities of sections that differ by less are no dynamics.
_DYNAMICS = 1.0
# The least intensity of an outro that ends big: the whole band plays.
_BIG = 0.6


@dataclass(frozen=True, slots=True)
class Outline:
    """The cover's outline on its own timeline.

    Parameters
    ----------
    sections : tuple of PlannedSection
        Without gaps from tick 0.
    shift_ticks : int
        Whole bars put before the source: cover tick = source tick + this.
    """

    sections: tuple[PlannedSection, ...]
    shift_ticks: int

    @property
    def end_tick(self) -> int:
        """The last bar line."""
        return self.sections[-1].end_tick


def outline_of(analysis: Analysis, form: FormSpec) -> Outline:
    """Lay out the sections of the cover.

    An intro is added where the song begins with its tune, an outro where it ends with it, both in whole bars and no
    longer than a quarter of the song; a pickup bar counts as the intro's last. Intensities mix what a section's
    name asks for with the source's energy, rise a little with each return, and reach at least .95 in the last chorus.
    """
    source = _sections(analysis)
    meter = analysis.song.grid.meter
    end = source[-1].end_tick
    bar_count = sum(1 for _ in meter.bars(end))
    longest = bar_count // 4

    first_bar = meter.changes[0].bar_ticks
    melody_starts = analysis.melody[0].start_tick if analysis.melody else end
    begins_alone = source[0].label == "intro" or melody_starts > 2 * first_bar
    intro_bars = 0 if begins_alone else min(form.intro_bars, longest)
    pickup = first_bar if intro_bars and _is_pickup(analysis) and source[0].end_tick > first_bar else 0
    shift = max(0, intro_bars - (1 if pickup else 0)) * first_bar
    lead_in = shift + pickup

    ends_alone = source[-1].label == "outro" or not _has_melody(analysis, source[-1])
    outro_bars = 0 if ends_alone else min(form.outro_bars, max(1, longest))
    if not outro_bars and form.outro_bars and _is_busy_to_the_end(analysis, end):
        outro_bars = 1

    planned: list[PlannedSection] = []
    if lead_in:
        planned.append(PlannedSection(0, lead_in, "intro", 0.0))
    loudness = _loudness(source, analysis)
    for section, intensity, loud in zip(source, intensities(_felt(source, analysis)), loudness, strict=True):
        start = section.start_tick + shift
        if not planned and start > 0:
            start = 0
        at = max(start, planned[-1].end_tick if planned else 0)
        planned.append(
            PlannedSection(at, section.end_tick + shift, section.label, intensity, at - shift, loudness=loud)
        )
    if form.finale == "big" and planned[-1].label == "outro":
        planned[-1] = replace(planned[-1], intensity=max(planned[-1].intensity, _BIG))
    planned = _mark_last_chorus(planned)
    if lead_in:
        planned[0] = replace(
            planned[0],
            intensity=round(min(0.40, max(0.15, planned[1].intensity - 0.1)), 3),
            borrows_tick=_hook(planned[1:], analysis, shift, lead_in),
        )
    if outro_bars:
        last = planned[-1]
        length = outro_bars * meter.at(max(0, end - 1)).bar_ticks
        planned.append(
            PlannedSection(
                last.end_tick,
                last.end_tick + length,
                "outro",
                _farewell(last.intensity, outro_bars, form),
                borrows_tick=_closing(planned, length),
            )
        )
    return Outline(tuple(planned), shift)


def intensities(sections: tuple[Section, ...]) -> tuple[float, ...]:
    """How much is asked of the players in each section, 0-1, three decimals."""
    seen: dict[SectionName, int] = {}
    out: list[float] = []
    for section in sections:
        times = seen.get(section.label, 0)
        seen[section.label] = times + 1
        wanted = 0.45 * BASE[section.label] + 0.55 * section.energy + 0.03 * min(times, 3)
        out.append(min(CEILING[section.label], max(FLOOR[section.label], wanted)))
    top = max(out)
    if top < 0.9 and len(out) > 1:
        at = max(range(len(out)), key=lambda i: (out[i], i))
        out[at] = 0.9
    return tuple(round(x, 3) for x in out)


def _farewell(before: float, bars: int, form: FormSpec) -> float:
    """The intensity of an added outro: a big ending keeps the band together, a soft one lets it go."""
    if form.finale == "big":
        return round(max(_BIG + 0.14, 0.9 * before), 3)
    return round(max(0.2, before * (0.9 if bars < 2 else 0.6)), 3)


def _felt(sections: tuple[Section, ...], analysis: Analysis) -> tuple[Section, ...]:
    """The sections with half of their energy from where they stand among the song's in loudness and in notes a beat.

    Ranks, because a file whose velocities lie between 96 and 104 means its dynamics as much as one from 20 to 120.
    """
    loud = [0.0 if not v else fmean(v) for v in _struck(sections, analysis)]
    busy = [len(v) / (s.end_tick - s.start_tick) for s, v in zip(sections, _struck(sections, analysis), strict=True)]
    return tuple(
        replace(s, energy=0.5 * s.energy + 0.25 * a + 0.25 * b)
        for s, a, b in zip(sections, _standing(loud), _standing(busy), strict=True)
    )


def _loudness(sections: tuple[Section, ...], analysis: Analysis) -> list[float | None]:
    """Where each section stands among the song's in loudness; None all through where the song has no dynamics."""
    loud = [fmean(v) if v else 0.0 for v in _struck(sections, analysis)]
    if max(loud) - min(loud) < _DYNAMICS:
        return [None] * len(sections)
    return [round(0.3 + 0.7 * x, 3) for x in _standing(loud)]


def _struck(sections: tuple[Section, ...], analysis: Analysis) -> list[list[int]]:
    """The velocities of what begins in each section."""
    notes = sorted((n.start_tick, n.velocity) for t in analysis.song.tracks for n in t.notes)
    starts = [start for start, _ in notes]
    return [
        [v for _, v in notes[bisect_left(starts, s.start_tick) : bisect_left(starts, s.end_tick)]] for s in sections
    ]


def _standing(figures: Sequence[float]) -> list[float]:
    """For each the share of the others that it is above, ties half; .5 for one alone."""
    others = len(figures) - 1
    return [
        sum((y < x) + 0.5 * (y == x) for k, y in enumerate(figures) if k != i) / others if others else 0.5
        for i, x in enumerate(figures)
    ]


def _sections(analysis: Analysis) -> tuple[Section, ...]:
    sections = tuple(s for s in analysis.sections if s.end_tick > s.start_tick)
    if sections:
        return sections
    meter = analysis.song.grid.meter
    last = max(1, analysis.song.end_tick)
    return (Section(0, meter.bar_end(last - 1), "verse", 0.5),)


def _has_melody(analysis: Analysis, section: Section) -> bool:
    return any(section.start_tick <= n.start_tick < section.end_tick for n in analysis.melody)


def _is_pickup(analysis: Analysis) -> bool:
    """Whether the first bar holds nothing but the tune's lead-in."""
    meter = analysis.song.grid.meter.changes[0]
    half = meter.bar_ticks // 2
    onsets = [n.start_tick for t in analysis.song.tracks for n in t.notes if n.start_tick < meter.bar_ticks]
    return bool(onsets) and min(onsets) >= half


def _is_busy_to_the_end(analysis: Analysis, end: int) -> bool:
    """Whether the tune or the chords still move after the middle of the last bar, so that nothing would ring out."""
    meter = analysis.song.grid.meter
    middle = (meter.bar_start(end - 1) + end) // 2
    late_melody = any(n.start_tick >= middle for n in analysis.melody)
    return late_melody or any(middle <= c.start_tick < end for c in analysis.chords)


def _mark_last_chorus(sections: list[PlannedSection]) -> list[PlannedSection]:
    places = [i for i, s in enumerate(sections) if s.label == "chorus"]
    if not places:
        return sections
    # Two neighbouring blocks of the chorus are one climax: mark both.
    marked = {places[-1]}
    for a, b in reversed(list(pairwise(places))):
        if b - a > 1 or a == places[0]:
            break
        marked.add(a)
    return [
        replace(s, is_last_chorus=True, intensity=max(s.intensity, 0.95)) if i in marked else s
        for i, s in enumerate(sections)
    ]


def _hook(sections: list[PlannedSection], analysis: Analysis, shift: int, length: int) -> int:
    """Where the bars stand that an added intro repeats: the first chorus's end in the opening key, else the opening."""
    opening = next(iter(analysis.keys), None)
    for s in sections:
        if s.label != "chorus" or s.end_tick - s.start_tick < length:
            continue
        at = s.end_tick - length
        key = next((k for k in analysis.keys if k.start_tick <= at - shift < k.end_tick), opening)
        if opening is None or key is None or (key.tonic_pc, key.mode) == (opening.tonic_pc, opening.mode):
            return at
    return sections[0].start_tick


def _closing(sections: list[PlannedSection], length: int) -> int:
    """Where the bars stand that an added outro repeats: the last ones of the song."""
    return max(0, sections[-1].end_tick - length)
