"""A cover on paper: the score as PDF, and the lead sheet (tune, chord symbols, words) as PDF or MusicXML.

`theory.notation` decides what is written, verovio engraves it, typst makes pages of it. Registered under the entry
points `remixkit.exports`, by ending.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from remixkit.export import fonts, letters
from remixkit.export.page_layout import MARGIN_MM, PAGE_MM, Heading, typeset
from remixkit.export.systems import Layout, engrave
from remixkit.files import replacing
from remixkit.model.arrangement import Arrangement
from remixkit.notation import scores
from remixkit.remix import Cover
from remixkit.texts import plain_line

_WIDTH_MM = PAGE_MM[0] - MARGIN_MM["left"] - MARGIN_MM["right"]
# Height of a staff: a piano's as printed music has it, a lead sheet's a little larger, a full score's as it fits.
_PIANO = Layout(_WIDTH_MM, staff_mm=6.6, is_solo=True)
_LEAD = Layout(_WIDTH_MM, staff_mm=7.0, is_solo=True)
_SCORE_MM = ((4, 5.8), (8, 4.8), (14, 3.9), (99, 3.2))


def write_pdf(cover: Cover, path: Path) -> tuple[str, ...]:
    """Print the whole cover: a piano's two staves, or a score of all players.

    Returns
    -------
    tuple of str
        What could not be printed as it is, in one sentence each.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    made = scores.to_music21(cover.arrangement)
    staves = len(made.parts)
    layout = _PIANO if scores.is_solo(made) else Layout(_WIDTH_MM, next(mm for most, mm in _SCORE_MM if staves <= most))
    return _print(scores.musicxml(made), cover.arrangement, "", layout, path)


def write_lead_pdf(cover: Cover, path: Path) -> tuple[str, ...]:
    """Print the tune on one staff, with chord symbols and words; as `write_pdf`."""
    made = scores.musicxml(scores.lead_music21(cover.arrangement))
    return _print(made, cover.arrangement, "Lead sheet", _LEAD, path)


def write_lead_musicxml(cover: Cover, path: Path) -> tuple[str, ...]:
    """Write the lead sheet for a notation program; as `write_pdf`."""
    scores.write_musicxml(scores.lead_music21(cover.arrangement), path)
    return ()


def _print(musicxml: bytes, arrangement: Arrangement, subtitle: str, layout: Layout, path: Path) -> tuple[str, ...]:
    text = musicxml.decode("utf-8")
    title, composer = plain_line(arrangement.title) or "Untitled", plain_line(arrangement.composer)
    strange = fonts.foreign([title, composer, *letters.lyrics_of(text)])
    font = fonts.font_for(strange) if strange else None
    warnings: tuple[str, ...] = ()
    if strange and font is None:
        title, composer = letters.readable(title, strange), letters.readable(composer, strange)
        musicxml = letters.with_readable_lyrics(text, strange).encode("utf-8")
        warnings = (letters.complaint(strange),)
    heading = Heading(title, subtitle, composer, "arranged by RemixKit" if arrangement.style else "")
    pages = typeset(heading, engrave(musicxml, replace(layout, has_wide_words=font is not None)), font)
    with replacing(path) as beside:
        beside.write_bytes(pages)
    return warnings
