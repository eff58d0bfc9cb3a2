"""MIDI files, damaged and foreign ones too: bytes -> Song, Arrangement -> bytes."""

from __future__ import annotations

from remixkit.midi.messages import on_channel
from remixkit.midi.reader import from_bytes, read
from remixkit.midi.reading.drum_channels import is_reset
from remixkit.midi.reading.text_events import of_take
from remixkit.midi.spec import DRUM_CHANNEL
from remixkit.midi.writer import messages, to_bytes, write

__all__ = [
    "DRUM_CHANNEL",
    "from_bytes",
    "is_reset",
    "messages",
    "of_take",
    "on_channel",
    "read",
    "to_bytes",
    "write",
]
