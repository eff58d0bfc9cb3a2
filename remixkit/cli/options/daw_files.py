"""The options of files for a DAW."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from remixkit.arrange import Daw

ENDINGS = (".mid", ".midi", ".rpp", ".dawproject")
_PANEL = "For a DAW, in .mid .rpp .dawproject"

ChordTrackOption = Annotated[
    bool, typer.Option("--chord-track", help="A silent track of block chords.", rich_help_panel=_PANEL)
]
SplitOption = Annotated[
    Literal["drums"] | None,
    typer.Option("--split", help="A track for each piece of the drum kit.", rich_help_panel=_PANEL),
]
BarsFromOption = Annotated[
    int,
    typer.Option(
        "--bars-from",
        metavar="N",
        help="The first bar is bar N; those before it are empty.",
        min=1,
        rich_help_panel=_PANEL,
    ),
]


def wished(paths: Iterable[Path], *, chord_track: bool, split: str | None, bars_from: int) -> Daw:
    """What the options ask for.

    Raises
    ------
    BadParameter
        If something is asked for and no file for a DAW is written.
    """
    from remixkit.arrange import Daw

    made = Daw(chord_track=chord_track, split_drums=split == "drums", bars_from=bars_from)
    if made != Daw() and not any(path.suffix.lower() in ENDINGS for path in paths):
        name = "--chord-track" if chord_track else "--split" if split else "--bars-from"
        raise typer.BadParameter(f"only {' '.join(ENDINGS)} have it: add -o SONG.mid", param_hint=name)
    return made
