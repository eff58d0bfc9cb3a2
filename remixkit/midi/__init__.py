"""MIDI files, damaged and foreign ones too: bytes -> Song, Arrangement -> bytes."""

from __future__ import annotations

from remixkit.midi.reader import from_bytes, read
from remixkit.midi.writer import messages, to_bytes, untangled, write

__all__ = ["from_bytes", "messages", "read", "to_bytes", "untangled", "write"]
