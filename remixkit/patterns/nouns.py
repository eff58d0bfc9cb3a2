"""What a pattern is once it is read: events on degrees, or hits of drum voices, and what it is in other meters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

DEFAULT_VELOCITY = 80

Meter = Literal["3/4", "6/8"]
METERS: tuple[Meter, ...] = ("3/4", "6/8")
METER_BEATS = 3.0
"""Quarter notes in a bar of either of `METERS`."""

DEGREES: tuple[str, ...] = (
    *("all", "top", "low", "mid", "root", "bass", "a"),
    *("1", "2", "3", "4", "5", "6", "7", "8", "9", "T", "11", "12", "13", "15"),
)

STEP_VELOCITIES: Mapping[str, int] = MappingProxyType(
    {"X": 110, "x": 84, "o": 34} | {str(n): 14 * n for n in range(1, 10)}
)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A stroke of a pitched pattern.

    Parameters
    ----------
    start_beats : float
        Quarter notes from the pattern's beginning, from 0.
    degrees : tuple of str
        What sounds, from `DEGREES`: ``all``, ``top``, ``low`` and ``mid`` of the current voicing; ``root``; ``bass``
        (the slash bass, else the root); a degree of the chord (8 the octave, T the tenth, 12 the fifth above the
        octave); ``a``, a note that leads to the next chord's bass.
    length_beats : float
        Quarter notes.
    velocity : int
        1-127.
    """

    start_beats: float
    degrees: tuple[str, ...]
    length_beats: float
    velocity: int = DEFAULT_VELOCITY


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A stroke of a drum pattern: `voice` is a key of `DRUM_VOICES`, beats count from 0."""

    voice: str
    start_beats: float
    velocity: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: its length in quarter notes, what happens in it, and how often it is drawn among several.

    `meter` is the meter it is written for, None for bars of four; `in_meters` has what it is in other meters. One that
    is nothing in bars of four has neither events nor hits.
    """

    name: str
    beats: float
    events: tuple[Event, ...] = ()
    hits: tuple[Hit, ...] = ()
    weight: float = 1.0
    meter: Meter | None = None
    in_meters: Mapping[Meter, Pattern] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to play in bars of four."""
        return not (self.events or self.hits)
