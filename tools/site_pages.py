"""Pages of the site that are made from the code: every command with its options, as the command line says them."""

from __future__ import annotations

import html
import subprocess
import sys
from typing import Any

COMMANDS = "reference/commands.md"
REPOSITORY = ("../README.md", "../examples/", "../CONTRIBUTING.md", "../benchmarks/", "../remixkit/", "../soundfonts/")


def commands() -> str:
    """Every command's help as Markdown, by typer's own generator."""
    words = [sys.executable, "-m", "typer", "remixkit.cli.app", "utils", "docs", "--name", "remixkit"]
    made = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return "# Every command\n\n" + html.unescape(made).partition("\n")[2]


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that no file holds."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, COMMANDS, content=commands()))
    return files
