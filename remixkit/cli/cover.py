"""`remixkit cover`: the walk from the command line."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from remixkit.cli import console
from remixkit.cli.options import daw_files, sound_files, targets
from remixkit.cli.options import earlier_takes as taking
from remixkit.cli.options.shared import MelodyOption, SongArgument, SoundFontOption, StylesOption, melody_track
from remixkit.errors import OutputError, SynthError

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
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="The key to play in: D, F#m, or semitones: +2, -3."),
    ] = None,
    tempo: Annotated[
        float | None, typer.Option("--tempo", metavar="BPM", help="The tempo to play at.", min=20, max=400)
    ] = None,
    form: Annotated[
        Literal["full", "tv"] | None,
        typer.Option("--form", help="tv cuts the song to 89 seconds, as openings are."),
    ] = None,
    level: Annotated[
        Literal["easy", "medium", "full"] | None,
        typer.Option("--level", help="How hard a piano cover may be to play."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Notes on the grid: no swing, no lay-back, no human deviations.")
    ] = False,
    melody: MelodyOption = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print who plays where, and why; with -o PLAN.toml write it, to be edited."),
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="PLAN.toml", help="Who plays where, as --explain wrote it and you changed it."),
    ] = None,
    takes: taking.TakesOption = 1,
    earlier: taking.FromOption = None,
    lock: taking.LockOption = None,
    redo: taking.RedoOption = None,
    chord_track: daw_files.ChordTrackOption = False,
    split: daw_files.SplitOption = None,
    bars_from: daw_files.BarsFromOption = 1,
    stems: sound_files.StemsOption = None,
    stems_as: sound_files.StemsAsOption = "wav",
    dry: sound_files.DryOption = False,
    rate: sound_files.RateOption = sound_files.Rate.cd,
    bits: sound_files.BitsOption = sound_files.WordLength.cd,
    art: sound_files.ArtOption = None,
    timings: sound_files.TimingsOption = False,
) -> None:
    """Make a cover of a song in a style, or in several."""
    jobs = targets.plan(
        song,
        style,
        output or [],
        defaults=() if explain else targets.DEFAULTS,
        takes=takes,
        earlier=earlier,
        stems=None if stems is None else str(stems),
    )
    unasked = None if explain else next((path for job in jobs for path in job.plans), None)
    if unasked is not None:
        raise OutputError("a plan is written where it is asked for", file=unasked, remedy="add --explain")
    paths = [path for job in jobs for path in job.paths]
    wished = daw_files.wished(paths, chord_track=chord_track, split=split, bars_from=bars_from)
    kept = taking.kept(earlier, lock, redo, seed, styles=len(style))

    from remixkit import remix
    from remixkit import style as styles

    heard_in = [path for path in paths if remix.kind_of(path) == "sound"]
    is_heard = bool(heard_in or stems)
    if dry and stems is None:
        raise typer.BadParameter("it says how stems are to be: add --stems FOLDER", param_hint="--dry")
    chosen = {name: styles.check(name) if is_heard else styles.load(name) for name in style}
    asked = {k: styles.asked(s, key=key, tempo_bpm=tempo, form=form, level=level, raw=raw) for k, s in chosen.items()}
    sounding = sound_files.wished(heard_in, rate, bits, art, stems_as, dry) if is_heard else None
    font, mute = _player(soundfont) if is_heard else (None, None)
    warnings: dict[str, None] = {}
    with console.progress(song.name) as told, sound_files.in_memory(font) as loaded:
        told("listening", 0.0)
        began = perf_counter()
        heard = remix.load(song)
        analysis = remix.understand(heard, asked.values(), melody_track=melody_track(heard, melody))
        laps = {"listening": perf_counter() - began}
        for job in jobs:
            name = f"{job.name}, take {job.take}" if takes > 1 else job.name

            def share(stage: str, done: float, name: str = name) -> None:
                told(f"{name}, {stage}", done)

            share("arranging", 0.0)
            began = perf_counter()
            made = remix.cover(
                analysis,
                asked[job.style],
                seed=kept.seed + job.take - 1,
                plan=plan,
                take=kept.take,
                lock=kept.lock,
                redo=kept.redo,
                daw=wished,
            )
            if explain:
                console.result(made.explain())
            laps["arranging"] = perf_counter() - began
            loaded()
            report, said = _written(made, job, sounding if font else None, soundfont, share)
            warnings |= dict.fromkeys(said)
            if timings:
                sound_files.tell(laps | dict(report.timings if report else {}))
    if mute and (output or stems):
        raise mute
    for warning in warnings:
        console.warn(f"{song.name}: {warning}")
    if mute:
        console.warn(f"no sound was written: {mute}")


def _written(
    made: Cover,
    job: targets.Job,
    sounding: sound_files.Sound | None,
    soundfont: str | None,
    share: Callable[[str, float], None],
) -> tuple[RenderReport | None, Sequence[str]]:
    """Write a cover's files and say which; what is to be warned of. Without `sounding` nothing is rendered."""
    from remixkit import remix
    from remixkit.arrange.form import plan_file

    paths = [path for path in job.paths if sounding or remix.kind_of(path) != "sound"]
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
        synthesis.library()
    except SynthError as problem:
        return None, problem
    return font, None
