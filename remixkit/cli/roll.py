"""`remixkit roll`: a song and its cover as a picture, one above the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixkit.cli import console
from remixkit.cli.analyze import check_picture
from remixkit.cli.options import shared
from remixkit.cli.options.shared import (
    EncodingOption,
    MelodyOption,
    SeedOption,
    SongArgument,
    TuneOption,
    melody_track,
)


def run(
    song: SongArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH.png", help="The picture.", show_default=False)
    ],
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", metavar="NAME|FILE.toml", help="Draw the cover below; may be repeated."),
    ] = None,
    bars: Annotated[
        str | None, typer.Option("--bars", metavar="FIRST-LAST", help="Only these bars, counted in each from 1.")
    ] = None,
    seed: SeedOption = 0,
    melody: MelodyOption = None,
    encoding: EncodingOption = None,
    tune: TuneOption = None,
) -> None:
    """Draw a piano roll of a song, and of its covers below it."""
    check_picture(output)
    shown = shared.bars(bars, "--bars") if bars else None

    from remixkit import remix
    from remixkit import style as styles
    from remixkit.export.roll import draw_roll

    chosen = [styles.load(s) for s in style or []]
    heard = remix.load(song, tune=tune, encoding=encoding)
    analysis = remix.analyze(heard, melody_track=melody_track(heard, melody))
    draw_roll([analysis, *(remix.cover(analysis, s, seed=seed).arrangement for s in chosen)], output, bars=shown)
    console.result(str(output))
