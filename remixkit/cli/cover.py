"""`remixkit cover`: the walk from the command line."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.cli import console
from remixkit.cli.options import sound_files, targets
from remixkit.cli.options.arranging import ArrangingOptions, PlanOptions
from remixkit.cli.options.daw_files import DawOptions
from remixkit.cli.options.earlier_takes import TakesOptions
from remixkit.cli.options.shared import (
    MOST_SEED,
    EncodingOption,
    MelodyOption,
    SongArgument,
    SoundFontOption,
    StylesOption,
    TuneOption,
    melody_track,
)
from remixkit.cli.options.sound_files import SoundOptions, SoundTarget, StemsOptions
from remixkit.errors import OutputError, SynthError
from remixkit.targets import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from remixkit.remix import Cover
    from remixkit.render import RenderReport, SoundFont


def run(
    song: SongArgument,
    style: StylesOption,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            help="Another number gives another take; 0, or with --from the one after that take's.",
            min=-MOST_SEED,
            max=MOST_SEED,
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="What to write, may be repeated: .mid .rpp .dawproject .musicxml .pdf .lead.pdf .wav .flac .ogg .mp3; "
            "{style} stands for the style's name. Without it: SONG.STYLE.mid and SONG.STYLE.wav here.",
        ),
    ] = None,
    soundfont: SoundFontOption = None,
    melody: MelodyOption = None,
    encoding: EncodingOption = None,
    tune: TuneOption = None,
    arranging: ArrangingOptions = ArrangingOptions(),  # noqa: B008 - it is frozen, as the groups below are
    planning: PlanOptions = PlanOptions(),  # noqa: B008
    takes: TakesOptions = TakesOptions(),  # noqa: B008
    daw: DawOptions = DawOptions(),  # noqa: B008
    stems: StemsOptions = StemsOptions(),  # noqa: B008
    sound: SoundOptions = SoundOptions(),  # noqa: B008
) -> None:
    """Make a cover of a song in a style, or in several."""
    jobs = targets.plan(
        song,
        style,
        output or [],
        defaults=() if planning.explain else targets.DEFAULTS,
        takes=takes.takes,
        earlier=takes.earlier,
        stems=None if stems.stems is None else str(stems.stems),
    )
    unasked = None if planning.explain else next((path for job in jobs for path in job.plans), None)
    if unasked is not None:
        raise OutputError("a plan is written where it is asked for", file=unasked, remedy="add --explain")
    paths = [path for job in jobs for path in job.paths]
    for_daw = daw.to_daw(paths)
    kept = takes.kept(seed, styles=len(style))

    from remixkit import remix
    from remixkit import style as styles

    heard_in = [path for path in paths if kind_of(path) == "sound"]
    is_heard = bool(heard_in or stems.stems)
    if stems.dry and stems.stems is None:
        raise typer.BadParameter("it says how stems are to be: add --stems FOLDER", param_hint="--dry")
    loaded = {name: styles.check(name) if is_heard else styles.load(name) for name in style}
    chosen = {name: arranging.over(found) for name, found in loaded.items()}
    sounding = sound.checked(heard_in, stems) if is_heard else None
    font, mute = _player(soundfont) if is_heard else (None, None)
    warnings: dict[str, None] = {}
    with console.progress(song.name) as told, sound_files.in_memory(font) as font_loaded:
        told("listening", 0.0)
        began = perf_counter()
        heard = remix.load(song, tune=tune, encoding=encoding)
        analysis = remix.analyze_for(heard, chosen.values(), melody_track=melody_track(heard, melody))
        laps = {"listening": perf_counter() - began}
        for job in jobs:
            name = f"{job.name}, take {job.take}" if takes.takes > 1 else job.name

            def share(stage: str, done: float, name: str = name) -> None:
                told(f"{name}, {stage}", done)

            share("arranging", 0.0)
            began = perf_counter()
            made = remix.cover(
                analysis,
                chosen[job.style],
                seed=kept.seed + job.take - 1,
                plan=planning.plan,
                take=kept.take,
                lock=kept.lock,
                redo=kept.redo,
                daw=for_daw,
            )
            if planning.explain:
                console.result(made.explain())
            laps["arranging"] = perf_counter() - began
            font_loaded()
            report, said = _written(made, job, sounding if font else None, soundfont, share)
            warnings |= dict.fromkeys(said)
            if sound.timings:
                sound_files.tell(laps | dict(report.timings if report else {}))
    if mute and (output or stems.stems):
        raise mute
    for warning in warnings:
        console.warn(f"{song.name}: {warning}")
    if mute:
        console.warn(f"no sound was written: {mute}")


def _written(
    made: Cover,
    job: targets.Job,
    sounding: SoundTarget | None,
    soundfont: str | None,
    share: Callable[[str, float], None],
) -> tuple[RenderReport | None, Sequence[str]]:
    """Write a cover's files and say which; what is to be warned of. Without `sounding` nothing is rendered."""
    from remixkit.arrange.form import plan_file

    paths = [path for path in job.paths if sounding or kind_of(path) != "sound"]
    said: list[str] = []
    words = sounding.of(job.stems) if sounding else {}
    report = made.write(*paths, soundfont=soundfont, progress=share, warn=said.append, **words)
    for path in job.plans:
        plan_file.write(path, made.plan, made.explain())
    for path in [*paths, *job.plans, *(stem.path for stem in (report.stems if report else {}).values())]:
        console.result(str(path))
    return report, [*made.analysis.warnings, *made.for_daw.warnings, *said, *(report.warnings if report else ())]


def _player(soundfont: str | None) -> tuple[SoundFont | None, SynthError | None]:
    """The SoundFont to play, or why nothing can be heard here; one that does not exist is an error at once."""
    from remixkit.render.soundfonts import lookup
    from remixkit.render.synth import synthesis

    font = lookup.find(soundfont)
    try:
        synthesis.synth_library()
    except SynthError as problem:
        return None, problem
    return font, None
