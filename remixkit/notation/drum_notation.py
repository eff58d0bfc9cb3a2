"""Where drums stand on a staff, and which music21 instrument plays each General MIDI percussion key.

Staff positions follow N. Weinberg, "Guide to Standardized Drumset Notation" (Percussive Arts Society, 1998).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from remixkit.midi.spec import CABASA, DRUM_VOICES

_KEYS = {**DRUM_VOICES, "cabasa": CABASA}
_PLACES = {
    "kick2": ("E4", "normal"),
    "kick": ("F4", "normal"),
    "rim": ("C5", "x"),
    "snare": ("C5", "normal"),
    "clap": ("C5", "triangle"),
    "snare2": ("C5", "normal"),
    "tom_floor_low": ("G4", "normal"),
    "hat": ("G5", "x"),
    "tom_floor": ("A4", "normal"),
    "hat_pedal": ("D4", "x"),
    "tom_low": ("B4", "normal"),
    "hat_open": ("G5", "circle-x"),
    "tom_mid": ("D5", "normal"),
    "tom_mid_high": ("E5", "normal"),
    "crash": ("A5", "x"),
    "tom_high": ("E5", "normal"),
    "ride": ("F5", "x"),
    "china": ("C6", "x"),
    "ride_bell": ("F5", "diamond"),
    "tambourine": ("B4", "triangle"),
    "splash": ("B5", "x"),
    "cowbell": ("E5", "triangle"),
    "crash2": ("B5", "x"),
    "ride2": ("D5", "x"),
    "cabasa": ("A5", "diamond"),
    "maracas": ("A5", "circle-x"),
    "shaker": ("A5", "triangle"),
}
DRUM_STAFF: Mapping[int, tuple[str, str]] = MappingProxyType({_KEYS[voice]: at for voice, at in _PLACES.items()})
"""GM key: (place on a treble staff, notehead)."""


@cache
def key_at_staff(display: str, notehead: str) -> int:
    """The GM key for a place on the staff; the snare's where none stands there."""
    for key, (place, head) in DRUM_STAFF.items():
        if place == display and head == notehead:
            return key
    return next((key for key, (place, _) in DRUM_STAFF.items() if place == display), _KEYS["snare"])


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
