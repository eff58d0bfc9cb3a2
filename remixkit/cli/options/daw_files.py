"""The options of files for a DAW."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from remixkit.arrange import Daw

ENDINGS = (".mid", ".midi", ".rpp", ".dawproject")
_PANEL = "For a DAW, in .mid .rpp .dawproject"


@dataclass(frozen=True, slots=True)
class DawOptions:
    """What files for a DAW have beside the players."""

    chord_track: Annotated[
        bool, typer.Option("--chord-track", help="A silent track of block chords.", rich_help_panel=_PANEL)
    ] = False
    split: Annotated[
        Literal["drums"] | None,
        typer.Option("--split", help="A track for each piece of the drum kit.", rich_help_panel=_PANEL),
    ] = None
    bars_from: Annotated[
        int,
        typer.Option(
            "--bars-from",
            metavar="N",
            help="The first bar is bar N; those before it are empty.",
            min=1,
            max=9999,
            rich_help_panel=_PANEL,
        ),
    ] = 1

    def to_daw(self, paths: Iterable[Path]) -> Daw:
        """What is asked for.

        Raises
        ------
        BadParameter
            If something is asked for and no file for a DAW is among the paths.
        """
        from remixkit.arrange import Daw

        made = Daw(chord_track=self.chord_track, split_drums=self.split == "drums", bars_from=self.bars_from)
        if made != Daw() and not any(path.suffix.lower() in ENDINGS for path in paths):
            name = "--chord-track" if self.chord_track else "--split" if self.split else "--bars-from"
            raise typer.BadParameter(f"only {' '.join(ENDINGS)} have it: add -o SONG.mid", param_hint=name)
        return made
