"""`remixkit mixtape`: an album's covers in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixkit.cli import console


def run(
    album: Annotated[
        Path, typer.Argument(metavar="ALBUM", help="A folder made by `remixkit batch`.", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH", help=".flac .wav .ogg .mp3", show_default=False)
    ],
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", metavar="NAME", help="Only covers in this style; may be repeated."),
    ] = None,
    minutes: Annotated[
        float,
        typer.Option("--minutes", metavar="N", help="How long; the last cover is played to its end.", min=1, max=1440),
    ] = 60.0,
    loudness: Annotated[
        float, typer.Option("--loudness", metavar="LUFS", help="Of every cover.", min=-40, max=-6)
    ] = -14.0,
    title: Annotated[str | None, typer.Option("--title", help="Of the tape; by default its file's name.")] = None,
) -> None:
    """Mix an album's covers to one tape: ordered by key and tempo, crossfaded on bar lines, with chapters."""
    from remixkit.batch import mixtape

    tracks = mixtape.lay_out(album, style or [], minutes)
    with console.progress(output.name) as told:
        tape = mixtape.record(
            tracks,
            output,
            title=title or output.stem,
            target_lufs=loudness,
            progress=told,
        )
    for path in tape.files:
        console.result(str(path))
    if tape.seconds < 60 * minutes:
        console.warn(f"{album} has covers for {tape.seconds / 60:.0f} minutes only")
    for warning in tape.warnings:
        console.warn(f"{output}: {warning}")
