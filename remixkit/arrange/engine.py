"""The engine: on a chart and by a plan every role of the style plays in turn; then range, dynamics and groove."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from remixkit import plugins
from remixkit.arrange import style_mix
from remixkit.arrange.form.band_plan import BandPlan, following, unled
from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.form.charting import take_seed
from remixkit.arrange.passthrough import passed_parts
from remixkit.arrange.performance.clean_up import cleared
from remixkit.arrange.performance.dynamics import loudness_at
from remixkit.arrange.performance.groove import delayed, grooved
from remixkit.arrange.playing.task import RoleOutput, RoleTask
from remixkit.model import spans
from remixkit.model.analysis import Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note, each_pitch_alone
from remixkit.plugin import Role
from remixkit.style import role_kinds
from remixkit.style.schema import RoleSpec, Style
from remixkit.theory.instruments import fit_octave, instrument

# How much louder those who accompany, and those who lead, become with a section's intensity: more in a band than on
# one instrument (POP909's pianists play a chorus 6.7 louder than a verse; bands are craft).
_DEPTH = {False: 0.55, True: 0.32}
_PIANO_DEPTH = {False: 0.42, True: 0.25}


@dataclass(frozen=True, slots=True)
class Take:
    """What a style's players play, before it is finished.

    Parameters
    ----------
    chart : Chart
        What they play on, with the plan's sections.
    plan : BandPlan
        By which they play.
    seed : int
        Whose take it is.
    outputs : mapping of role to RoleOutput
        What each plays, in the style's order.
    seeds : mapping of role to int
        What finishes each of them as it was played: another take's where a role is held.
    """

    chart: Chart
    plan: BandPlan
    seed: int
    outputs: Mapping[str, RoleOutput]
    seeds: Mapping[str, int]


def play(chart: Chart, plan: BandPlan, style: Style, *, seed: int = 0, held: Mapping[str, int] | None = None) -> Take:
    """Every role of a style plays on a chart, in turn, where the plan says.

    Parameters
    ----------
    chart : Chart
        As `chart` makes it.
    plan : BandPlan
        As `plan_band` makes it of that chart, edited or not.
    style : Style
        The chart's.
    seed : int
        Another seed gives another accompaniment; the melody stays note for note the same.
    held : mapping of role to int, optional
        Players who play as in the take of that seed; the others hear them, and play to them.

    Raises
    ------
    PluginError
        If a role's kind is offered by no installed package.
    """
    own = take_seed(chart.fingerprint, seed)
    earlier = {role: take_seed(chart.fingerprint, other) for role, other in (held or {}).items()}
    chart, playing = following(plan, chart)
    takes = {other: _played(style, chart, playing, other, {}) for other in set(earlier.values())}
    phrases = {role: takes[other][role] for role, other in earlier.items()}
    done = cleared(_played(style, chart, playing, own, phrases), style)
    return Take(chart, plan, seed, done, {role: earlier.get(role, own) for role in done})


def finish(take: Take, style: Style) -> Arrangement:
    """A take as a cover: dynamics, groove, words, passed tracks, mix.

    Returns
    -------
    Arrangement
        The same for the same arguments. Every note lies inside its instrument's range and inside the cover.

    Raises
    ------
    SongError
        If the style passes tracks through that the song does not have.
    """
    chart, seeds = take.chart, take.seeds
    parts = [
        _part(name, style.roles[name], phrase, chart, style, seeds[name])
        for name, phrase in take.outputs.items()
        if phrase.notes
    ]
    passed, lost = passed_parts(style, chart, [part.name for part in parts])
    warnings = [*chart.song.warnings, *unled(take.plan, chart, style), *lost]
    if not chart.melody:
        warnings.append("no tune was found: the cover is an accompaniment")
    return Arrangement(
        title=take.plan.title,
        style=style.title,
        seed=take.seed,
        grid=chart.grid,
        keys=chart.keys,
        chords=chart.chords,
        sections=tuple(Section(s.start_tick, s.end_tick, s.label, s.intensity) for s in chart.sections),
        parts=(*_with_words(parts, chart), *passed),
        master=style_mix.master(style, chart.sections),
        composer=chart.song.song.composer,
        warnings=tuple(warnings),
        chart_seed=None if chart.seed == take.seed else chart.seed,
        source_map=chart.source_map,
    )


def _played(
    style: Style,
    chart: Chart,
    playing: Mapping[str, tuple[PlannedSection, ...]],
    seed: int,
    held: Mapping[str, RoleOutput],
) -> dict[str, RoleOutput]:
    """What each role plays, in the style's order; a held one is not asked, but heard."""
    from remixkit.style import library

    patterns = library(style)
    done: dict[str, RoleOutput] = {}
    for name, spec in style.roles.items():
        role: Role = plugins.load(plugins.ROLES, spec.kind)
        task = RoleTask(
            name, spec, role_kinds.settings(name, spec), style, chart, playing.get(name, ()), patterns, dict(done), seed
        )
        done[name] = held[name] if name in held else in_range(role(task), spec, chart.end_tick)
    return done


def roles_called(style: Style, names: Collection[str]) -> tuple[str, ...]:
    """The style's roles that are meant by names: their own, or those of their parts, in any case."""
    wanted = {name.strip().casefold() for name in names}
    return tuple(
        name for name, spec in style.roles.items() if wanted & {name.casefold(), _title(name, spec).casefold()}
    )


def in_range(phrase: RoleOutput, spec: RoleSpec, end_tick: int) -> RoleOutput:
    """Every note inside the cover and, by octaves, inside the instrument's range."""
    player, traits = instrument(spec.program), role_kinds.traits(spec)
    stays = traits.plays_drums or traits.fixed_pitch
    notes = []
    for n in phrase.notes:
        start, end = max(0, n.start_tick), min(n.end_tick, end_tick)
        if end <= start:
            continue
        pitch = n.pitch if stays else fit_octave(n.pitch, player.lowest, player.highest)
        notes.append(
            n
            if (start, end, pitch) == (n.start_tick, n.end_tick, n.pitch)
            else Note(start, end, pitch, n.velocity, n.origin)
        )
    controls = tuple(sorted(c for c in phrase.controls if 0 <= c.tick <= end_tick))
    return RoleOutput(each_pitch_alone(notes), controls)


def _part(name: str, spec: RoleSpec, phrase: RoleOutput, chart: Chart, style: Style, seed: int) -> Part:
    traits = role_kinds.traits(spec)
    sings, is_drum = traits.leads, traits.plays_drums
    depth = _PIANO_DEPTH if any(role_kinds.traits(s).hand for s in style.roles.values()) else _DEPTH
    factor = loudness_at(chart, depth=depth[sings], is_lead=sings)
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
        seed=0 if sings else seed,
    )
    controls = delayed(phrase.controls, groove=style.groove, role=name, kind=spec.kind, grid=chart.grid)
    return Part(
        name=_title(name, spec),
        role=name,
        is_lead=role_kinds.is_lead(spec),
        program=spec.program,
        bank=spec.bank,
        is_drum=is_drum,
        volume=spec.volume,
        pan=spec.pan,
        reverb=spec.reverb,
        notes=each_pitch_alone(notes),
        controls=tuple(sorted(c for c in controls if 0 <= c.tick <= chart.end_tick)),
        fx=style_mix.effects(spec.fx),
        bus=spec.bus,
        soundfont=spec.soundfont,
    )


def _title(name: str, spec: RoleSpec) -> str:
    """The part's name; a lead's says so."""
    title = spec.name or name.replace("_", " ").title()
    is_melody = role_kinds.is_lead(spec) and role_kinds.traits(spec).hand is None
    if is_melody and not any(w in title.lower() for w in ("melody", "lead")):
        return f"{title} (Melody)"
    return title


def _with_words(parts: Sequence[Part], chart: Chart) -> tuple[Part, ...]:
    """The lyrics, on the first lead that plays."""
    if not chart.lyrics:
        return tuple(parts)
    lead = next((i for i, p in enumerate(parts) if p.is_lead), None)
    words = spans.starting_in(chart.lyrics, 0, chart.end_tick)
    return tuple(replace(p, lyrics=words) if i == lead else p for i, p in enumerate(parts))
