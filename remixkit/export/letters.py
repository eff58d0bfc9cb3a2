"""Letters that no font here can draw, in letters that can: kana by Hepburn's romanisation, others by their number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape, unescape

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ",
}  # fmt: skip
_ODD = {
    "し": "shi", "じ": "ji", "ち": "chi", "ぢ": "ji", "つ": "tsu", "づ": "zu", "ふ": "fu", "や": "ya", "ゆ": "yu",
    "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ゔ": "vu", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o",
    "ー": "-", "・": " ", "、": ",", "。": ".", "「": '"', "」": '"', "～": "~", "〜": "~",
}  # fmt: skip
_KANA = {kana: c + vowel for c, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)} | _ODD
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_LYRIC = re.compile(r"(<lyric\b.*?<text\b[^>]*>)([^<]*)(</text>)", re.DOTALL)


def readable(text: str, strange: frozenset[str]) -> str:
    """A text without the strange letters: kana romanised, full-width letters narrow, others as ``U+6B4C``.

    >>> readable("ラララ 歌", frozenset("ラ歌"))
    'rarara U+6B4C'
    """
    out: list[str] = []
    kana = ""
    for letter in unicodedata.normalize("NFC", text) + "\0":
        if letter in strange and _is_kana(letter):
            kana += letter
            continue
        out.append(romanised(kana))
        kana = ""
        narrow = unicodedata.normalize("NFKC", letter)
        if letter not in strange:
            out.append(letter)
        elif narrow.isascii():
            out.append(narrow)
        else:
            out.append(f"U+{ord(letter):04X} ")
    return "".join(out).rstrip("\0").strip()


def romanised(kana: str) -> str:
    """Kana in Latin letters, syllable by syllable.

    >>> romanised("きょうのラッパ")
    'kyounorappa'
    """
    out = ""
    doubled = False
    for letter in kana.translate(_TO_HIRAGANA):
        if letter == "っ":
            doubled = True
        elif letter in _SMALL and out:
            glide = _SMALL[letter]
            out = out[:-1] + (glide[1:] if out.endswith(("shi", "chi", "ji")) else glide)
        else:
            syllable = _KANA.get(letter, "")
            out += ("t" if syllable.startswith("ch") else syllable[:1]) * doubled + syllable
            doubled = False
    return out


def lyrics_of(musicxml: str) -> list[str]:
    """The words of a score."""
    return [unescape(match[2]) for match in _LYRIC.finditer(musicxml)]


def with_readable_lyrics(musicxml: str, strange: frozenset[str]) -> str:
    """A score whose words are written with letters that can be drawn."""
    return _LYRIC.sub(lambda m: m[1] + escape(readable(unescape(m[2]), strange), quote=False) + m[3], musicxml)


def complaint(strange: Iterable[str]) -> str:
    """What the user is told."""
    some = " ".join(sorted(strange)[:8])
    return (
        f"no font here has all of the sheet's letters ({some} ...): kana are printed in Latin letters, others by their "
        "number; install a Japanese font (Debian, Ubuntu: apt install fonts-noto-cjk; macOS and Windows bring one)"
    )


def _is_kana(letter: str) -> bool:
    return letter.translate(_TO_HIRAGANA) in _KANA or letter.translate(_TO_HIRAGANA) in {*_SMALL, "っ"}
