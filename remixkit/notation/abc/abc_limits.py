"""Bounds on a tune, checked before the work that they bound; they stand well above what music needs.

The largest book at hand, O'Neill's *Music of Ireland*, has two thousand tunes; the longest of them is a thousand notes.
"""

from __future__ import annotations

MAX_TUNE_CHARS = 1_000_000
"""Of one tune in a book."""

MAX_ITEMS = 100_000
"""Notes, rests and signs of a tune as it is written, all voices together; half a minute of reading at most."""

MAX_PLAYED_NOTES = 200_000
"""As it is played, repeats and all voices together."""

MAX_VOICES = 64

MAX_FIELD_CHARS = 2_000
"""Of a field that is no text; what stands behind is not read."""

MAX_DIGITS = 5
"""Of a number in a length, a meter, or a tempo."""

MAX_METER = 64
"""Beats in a bar, and the shortest note that counts them."""

MAX_PARTS = 2_000
"""In the order of parts, ``P:``."""

MAX_SECONDS = 2 * 3600.0
"""When the last note may end."""

MAX_BPM = 1_000.0
"""The fastest tempo that is believed, in quarter notes a minute."""

MAX_WARNINGS = 10

MAX_ECHO = 40
"""Characters of a file that a message repeats."""


def echo(text: str) -> str:
    """A text of the file for a message: quoted, on one line, cut to `MAX_ECHO` characters."""
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= MAX_ECHO else plain[: MAX_ECHO - 3] + "...")
