"""Which files a `cover` command writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from remixkit.errors import OutputError

STYLE = "{style}"
# What is written where nothing is named.
DEFAULTS = (".mid", ".wav")
_PLAN = ".toml"


@dataclass(frozen=True, slots=True)
class Job:
    """A style as the user gave it, its name, the files to write, and those of them that are plans."""

    style: str
    name: str
    paths: tuple[Path, ...]
    plans: tuple[Path, ...] = ()


def plan(
    song: Path, styles: Sequence[str], outputs: Sequence[str], *, defaults: Sequence[str] = DEFAULTS
) -> tuple[Job, ...]:
    """Lay out the work.

    Without outputs each style gives ``SONG.STYLE.mid`` and ``.wav`` in the working folder. With several styles each
    output must say ``{style}``, which stands for the style's name.

    Raises
    ------
    OutputError
        If two covers would land in one file, a cover would replace the song, or a folder does not exist.
    """
    patterns = list(dict.fromkeys(outputs)) or [f"{song.stem}.{STYLE}{ending}" for ending in defaults]
    jobs = [Job(s, n, tuple(Path(p.replace(STYLE, n)) for p in patterns)) for s in styles for n in [style_name(s)]]
    seen: set[Path] = set()
    for job in jobs:
        for path in job.paths:
            place = path.resolve()
            if place in seen:
                several = len({j.name for j in jobs}) > 1
                remedy = (
                    f"put {STYLE} in the name, as in -o 'out.{STYLE}{path.suffix}'" if several else "name each once"
                )
                raise OutputError("two covers would land in this file", file=path, remedy=remedy)
            seen.add(place)
            if place == song.resolve():
                raise OutputError("the cover would replace the song", file=path, remedy="choose another name with -o")
            if path.is_dir():
                raise OutputError("is a folder", file=path, remedy="name a file in it")
            if not place.parent.is_dir():
                raise OutputError("its folder does not exist", file=path, remedy=f"create {path.parent} first")
    return tuple(
        Job(
            job.style,
            job.name,
            tuple(p for p in job.paths if p.suffix != _PLAN),
            tuple(p for p in job.paths if p.suffix == _PLAN),
        )
        for job in jobs
    )


def style_name(style: str) -> str:
    """``lofi`` and ``my/lofi.toml`` are both called lofi."""
    return Path(style).stem if style.endswith(".toml") else style
