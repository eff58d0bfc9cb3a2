"""`remixkit soundfonts`: which there are, and what one lacks."""

from __future__ import annotations

from typing import Annotated

import typer

from remixkit.cli import console

app = typer.Typer(help="List SoundFonts, check one.")

NameArgument = Annotated[
    str | None, typer.Argument(metavar="NAME|PATH", help="Without it: the default.", show_default=False)
]


@app.command("list")
def list_() -> None:
    """List the SoundFonts that are found; the one used by default is marked."""
    from rich.table import Column, Table
    from rich.text import Text

    from remixkit.render import soundfonts

    default = soundfonts.find()
    good, bad = soundfonts.available()
    rows = Table("", "name", "size", "presets", Column("where", overflow="fold"))
    for font in good:
        mark = "*" if font.path.resolve() == default.path.resolve() else ""
        rows.add_row(mark, font.name, size(font.size_bytes), str(len(font.presets)), Text(str(font.path.parent)))
    console.table(rows)
    for problem in bad:
        console.warn(str(problem))


@app.command()
def check(
    name: NameArgument = None,
    style: Annotated[
        list[str] | None,
        typer.Option("--style", "-s", metavar="NAME|FILE.toml", help="Check for this style; by default for all."),
    ] = None,
) -> None:
    """Say whether a SoundFont is sound, and which instruments of the styles it lacks."""
    from remixkit import style as styles
    from remixkit.render import soundfonts
    from remixkit.theory import instruments

    font = soundfonts.find(name)
    console.result(f"{font.path}: good, {len(font.presets)} presets, {size(font.size_bytes)}")
    for wanted in style or [info.name for info in styles.available() if not info.problem]:
        for role, spec in styles.load(wanted).roles.items():
            is_drum = spec.kind in ("drums", "percussion")
            preset, exact = font.choose(spec.bank, spec.program, is_drum=is_drum)
            if not exact:
                what = f"drum kit {spec.program}" if is_drum else instruments.instrument(spec.program).name
                instead = f"{preset.name} is used instead" if preset else "it stays silent"
                console.result(f"{wanted}: {role}: {what} ({spec.program}) is missing; {instead}")


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
