"""Systems -> pages: title, page numbers, lines of music spread so that pages are well filled. Typst sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from remixkit.export.fonts import MUSIC, TEXT, SystemFont, engraving_fonts
from remixkit.export.systems import System
from remixkit.search import cheapest_breaks

PAGE_MM = (210.0, 297.0)
MARGIN_MM = {"top": 13.0, "bottom": 17.0, "left": 10.0, "right": 13.0}
TITLE_MM = 25.0
_LEAST_GAP_MM, _MOST_GAP_MM = 5.0, 17.0
# What a page costs: no evenness of the others is worth one more.
_A_PAGE = 1000.0

_PREAMBLE = Template("""\
#let given = sys.inputs
#set document(title: given.title, author: given.composer, date: none)
#set text(font: ($families), size: 10pt, fallback: true)
#set par(spacing: 0pt, leading: 0.5em)
#set block(spacing: 0pt)
#set page(
  width: ${width}mm, height: ${height}mm,
  margin: (top: ${top}mm, bottom: ${bottom}mm, left: ${left}mm, right: ${right}mm),
  footer-descent: 35%,
  footer: context {
    set text(size: 9pt)
    set align(center)
    let page = counter(page).get().first()
    if page > 1 [#given.title – #page] else [#page]
  },
)
#block(height: ${heading}mm, width: 100%, {
  align(center, text(size: 20pt, weight: "bold", given.title))
  if given.subtitle != "" { v(2mm); align(center, text(size: 12pt, given.subtitle)) }
  place(bottom + left, dy: -3mm, text(size: 10pt, style: "italic", given.arranger))
  place(bottom + right, dy: -3mm, text(size: 10pt, given.composer))
})
""")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the music."""

    title: str
    subtitle: str = ""
    composer: str = ""
    arranger: str = ""


def paginated(heights_mm: Sequence[float], first_mm: float, others_mm: float) -> list[int]:
    """How many systems stand on each page: as few pages as it takes, filled alike, the last one not with a lone system.

    Parameters
    ----------
    heights_mm : sequence of float
        Of the systems, in order.
    first_mm, others_mm : float
        Room on the first page and on the others.
    """
    count = len(heights_mm)
    sums = [0.0, *accumulate(heights_mm)]

    def fill(start: int, end: int) -> float:
        needed = sums[end] - sums[start] + (end - start - 1) * _LEAST_GAP_MM
        return needed / (others_mm if start else first_mm)

    def cost(start: int, end: int) -> float:
        full = fill(start, end)
        if full > 1.0 and end - start > 1:
            return inf
        empty = 1.0 - min(1.0, full)
        lonely = 0.5 if end == count and start and end - start == 1 else 0.0
        return _A_PAGE + empty * empty * (0.25 if end == count else 1.0) + lonely

    starts = cheapest_breaks(count, cost)
    return [end - start for start, end in pairwise([*starts, count])]


def typeset(heading: Heading, systems: Sequence[System], extra: SystemFont | None = None) -> bytes:
    """The pages as a PDF, A4 upright; the same systems give the same bytes on any day.

    Parameters
    ----------
    heading : Heading
        Printed on the first page; the title also at the head of the others.
    systems : sequence of System
        Each as wide as the page without its margins.
    extra : SystemFont, optional
        For letters that the text font lacks.
    """
    import typst

    room = PAGE_MM[1] - MARGIN_MM["top"] - MARGIN_MM["bottom"]
    counts = paginated([s.height_mm for s in systems], room - TITLE_MM, room)
    families = [TEXT, MUSIC, *([extra.family] if extra else [])]
    with TemporaryDirectory(prefix="remixkit-") as folder:
        home = Path(folder)
        for k, font in enumerate(engraving_fonts()):
            (home / f"font{k}.otf").write_bytes(font)
        for k, system in enumerate(systems):
            (home / f"system{k}.svg").write_text(system.svg, encoding="utf-8")
        (home / "sheet.typ").write_text(_document(heading, systems, counts, families), encoding="utf-8")
        folders = [home, *([extra.path.parent] if extra else [])]
        made = typst.compile(
            str(home / "sheet.typ"),
            root=folder,
            font_paths=[str(f) for f in folders],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=0,
            sys_inputs={
                "title": heading.title,
                "subtitle": heading.subtitle,
                "composer": heading.composer,
                "arranger": heading.arranger,
            },
        )
    return made


def _document(heading: Heading, systems: Sequence[System], counts: Sequence[int], families: Sequence[str]) -> str:
    lines = [_preamble(families)]
    at = 0
    for page, count in enumerate(counts):
        if page:
            lines.append("#pagebreak()")
        room = PAGE_MM[1] - MARGIN_MM["top"] - MARGIN_MM["bottom"] - (0 if page else TITLE_MM)
        gap = _gap(room, [s.height_mm for s in systems[at : at + count]])
        for k in range(at, at + count):
            if k > at:
                lines.append(f"#v({gap:.3f}mm)")
            lines.append(f'#image("system{k}.svg", width: 100%)')
        at += count
    return "\n".join(lines) + "\n"


def _gap(room_mm: float, heights_mm: Sequence[float]) -> float:
    """Millimetres between the systems of a page: they reach its foot, unless they would then stand far apart."""
    free = room_mm - sum(heights_mm) - 0.5
    return max(0.0, min(_MOST_GAP_MM, free / max(1, len(heights_mm) - 1)))


def _preamble(families: Sequence[str]) -> str:
    return _PREAMBLE.substitute(
        families=", ".join(f'"{f}"' for f in families),
        width=PAGE_MM[0],
        height=PAGE_MM[1],
        heading=TITLE_MM,
        **MARGIN_MM,
    )
