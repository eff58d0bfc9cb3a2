"""`remixkit doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from remixkit.cli import console
from remixkit.errors import SoundFontError, SynthError

BETTER_SOUND = {
    "Debian, Ubuntu": "sudo apt install fluid-soundfont-gm",
    "Fedora": "sudo dnf install fluid-soundfont-gm",
    "Arch": "sudo pacman -S soundfont-fluid",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `is_needed` says whether covers with sound need it."""

    what: str
    is_there: bool
    detail: str
    is_needed: bool = True


def run() -> None:
    """Look at what covers need: Python packages, FluidSynth's library, SoundFonts, styles."""
    from rich.table import Column, Table

    from remixkit.render.synth import synthesis

    findings = list(_findings())
    rows = Table("", "what", Column("found", overflow="fold"))
    for f in findings:
        mark = (
            console.cell("ok", style="green")
            if f.is_there
            else console.cell("missing" if f.is_needed else "-", style="red")
        )
        rows.add_row(mark, f.what, console.cell(f.detail))
    console.print_table(rows)
    missing = [f.what for f in findings if f.is_needed and not f.is_there]
    if "libfluidsynth" in missing:
        _show("To get libfluidsynth", synthesis.INSTALL)
    if any(f.what == "better SoundFont" and not f.is_there for f in findings):
        _show("A larger SoundFont sounds better; it is used with --soundfont", BETTER_SOUND)
    if missing:
        console.error(f"missing: {', '.join(missing)}; the list above says how to get it")
        raise typer.Exit(2)


def _findings() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, requires, version

    yield Finding("Python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield Finding("remixkit", True, f"{version('remixkit')} in {Path(__file__).parent.parent}")
    for requirement in requires("remixkit") or []:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[\[<>=!~;, ]", requirement, maxsplit=1)[0]
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, f"pip install '{requirement}'")

    from remixkit import style as styles
    from remixkit.render.soundfonts import lookup
    from remixkit.render.synth import synthesis

    try:
        library = synthesis.synth_library()
        yield Finding("libfluidsynth", True, f"{library.version}: {library.path}")
    except SynthError as problem:
        yield Finding("libfluidsynth", False, problem.reason)
    try:
        default = lookup.find()
        yield Finding("SoundFont", True, f"{default.name}: {default.path}")
        others = [font.name for font in lookup.available_soundfonts()[0] if font.path != default.path]
        yield Finding("better SoundFont", bool(others), ", ".join(others) or "none installed", is_needed=False)
    except SoundFontError as problem:
        yield Finding("SoundFont", False, str(problem))
    names = [info.name for info in styles.available() if not info.problem]
    yield Finding("styles", bool(names), ", ".join(names) or f"none in {styles.data_dir()}")


def _show(title: str, commands: Mapping[str, str]) -> None:
    console.result(f"\n{title}:")
    for system, command in commands.items():
        console.result(f"  {system:16}{command}")
