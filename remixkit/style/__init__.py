"""Styles: TOML files that say how a cover sounds."""

from __future__ import annotations

from remixkit.style.asking import Form, asked
from remixkit.style.difficulty import Level
from remixkit.style.folders import config_dir, data_dir, search_path
from remixkit.style.loading import StyleInfo, available, check, files_of, load
from remixkit.style.pattern_library import library
from remixkit.style.schema import Style

__all__ = [
    "Form",
    "Level",
    "Style",
    "StyleInfo",
    "asked",
    "available",
    "check",
    "config_dir",
    "data_dir",
    "files_of",
    "library",
    "load",
    "search_path",
]
