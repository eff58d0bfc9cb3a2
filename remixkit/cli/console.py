"""Where words go: results to stdout, everything else to stderr. What a terminal would obey is shown, not obeyed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from remixkit import texts
from remixkit.cli.surroundings import writing_to
from remixkit.errors import echoed

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MOST_LINES = 3
_MOST_LETTERS = 600


def result(text: str) -> None:
    """Print a line of what was asked for."""
    _write(sys.stdout, text)


def print_table(*things: RenderableType) -> None:
    """Print rich tables and the like to stdout."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    with console.capture() as printed:
        for thing in things:
            console.print(thing)
    with writing_to(sys.stdout):
        sys.stdout.write(printed.get())


def cell(text: str, style: str = "") -> Text:
    """What a table says, word for word: nothing in it is markup, nothing is obeyed."""
    from rich.text import Text

    return Text(texts.shown(text), style=style)


def warn(text: str) -> None:
    """Say what the user should know but need not mend."""
    _write(sys.stderr, f"warning: {echoed(' '.join(text.split()), _MOST_LETTERS)}")


def say(text: str) -> None:
    """Say what is going on."""
    _write(sys.stderr, text)


def error(text: str) -> None:
    """Say what is wrong, in three lines at most."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    _write(sys.stderr, "\n".join([f"error: {lines[0]}" if lines else "error", *lines[1:MOST_LINES]]))


def _write(stream: TextIO, text: str) -> None:
    """Print; what the terminal's encoding lacks is escaped, not an error."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    with writing_to(stream):
        print(texts.shown(text).encode(encoding, "backslashreplace").decode(encoding), file=stream)


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields what is to be told the stage and its share done."""
    if not sys.stderr.isatty():
        yield lambda stage, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        title = texts.shown(texts.plain_line(title))
        task = bar.add_task(title, total=1.0)
        yield lambda stage, share: bar.update(task, description=f"{title}: {stage}", completed=share)
