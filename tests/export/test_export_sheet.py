"""Printed pages: PDF that holds what was arranged, lines and pages well filled, letters that can be read."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

import remixkit
from remixkit import targets
from remixkit.export import fonts, letters, musicxml_tree, sheet
from remixkit.export.page_layout import paginated
from remixkit.export.systems import Layout, engrave, line_starts
from remixkit.model.song import Lyric
from remixkit.notation import scores
from remixkit.notation.sheet_facts import in_systems, sheet_of
from remixkit.notation.staves import pedal_of, written
from remixkit.remix import Cover

EXAMPLES = Path(__file__).parents[2] / "examples"
BAR = 3840


@cache
def cover(style: str = "piano-ballad") -> Cover:
    return remixkit.cover(EXAMPLES / "last-train.mid", style)


@cache
def score() -> bytes:
    return scores.musicxml(cover().to_music21())


def printed(path: Path) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(path)
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_a_cover_is_printed_with_its_text_and_embedded_fonts(tmp_path: Path) -> None:
    made = replace(cover(), arrangement=replace(cover().arrangement, composer="Nobody Inparticular"))
    made.write(tmp_path / "a.pdf", tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes(), "the same on any day"
    reader, text = printed(tmp_path / "a.pdf")
    assert 1 <= len(reader.pages) <= 3
    assert [float(x) for x in reader.pages[0].mediabox[2:]] == pytest.approx([595.3, 841.9], abs=0.1)
    for word in ("Last Train", "Nobody Inparticular", "arranged by RemixKit", "Intro", "Chorus", "Outro", "= 76", "Bm"):
        assert word in text, word
    assert "Right Hand" not in text, "a pianist knows"
    found: set[str] = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
            (inner,) = font.get_object()["/DescendantFonts"]
            described = inner.get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in described or "/FontFile3" in described, "embedded"
            found.add(str(described["/FontName"]).partition("+")[2])
    assert any("Liberation" in name for name in found)
    assert any("Leipzig" in name for name in found), "the tempo's note"


def test_a_lead_sheet_is_printed_and_written(tmp_path: Path) -> None:
    made = cover()
    right = made.arrangement.parts[0]
    first = next(n.start_tick for n in right.notes if n.origin.function == "melody")
    sung = replace(right, lyrics=(Lyric(first, "Leav"), Lyric(first + 1000, "ing"), Lyric(first + 2000, " town")))
    made = replace(made, arrangement=replace(made.arrangement, parts=(sung, *made.arrangement.parts[1:])))
    made.write(tmp_path / "x.lead.pdf", tmp_path / "x.LEAD.musicxml")
    _, text = printed(tmp_path / "x.lead.pdf")
    for word in ("Last Train", "Lead sheet", "Leav", "town", "Bm"):
        assert word in text, word
    song = remixkit.load(tmp_path / "x.LEAD.musicxml")
    assert len(song.tracks) == 1
    assert {t.text for t in song.chord_symbols} >= {"F#:min", "D:maj", "B:min"}


def test_what_was_written_reads_back_as_the_same_notes(tmp_path: Path) -> None:
    (tmp_path / "x.musicxml").write_bytes(score())
    song = remixkit.load(tmp_path / "x.musicxml")
    made = in_systems(sheet_of(cover().arrangement))
    (player,) = made.players
    staves = written(player.hands, made.grid, made.end_tick, pedal_of(player.controls, made.end_tick))
    (piano,) = song.tracks
    assert len(staves) == 2
    expected = sorted((s.end_tick, p, s.start_tick) for t in staves for v in t.voices for s in v for p in s.pitches)
    read = sorted((n.end_tick, n.pitch, n.start_tick) for n in piano.notes)
    assert [n[:2] for n in read] == [n[:2] for n in expected]
    assert all(0 <= n[2] - e[2] < 320 for n, e in zip(read, expected, strict=True)), "chords are rolled, no more"
    assert [m.text for m in song.markers] == [m.text for m in made.marks]


def test_verovio_reads_every_bar_and_note_without_complaint(capfd: pytest.CaptureFixture[str]) -> None:
    import verovio

    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    assert toolkit.loadData(score().decode())
    assert toolkit.getLog() == ""
    assert capfd.readouterr().err == ""
    read = ElementTree.fromstring(toolkit.getMEI())
    notes = [e for e in read.iter() if e.tag.endswith("}note")]
    assert len(notes) == score().count(b"<pitch>")


def test_musicxml_is_valid() -> None:
    """REMIXKIT_MUSICXML_XSD names musicxml.xsd of MusicXML 4.0, its imports beside it."""
    etree: Any = pytest.importorskip("lxml.etree")
    schema = os.environ.get("REMIXKIT_MUSICXML_XSD")
    if not schema:
        pytest.skip("REMIXKIT_MUSICXML_XSD is not set")
    etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(score()))


def test_other_styles_print_a_score_of_their_players(tmp_path: Path) -> None:
    made = cover("lofi")
    made.write(tmp_path / "x.pdf")
    reader, text = printed(tmp_path / "x.pdf")
    assert len(reader.pages) >= 2
    for part in made.arrangement.parts:
        assert part.name.split()[0] in text


@given(
    st.lists(st.floats(5, 60), min_size=1, max_size=40),
    st.lists(st.booleans(), min_size=40, max_size=40),
    st.integers(2, 8),
)
def test_lines_hold_all_bars_and_are_not_too_full(widths: list[float], sections: list[bool], wanted: int) -> None:
    starts = line_starts(widths, 100.0, sections, wanted)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    for a, b in zip(starts, [*starts[1:], len(widths)], strict=True):
        assert b - a == 1 or sum(widths[a:b]) <= 108.1


def test_lines_are_four_bars_and_begin_with_sections() -> None:
    sections = [k in (0, 2, 10, 18) for k in range(22)]
    assert line_starts([22.0] * 22, 100.0, sections, 4) == [0, 2, 6, 10, 14, 18]


@given(st.lists(st.floats(20, 120), min_size=1, max_size=30))
def test_pages_hold_all_systems(heights: list[float]) -> None:
    counts = paginated(heights, 240.0, 265.0)
    assert sum(counts) == len(heights)
    at = 0
    for page, count in enumerate(counts):
        inside = heights[at : at + count]
        assert count == 1 or sum(inside) + 5.0 * (count - 1) <= (265.0 if page else 240.0)
        at += count


def test_the_last_page_has_more_than_one_system() -> None:
    assert paginated([45.0] * 6, 240.0, 265.0) == [4, 2]


def test_letters_that_no_font_has_are_spelled_out() -> None:
    text = "ラララ きょうのラッパ 歌 ＡＢ"
    strange = frozenset(c for c in text if not c.isascii())
    assert letters.readable(text, strange) == "rarara kyounorappa U+6B4C  AB"
    assert letters.romanised("シャッチョ") == "shatcho"
    assert letters.readable("naïve", frozenset()) == "naïve"


def test_foreign_letters_are_those_that_verovios_text_font_lacks() -> None:
    assert fonts.foreign(["Ça naïve – Ω", "春の歌"]) == frozenset("春の歌")


def test_a_japanese_title_is_printed_or_spelled_out_with_a_warning(tmp_path: Path) -> None:
    made = replace(cover(), arrangement=replace(cover().arrangement, title="ひかり"))
    said: list[str] = []
    made.write(tmp_path / "x.pdf", warn=said.append)
    _, text = printed(tmp_path / "x.pdf")
    if fonts.font_for(frozenset("ひかり")):
        assert (said, "ひかり" in text) == ([], True)
    else:
        assert "hikari" in text
        assert len(said) == 1
        assert "fonts-noto-cjk" in said[0]


def test_without_any_font_words_are_spelled_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_for", lambda letters: None)
    right = cover().arrangement.parts[0]
    first = next(n.start_tick for n in right.notes if n.origin.function == "melody")
    parts = (replace(right, lyrics=(Lyric(first, "そら"),)), *cover().arrangement.parts[1:])
    made = replace(cover(), arrangement=replace(cover().arrangement, parts=parts))
    (warning,) = sheet.write_lead_pdf(made, tmp_path / "x.pdf")
    assert "そ" in warning
    assert "sora" in printed(tmp_path / "x.pdf")[1]


def test_chord_symbols_move_to_the_staff_that_plays() -> None:
    def part(name: str, *bars: str) -> str:
        inner = "".join(f"<measure number='{k}'>{bar}</measure>" for k, bar in enumerate(bars, 1))
        return f"<part id='{name}'>{inner}</part>"

    rest = "<note><rest/><duration>8</duration></note>"
    note = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>8</duration></note>"
    chord = "<harmony><root><root-step>G</root-step></root><kind>major</kind><offset>-4</offset></harmony>"
    root = ElementTree.fromstring(
        f"<score-partwise>{part('P1', note + chord, rest + chord)}{part('P2', rest, note)}</score-partwise>"
    )
    musicxml_tree.prepare(root, is_solo=False)
    musicxml_tree.break_lines(root, [0, 1])
    (a, b), (c, d) = (p.findall("measure") for p in root.findall("part"))
    assert [len(m.findall("harmony")) for m in (a, b, c, d)] == [1, 0, 0, 1]
    assert [m.findtext("harmony/offset") for m in (a, d)] == ["4", "4"]
    assert [m.find("print") is not None for m in (a, b, c, d)] == [False, True, False, True]


def test_a_line_is_as_wide_as_asked() -> None:
    systems = engrave(score(), Layout(150.0, staff_mm=6.0, is_solo=True))
    assert all(15.0 < s.height_mm < 90.0 for s in systems)
    assert all("Liberation Serif" in s.svg for s in systems)
    bars = sum(s.svg.count('class="measure"') for s in systems)
    assert bars == len(ElementTree.fromstring(score()).findall("part")[0])


def test_endings_of_exports_are_known() -> None:
    kinds = {e: targets.kind_of(Path(f"x{e}")) for e in (".pdf", ".lead.pdf", ".lead.musicxml", ".musicxml")}
    assert kinds == {".pdf": "export", ".lead.pdf": "export", ".lead.musicxml": "export", ".musicxml": "score"}
