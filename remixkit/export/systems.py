"""MusicXML -> engraved systems: which bars share a line, and each line as a drawing. Verovio engraves.

Lines are broken over the whole piece at once (D. Knuth, M. Plass, "Breaking paragraphs into lines", 1981), by the
bars' natural widths: about four a line, sections where a line begins, no line much looser or tighter than the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Any
from xml.etree import ElementTree

from remixkit.export import musicxml_tree
from remixkit.export.fonts import MUSIC, TEXT
from remixkit.search import cheapest_breaks

# Verovio's drawing units: ten a MEI unit's hundredth; a staff space is 180 of them.
_UNITS = 10
_SPACE = 180
# A line's clef and margin, and each sharp or flat of its signature, in staff spaces.
_CLEF_SPACES, _ACCIDENTAL_SPACES = 4.0, 1.0
# Left of the staff stand the brace, and what reaches over it.
_MARGIN_MM = 5.0
# Between syllables, in half staff spaces.
_WORD_SPACE, _WIDE_WORD_SPACE = 1.2, 3.6
_LOOSEST, _TIGHTEST = 0.4, 1.08

_SVG = re.compile(r"<svg[^>]*\bviewBox=\"0 0 (\d+) (\d+)\"")
_MEASURE = re.compile(r'class="measure".*?<path d="M(\d+) \d+ L(\d+) \d+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a score stands on its page.

    Parameters
    ----------
    width_mm : float
        Of a line.
    staff_mm : float
        Height of a staff.
    bars_a_line : int
        What a reader expects.
    spacing : float
        Between notes, verovio's `spacingLinear` (0-1).
    is_solo : bool
        Whether nobody needs to be told who plays.
    has_wide_words : bool
        Whether words have letters that verovio has no widths for: Japanese ones are wider than it thinks.
    """

    width_mm: float = 184.0
    staff_mm: float = 6.6
    bars_a_line: int = 4
    spacing: float = 0.2
    is_solo: bool = False
    has_wide_words: bool = False

    @property
    def mm_a_unit(self) -> float:
        """Millimetres of one of verovio's drawing units: four staff spaces of 180 are a staff."""
        return self.staff_mm / (4 * _SPACE)


@dataclass(frozen=True, slots=True)
class System:
    """A line of music as SVG, with its height."""

    svg: str
    height_mm: float


def engrave(musicxml: bytes, layout: Layout) -> tuple[System, ...]:
    """Draw a score line by line.

    Parameters
    ----------
    musicxml : bytes
        As `theory.notation.musicxml` gives it.
    layout : Layout
        Size and width.

    Returns
    -------
    tuple of System
        In order; text is set in Liberation Serif, signs within text in Leipzig.

    Raises
    ------
    ValueError
        If verovio cannot read it.
    """
    root = ElementTree.fromstring(musicxml)
    musicxml_tree.prepare(root, is_solo=layout.is_solo)
    measures = root.findall("part")[0].findall("measure")
    fifths = [int(f.text or 0) for f in root.iter("fifths")]
    room = (layout.width_mm - _MARGIN_MM) / layout.mm_a_unit
    head = _SPACE * (_CLEF_SPACES + _ACCIDENTAL_SPACES * max(map(abs, fifths), default=0))
    starts = line_starts(_widths(root, layout), room - head, [_begins_section(m) for m in measures], layout.bars_a_line)
    musicxml_tree.break_lines(root, starts)
    drawn = _toolkit(root, layout, breaks="encoded")
    if not layout.is_solo:
        _hide_resting(drawn)
    return tuple(_system(drawn.renderToSVG(k + 1), layout) for k in range(drawn.getPageCount()))


def line_starts(widths: Sequence[float], room: float, sections: Sequence[bool], wanted: int) -> list[int]:
    """The bars that begin a line.

    Parameters
    ----------
    widths : sequence of float
        Natural width of each bar.
    room : float
        Width of a line, in the same unit.
    sections : sequence of bool
        Whether a section begins with that bar.
    wanted : int
        Bars a line.
    """
    sums = [0.0, *accumulate(widths)]
    count = len(widths)

    def cost(start: int, end: int) -> float:
        share = (sums[end] - sums[start]) / room
        if share > _TIGHTEST and end - start > 1:
            return inf
        return _line_cost(share, end - start, wanted, is_last=end == count) + 2.0 * sum(sections[start + 1 : end])

    return cheapest_breaks(count, cost, 3 * wanted)


def _line_cost(share: float, bars: int, wanted: int, *, is_last: bool) -> float:
    """How badly a line reads: stretched or squeezed notes, more or fewer bars than expected, an odd number of them."""
    loose = max(0.0, 0.85 - share)
    cost = 6.0 * loose * loose + (4.0 if share < _LOOSEST else 0.0) + 12.0 * max(0.0, share - 0.98)
    cost += 0.15 * (bars - wanted) ** 2 + (0.15 if bars % 2 else 0.0)
    return 0.5 * cost + (1.0 if bars == 1 else 0.0) if is_last else cost


def _hide_resting(toolkit: Any) -> None:
    """Leave out of each line the staves that rest all through it: MEI's `optimize`, which MusicXML cannot say."""
    mei = toolkit.getMEI().replace("<scoreDef ", '<scoreDef optimize="true" ', 1)
    toolkit.setOptions(
        {"inputFrom": "mei", "condense": "encoded", "condenseFirstPage": True, "condenseTempoPages": True}
    )
    toolkit.loadData(mei)


def _begins_section(measure: ElementTree.Element) -> bool:
    return measure.find("direction/direction-type/rehearsal") is not None


def _widths(root: ElementTree.Element, layout: Layout) -> list[float]:
    """Each bar's width where nothing stretches it."""
    drawn = _toolkit(root, layout, breaks="none", noJustification=True)
    return [float(right) - float(left) for left, right in _MEASURE.findall(drawn.renderToSVG(1))]


def _toolkit(root: ElementTree.Element, layout: Layout, **options: Any) -> Any:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(
        {
            "inputFrom": "xml",
            "pageWidth": round(layout.width_mm / layout.mm_a_unit / _UNITS),
            "pageHeight": 60000,
            "adjustPageHeight": True,
            "pageMarginTop": 0,
            "pageMarginBottom": 0,
            "pageMarginLeft": round(_MARGIN_MM / layout.mm_a_unit / _UNITS),
            "pageMarginRight": 0,
            "header": "none",
            "footer": "none",
            "scale": 100,
            "svgViewBox": True,
            "xmlIdSeed": 1,
            "smuflTextFont": "none",
            "fontTextLiberation": True,
            "spacingLinear": layout.spacing,
            "minLastJustification": 0.6,
            "lyricTopMinMargin": 3.0,
            "lyricWordSpace": _WIDE_WORD_SPACE if layout.has_wide_words else _WORD_SPACE,
            "pedalStyle": "line",
            **options,
        }
    )
    if not toolkit.loadData(ElementTree.tostring(root, encoding="unicode")):
        raise ValueError("verovio cannot read this score")
    return toolkit


def _system(svg: str, layout: Layout) -> System:
    """A drawing with its fonts named as they are installed; dynamics upright, for their glyphs are slanted already."""
    _, (width, height) = _SVG.findall(svg)[:2]
    upright = re.sub(r"#\w+ g\.dynam, ", "", svg)
    named = upright.replace('font-family="Liberation, serif"', f'font-family="{TEXT}, {MUSIC}"')
    return System(named, float(height) / float(width) * layout.width_mm)
