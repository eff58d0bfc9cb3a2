"""MusicXML, compressed or not, read as it is heard."""

from __future__ import annotations

from remixkit.notation.musicxml.song import read_musicxml as read_musicxml
