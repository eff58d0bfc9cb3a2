"""Styles: TOML files that say how a cover sounds."""

from __future__ import annotations

from remixkit.style.difficulty import Level
from remixkit.style.folders import config_dir, data_dir, search_path
from remixkit.style.loading import StyleInfo, available, check, files_of, load, outdated
from remixkit.style.overrides import Form, Overrides, overridden
from remixkit.style.pattern_library import library
from remixkit.style.schema import Style

__all__ = [
    "Form",
    "Level",
    "Overrides",
    "Style",
    "StyleInfo",
    "available",
    "check",
    "config_dir",
    "data_dir",
    "files_of",
    "library",
    "load",
    "outdated",
    "overridden",
    "search_path",
]
