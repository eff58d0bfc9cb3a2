"""Bounds on what is read, so that a hostile or ruined score ends in a message and not in a full memory.

They stand well above what music needs: the largest scores that were tried, whole symphonies, have 30,000 notes.
"""

from __future__ import annotations

MAX_BYTES = 16_000_000
"""Of a score, unpacked. Notation programs write some 400 bytes a note."""

MAX_ELEMENTS = 500_000
"""XML elements."""

MAX_DEPTH = 40
"""Of elements inside one another; MusicXML goes 12 deep."""

MAX_PARTS = 256
"""Parts in a score."""

MAX_MEASURES = 200_000
"""Measures of all parts together, as written."""

MAX_NOTES = 100_000
"""Notes of all parts together, as played."""

MAX_BAR_QUARTERS = 256.0
"""In one measure; a cadenza that is written as one has 100."""
