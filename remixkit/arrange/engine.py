"""The engine: a chart, then every role of the style in turn, then range, dynamics and groove."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from remixkit import plugins
from remixkit.arrange import style_mix
from remixkit.arrange.form.band_plan import LEADS, BandPlan, followed, planned, unled
from remixkit.arrange.form.chart import Chart, PlannedSection
from remixkit.arrange.form.charting import chart_of
from remixkit.arrange.form.cuts import fitted
from remixkit.arrange.form.transpose import in_key
from remixkit.arrange.passthrough import handed_on, kept_parts
from remixkit.arrange.performance.clean_up import cleared
from remixkit.arrange.performance.dynamics import loudness_at
from remixkit.arrange.performance.groove import delayed, grooved
from remixkit.arrange.playing.player import flag, ordered
from remixkit.arrange.playing.task import Phrase, RoleTask
from remixkit.model.analysis import Analysis, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note
from remixkit.seeding import child_rng
from remixkit.style.schema import RoleSpec, Style
from remixkit.theory.instruments import fit_octave, instrument

DRUMS = ("drums", "percussion")
PIANO = ("piano_left", "piano_right")
# How much louder those who accompany, and those who lead, become with a section's intensity: more in a band than on
# one instrument (POP909's pianists play a chorus 6.7 louder than a verse; bands are craft).
_DEPTH = {False: 0.55, True: 0.32}
_PIANO_DEPTH = {False: 0.42, True: 0.25}

Role = Callable[[RoleTask], Phrase]


def arrange(
    analysis: Analysis,
    style: Style,
    *,
    seed: int = 0,
    chart_seed: int | None = None,
    plan: BandPlan | None = None,
    held: Mapping[str, int] | None = None,
) -> Arrangement:
    """Make a cover of a song in a style.

    Parameters
    ----------
    analysis : Analysis
        The song, regridded, and what was heard in it.
    style : Style
        As `style.load` returns it.
    seed : int
        Another seed gives another accompaniment; the tune stays note for note the same.
    chart_seed : int, optional
        The seed of form and harmony, if they are to be those of another take.
    plan : BandPlan, optional
        Who plays where, in place of what the style says: `plan_band`'s, edited.
    held : mapping of role to int, optional
        Players who play as in the take of that seed; the others hear them, and play to them.

    Returns
    -------
    Arrangement
        The same for the same arguments. Every note lies inside its instrument's range and inside the cover.

    Raises
    ------
    PluginError
        If a role's kind is offered by no installed package.
    """
    if style.is_hands_off:
        return handed_on(analysis, style, seed)
    take = take_of(analysis, seed)
    earlier = {role: take_of(analysis, other) for role, other in (held or {}).items()}
    analysis, chart = _charted(analysis, style, seed if chart_seed is None else chart_seed)
    band = plan or planned(analysis.song.title, chart, style)
    chart, playing = followed(band, chart)
    takes = {other: _played(style, chart, playing, other, {}) for other in set(earlier.values())}
    phrases = {role: takes[other][role] for role, other in earlier.items()}
    done = cleared(_played(style, chart, playing, take, phrases), style)
    parts = [
        _part(name, style.roles[name], phrase, chart, style, earlier.get(name, take))
        for name, phrase in done.items()
        if phrase.notes
    ]
    kept, lost = kept_parts(analysis, style, chart, [part.name for part in parts])
    warnings = [*analysis.warnings, *unled(band, chart, style), *lost]
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
        parts=(*_with_words(parts, style, chart), *kept),
        master=style_mix.master(style, chart.sections),
        composer=analysis.song.composer,
        warnings=tuple(warnings),
        chart_seed=chart_seed,
    )


def _played(
    style: Style, chart: Chart, playing: Mapping[str, tuple[PlannedSection, ...]], seed: int, held: Mapping[str, Phrase]
) -> dict[str, Phrase]:
    """What each role plays, in the style's order; a held one is not asked, but heard."""
    from remixkit.style import library

    patterns = library(style)
    done: dict[str, Phrase] = {}
    for name, spec in style.roles.items():
        role: Role = plugins.load(plugins.ROLES, spec.kind)
        task = RoleTask(name, spec, style, chart, playing.get(name, ()), patterns, dict(done), seed)
        done[name] = held[name] if name in held else in_range(role(task), spec, chart.end_tick)
    return done


def roles_called(style: Style, names: Collection[str]) -> tuple[str, ...]:
    """The style's roles that are meant by names: their own, or those of their parts, in any case."""
    wanted = {name.strip().casefold() for name in names}
    return tuple(
        name for name, spec in style.roles.items() if wanted & {name.casefold(), _title(name, spec).casefold()}
    )


def plan_band(analysis: Analysis, style: Style, *, seed: int = 0) -> BandPlan:
    """Who plays where in the cover that `arrange` makes on that seed's chart: to look at, to edit, to give back."""
    if style.is_hands_off:
        return BandPlan(analysis.song.title, style.name, (), (), ())
    _, chart = _charted(analysis, style, seed)
    return planned(analysis.song.title, chart, style)


def _charted(analysis: Analysis, style: Style, seed: int) -> tuple[Analysis, Chart]:
    """The song in the style's key and length, and how the style lays it out."""
    take = take_of(analysis, seed)
    if style.harmony.key is not None:
        analysis = in_key(analysis, style.harmony.key)
    analysis = fitted(analysis, style.form)
    return analysis, chart_of(analysis, style, take)


def take_of(analysis: Analysis, seed: int) -> int:
    """The seed of this song's players: two songs are not played alike because the user's seed is the same.

    The song is known by its tune's rhythm and intervals, so that the take stays in another key or tempo.
    """
    tune = analysis.melody[:64]
    print_ = "".join(f"{n.start_tick // 240}:{n.pitch - tune[0].pitch} " for n in tune) + str(len(analysis.chords))
    return int(child_rng(seed, "song", print_).integers(1 << 62))


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
    depth = _PIANO_DEPTH if any(s.kind in PIANO for s in style.roles.values()) else _DEPTH
    factor = loudness_at(chart, depth=depth[is_lead], is_lead=is_lead)
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
        fx=style_mix.effects(spec.fx),
        bus=spec.bus,
        soundfont=spec.soundfont,
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
