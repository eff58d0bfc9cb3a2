"""TOML of people's files, read within bounds: of styles, patterns and plans."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from remixkit.errors import StyleError

MOST_BYTES = 1_000_000
"""What no style or plan is longer than; the longest that comes with RemixKit has twelve thousand."""
MOST_LEVELS = 32
"""How deep tables and lists may lie in each other."""
_MOST_NUMBER = 1 << 53

# Outside of text in quotes a key with dots is what is left between these.
_QUOTED = re.compile(r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'")
_DIVIDERS = re.compile(r"[=,\[\]{}]")


def parsed(data: bytes, file: Path | None = None) -> dict[str, Any]:
    """The tables of a file.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a mark.
    file : Path, optional
        For messages.

    Raises
    ------
    StyleError
        With line and column where it is not TOML; if it is too long, too deep, or has a number of no use.
    """
    if len(data) > MOST_BYTES:
        reason = f"{len(data) / 1e6:.1f} MB; a style or a plan has at most {MOST_BYTES / 1e6:.0f} MB"
        raise StyleError(reason, file=file, remedy="name a style's or a plan's file")
    try:
        text = data.decode("utf-8-sig")
        _check_dots(text)
        tables = tomllib.loads(text)
        _check_levels(tables)
    except UnicodeDecodeError as problem:
        raise StyleError(f"byte {problem.start} is not UTF-8", file=file, remedy="save the file as UTF-8") from problem
    except RecursionError as problem:
        raise StyleError("tables are nested too deep", file=file) from problem
    except ValueError as problem:  # tomllib's own, and that of a number of thousands of digits
        reason, place = _cut(str(problem))
        raise StyleError(
            reason, file=file, place=place, remedy="see docs/styles.md for what a style looks like"
        ) from problem
    return tables


def _check_dots(text: str) -> None:
    """Tomllib needs memory and time by the square of a key's dots."""
    for line in _QUOTED.sub("_", text).splitlines():
        if line.count(".") > MOST_LEVELS and any(
            part.count(".") > MOST_LEVELS for part in _DIVIDERS.split("".join(line.partition("#")[0].split()))
        ):
            raise RecursionError


def _check_levels(tables: dict[str, Any]) -> None:
    level: list[Any] = [tables]
    for _ in range(MOST_LEVELS):
        level = [v for t in level for v in (t.values() if isinstance(t, dict) else t)]
        if any(isinstance(v, int) and abs(v) > _MOST_NUMBER for v in level):
            raise ValueError("a whole number is far too great")
        level = [v for v in level if isinstance(v, dict | list)]
        if not level:
            return
    raise RecursionError


def _cut(message: str) -> tuple[str, str]:
    """Tomllib's message, cut into what is wrong and where."""
    match = re.fullmatch(r"(?s)(.*) \(at (.*)\)", message)
    reason, place = (match[1], match[2]) if match else (message, "")
    return "not TOML: " + " ".join(reason.split()), place
