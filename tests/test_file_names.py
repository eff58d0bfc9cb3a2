"""Names that every system takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remixkit.file_names import MOST_BYTES, safe_name

ANY_TEXT = st.text(st.characters(), max_size=300)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Song", "Song"),
        ("残酷な天使のテーゼ", "残酷な天使のテーゼ"),
        ("Song. . .", "Song"),
        ("..", "song"),
        (".hidden", "hidden"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("CON", "CON_"),
        ("nul.b", "nul_.b"),
        ("Console", "Console"),
        ("bacon", "bacon"),
        ("LPT1 ", "LPT1_"),
        ("a\nb\tc", "a b c"),
        ("a\x1b[31m\x9bb", "a[31mb"),
        ("a\u3000b", "a b"),
        ("🎹 song", "🎹 song"),
        ("\udc83\udc81", "__"),
        ("", "song"),
    ],
)
def test_a_name(text: str, name: str) -> None:
    assert safe_name(text, default="song") == name


@given(ANY_TEXT)
@example("CON." + "x" * 300)
@example("x" * (MOST_BYTES - 9) + "  .  " + "y" * 50)
@example("夜" * 82)
def test_any_text_gives_a_plain_name(text: str) -> None:
    name = safe_name(text, default="song")
    assert 0 < len(name.encode()) <= MOST_BYTES + 1
    assert name.isprintable()
    assert not set(name) & set('<>:"/\\|?*')
    assert name == name.strip(". ")
    assert Path(name).name == name
    assert name.partition(".")[0].rstrip().casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


def test_long_names_that_begin_alike_stay_apart() -> None:
    one, other = (safe_name("x" * 240 + end, default="song") for end in "ab")
    assert one != other
    assert one == safe_name("x" * 240 + "a", default="song")
