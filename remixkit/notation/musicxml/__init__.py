"""MusicXML, compressed or not, read as it is heard."""

from __future__ import annotations

from remixkit.notation.musicxml.song import from_bytes as from_bytes
