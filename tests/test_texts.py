"""Text on its way out: what each kind of reader is spared."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from remixkit import texts

ANY_TEXT = st.text(st.characters(), max_size=60)


@given(ANY_TEXT)
@example("a\x00b\x1b\ufffe\uffff\ud800")
def test_plain_text_goes_into_xml_and_utf_8(text: str) -> None:
    root = ElementTree.Element("title")
    root.text = texts.plain(text)
    read = ElementTree.fromstring(ElementTree.tostring(root, encoding="utf-8")).text or ""
    assert read == root.text.replace("\r\n", "\n").replace("\r", "\n")


@given(ANY_TEXT)
@example("a\r\n../../b\u2028c\x85d\x0be")
def test_a_plain_line_is_one_line(text: str) -> None:
    line = texts.plain_line(text)
    assert len(line.splitlines()) <= 1
    assert line == texts.plain_line(line)


@given(ANY_TEXT)
@example("&#0;&#xFFFF;&#55296;&#99999999999; &amp;#0;")
def test_an_xml_document_becomes_valid(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("&amp;#", "&#")
    document = texts.xml(f"<a>{escaped}</a>")
    if "&#" not in text:
        ElementTree.fromstring(document)
    for number in ("&#0;", "&#xFFFF;", "&#55296;", "&#99999999999;"):
        assert f" {number}" not in texts.xml(f"<a> {number}</a>")


def test_references_to_letters_stay() -> None:
    assert texts.xml("<a>&#9;&#x1F3B9;&#233;&amp;#0;</a>") == "<a>&#9;&#x1F3B9;&#233;&amp;#0;</a>"


@given(ANY_TEXT)
def test_a_terminal_obeys_nothing(text: str) -> None:
    shown = texts.shown(text)
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cs")} - {"\n", "\t"}
    assert not set(shown) & set("\u202e\u2066")


def test_what_would_be_obeyed_is_shown() -> None:
    assert texts.shown("a\x1b[31mb\x9bc\u202ed\ud83d") == r"a\x1b[31mb\x9bc\u202ed\ud83d"
    assert texts.shown("[/x] 夜に駆ける") == "[/x] 夜に駆ける"
