"""The fonts of a printed page: verovio's music and text fonts, and one of this computer for all other letters.

Verovio brings Leipzig (music) and Liberation Serif (text, of Times' widths, with which it spaces lyrics and chord
symbols); both lie in its package as WOFF2 inside style sheets. What they lack, Japanese above all, is looked for among
the fonts of the system, as typst finds them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

MUSIC = "Leipzig"
TEXT = "Liberation Serif"

# Families with Japanese letters, the best looking beside Times first: Noto, Source Han and IPA on Linux, Hiragino on
# macOS, Yu and MS on Windows.
_JAPANESE = (
    "noto serif cjk jp",
    "noto serif jp",
    "source han serif",
    "hiragino mincho",
    "yu mincho",
    "yumincho",
    "ipaexmincho",
    "ipamincho",
    "ms mincho",
    "takao",
    "noto sans cjk jp",
    "noto sans jp",
    "source han sans",
    "hiragino",
    "yu gothic",
    "ipa",
    "ms gothic",
    "meiryo",
    "vl gothic",
    "droid sans fallback",
)
_FACE = re.compile(r"base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class SystemFont:
    """A font of this computer; `index` is its place in a collection."""

    family: str
    path: Path
    index: int


@cache
def engraving_fonts() -> tuple[bytes, ...]:
    """Verovio's music font and the four styles of its text font, as OpenType files."""
    import verovio
    from fontTools.ttLib import TTFont

    data = Path(verovio.__file__).parent / "data"
    made = []
    for sheet in ("Leipzig.css", "Liberation.css"):
        for face in _FACE.finditer((data / sheet).read_text(encoding="utf-8")):
            font = TTFont(BytesIO(base64.b64decode(face[1])), recalcTimestamp=False)
            font.flavor = None
            unpacked = BytesIO()
            font.save(unpacked, reorderTables=False)
            made.append(unpacked.getvalue())
    return tuple(made)


@cache
def _drawn() -> frozenset[int]:
    """The letters of the text font."""
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(BytesIO(engraving_fonts()[1])).getBestCmap())


def foreign(texts: Iterable[str]) -> frozenset[str]:
    """The letters that the text font lacks."""
    return frozenset(c for text in texts for c in text if ord(c) not in _drawn() and not c.isspace())


def font_for(letters: frozenset[str]) -> SystemFont | None:
    """A font of this computer that has all of some letters; of several the one that looks best, None if there is none.

    Families known to be Japanese are looked at first: a Chinese font draws many characters otherwise.
    """
    import typst

    def rank(font: typst.FontInfo) -> tuple[int, bool, bool, str]:
        family = font.family.casefold()
        place = next((k for k, name in enumerate(_JAPANESE) if name in family), len(_JAPANESE))
        return place, font.weight != 400, font.style != "normal", font.path or ""

    for font in sorted((f for f in typst.Fonts(include_embedded_fonts=False).fonts() if f.path), key=rank):
        if _has(Path(font.path or ""), font.index, letters):
            return SystemFont(font.family, Path(font.path or ""), font.index)
    return None


def _has(path: Path, index: int, letters: frozenset[str]) -> bool:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, fontNumber=index, lazy=True) as font:
            return letters <= {chr(c) for c in font.getBestCmap() or {}}
    except (TTLibError, OSError):
        return False
