r"""Bytes and escapes: what stands in a file, as Unicode.

ABC 2.1, sections 8.1-8.2: text is UTF-8; a letter may also be written as a TeX-like mnemonic (``\'e``, ``\"u``,
``\ss``), as a named entity (``&eacute;``) or by its number (``\u00e9``).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from html.entities import html5

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", '"': "\u0308", "c": "\u0327",
    "v": "\u030c", "u": "\u0306", "H": "\u030b", ".": "\u0307", ";": "\u0328",
}  # fmt: skip
_LIGATURES = {
    "AA": "Å", "aa": "å", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "ss": "ß", "/O": "Ø", "/o": "ø", "DH": "Ð",
    "dh": "ð", "TH": "Þ", "th": "þ", "/L": "Ł", "/l": "ł",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\u(?P<short>[0-9A-Fa-f]{4})|\\U(?P<long>[0-9A-Fa-f]{8})|&#(?P<number>\d{1,7});|&(?P<entity>[A-Za-z]{2,8};)"
    r"|\\(?P<ligature>AA|aa|AE|ae|OE|oe|ss|/O|/o|/L|/l|DH|dh|TH|th)|\\(?P<accent>[`'^~=\"cvuH.;])(?P<letter>[A-Za-z])"
    r"|\\(?P<plain>[%&\\#])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def decoded_abc(data: bytes) -> str:
    """The text of a file, its lines ended by line feeds: UTF-8 or UTF-16 with a mark; what is neither is Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unescaped(text: str) -> str:
    """A title, a name or a syllable with its escapes read and control characters left out."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", _ESCAPE.sub(_letter, text))) if text else ""


def _letter(found: re.Match[str]) -> str:
    code = found["short"] or found["long"]
    if code or found["number"]:
        number = int(code, 16) if code else int(found["number"])
        return chr(number) if number <= sys.maxunicode else ""
    if found["entity"]:
        return html5.get(found["entity"], found[0])
    if found["ligature"]:
        return _LIGATURES[found["ligature"]]
    if found["plain"]:
        return found["plain"]
    return found["letter"] + _ACCENTS[found["accent"]]
