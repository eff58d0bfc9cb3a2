"""`remixkit cover`: the walk from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from remixkit.cli import console, targets
from remixkit.cli.options import MelodyOption, SeedOption, SongArgument, SoundFontOption, StylesOption, melody_track
from remixkit.errors import OutputError, SynthError


def run(
    song: SongArgument,
    style: StylesOption,
    seed: SeedOption = 0,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="What to write, may be repeated: .mid .musicxml .pdf .lead.pdf .wav .flac .ogg .mp3; {style} stands "
            "for the style's name. Without it: SONG.STYLE.mid and SONG.STYLE.wav here.",
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
) -> None:
    """Make a cover of a song in a style, or in several."""
    jobs = targets.plan(song, style, output or [], defaults=() if explain else targets.DEFAULTS)
    unasked = None if explain else next((path for job in jobs for path in job.plans), None)
    if unasked is not None:
        raise OutputError("a plan is written where it is asked for", file=unasked, remedy="add --explain")

    from remixkit import remix
    from remixkit import style as styles
    from remixkit.arrange import plan_file

    kinds = {path: remix.kind_of(path) for job in jobs for path in job.paths}
    is_heard = "sound" in kinds.values()
    chosen = [styles.check(job.style) if is_heard else styles.load(job.style) for job in jobs]
    chosen = [styles.asked(s, key=key, tempo_bpm=tempo, form=form, level=level, raw=raw) for s in chosen]
    mute = _no_sound(soundfont) if is_heard else None
    warnings: dict[str, None] = {}
    with console.progress(song.name) as told:
        told("listening", 0.0)
        heard = remix.load(song)
        analysis = remix.analyze(heard, melody_track=melody_track(heard, melody))
        for job, wanted in zip(jobs, chosen, strict=True):

            def share(stage: str, done: float, name: str = job.name) -> None:
                told(f"{name}, {stage}", done)

            share("arranging", 0.0)
            made = remix.cover(analysis, wanted, seed=seed, plan=plan)
            paths = [path for path in job.paths if not (mute and kinds[path] == "sound")]
            said: list[str] = []
            report = made.write(*paths, soundfont=soundfont, progress=share, warn=said.append)
            warnings |= dict.fromkeys([*made.analysis.warnings, *made.arrangement.warnings, *said])
            warnings |= dict.fromkeys(report.warnings if report else ())
            if explain:
                console.result(made.explain())
            for path in job.plans:
                plan_file.write(path, made.plan, made.explain())
            for path in [*paths, *job.plans]:
                console.result(str(path))
    if mute and output:
        raise mute
    for warning in warnings:
        console.warn(f"{song.name}: {warning}")
    if mute:
        console.warn(f"no sound was written: {mute}")


def _no_sound(soundfont: str | Path | None) -> SynthError | None:
    """Why nothing can be heard here, if so; a SoundFont that does not exist is an error at once."""
    from remixkit.render import soundfonts, synth

    soundfonts.find(soundfont)
    try:
        synth.library()
    except SynthError as problem:
        return problem
    return None
