"""Text bytes -> text. Standard MIDI Files name no encoding, and real ones hold a dozen.

UTF-8 where bytes are valid UTF-8; cp932 (Shift-JIS as Windows writes it) where they decode to runs of kana and kanji;
Latin-1, in the form in which Windows writes it (cp1252), where they are single letters and signs among others; for the
rest chardet guesses. A karaoke file has a syllable an event, and a syllable of two bytes could be anything, so all
texts of a file are asked together.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable
from pathlib import Path

from remixkit.errors import SongError

_CANDIDATES = ("utf-8", "cp932", "euc-jp", "cp949", "gb18030", "big5", "big5-hkscs", "windows-1251", "windows-1252")
_SUPERSETS = {"shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
_LATIN = "cp1252"
_SPOKEN_OF = {
    "cp932": "Japanese, Shift-JIS",
    "euc_jp": "Japanese, EUC-JP",
    "cp949": "Korean, CP949",
    "gb18030": "Chinese, GBK",
    "big5": "Chinese, Big5",
    "big5hkscs": "Chinese, Big5",
    "cp1251": "Cyrillic, CP1251",
    "cp1252": "Western, Latin-1",
}
_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc"
_KANJI = "\u4e00-\u9fff\u3005\u3006"
_RUN = re.compile(f"[{_KANA}{_KANJI}]{{2,}}")
_ONE = re.compile(f"[{_KANA}{_KANJI}]")
_HALF_WIDTH_RUN = re.compile("[\uff66-\uff9f]{2,}")
_NO_WORDS = re.compile("[\x80-\x9f\ue000-\uf8ff\ufffd]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LANGUAGE_TAG = re.compile(rb"^\{@(LATIN|JP)\}")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LETTER_IN_WORD = re.compile(rb"[A-Za-z]{2}[\xc0-\xff]\b|[A-Za-z][\xc0-\xff][A-Za-z]")
_LATIN_SIGNS = frozenset("©®™°´·ªº«»¿¡–—‘’“”…€§£")
_MOST_BYTES = 10_000


class Decoder:
    """Decodes the texts of one file.

    Parameters
    ----------
    texts : iterable of bytes
        All texts of the file, by which its encoding is judged. Syllables of a lyric are given joined.
    encoding : str, optional
        What the texts are in, if somebody knows; nothing is judged then.

    Attributes
    ----------
    encoding : str
        What texts that are not UTF-8 are read as; one of Python's codecs.
    is_guess : bool
        Whether they might be in another.
    """

    def __init__(self, texts: Iterable[bytes], encoding: str | None = None) -> None:
        self._given = encoding
        self.encoding, self.is_guess = (encoding, False) if encoding else _judged(texts)

    def __call__(self, data: bytes) -> str:
        """Decode one text; control characters but tabs and line ends are left out."""
        return _CONTROL.sub("", self._decoded(_LANGUAGE_TAG.sub(b"", data)))

    @property
    def warning(self) -> str | None:
        """What is to be said of a guess."""
        if not self.is_guess:
            return None
        spoken = _SPOKEN_OF.get(self.encoding, self.encoding)
        return f"Its texts name no encoding; they are read as {spoken}, which is a guess: --encoding names another."

    def _decoded(self, data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        if self._given:
            return data.decode(self._given, "replace").removeprefix("\ufeff")
        if (text := _strictly(data, "utf-8")) is not None:
            return text.removeprefix("\ufeff")
        if self.encoding != "cp932" or _may_be_japanese(data):
            text = _strictly(data, self.encoding)
        if text is None:
            text = _strictly(data, _LATIN)
        return data.decode("latin-1") if text is None else text


def codec(name: str) -> str:
    """The codec that reads texts in an encoding that a user names: "Shift-JIS" gives "cp932".

    Raises
    ------
    SongError
        If there is no such encoding.
    """
    try:
        found = codecs.lookup(name.strip())
        b"a".decode(found.name)
    except (LookupError, ValueError) as problem:
        remedy = "say utf-8, shift-jis, euc-jp, cp949, gbk, big5, cp1251 or latin-1"
        raise SongError(f"no encoding is called {name[:40]!r}", remedy=remedy) from problem
    return _SUPERSETS.get(found.name, found.name)


def _judged(texts: Iterable[bytes]) -> tuple[str, bool]:
    """What texts are in that are not UTF-8, and whether that is a guess."""
    foreign = [t[:_MOST_BYTES] for t in texts if not t.isascii() and _strictly(t, "utf-8") is None]
    if any(map(_is_japanese, foreign)):
        return "cp932", False
    whole = b"\n".join(foreign)
    if _is_plainly_latin(whole):
        return _LATIN, False
    if not whole or _LETTER_IN_WORD.search(whole):
        return _LATIN, bool(whole)
    found = _detected(whole)
    text = _strictly(whole, found)
    return (_LATIN if text is None or _NO_WORDS.search(text) else found), True


def _detected(data: bytes) -> str:
    import chardet

    found = chardet.detect(data, include_encodings=_CANDIDATES, compat_names=False, no_match_encoding=_LATIN)
    return codecs.lookup(found["encoding"] or _LATIN).name


def _is_plainly_latin(data: bytes) -> bool:
    """Whether bytes beyond ASCII are single letters and signs, as in Western languages: no other encoding has these."""
    runs = _HIGH_RUN.findall(data)
    letters = [_strictly(run, _LATIN) for run in runs if len(run) == 1]
    return len(letters) == len(runs) and all(s and (s >= "À" or s in _LATIN_SIGNS) for s in letters)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_japanese(data: bytes) -> bool:
    """Whether bytes are cp932 beyond doubt: a run of kana or kanji, not all of the rare kanji.

    The lead bytes 0xE0-0xFC of the rare kanji are accented letters in Latin-1 ("elephant" in French would be two
    kanji) and syllables in the encodings of Korea and China; those of kana and common kanji, 0x81-0x9F, are neither.
    """
    text = _strictly(data, "cp932")
    return text is not None and any(min(c.encode("cp932")[0] for c in run) < 0xA0 for run in _RUN.findall(text))


def _may_be_japanese(data: bytes) -> bool:
    """Whether bytes in a file known to be Japanese are: any kana or kanji, or a run of half-width katakana."""
    text = _strictly(data, "cp932")
    return text is not None and bool(
        _ONE.search(text) or _HALF_WIDTH_RUN.search(text) or not re.search("[\uff61-\uff9f\ue000-\uf8ff]", text)
    )


def one_line(text: str) -> str:
    """Text with every run of white space as one space, and none around it."""
    return " ".join(text.split())


def stem(path: str) -> str:
    """A file's name without folder and ending, as text; one that is not UTF-8, as old zips have them, is decoded."""
    data = os.fsencode(Path(path).stem)
    return Decoder([data])(data)
