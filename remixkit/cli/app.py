"""The commands, put together; and what happens to their errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from remixkit.cli import (
    analyze,
    batch,
    console,
    cover,
    doctor,
    mixtape,
    render,
    roll,
    soundfonts,
    styles,
    surroundings,
    watch,
)
from remixkit.cli.options.groups import spread_options
from remixkit.errors import UserError, echoed

UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # typer gives it no name of its own

app = typer.Typer(
    name="remixkit",
    help="Turn a MIDI transcription into a finished cover.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)
app.command("cover")(spread_options(cover.run))
app.command("analyze")(analyze.run)
app.command("batch")(batch.run)
app.command("mixtape")(mixtape.run)
app.command("render")(spread_options(render.run))
app.command("roll")(roll.run)
app.add_typer(styles.app, name="styles")
app.add_typer(soundfonts.app, name="soundfonts")
app.command("watch")(watch.run)
app.command("doctor")(doctor.run)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        console.result(f"remixkit {version('remixkit')}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of ``sys.argv[1:]``.

    Returns
    -------
    int
        0 done; 2 the user's to mend, said in one line on stderr; 130 interrupted, by Ctrl-C or SIGTERM. A bug is not
        caught.
    """
    # The matrices here are small: numpy's threads for them would do nothing but wait, and wait by spinning.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = sys.argv[1:] if arguments is None else list(arguments)
    surroundings.make_streams_safe()
    try:
        if any("\0" in word for word in words):
            raise UserError("an argument has a null character in it", remedy="leave it out")
        with surroundings.ended_by_signal():
            status = app(words, prog_name="remixkit", standalone_mode=False)
    except UserError as problem:
        console.error(str(problem))
        return 2
    except UsageError as problem:
        context = getattr(problem, "ctx", None)
        command = context.command_path if context else "remixkit"
        console.error(f"{echoed(problem.format_message().rstrip('.'))}; see `{command} --help`")  # type: ignore[attr-defined]
        return 2
    except (KeyboardInterrupt, typer.Abort):
        status = 130
    except (BrokenPipeError, SystemExit) as problem:
        if isinstance(problem, SystemExit) and not isinstance(problem.__context__, BrokenPipeError):
            raise
        status = 0
    except OSError as problem:
        if problem.errno not in surroundings.SYSTEMS_FAULT:
            raise
        surroundings.silence_all()
        console.error(": ".join(str(s) for s in (problem.filename or "output", problem.strerror) if s))
        status = 2
    finally:
        surroundings.silence_all()
    if status == 130:
        console.error("interrupted")
    return status if isinstance(status, int) else 0
