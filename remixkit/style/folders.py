"""Where style files lie: beside the caller, in the user's own folder, and in the package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from remixkit.files import expanded

CONFIG_VARIABLE = "REMIXKIT_CONFIG"


def data_dir() -> Path:
    """The folder of the shipped styles: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "styles"
    return inside if inside.is_dir() else package.parent / "styles"


def config_dir() -> Path:
    """The user's own folder: ``$REMIXKIT_CONFIG``, else what the platform uses for settings. It need not exist."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return expanded(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "remixkit"


def search_path() -> tuple[Path, ...]:
    """The folders a style's name is looked up in, first match first."""
    return (Path("styles"), config_dir() / "styles", data_dir())


def style_candidates(name: str) -> tuple[Path, ...]:
    """Every file that a style's name could mean, in the order of the search path; none twice."""
    found = [folder / f"{name}.toml" for folder in search_path()]
    return tuple({p.resolve(): p for p in reversed(found) if os.path.isfile(p)}.values())[::-1]


def style_files() -> tuple[Path, ...]:
    """Every style file that a name leads to, by name; a file that an earlier folder hides is left out."""
    by_name: dict[str, Path] = {}
    for folder in search_path():
        if folder.is_dir():
            for path in folder.glob("*.toml"):
                by_name.setdefault(path.stem, path)
    return tuple(by_name[name] for name in sorted(by_name))
