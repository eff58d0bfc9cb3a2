"""The engine: a chart, then every role of the style in turn, then range, dynamics and groove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from remixkit import plugins
from remixkit.arrange.chart import Chart, PlannedSection
from remixkit.arrange.dynamics import loudness_at
from remixkit.arrange.groove import delayed, grooved
from remixkit.arrange.length import fitted
from remixkit.arrange.role import Phrase, RoleTask
from remixkit.arrange.roles import flag, ordered
from remixkit.arrange.timeline import chart_of
from remixkit.arrange.transpose import in_key
from remixkit.model.analysis import Analysis, Section
from remixkit.model.arrangement import Arrangement, Fx, Master, Part
from remixkit.model.song import Note
from remixkit.style.schema import FxSpec, RoleSpec, Style
from remixkit.theory.instruments import fit_octave, instrument

LEADS = ("melody", "piano_right")
DRUMS = ("drums", "percussion")

Role = Callable[[RoleTask], Phrase]


def arrange(analysis: Analysis, style: Style, *, seed: int = 0) -> Arrangement:
    """Make a cover of a song in a style.

    Parameters
    ----------
    analysis : Analysis
        The song, regridded, and what was heard in it.
    style : Style
        As `style.load` returns it.
    seed : int
        Another seed gives another accompaniment; the tune stays note for note the same.

    Returns
    -------
    Arrangement
        The same for the same arguments. Every note lies inside its instrument's range and inside the cover.

    Raises
    ------
    PluginError
        If a role's kind is offered by no installed package.
    """
    from remixkit.style import library

    if style.harmony.key is not None:
        analysis = in_key(analysis, style.harmony.key)
    analysis = fitted(analysis, style.form)
    chart = chart_of(analysis, style, seed)
    patterns = library(style)
    playing = cast(chart, style)
    done: dict[str, Phrase] = {}
    parts: list[Part] = []
    for name, spec in style.roles.items():
        role: Role = plugins.load(plugins.ROLES, spec.kind)
        task = RoleTask(name, spec, style, chart, playing[name], patterns, dict(done), seed)
        phrase = in_range(role(task), spec, chart.end_tick)
        done[name] = phrase
        if phrase.notes:
            parts.append(_part(name, spec, phrase, chart, style, seed))
    warnings = list(analysis.warnings)
    if not chart.melody:
        warnings.append("no tune was found: the cover is an accompaniment")
    return Arrangement(
        title=analysis.song.title,
        style=style.title,
        seed=seed,
        grid=chart.grid,
        keys=chart.keys,
        chords=chart.chords,
        sections=tuple(Section(s.start_tick, s.end_tick, s.label, s.intensity) for s in chart.sections),
        parts=_with_words(parts, style, chart),
        master=Master(style.master.target_lufs, style.master.ceiling_db, _fx(style.master.fx), style.master.fade_out_s),
        composer=analysis.song.composer,
        warnings=tuple(warnings),
    )


def cast(chart: Chart, style: Style) -> dict[str, tuple[PlannedSection, ...]]:
    """Which sections each role plays in.

    A section that no lead would play goes to the first lead: the tune is heard wherever the song has it.
    """
    playing = {
        name: [s for s in chart.sections if s.name in spec.sections and spec.energy[0] <= s.intensity <= spec.energy[1]]
        for name, spec in style.roles.items()
    }
    leads = [n for n, s in style.roles.items() if s.kind in LEADS and not flag(s, "double")]
    if leads:
        led = {s.start_tick for n in leads for s in playing[n]}
        playing[leads[0]] += [s for s in chart.sections if s.start_tick not in led]
    return {name: tuple(sorted(sections, key=lambda s: s.start_tick)) for name, sections in playing.items()}


def in_range(phrase: Phrase, spec: RoleSpec, end_tick: int) -> Phrase:
    """Every note inside the cover and, by octaves, inside the instrument's range."""
    player = instrument(spec.program)
    notes = []
    for n in phrase.notes:
        start, end = max(0, n.start_tick), min(n.end_tick, end_tick)
        if end <= start:
            continue
        pitch = n.pitch if spec.kind in DRUMS else fit_octave(n.pitch, player.lowest, player.highest)
        notes.append(
            n
            if (start, end, pitch) == (n.start_tick, n.end_tick, n.pitch)
            else Note(start, end, pitch, n.velocity, n.origin)
        )
    controls = tuple(sorted(c for c in phrase.controls if 0 <= c.tick <= end_tick))
    return Phrase(ordered(notes), controls)


def _part(name: str, spec: RoleSpec, phrase: Phrase, chart: Chart, style: Style, seed: int) -> Part:
    is_lead = spec.kind in LEADS
    is_drum = spec.kind in DRUMS
    factor = loudness_at(chart, depth=0.25 if is_lead else 0.42)
    shaped = [
        Note(n.start_tick, n.end_tick, n.pitch, min(127, max(1, round(n.velocity * factor(n.start_tick)))), n.origin)
        for n in phrase.notes
    ]
    notes = grooved(
        shaped,
        role=name,
        kind=spec.kind,
        is_drum=is_drum,
        groove=style.groove,
        grid=chart.grid,
        half_time=chart.half_time,
        end_tick=chart.end_tick,
        seed=0 if is_lead else seed,
    )
    controls = delayed(phrase.controls, groove=style.groove, role=name, kind=spec.kind, grid=chart.grid)
    return Part(
        name=_title(name, spec),
        role=name,
        program=spec.program,
        bank=spec.bank,
        is_drum=is_drum,
        volume=spec.volume,
        pan=spec.pan,
        reverb=spec.reverb,
        notes=ordered(notes),
        controls=tuple(sorted(c for c in controls if 0 <= c.tick <= chart.end_tick)),
        fx=_fx(spec.fx),
    )


def _title(name: str, spec: RoleSpec) -> str:
    """The part's name; a lead's says so."""
    title = spec.name or name.replace("_", " ").title()
    if spec.kind == "melody" and not flag(spec, "double") and not any(w in title.lower() for w in ("melody", "lead")):
        return f"{title} (Melody)"
    return title


def _with_words(parts: Sequence[Part], style: Style, chart: Chart) -> tuple[Part, ...]:
    """The lyrics, on the first lead that plays."""
    if not chart.lyrics:
        return tuple(parts)
    lead = next((i for i, p in enumerate(parts) if style.roles[p.role].kind in LEADS), None)
    words = tuple(t for t in chart.lyrics if 0 <= t.tick < chart.end_tick)
    return tuple(replace(p, lyrics=words) if i == lead else p for i, p in enumerate(parts))


def _fx(specs: Sequence[FxSpec]) -> tuple[Fx, ...]:
    return tuple(Fx(s.name, dict(s.__pydantic_extra__ or {})) for s in specs)
