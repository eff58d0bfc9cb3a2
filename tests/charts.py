"""Small songs, understood, for the arranger's tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from remixkit.arrange import BandPlan, finish, plan_band, play
from remixkit.arrange.form import charting
from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.patterns import Pattern, parse_pattern
from remixkit.style.role_kinds import settings as settings_of
from remixkit.style.schema import RoleSpec, Style

BAR = 3840
LOOP = ((0, "maj"), (9, "min"), (5, "maj"), (7, "maj"))
SCALE = (0, 2, 4, 5, 7, 9, 11)


def song(
    *,
    form: str = "AABBSSO",
    bars_each: int = 4,
    meter: tuple[int, int] = (4, 4),
    bpm: float = 96.0,
    tune: bool = True,
    pickup: bool = False,
    silent_from_bar: int | None = None,
) -> Analysis:
    """A song of sections of some bars each on a loop of four chords in C.

    `form`: i intro, A, B, S chorus, n interlude, O outro; intro, interlude and outro have no tune.
    """
    change = MeterChange(0, *meter)
    bar = change.bar_ticks
    labels = {"i": "intro", "A": "verse", "B": "prechorus", "S": "chorus", "n": "interlude", "O": "outro"}
    energy = {"i": 0.1, "A": 0.3, "B": 0.55, "S": 0.9, "n": 0.5, "O": 0.15}
    sections = tuple(
        Section(k * bars_each * bar, (k + 1) * bars_each * bar, labels[c], energy[c]) for k, c in enumerate(form)
    )
    count = len(form) * bars_each
    chords = tuple(ChordSpan(k * bar, (k + 1) * bar, *LOOP[k % 4]) for k in range(count))
    if silent_from_bar is not None:
        chords = (*chords[:silent_from_bar], ChordSpan(silent_from_bar * bar, count * bar, None))
    melody: list[MelodyNote] = []
    beat = change.beat_ticks
    for s, c in zip(sections, form, strict=True):
        if not tune or c in "inO":
            continue
        lift = 5 if c == "S" else 0
        for k, at in enumerate(range(s.start_tick, s.end_tick - beat, beat)):
            pitch = 60 + lift + 12 * ((k * 3) % 14 // 7) + SCALE[(k * 3) % 7]
            melody.append(MelodyNote(at, at + beat - 60, pitch, 70 + k % 3 * 10, 0))
    if pickup and melody:
        first = melody[0].start_tick
        melody = [m for m in melody if m.start_tick >= bar] if first < bar else melody
        melody.insert(0, MelodyNote(bar - beat, bar - 40, 67, 80, 0))
        chords = (ChordSpan(0, bar, None), *chords[1:])
    lead = Track("Vocal", 0, 0, False, tuple(Note(m.start_tick, m.end_tick, m.pitch, m.velocity) for m in melody))
    return Analysis(
        song=Song("Test", (lead,), Grid(TempoMap((TempoChange(0, bpm),)), MeterMap((change,)))),
        keys=(Key(0, count * bar, 0, "major"),),
        chords=chords,
        melody=tuple(melody),
        sections=sections,
        roles=("melody",),
    )


def arrange(
    analysis: Analysis,
    style: Style,
    *,
    seed: int = 0,
    chart_seed: int | None = None,
    plan: BandPlan | None = None,
    held: Mapping[str, int] | None = None,
) -> Arrangement:
    """The walk from chart to finish; form and harmony by `chart_seed`, or by the players' seed."""
    on = charting.chart(analysis, style, seed=seed if chart_seed is None else chart_seed)
    return finish(play(on, plan or plan_band(on, style), style, seed=seed, held=held), style)


def chart(
    *,
    bars: int = 4,
    intensity: float = 0.6,
    label: str = "verse",
    melody: Iterable[Note] = (),
    more: int = 1,
    bpm: float = 120,
) -> Chart:
    """One section of some bars on C Am F G, and `more` bars of outro so that the section has no ending bar."""
    end = bars * BAR
    chords = tuple(ChordSpan(k * BAR, (k + 1) * BAR, *LOOP[k % 4]) for k in range(bars + more))
    sections = [PlannedSection(0, end, label, intensity, 0)]
    if more:
        sections.append(PlannedSection(end, end + more * BAR, "outro", 0.3, end))
    return Chart(
        grid=Grid(TempoMap((TempoChange(0, bpm),))),
        keys=(Key(0, end + more * BAR, 0, "major"),),
        chords=chords,
        sections=tuple(sections),
        melody=tuple(melody),
    )


def task(
    kind: str,
    on: Chart,
    *,
    patterns: dict[str, str] | None = None,
    steps: dict[str, dict[str, str]] | None = None,
    done: dict[str, RoleOutput] | None = None,
    seed: int = 0,
    whole: bool = False,
    **spec: object,
) -> RoleTask[Any]:
    """A role's task on the chart's first section (`whole`: on all); each pattern given is one it may choose."""
    made: dict[str, Pattern] = {n: parse_pattern(n, events=e, steps={}) for n, e in (patterns or {}).items()}
    made |= {n: parse_pattern(n, steps=s) for n, s in (steps or {}).items()}
    names = tuple(n for n in made if not n.startswith("fill"))
    table = RoleSpec.model_validate({"kind": kind, "patterns": {"all": names} if names else {}, **spec})
    roles = {name: RoleSpec(kind="drums") for name in done or {}} | {"it": table}
    style = Style.model_validate({"schema": 2, "title": "Test", "roles": roles})
    return RoleTask(
        "it",
        table,
        settings_of("it", table),
        style,
        on,
        on.sections if whole else on.sections[:1],
        made,
        done or {},
        seed,
    )


def read(notes: Iterable[Note], *, drums: bool = False) -> str:
    """Notes as lines ``bar.beat pitches length velocity``, those that are struck together on one line."""
    names = {36: "kick", 38: "snare", 42: "hat", 49: "crash", 45: "tom_low", 46: "hat_open"}
    groups: dict[tuple[int, int, int], list[int]] = {}
    for n in sorted(notes):
        groups.setdefault((n.start_tick, 0 if drums else n.end_tick - n.start_tick, n.velocity), []).append(n.pitch)
    lines = []
    for (start, length, velocity), pitches in groups.items():
        where = f"{start // BAR + 1}.{start % BAR / 960 + 1:g}"
        what = "+".join(names.get(p, str(p)) if drums else str(p) for p in pitches)
        lines.append(f"{where} {what} @{velocity}" if drums else f"{where} {what} {length / 960:g} @{velocity}")
    return "\n".join(lines)
