"""`remixkit soundfonts`: which there are, what one lacks, and how to get more."""

from __future__ import annotations

from typing import Annotated

import typer

from remixkit.cli import console

app = typer.Typer(help="List SoundFonts, check one, get one.")

NameArgument = Annotated[
    str | None, typer.Argument(metavar="NAME|PATH", help="Without it: the default.", show_default=False)
]


@app.command("list")
def list_() -> None:
    """List the SoundFonts that are found (* is the default), those that can be got, and which styles prefer one."""
    from rich.table import Column, Table

    from remixkit import style as styles
    from remixkit.render.soundfonts import catalogue, lookup

    preferring: dict[str, list[str]] = {}
    for info in styles.available():
        loaded = None if info.problem else styles.load(info.name)
        roles = [role.soundfont for role in loaded.roles.values()] if loaded else []
        for wanted in {name.casefold() for name in [loaded.soundfont if loaded else None, *roles] if name}:
            preferring.setdefault(wanted, []).append(info.name)

    default = lookup.find()
    good, bad = lookup.available_soundfonts()
    where = Column("where", overflow="fold")
    rows = Table("", Column("name", no_wrap=True), "size", "presets", "licence", "best for", where)
    for font in good:
        mark = "*" if font.path.resolve() == default.path.resolve() else ""
        known = catalogue.known(font.name)
        best = ", ".join(preferring.get((known.name if known else font.name).casefold(), []))
        presets, licence = str(len(font.presets)), known.licence if known else ""
        rows.add_row(
            mark,
            console.cell(font.name),
            size(font.size_bytes),
            presets,
            licence,
            best,
            console.cell(str(font.path.parent)),
        )
    here = {known.name for font in good if (known := catalogue.known(font.name))}
    for known in catalogue.KNOWN:
        if known.url and known.name not in here:
            best = ", ".join(preferring.get(known.name.casefold(), []))
            how = f"`remixkit soundfonts get {known.name}`"
            rows.add_row("", known.name, size(known.size_bytes), "", known.licence, best, how)
    console.print_table(rows)
    for known in catalogue.KNOWN:
        console.result(f"{known.name}: {known.why}")
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
    """Say whether a SoundFont is sound, and which instruments of the styles it, or what a role names, lacks."""
    from remixkit import style as styles
    from remixkit.render.soundfonts import assignment, lookup
    from remixkit.style import role_kinds
    from remixkit.theory import instruments

    own = lookup.find(name)
    console.result(f"{own.path}: good, {len(own.presets)} presets, {size(own.size_bytes)}")
    for wanted in style or [info.name for info in styles.available() if not info.problem]:
        roles = styles.load(wanted).roles
        fonts, lacking = assignment.assign_soundfonts((spec.soundfont for spec in roles.values()), own)
        for warning in lacking:
            console.warn(f"{wanted}: {warning}")
        for role, spec in roles.items():
            is_drum = role_kinds.traits(spec).plays_drums
            font = fonts[spec.soundfont]
            preset, exact = font.choose(spec.bank, spec.program, is_drum=is_drum)
            if not exact:
                what = f"drum kit {spec.program}" if is_drum else instruments.instrument(spec.program).name
                where = "" if font is own else f" in {font.name}"
                instead = f"{preset.name} is used instead" if preset else "it stays silent"
                console.result(f"{wanted}: {role}: {what} ({spec.program}) is missing{where}; {instead}")


@app.command()
def get(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `remixkit soundfonts list`.", show_default=False)],
) -> None:
    """Fetch a free SoundFont into your own folder; it is checked, and used when a command names it."""
    from remixkit.render.soundfonts import catalogue

    wanted = catalogue.fetchable(name)
    console.result(f"{wanted.name}: {size(wanted.size_bytes)}, licence: {wanted.licence}")
    with console.progress(wanted.name) as told:
        font = catalogue.fetch(wanted, progress=lambda share: told("fetching", share))
    console.result(f"{font.path}: good, {len(font.presets)} presets; use it with --soundfont {wanted.name}")


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
