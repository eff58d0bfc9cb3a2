"""Names that files may have on every system, made of what songs, players and styles are called."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MOST_BYTES = 160
"""Of a name in UTF-8. File systems take 255; a style's name, a take's number and an ending follow."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"\A(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\s*(\.|$))", re.IGNORECASE)
_MARK_LETTERS = 8


def safe_name(text: str, *, default: str) -> str:
    """What a file may be called that is to be called so, without its ending.

    Signs that a system forbids become "-", letters without a shape go, blanks and dots at the ends too; a word that
    Windows keeps for a device (CON, NUL) gets "_". A name of more than `MOST_BYTES` is cut, and a mark of the whole
    tells it from others that begin alike. (learn.microsoft.com, "Naming Files, Paths, and Namespaces")

    Parameters
    ----------
    text : str
        Any; lone surrogates of a name that is not UTF-8 too.
    default : str
        The name where nothing of the text is left.

    >>> safe_name("AC/DC: TNT?", default="song")
    'AC-DC- TNT-'
    >>> safe_name("nul.b", default="song")
    'nul_.b'
    """
    spaced = " ".join(_FORBIDDEN.sub("-", text).split())
    plain = "".join(map(_shown, unicodedata.normalize("NFC", spaced)))
    name = _RESERVED.sub(r"\1_", _trimmed(plain)) or default
    if len(name.encode()) <= MOST_BYTES:
        return name
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LETTERS]
    short = name.encode()[: MOST_BYTES - _MARK_LETTERS - 1].decode("utf-8", "ignore")
    return f"{_trimmed(short)}~{mark}"


def _shown(letter: str) -> str:
    if letter.isprintable():
        return letter
    return "_" if unicodedata.category(letter) in ("Cs", "Co", "Cn") else ""


def _trimmed(name: str) -> str:
    return name.lstrip(". ").rstrip(". ")
