"""Patterns: a bar or a few of what a player does, as a line of text that a style holds."""

from __future__ import annotations

from remixkit.patterns.notation import parse_pattern
from remixkit.patterns.nouns import DEGREES, METERS, Event, Hit, Meter, Pattern

__all__ = ["DEGREES", "METERS", "Event", "Hit", "Meter", "Pattern", "parse_pattern"]
