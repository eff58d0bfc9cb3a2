"""Text bytes -> text. Standard MIDI Files name no encoding, and real ones hold four.

UTF-8 where the bytes are valid UTF-8; cp932 (Shift-JIS as Windows writes it) where they decode to runs of kana and
kanji; else Latin-1, in the form in which Windows writes it (cp1252). A karaoke file has a syllable an event, and a
syllable of two bytes could be anything, so all texts of a file are asked together whether the file is Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
_KANJI = "\u4e00-\u9fff\u3005\u3006"
_RUN = re.compile(f"[{_KANA}{_KANJI}]{{2,}}")
_ONE = re.compile(f"[{_KANA}{_KANJI}]")
_HALF_WIDTH_RUN = re.compile("[\uff66-\uff9f]{2,}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LANGUAGE_TAG = re.compile(rb"^\{@(LATIN|JP)\}")
_MOST_BYTES = 10_000


class Decoder:
    """Decodes the texts of one file.

    Parameters
    ----------
    texts : iterable of bytes
        All texts of the file, by which it is judged whether it is Japanese. Syllables of a lyric are given joined.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        self.is_japanese = any(_is_japanese(t[:_MOST_BYTES]) for t in texts)

    def __call__(self, data: bytes) -> str:
        """Decode one text; control characters but tabs and line ends are left out."""
        return _CONTROL.sub("", self._decoded(_LANGUAGE_TAG.sub(b"", data)))

    def _decoded(self, data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        try:
            return data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
        if _is_japanese(data) or (self.is_japanese and _may_be_japanese(data)):
            return data.decode("cp932")
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")


def _cp932(data: bytes) -> str | None:
    try:
        return data.decode("cp932")
    except UnicodeDecodeError:
        return None


def _is_japanese(data: bytes) -> bool:
    """Whether bytes are cp932 beyond doubt: a run of kana or kanji, not all of the rare kanji.

    The lead bytes 0xE0-0xFC of the rare kanji are accented letters in Latin-1 ("elephant" in French would be two
    kanji); those of kana and common kanji, 0x81-0x9F, are no letters there.
    """
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = _cp932(data)
    else:
        return False
    if text is None:
        return False
    return any(min(c.encode("cp932")[0] for c in run) < 0xA0 for run in _RUN.findall(text))


def _may_be_japanese(data: bytes) -> bool:
    """Whether bytes in a file known to be Japanese are: any kana or kanji, or a run of half-width katakana."""
    text = _cp932(data)
    return text is not None and bool(
        _ONE.search(text) or _HALF_WIDTH_RUN.search(text) or not re.search("[\uff61-\uff9f\ue000-\uf8ff]", text)
    )


def one_line(text: str) -> str:
    """Text with every run of white space as one space, and none around it."""
    return " ".join(text.split())


def stem(path: str) -> str:
    """A file's name without folder and ending, as text that can be written as UTF-8."""
    return Path(path).stem.encode("utf-8", "replace").decode("utf-8")
