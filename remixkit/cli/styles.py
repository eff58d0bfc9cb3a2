"""`remixkit styles`: which there are, what is in one, and whether a file is a good one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from remixkit.cli import console
from remixkit.errors import StyleError

if TYPE_CHECKING:
    from remixkit.style import Style

app = typer.Typer(help="List styles, show one, check one of your own.")

# What a style without players has, too.
_ALWAYS = frozenset({"style", "master", "keeps"})

NameArgument = Annotated[str, typer.Argument(metavar="NAME|FILE.toml", show_default=False)]


@app.command("list")
def list_() -> None:
    """List the styles that a name leads to."""
    from rich.table import Table

    from remixkit import style as styles

    rows = Table("style", "title", "what it is")
    found = styles.available()
    for info in found:
        rows.add_row(console.cell(info.name), console.cell(info.title), console.cell(info.problem or info.description))
    console.print_table(rows)
    for info in found:
        if info.problem:
            console.warn(info.problem)


@app.command()
def show(name: NameArgument) -> None:
    """Show a style's form, players and master, with what it extends merged in."""
    from rich.table import Table

    from remixkit import style as styles
    from remixkit.style import role_kinds
    from remixkit.theory import instruments

    found = styles.load(name)
    form, harmony, groove = found.form, found.harmony, found.groove
    head = Table.grid(padding=(0, 2))
    low, high = form.tempo_range_bpm
    for label, value in (
        ("style", f"{found.title}: {found.description}" if found.description else found.title),
        ("tempo", f"{low:g}-{high:g} BPM, changed by {form.tempo_change_max:.0%} at most"),
        ("form", f"intro {form.intro_bars} bars, outro {form.outro_bars} bars"),
        ("harmony", f"{harmony.colour}, reharmonised {harmony.reharmonise:.0%}"),
        ("groove", f"swing {groove.swing:g}, humanised {groove.humanise_ms:g} ms"),
        ("master", f"{found.master.target_lufs:g} LUFS, {found.master.ceiling_db:g} dBTP" + _fx(found.master.fx)),
        ("keeps", ", ".join("all tracks" if kept == "*" else str(kept) for kept in found.keep)),
    ):
        if value and (label in _ALWAYS or not found.is_passthrough):
            head.add_row(console.cell(label, style="dim"), console.cell(value))
    rows = Table("role", "kind", "instrument", "patterns", "effects", title="Players", title_justify="left")
    for role, spec in found.roles.items():
        drums = role_kinds.traits(spec).plays_drums
        named = dict.fromkeys(
            p for given in spec.patterns.values() for p in ([given] if isinstance(given, str) else given)
        )
        rows.add_row(
            console.cell(role),
            console.cell(spec.kind),
            "drums" if drums else f"{instruments.instrument(spec.program).name} ({spec.program})",
            console.cell(", ".join(named)),
            console.cell(", ".join(fx.name for fx in spec.fx)),
        )
    console.print_table(head, *([] if found.is_passthrough else [rows]))


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="NAME|FILE.toml...", show_default=False)],
) -> None:
    """Check styles thoroughly: keys, roles, patterns, effects and what they are told, instruments.

    A SoundFont that a role names and this machine lacks is no fault: it is said. So is what to change in a file of an
    older schema.
    """
    from remixkit import style as styles

    problems = []
    for name in files:
        try:
            checked = styles.check(name)
        except StyleError as problem:
            problems.append(str(problem))
        else:
            console.result(f"{name}: good")
            for change in styles.outdated(name):
                console.warn(f"{name}: {change}")
            for warning in _lacking(checked):
                console.warn(f"{name}: {warning}")
    if problems:
        more = len(problems) - console.MOST_LINES + 1
        shown = problems if more <= 1 else [*problems[: console.MOST_LINES - 1], f"and {more} more"]
        console.error("\n".join(shown))
        raise typer.Exit(2)


def _lacking(style: Style) -> tuple[str, ...]:
    """What is to be said of the SoundFonts that roles name."""
    named = [role.soundfont for role in style.roles.values() if role.soundfont]
    if not named:
        return ()
    from remixkit.render.soundfonts import assignment, lookup

    return assignment.assign_soundfonts(named, lookup.find())[1]


def _fx(effects: tuple[object, ...]) -> str:
    names = ", ".join(getattr(fx, "name", "") for fx in effects)
    return f"; {names}" if names else ""
