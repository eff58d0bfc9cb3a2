"""A style by name: found, read, merged, checked, frozen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from remixkit.errors import StyleError
from remixkit.files import expanded
from remixkit.style.checking import check_names, check_sound
from remixkit.style.folders import style_files
from remixkit.style.problems import dotted, explain
from remixkit.style.raw_tables import Resolved, find, resolve
from remixkit.style.schema import Style, strict_json


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """What a list of styles shows; `problem` says why a broken one cannot be used, `is_passthrough` that none play."""

    name: str
    title: str
    description: str
    path: Path
    problem: str = ""
    is_passthrough: bool = False


def load(name_or_path: str | Path) -> Style:
    """A style, with what it extends merged into it.

    Parameters
    ----------
    name_or_path : str or Path
        A file ending in .toml, or a name: looked up in ``./styles``, the user's folder, the shipped styles.

    Raises
    ------
    StyleError
        If it does not exist or does not fit: one line with file, key, reason and the nearest right word.
    """
    return _load(name_or_path)[0]


def check(path: str | Path) -> Style:
    """Like `load`, and looks deeper: effects' parameters against their functions, registers against instruments.

    Raises
    ------
    StyleError
        As `load`.
    """
    style, resolved = _load(path)
    check_sound(style, resolved)
    return style


def outdated(name_or_path: str | Path) -> tuple[str, ...]:
    """What to change in a style's own file, a line each, for it to be of the newest schema; empty if it is.

    Raises
    ------
    StyleError
        If it does not exist or is not TOML.
    """
    resolved = resolve(find(name_or_path))
    return tuple(f"{dotted(c.keys)}: {c.old} is now {c.new}" for c in resolved.outdated)


def files_of(name_or_path: str | Path) -> tuple[Path, ...]:
    """The files that a style is made of: its own, then what it extends.

    Raises
    ------
    StyleError
        If one does not exist or is not TOML.
    """
    return tuple(source.path for source in resolve(find(name_or_path)).sources)


def available() -> tuple[StyleInfo, ...]:
    """The styles that a name leads to, by name; last those that only hand the song on.

    A style without roles that keeps nothing is a base for others and is not listed.
    """
    infos: list[StyleInfo] = []
    for path in style_files():
        try:
            tables = resolve(path).tables
        except StyleError as problem:
            infos.append(StyleInfo(path.stem, path.stem, "", path, str(problem)))
            continue
        if tables.get("roles") or tables.get("keep"):
            title, description = (str(tables.get(k, "")) for k in ("title", "description"))
            is_passthrough = not tables.get("roles")
            infos.append(StyleInfo(path.stem, title or path.stem, description, path, is_passthrough=is_passthrough))
    return tuple(sorted(infos, key=lambda info: info.is_passthrough))


def _load(name_or_path: str | Path) -> tuple[Style, Resolved]:
    resolved = resolve(find(name_or_path))
    own = resolved.sources[0].path
    if "name" in resolved.tables:
        raise StyleError(
            "there is no such key",
            file=resolved.file_of(["name"]),
            place="name",
            remedy="a style's name is its file's; set title",
        )
    try:
        style = Style.model_validate_json(strict_json({**resolved.tables, "name": own.stem}), strict=True)
    except ValidationError as problem:
        raise explain(problem, Style, resolved) from None
    check_names(style, resolved)
    return _with_files(style, resolved), resolved


def _with_files(style: Style, resolved: Resolved) -> Style:
    """SoundFonts that are named by a path lie beside the file that names them, as what it extends does."""
    roles = dict(style.roles)
    for name, role in style.roles.items():
        beside = resolved.file_of(["roles", name, "soundfont"]).parent / expanded(role.soundfont)
        if len(Path(role.soundfont).parts) > 1 or os.path.isfile(beside):
            roles[name] = role.model_copy(update={"soundfont": str(beside.absolute())})
    return style.model_copy(update={"roles": roles})
