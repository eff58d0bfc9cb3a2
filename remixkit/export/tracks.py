"""What every project file says of a part: its colour, how far up its fader stands, where it is panned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from remixkit.model.arrangement import Arrangement, Part
from remixkit.theory.instruments import instrument

DRUM_COLOUR, OTHER_COLOUR = "#8c8c8c", "#9a86c9"
# One hue a family, as orchestral templates have them: strings warm, winds green, brass gold, keys blue.
COLOURS = {
    "keys": "#4f86c6",
    "organ": "#3f6fa8",
    "mallets": "#5bb5c9",
    "plucked": "#5bb5a0",
    "guitar": "#c96f4a",
    "bass": "#7a5c3e",
    "strings": "#b5544d",
    "voice": "#c77fae",
    "brass": "#d0a23c",
    "reed": "#6aa84f",
    "pipe": "#8cc06a",
    "percussion": DRUM_COLOUR,
}


@dataclass(frozen=True, slots=True)
class Stem:
    """A part's sound: the file, how long it lasts, its rate and channels; sample 0 is tick 0."""

    path: Path
    length_s: float
    rate_hz: int
    channels: int = 2


def colour(part: Part) -> str:
    """``"#rrggbb"``, by the part's family."""
    return DRUM_COLOUR if part.is_drum else COLOURS.get(instrument(part.program).family, OTHER_COLOUR)


def gain(part: Part) -> float:
    """What CC 7 does to the level, as General MIDI recommends: the square of its share, 0-1."""
    return (part.volume / 127) ** 2


def pan(part: Part) -> float:
    """From -1, left, to 1, right."""
    return max(-1.0, (part.pan - 64) / 63)


def section_name(arrangement: Arrangement, index: int) -> str:
    """A section's name as a marker shows it: ``"A 2"`` where there are several."""
    label = arrangement.sections[index].label
    same = [i for i, s in enumerate(arrangement.sections) if s.label == label]
    name = label if len(label) == 1 else label.capitalize()
    return f"{name} {same.index(index) + 1}" if len(same) > 1 else name
