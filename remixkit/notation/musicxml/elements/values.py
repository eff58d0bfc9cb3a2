"""Numbers and texts of an element. What a score says wrongly is None, never an exception."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_SPACES = re.compile(r"\s+")
_LONGEST = 200


def decimal(text: str | None) -> float | None:
    """A decimal number of at most 12 digits."""
    found = _NUMBER.fullmatch(text.strip()) if text else None
    return float(found[0]) if found else None


def integer(text: str | None, low: int, high: int) -> int | None:
    """A whole number in a range."""
    value = decimal(text)
    return int(value) if value is not None and value == int(value) and low <= value <= high else None


def line(text: str | None) -> str:
    """A text on one line, without blanks around it, of 200 letters at most."""
    return _SPACES.sub(" ", text or "").strip()[:_LONGEST]


def text_at(element: Element, path: str) -> str:
    """The text of the first element at a path, on one line; empty if there is none."""
    return line(element.findtext(path))
