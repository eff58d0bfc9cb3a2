"""Bounds on what is read, so that a hostile or ruined file ends in a message and not in a full memory.

They stand well above what music needs. Of three hundred published files on which they were tried the largest have 25
thousand notes, 59 tracks and half a megabyte, and the longest, a test of all sounds of a synthesiser, takes an hour;
the densest piano arrangements known have 136 thousand notes.
"""

from __future__ import annotations

MAX_FILE_BYTES = 16_000_000
"""Size of a file. A song of five thousand notes takes about fifty thousand bytes."""

MAX_TRACKS = 1_024
"""Track chunks in a file."""

MAX_EVENTS = 1_200_000
"""Events of all kinds, all tracks together."""

MAX_NOTES = 400_000
"""Notes, all tracks together."""

MAX_SECONDS = 2 * 3600.0
"""When the last note may end, on the file's own clock."""

MAX_SILENCE_S = 600.0
"""For how long nothing may sound before a note; a single damaged delta time can make hours of it."""

MAX_BPM = 60_000.0
"""The fastest tempo that is believed, in quarter notes a minute; some files hurry past a set-up bar at thousands."""
