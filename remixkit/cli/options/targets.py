"""Which files a `cover` command writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from remixkit import plugins
from remixkit.errors import OutputError
from remixkit.file_names import safe_name

STYLE, TAKE = "{style}", "{take}"
# What is written where nothing is named.
DEFAULTS = (".mid", ".wav")
_PLAN = ".toml"


@dataclass(frozen=True, slots=True)
class Job:
    """A style as the user gave it, its name, the files to write, those of them that are plans, and which take it is.

    Takes are counted from 1. `stems` is the folder that stems go to, if they are wished for.
    """

    style: str
    name: str
    paths: tuple[Path, ...]
    plans: tuple[Path, ...] = ()
    take: int = 1
    stems: Path | None = None


def plan(
    song: Path,
    styles: Sequence[str],
    outputs: Sequence[str],
    *,
    defaults: Sequence[str] = DEFAULTS,
    takes: int = 1,
    earlier: Path | None = None,
    stems: str | None = None,
) -> tuple[Job, ...]:
    """Lay out the work.

    Without outputs each style gives ``SONG.STYLE.mid`` and ``.wav`` in the working folder. With several styles each
    output must say ``{style}``, which stands for the style's name. ``{take}`` stands for a take's number; of several
    takes an output without it gets ``.take1`` before its ending. So it is with `stems`, a folder. `earlier` is a take
    that is read, never written over.

    Raises
    ------
    OutputError
        If two covers would land in one file, a cover would replace what it is made of, or a folder does not exist.
    """
    name, patterns = "", list(dict.fromkeys(outputs))
    if not patterns:
        name, patterns = own_name(song), [f".{STYLE}{ending}" for ending in defaults]
    if takes > 1:
        patterns = [p if TAKE in p else _with_take(p) for p in patterns]
        stems = stems if stems is None or TAKE in stems else f"{stems}.take{TAKE}"
    jobs = [
        Job(
            s,
            n,
            tuple(Path(name + _filled(p, n, k)) for p in patterns),
            take=k,
            stems=Path(_filled(stems, n, k)) if stems else None,
        )
        for s in styles
        for n in [style_name(s)]
        for k in range(1, takes + 1)
    ]
    seen: set[Path] = set()
    for job in jobs:
        if job.stems is not None:
            if job.stems.resolve() in seen:
                remedy = f"put {STYLE} in its name, as in --stems '{stems}.{STYLE}'"
                raise OutputError("two covers' stems would land in this folder", file=job.stems, remedy=remedy)
            seen.add(job.stems.resolve())
        for path in job.paths:
            place = path.resolve()
            if place in seen:
                several = len({j.name for j in jobs}) > 1
                remedy = (
                    f"put {STYLE} in the name, as in -o 'out.{STYLE}{path.suffix}'" if several else "name each once"
                )
                raise OutputError("two covers would land in this file", file=path, remedy=remedy)
            seen.add(place)
            for source, what in ((song, "song"), (earlier, "earlier take")):
                if source is not None and place == source.resolve():
                    raise OutputError(
                        f"the cover would replace the {what}", file=path, remedy="choose another name with -o"
                    )
            if path.is_dir():
                raise OutputError("is a folder", file=path, remedy="name a file in it")
            if not place.parent.is_dir():
                raise OutputError("its folder does not exist", file=path, remedy=f"create {path.parent} first")
    return tuple(
        replace(
            job,
            paths=tuple(p for p in job.paths if p.suffix != _PLAN),
            plans=tuple(p for p in job.paths if p.suffix == _PLAN),
        )
        for job in jobs
    )


def _filled(pattern: str, style: str, take: int) -> str:
    return pattern.replace(STYLE, style).replace(TAKE, str(take))


def _with_take(pattern: str) -> str:
    """``"a.lead.pdf"`` gives ``"a.take{take}.lead.pdf"``."""
    known = [f".{name}" for name in plugins.names(plugins.EXPORTS) if pattern.lower().endswith(f".{name}")]
    at = len(pattern) - max(len(ending) for ending in [Path(pattern).suffix, *known])
    return f"{pattern[:at]}.take{TAKE}{pattern[at:]}"


def own_name(song: Path) -> str:
    """What a song's own files begin with, where nothing else is said."""
    from remixkit.midi.reading.text import stem

    return safe_name(stem(song.name), default="song")


def style_name(style: str) -> str:
    """``lofi`` and ``my/lofi.toml`` are both called lofi."""
    return Path(style).stem if style.endswith(".toml") else style
