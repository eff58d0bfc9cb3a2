"""Text on its way out, one function a kind of output: what would break a format, or be obeyed by what reads it, goes.

Titles, names and words come from strangers' files and may hold any letter there is.
"""

from __future__ import annotations

import re

_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_SURROGATES = "\ud800-\udfff"
_LINE_ENDS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_UNPRINTED = re.compile(f"[{_CONTROLS}\ufffe\uffff]")
_SURROGATE = re.compile(f"[{_SURROGATES}]")
_OBEYED = re.compile(f"[{_CONTROLS}\r{_BIDI}{_SURROGATES}\u2028\u2029]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")


def plain(text: str) -> str:
    """Text that UTF-8 and XML 1.0 can carry, lines as they are (w3.org/TR/xml, 2.2)."""
    return _UNPRINTED.sub("", _SURROGATE.sub("\ufffd", text))


def plain_line(text: str) -> str:
    """`plain` on one line: for a name, and formats in which a line is an entry (cue sheets, playlists)."""
    return plain(_LINE_ENDS.sub(" ", text)).strip()


def xml(document: str) -> str:
    """An XML document without the letters that XML 1.0 has not, written out or by their number."""
    return _REFERENCE.sub(lambda m: plain(_letter(m[1], m[2])) and m[0], plain(document))


def shown(text: str) -> str:
    r"""Text for a terminal: what it would obey is written as ``\x1b``; lines and tabs stay.

    Without this a title could move the cursor, change colours, or turn the direction of writing.
    """
    return _OBEYED.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def _letter(hexadecimal: str | None, decimal: str | None) -> str:
    number = int(hexadecimal, 16) if hexadecimal else int(decimal or 0)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\0"
