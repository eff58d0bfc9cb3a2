"""`remixkit cover`: the walk from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from remixkit.cli import console, daw, targets
from remixkit.cli import takes as taking
from remixkit.cli.options import MelodyOption, SongArgument, SoundFontOption, StylesOption, melody_track
from remixkit.errors import OutputError, SynthError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from remixkit.remix import Cover


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
    chord_track: daw.ChordTrackOption = False,
    split: daw.SplitOption = None,
    bars_from: daw.BarsFromOption = 1,
) -> None:
    """Make a cover of a song in a style, or in several."""
    jobs = targets.plan(
        song, style, output or [], defaults=() if explain else targets.DEFAULTS, takes=takes, earlier=earlier
    )
    unasked = None if explain else next((path for job in jobs for path in job.plans), None)
    if unasked is not None:
        raise OutputError("a plan is written where it is asked for", file=unasked, remedy="add --explain")
    paths = [path for job in jobs for path in job.paths]
    wished = daw.wished(paths, chord_track=chord_track, split=split, bars_from=bars_from)
    kept = taking.kept(earlier, lock, redo, seed, styles=len(style))

    from remixkit import remix
    from remixkit import style as styles

    is_heard = "sound" in [remix.kind_of(path) for path in paths]
    chosen = {name: styles.check(name) if is_heard else styles.load(name) for name in style}
    asked = {k: styles.asked(s, key=key, tempo_bpm=tempo, form=form, level=level, raw=raw) for k, s in chosen.items()}
    mute = _no_sound(soundfont) if is_heard else None
    warnings: dict[str, None] = {}
    with console.progress(song.name) as told:
        told("listening", 0.0)
        heard = remix.load(song)
        analysis = remix.understand(heard, asked.values(), melody_track=melody_track(heard, melody))
        for job in jobs:
            name = f"{job.name}, take {job.take}" if takes > 1 else job.name

            def share(stage: str, done: float, name: str = name) -> None:
                told(f"{name}, {stage}", done)

            share("arranging", 0.0)
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
            warnings |= dict.fromkeys(_written(made, job, soundfont, share, is_mute=mute is not None))
    if mute and output:
        raise mute
    for warning in warnings:
        console.warn(f"{song.name}: {warning}")
    if mute:
        console.warn(f"no sound was written: {mute}")


def _written(
    made: Cover, job: targets.Job, soundfont: str | None, share: Callable[[str, float], None], *, is_mute: bool
) -> Sequence[str]:
    """Write a cover's files and say which; what is to be warned of."""
    from remixkit import remix
    from remixkit.arrange import plan_file

    paths = [path for path in job.paths if not (is_mute and remix.kind_of(path) == "sound")]
    said: list[str] = []
    report = made.write(*paths, soundfont=soundfont, progress=share, warn=said.append)
    for path in job.plans:
        plan_file.write(path, made.plan, made.explain())
    for path in [*paths, *job.plans]:
        console.result(str(path))
    return [*made.analysis.warnings, *made.for_daw.warnings, *said, *(report.warnings if report else ())]


def _no_sound(soundfont: str | Path | None) -> SynthError | None:
    """Why nothing can be heard here, if so; a SoundFont that does not exist is an error at once."""
    from remixkit.render import soundfonts, synth

    soundfonts.find(soundfont)
    try:
        synth.library()
    except SynthError as problem:
        return problem
    return None
