"""`remixkit watch`: the cover made again whenever its song or its style changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixkit.cli import console, cover
from remixkit.cli.options.shared import SeedOption, SongArgument, SoundFontOption, StylesOption
from remixkit.errors import UserError


def run(
    song: SongArgument,
    style: StylesOption,
    seed: SeedOption = 0,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="PATH", help="What to write, as for `remixkit cover`."),
    ] = None,
    soundfont: SoundFontOption = None,
) -> None:
    """Make a cover, and make it again whenever the song or the style changes; Ctrl-C ends it."""
    from watchfiles import watch

    def make() -> None:
        try:
            cover.run(song, style, seed=seed, output=output, soundfont=soundfont)
        except UserError as problem:
            console.error(str(problem))

    make()
    watched = {song.resolve(), *_files(style)}
    folders = {path.parent for path in watched}
    console.say(f"watching {', '.join(sorted(path.name for path in watched))}; Ctrl-C ends it")
    for changes in watch(*folders, watch_filter=lambda _, path: Path(path) in watched, recursive=False):
        if changes:
            make()


def _files(names: list[str]) -> set[Path]:
    """The files of the styles, and of those that they extend."""
    from remixkit import style as styles

    return {path.resolve() for name in names for path in styles.files_of(name)}
