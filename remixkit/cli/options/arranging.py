"""The options that change what a style says: key, tempo, form, level; and the plan of who plays where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from remixkit.style import Style


@dataclass(frozen=True, slots=True)
class ArrangingOptions:
    """What one cover wants otherwise than its style."""

    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="The key to play in: D, F#m, or semitones: +2, -3."),
    ] = None
    tempo: Annotated[
        float | None, typer.Option("--tempo", metavar="BPM", help="The tempo to play at.", min=20, max=400)
    ] = None
    form: Annotated[
        Literal["full", "tv"] | None,
        typer.Option("--form", help="tv cuts the song to 89 seconds, as openings are."),
    ] = None
    level: Annotated[
        Literal["easy", "medium", "full"] | None,
        typer.Option("--level", help="How hard a piano cover may be to play."),
    ] = None
    raw: Annotated[
        bool, typer.Option("--raw", help="Notes on the grid: no swing, no lay-back, no human deviations.")
    ] = False

    def over(self, style: Style) -> Style:
        """The style with what is wanted otherwise.

        Raises
        ------
        StyleError
            If it cannot be had in that style.
        """
        from remixkit import style as styles

        wanted = styles.Overrides(self.key, self.tempo, self.form, self.level, self.raw)
        return styles.overridden(style, wanted)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Who plays where: told, or taken back edited."""

    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print who plays where, and why; with -o PLAN.toml write it, to be edited."),
    ] = False
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="PLAN.toml", help="Who plays where, as --explain wrote it and you changed it."),
    ] = None
