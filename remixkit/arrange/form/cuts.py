"""A song cut to a length, as openings are cut for television: whole passages, joined where the music lets them.

A TV-size opening goes once through verse and chorus to an ending. What a cut costs the music is the craft's judgement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from remixkit.arrange.form.excerpt import Excerpt, Spanned, excerpt, pickup_ticks
from remixkit.arrange.form.outline import outline_of
from remixkit.arrange.form.tempo import FIT, cover_tempo, meter_of
from remixkit.model.analysis import Analysis, SectionName
from remixkit.model.source_map import SourceMap
from remixkit.style.schema import FormSpec
from remixkit.theory.keys import chord_at, key_at

# Sections longer than this may be cut between passages of so many bars.
PHRASE_BARS = 8
# How many of the best cuts are timed exactly.
SHORTLIST = 12
# Cuts whose rough length is off by more than this share are not looked at.
ROUGHLY = 0.15
MISSING: dict[SectionName, float] = {"chorus": 6.0, "verse": 2.0, "prechorus": 1.0}
JOIN, WITHIN_SECTION, STRANGE_PREDECESSOR, OTHER_KEY, NO_CADENCE = 0.4, 1.5, 0.5, 1.0, 0.5
LOST_PICKUP, HALF_CHORUS, INTERLUDE, LATE_CHORUS = 0.3, 1.0, 0.7, 0.5
ENDS_NOWHERE, ENDS_ON_CHORUS = 3.0, 0.4
PER_CENT_OFF = 0.6
# A note so little before the first bar line after which anything stands is that bar's own, played early.
EARLY_TICKS, GRACE_TICKS = 80, 480
LONGEST_PAUSE_S = 2.5


@dataclass(frozen=True, slots=True)
class Passage:
    """A section, or eight bars of a long one; `begins`, `ends` say whether the section does so here."""

    start_tick: int
    end_tick: int
    label: SectionName
    begins: bool
    ends: bool


Cut = tuple[tuple[int, int], ...]
"""Runs of passages that are kept: (first, one after the last)."""


def cut_to_length(analysis: Analysis, form: FormSpec) -> Excerpt:
    """The song from its first sounding bar on and without holes, cut to `length_s`; warnings say which bars were kept.

    A song that is shorter already stays whole.
    """
    woken = awake(analysis)
    unbroken = without_pauses(woken.analysis)
    source_map = woken.source_map.then(unbroken.source_map)
    cut = _cut_to(unbroken.analysis, form) if form.length_s is not None else whole(unbroken.analysis)
    return Excerpt(cut.analysis, source_map.then(cut.source_map))


def whole(analysis: Analysis) -> Excerpt:
    """All of a song."""
    return Excerpt(analysis, SourceMap.whole(analysis.end_tick))


def _cut_to(analysis: Analysis, form: FormSpec) -> Excerpt:
    assert form.length_s is not None
    passages = passages_of(analysis)
    full = _Timing.of(analysis, form)
    if full.length_s <= form.length_s * (1 + FIT):
        if full.length_s < form.length_s * (1 - FIT):
            return whole(_warned(analysis, f"the song is shorter than {form.length_s:g} s: nothing was cut"))
        return whole(analysis)
    costs = sorted(
        (cost(analysis, passages, cut) + misfit(full.of_cut(passages, cut), form.length_s), cut)
        for cut in cuts(passages, full, form.length_s)
    )
    if not costs:
        return whole(_warned(analysis, f"no cut of about {form.length_s:g} s was found: the song is whole"))
    best: tuple[float, Excerpt] | None = None
    for price, cut in costs[:SHORTLIST]:
        made = excerpt(analysis, [(passages[a].start_tick, passages[b - 1].end_tick) for a, b in cut])
        exact = price - misfit(full.of_cut(passages, cut), form.length_s)
        exact += misfit(_Timing.of(made.analysis, form).length_s, form.length_s)
        if best is None or exact < best[0]:
            kept = _warned(made.analysis, _kept(analysis, passages, cut, form.length_s))
            best = exact, Excerpt(kept, made.source_map)
    assert best is not None
    return best[1]


def _warned(analysis: Analysis, warning: str) -> Analysis:
    return replace(analysis, warnings=(*analysis.warnings, warning))


def awake(analysis: Analysis) -> Excerpt:
    """The song without the bars of silence, or of set-up, before its first note.

    What is struck so shortly before a bar line that it belongs to that bar begins with it: a tune a little early, any
    other line up to half a beat.
    """
    meter = analysis.song.grid.meter
    first = min((n.start_tick for t in analysis.song.tracks for n in t.notes), default=0)
    sung = analysis.melody[0].start_tick if analysis.melody else analysis.end_tick
    line = meter.bar_start(max(0, min(first + GRACE_TICKS, sung + EARLY_TICKS)))
    if not 0 < line < analysis.end_tick:
        return whole(analysis)
    tracks = tuple(replace(t, notes=_from(t.notes, line)) for t in analysis.song.tracks)
    prompt = replace(analysis, song=replace(analysis.song, tracks=tracks), melody=_from(analysis.melody, line))
    return excerpt(prompt, [(line, analysis.end_tick)])


def without_pauses(analysis: Analysis) -> Excerpt:
    """The song without the silent bars of pauses longer than 2.5 s, where a transcription waits or begins again.

    Of such a pause so many bars go as it takes; a warning says where. Bars that have a chord are not silent, even if
    the tune, alone in the file, rests in them.
    """
    tempo, meter = analysis.song.grid.tempo, analysis.song.grid.meter
    kept: list[tuple[int, int]] = [(0, analysis.end_tick)]
    gone: list[str] = []
    if not analysis.chords:
        return whole(analysis)
    for silent_from, silent_to in _pauses(analysis):
        inside = [
            (start, end)
            for start, end in meter.bars(silent_to)
            if silent_from <= start and end <= silent_to and chord_at(analysis.chords, start).root_pc is None
        ]
        too_long = tempo.second(silent_to) - tempo.second(silent_from) - LONGEST_PAUSE_S
        taken = [bar for bar in inside if tempo.second(bar[0]) - tempo.second(inside[0][0]) < too_long]
        if taken:
            kept[-1:] = [(kept[-1][0], taken[0][0]), (taken[-1][1], analysis.end_tick)]
            first = meter.bar_number(taken[0][0])
            gone.append(f"bar {first}" if len(taken) == 1 else f"bars {first}-{first + len(taken) - 1}")
    if not gone:
        return whole(analysis)
    made = excerpt(analysis, kept)
    said = f"{', '.join(gone)} of the song, in which nothing sounds, left out"
    return Excerpt(_warned(made.analysis, said), made.source_map)


def _pauses(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """From the end of a sound to the beginning of the next, wherever nothing sounds between them."""
    spans = sorted((n.start_tick, n.end_tick) for t in analysis.song.tracks for n in t.notes)
    latest = spans[0][1] if spans else 0
    for start, end in spans:
        if start > latest:
            yield latest, start
        latest = max(latest, end)


def _from(notes: tuple[Spanned, ...], line: int) -> tuple[Spanned, ...]:
    return tuple(
        replace(n, start_tick=line, end_tick=max(n.end_tick, line + 1)) if n.start_tick < line else n for n in notes
    )


def passages_of(analysis: Analysis) -> tuple[Passage, ...]:
    """The song's sections, long ones in passages of eight bars."""
    out = []
    for s in analysis.sections:
        bars = [start for start, _ in analysis.song.grid.meter.bars(s.end_tick) if start >= s.start_tick]
        places = bars[::PHRASE_BARS]
        if len(places) > 1 and len(bars) % PHRASE_BARS and len(bars) % PHRASE_BARS < PHRASE_BARS // 2:
            places.pop()
        edges = [*places, s.end_tick]
        out += [Passage(a, b, s.label, a == s.start_tick, b == s.end_tick) for a, b in pairwise(edges)]
    return tuple(out)


def cuts(passages: Sequence[Passage], full: _Timing, length_s: float) -> Iterator[Cut]:
    """Every cut of about the length: from the song's beginning, with at most two joins, the last one to its end."""
    n = len(passages)
    edges = [full.second(p.start_tick) for p in passages] + [full.second(passages[-1].end_tick)]
    low, high = length_s * (1 - ROUGHLY) - full.added_s, length_s * (1 + ROUGHLY) - full.added_s

    def lasts(cut: Cut) -> float:
        return sum(edges[b] - edges[a] for a, b in cut)

    for i in range(1, n + 1):
        first = ((0, i),)
        if lasts(first) > high:
            break
        if lasts(first) >= low:
            yield first
        for j in range(i + 1, n):
            for k in range(j + 1, n + 1):
                second = (*first, (j, k))
                if lasts(second) > high:
                    break
                if lasts(second) >= low:
                    yield second
                for m in range(max(k + 1, n - 3), n):
                    third = (*second, (m, n))
                    if low <= lasts(third) <= high:
                        yield third


def cost(analysis: Analysis, passages: Sequence[Passage], cut: Cut) -> float:
    """What a cut costs the music: what is missing, what the joins are like, how it ends."""
    kept = [k for a, b in cut for k in range(a, b)]
    labels = {passages[k].label for k in kept}
    total = sum(price for label, price in MISSING.items() if label not in labels and _has(passages, label))
    total += INTERLUDE * sum(passages[k].label == "interlude" for k in kept)
    runs = _chorus_runs(passages, range(len(passages)))
    mine = _chorus_runs(passages, kept)
    if runs and mine and max(map(len, mine)) < max(map(len, runs)):
        total += HALF_CHORUS
    if runs and mine and runs[0][0] not in kept:
        total += LATE_CHORUS
    last = passages[kept[-1]]
    if kept[-1] != len(passages) - 1 and last.label != "outro":
        total += ENDS_ON_CHORUS if last.label == "chorus" and last.ends else ENDS_NOWHERE
    return total + sum(join_cost(analysis, passages, a[1] - 1, b[0]) for a, b in pairwise(cut))


def join_cost(analysis: Analysis, passages: Sequence[Passage], before: int, after: int) -> float:
    """What it costs to go from the end of one phrase to the beginning of a later one."""
    a, b = passages[before], passages[after]
    price = JOIN + WITHIN_SECTION * ((not a.ends) + (not b.begins))
    if passages[after - 1].label != a.label:
        price += STRANGE_PREDECESSOR
    here, there = key_at(analysis.keys, a.end_tick - 1), key_at(analysis.keys, b.start_tick)
    if (here.tonic_pc, here.mode) != (there.tonic_pc, there.mode):
        price += OTHER_KEY
    final = chord_at(analysis.chords, a.end_tick - 1)
    if final.root_pc is None or (final.root_pc - there.tonic_pc) % 12 not in (0, 5, 7):
        price += NO_CADENCE
    if pickup_ticks(analysis, a.end_tick) and not pickup_ticks(analysis, b.start_tick):
        price += LOST_PICKUP
    return price


def misfit(length_s: float, wanted_s: float) -> float:
    """What a length costs that the tempo cannot make good: the cover may play a little faster or slower."""
    return PER_CENT_OFF * max(0.0, 100 * (abs(length_s / wanted_s - 1) - FIT))


@dataclass(frozen=True, slots=True)
class _Timing:
    """How long a cover of the song would last, and where in it the song's ticks would lie."""

    seconds: dict[int, float]
    added_s: float
    length_s: float

    @classmethod
    def of(cls, analysis: Analysis, form: FormSpec) -> _Timing:
        outline = outline_of(analysis, form)
        free = form.model_copy(update={"length_s": None})
        tempo, _ = cover_tempo(analysis, free, outline, meter_of(analysis.song.grid.meter, outline))
        ticks = sorted({t for p in passages_of(analysis) for t in (p.start_tick, p.end_tick)})
        moved = tempo.to_s([t + outline.shift_ticks for t in ticks])
        length = tempo.second(outline.end_tick)
        return cls(dict(zip(ticks, moved.tolist(), strict=True)), length - float(moved[-1] - moved[0]), length)

    def second(self, tick: int) -> float:
        return self.seconds[tick]

    def of_cut(self, passages: Sequence[Passage], cut: Cut) -> float:
        """Roughly how long a cut lasts, with what is added before and after it."""
        return self.added_s + sum(
            self.second(passages[b - 1].end_tick) - self.second(passages[a].start_tick) for a, b in cut
        )


def _has(passages: Sequence[Passage], label: SectionName) -> bool:
    return any(p.label == label for p in passages)


def _chorus_runs(passages: Sequence[Passage], among: Sequence[int]) -> list[list[int]]:
    """Neighbouring passages of the chorus, among some of the song's."""
    runs: list[list[int]] = []
    for k in among:
        if passages[k].label != "chorus":
            continue
        if runs and runs[-1][-1] == k - 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    return runs


def _kept(analysis: Analysis, passages: Sequence[Passage], cut: Cut, length_s: float) -> str:
    number = analysis.song.grid.meter.bar_number
    bars = ", ".join(f"{number(passages[a].start_tick)}-{number(passages[b - 1].end_tick - 1)}" for a, b in cut)
    return f"cut to {length_s:g} s: bars {bars} of {number(analysis.end_tick - 1)} were kept"
