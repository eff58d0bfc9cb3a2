"""Where drums stand on a staff, and which music21 instrument plays each General MIDI percussion key.

Staff positions follow N. Weinberg, "Guide to Standardized Drumset Notation" (Percussive Arts Society, 1998).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

_SNARE = 38

# GM key: (place on a treble staff, notehead).
DRUM_STAFF: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        35: ("E4", "normal"),
        36: ("F4", "normal"),
        37: ("C5", "x"),
        38: ("C5", "normal"),
        39: ("C5", "triangle"),
        40: ("C5", "normal"),
        41: ("G4", "normal"),
        42: ("G5", "x"),
        43: ("A4", "normal"),
        44: ("D4", "x"),
        45: ("B4", "normal"),
        46: ("G5", "circle-x"),
        47: ("D5", "normal"),
        48: ("E5", "normal"),
        49: ("A5", "x"),
        50: ("E5", "normal"),
        51: ("F5", "x"),
        52: ("C6", "x"),
        53: ("F5", "diamond"),
        54: ("B4", "triangle"),
        55: ("B5", "x"),
        56: ("E5", "triangle"),
        57: ("B5", "x"),
        59: ("D5", "x"),
        69: ("A5", "diamond"),
        70: ("A5", "circle-x"),
        82: ("A5", "triangle"),
    }
)


@cache
def key_at_staff(display: str, notehead: str) -> int:
    """The GM key for a place on the staff; the snare's where none stands there."""
    for key, (place, head) in DRUM_STAFF.items():
        if place == display and head == notehead:
            return key
    return next((key for key, (place, _) in DRUM_STAFF.items() if place == display), _SNARE)


def drum_player(key: int) -> Any:
    """music21's instrument for a GM percussion key; a plain one where it has none."""
    from music21.instrument import UnpitchedPercussion
    from music21.midi.percussion import MIDIPercussionException, PercussionMapper

    try:
        made = PercussionMapper().midiPitchToInstrument(key)
    except MIDIPercussionException:
        made = UnpitchedPercussion()
        made.instrumentName = f"Percussion {key}"
    made.percMapPitch = key
    return made
