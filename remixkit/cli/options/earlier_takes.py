"""The options of takes: several side by side, and what is kept of an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.cli.options.shared import bars

if TYPE_CHECKING:
    from remixkit.model.song import Song

_PANEL = "Takes"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of which earlier take, and the first new one's seed; nothing of none, where none is named."""

    seed: int
    take: Song | None = None
    lock: tuple[str, ...] = ()
    redo: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TakesOptions:
    """How many takes, and what is kept of an earlier one."""

    takes: Annotated[
        int,
        typer.Option(
            "--takes",
            metavar="N",
            help="So many takes side by side, the first with --seed, the others with the seeds that follow; {take} in "
            "a path stands for a take's number.",
            min=1,
            max=999,
            rich_help_panel=_PANEL,
        ),
    ] = 1
    earlier: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="TAKE.mid",
            help="An earlier take, of which --lock or --redo keep something.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    lock: Annotated[
        list[str] | None,
        typer.Option(
            "--lock",
            metavar="ROLE,ROLE",
            help="The parts to keep of the earlier take; the others play anew.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    redo: Annotated[
        str | None,
        typer.Option(
            "--redo",
            metavar="FIRST-LAST",
            help="The bars to play anew; all others stay the earlier take's.",
            rich_help_panel=_PANEL,
        ),
    ] = None

    def kept(self, seed: int | None, *, styles: int) -> Kept:
        """What the options ask for, the take read.

        Raises
        ------
        BadParameter
            If one option lacks another, or a take of one style is to go into several.
        SongError
            If the take cannot be read.
        """
        roles = tuple(role.strip() for words in self.lock or () for role in words.split(",") if role.strip())
        redone = None if self.redo is None else bars(self.redo, "--redo")
        if self.earlier is None:
            if roles or redone:
                raise typer.BadParameter("says what to keep of an earlier take: add --from TAKE.mid",
                                         param_hint="--lock" if roles else "--redo")  # fmt: skip
            return Kept(seed or 0)
        if not roles and not redone:
            raise typer.BadParameter("add --lock ROLE or --redo FIRST-LAST: what is to be kept?", param_hint="--from")
        if styles > 1:
            raise typer.BadParameter("a take is of one style: give --style once", param_hint="--from")
        from remixkit import remix
        from remixkit.arrange.takes.keeping import seeds_on

        earlier = remix.load(self.earlier)
        return Kept(seeds_on(earlier, seed)[0], earlier, roles, redone)
