"""Piano rolls as pictures: the tune in colour, everyone else in grey, bars as lines, sections and chords above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixkit.files import replacing
from remixkit.model.analysis import Analysis, ChordSpan, Key, MelodyNote, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Note
from remixkit.model.timing import TICKS_PER_QUARTER, MeterMap
from remixkit.notation.sheet_facts import RIGHT_HAND, is_tune
from remixkit.texts import plain_line
from remixkit.theory import chords as chord_names
from remixkit.theory import keys as key_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TUNE = "#d1495b"
BASS = "#00798c"
OTHERS = "#8d99ae"
INK = "#22223b"
SECTIONS = {
    "intro": "#cfd8dc",
    "verse": "#bcd4e6",
    "prechorus": "#d5c6e0",
    "chorus": "#f6c6a8",
    "bridge": "#c9dedb",
    "interlude": "#d8e2c8",
    "outro": "#cfd8dc",
}
KEYS = ("#e9ecef", "#dee2e6")
FALLBACK_FONTS = ("Noto Sans CJK JP", "IPAGothic", "IPAexGothic", "Hiragino Sans", "Yu Gothic", "MS Gothic")
INCHES, PANEL_INCHES, DOTS_PER_INCH = 16.0, 4.6, 120
SECTION_BAND, KEY_BAND, CHORD_BASE = (1.012, 0.048), (1.066, 0.032), 1.112
"""Bottom and height of the bands above the notes, and where chords stand, in heights of the panel."""
BEATS_UP_TO_BARS = 80
"""With more bars than this beats would be a grey mass."""


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    meter: MeterMap
    end_tick: int
    sections: tuple[Section, ...]
    chords: tuple[ChordSpan, ...]
    keys: tuple[Key, ...]
    tune: tuple[Note | MelodyNote, ...]
    bass: tuple[Note, ...]
    others: tuple[Note, ...]
    drums: tuple[Note, ...]


def draw_roll(subjects: Sequence[Analysis | Arrangement], path: Path, *, bars: tuple[int, int] | None = None) -> None:
    """Draw songs and covers, one above the other, on one scale of bars.

    Parameters
    ----------
    subjects : sequence of Analysis or Arrangement
        From top to bottom.
    path : Path
        A PNG file; it is whole or not there at all.
    bars : (int, int), optional
        The first and last bar to draw, each subject's own, counted from 1; by default all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = [_of_song(s) if isinstance(s, Analysis) else _of_cover(s) for s in subjects]
    with rc_context({"font.family": _fonts(), "font.size": 8}):
        figure = Figure(figsize=(INCHES, PANEL_INCHES * len(panels)), dpi=DOTS_PER_INCH, layout="constrained")
        views = [_view(p, bars) for p in panels]
        width = max(end - start for start, end in views)
        rows = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
        for axes, panel, (start, end) in zip(rows, panels, views, strict=True):
            _draw_panel(axes, panel, start, end, start + width)
        with replacing(path) as beside:
            FigureCanvasAgg(figure).print_png(str(beside), metadata={"Software": "RemixKit"})


def _of_song(analysis: Analysis) -> _Panel:
    song = analysis.song
    tune = {(n.track, n.start_tick, n.pitch) for n in analysis.melody}
    bass: list[Note] = []
    others: list[Note] = []
    drums: list[Note] = []
    for index, (track, role) in enumerate(zip(song.tracks, analysis.roles, strict=True)):
        home = drums if track.is_drum else bass if role == "bass" else others
        home += [n for n in track.notes if (index, n.start_tick, n.pitch) not in tune]
    return _Panel(
        song.title or Path(song.source).stem,
        song.grid.meter,
        analysis.end_tick,
        analysis.sections,
        analysis.chords,
        analysis.keys,
        analysis.melody,
        tuple(bass),
        tuple(others),
        tuple(drums),
    )


def _of_cover(cover: Arrangement) -> _Panel:
    pitched = [p for p in cover.parts if not p.is_drum]
    tune = {n for p in pitched for n in p.notes if _is_tune(n, p)}
    return _Panel(
        f"{cover.title}, {cover.style}" if cover.style else cover.title,
        cover.grid.meter,
        cover.end_tick,
        cover.sections,
        cover.chords,
        cover.keys,
        tuple(sorted(tune)),
        tuple(n for p in pitched if "bass" in p.role for n in p.notes),
        tuple(n for p in pitched if "bass" not in p.role for n in p.notes if n not in tune),
        tuple(n for p in cover.parts if p.is_drum for n in p.notes),
    )


def _is_tune(note: Note, part: Part) -> bool:
    """A lead's notes; of a pianist's right hand those that say so."""
    return part.is_lead and (part.name != RIGHT_HAND or is_tune(note))


def _view(panel: _Panel, bars: tuple[int, int] | None) -> tuple[int, int]:
    """From which tick to which tick a panel is drawn."""
    lines = list(panel.meter.bars(panel.end_tick)) or [(0, TICKS_PER_QUARTER)]
    first, last = bars or (1, len(lines))
    return lines[min(first, len(lines)) - 1][0], lines[min(last, len(lines)) - 1][1]


def _draw_panel(axes: Axes, panel: _Panel, start: int, end: int, stop: int) -> None:
    """Draw what lies between `start` and `end` on axes that reach from `start` to `stop`."""
    pitches = [n.pitch for n in (*panel.tune, *panel.bass, *panel.others)] or [60]
    low, high = min(pitches) - 2, max(pitches) + 2
    floor = low - 9 if panel.drums else low
    for notes, colour, shade in ((panel.others, OTHERS, 0.55), (panel.bass, BASS, 0.8), (panel.tune, TUNE, 1.0)):
        _boxes(axes, [n for n in notes if n.start_tick < end and n.end_tick > start], colour, shade)
    voices = sorted({n.pitch for n in panel.drums})
    for voice, pitch in enumerate(voices):
        ticks = [n.start_tick for n in panel.drums if n.pitch == pitch and start <= n.start_tick < end]
        height = floor + 1 + 6 * voice / len(voices)
        axes.plot(ticks, [height] * len(ticks), "|", color=INK, markersize=2.2, markeredgewidth=0.5, alpha=0.6)
    _headings(axes, panel, start, end, stop)

    bars = [bar for bar, _ in panel.meter.bars(end) if bar >= start]
    axes.vlines([*bars, end], floor, high, color=INK, linewidth=0.4, alpha=0.5, zorder=0)
    if len(bars) <= BEATS_UP_TO_BARS:
        beats = [tick for tick in panel.meter.beats(end) if tick >= start]
        axes.vlines(beats, floor, high, color=INK, linewidth=0.25, alpha=0.22, zorder=0)
    every = 1 if len(bars) <= 24 else 4 * -(-len(bars) // 96)
    marked = [bar for bar in bars if (panel.meter.bar_number(bar) - 1) % every == 0]
    axes.set_xticks(marked, [str(panel.meter.bar_number(bar)) for bar in marked])
    octaves = list(range(12 * (low // 12 + 1), high + 1, 12))
    axes.set_yticks(octaves, [f"C{p // 12 - 1}" for p in octaves])
    axes.hlines(octaves, start, end, color=INK, linewidth=0.3, alpha=0.25, linestyle=(0, (1, 3)), zorder=0)
    axes.tick_params(length=2, labelsize=7)
    axes.set_title(
        _printable(plain_line(panel.title)), parse_math=False, loc="left", pad=52, fontsize=11, weight="bold", color=INK
    )
    axes.set_xlim(start, stop)
    axes.set_ylim(floor, high)
    axes.spines[["top", "right"]].set_visible(False)


def _headings(axes: Axes, panel: _Panel, start: int, end: int, stop: int) -> None:
    """Bands of sections and keys above the notes, chords above these; what has no room is left out."""
    letter = (stop - start) / 330
    for number, section in enumerate(panel.sections):
        left, right = max(start, section.start_tick), min(end, section.end_tick)
        if left < right:
            axes.axvline(left, color=INK, linewidth=0.9, alpha=0.7)
            room = next((s.start_tick for s in panel.sections[number + 1 :] if s.label != section.label), end) - left
            again = number and left > start and panel.sections[number - 1].label == section.label
            shown: str = "" if again and room < letter * 1.2 * len(section.label) else section.label
            _band(axes, left, right, SECTION_BAND, SECTIONS[section.label], shown, 1.2 * letter)
    for number, key in enumerate(panel.keys):
        left, right = max(start, key.start_tick), min(end, key.end_tick)
        if left < right:
            _band(axes, left, right, KEY_BAND, KEYS[number % 2], key_names.name(key), 1.1 * letter)
    above = axes.get_xaxis_transform()
    free_from, last = -1.0, ""
    for span in panel.chords:
        if span.root_pc is None or span.start_tick < max(start, free_from) or span.start_tick >= end:
            continue
        name = chord_names.symbol(span, key_names.key_at(panel.keys, span.start_tick))
        if name == last:
            continue
        last = name
        axes.text(span.start_tick, CHORD_BASE, name, transform=above, va="bottom", fontsize=6, color=INK)
        free_from = span.start_tick + letter * (len(name) + 1.5)


def _band(axes: Axes, left: int, right: int, place: tuple[float, float], colour: str, name: str, letter: float) -> None:
    """A coloured stretch above the notes, with its name where there is room for it."""
    above = axes.get_xaxis_transform()
    bar = axes.broken_barh([(left, right - left)], place, transform=above, facecolors=colour, clip_on=False)
    bar.set_edgecolor("white")
    if letter * (len(name) + 0.6) <= right - left:
        style: dict[str, Any] = {"va": "center_baseline", "color": INK, "fontsize": 9 if place == SECTION_BAND else 7}
        weight = "bold" if place == SECTION_BAND else "normal"
        axes.text(left + letter / 2, place[0] + place[1] / 2, name, transform=above, weight=weight, **style)


def _boxes(axes: Axes, notes: Sequence[Note | MelodyNote], colour: str, shade: float) -> None:
    from matplotlib.collections import PolyCollection

    edges = ((n.start_tick, n.end_tick, n.pitch - 0.45, n.pitch + 0.45) for n in notes)
    corners = [[(left, low), (left, high), (right, high), (right, low)] for left, right, low, high in edges]
    axes.add_collection(PolyCollection(corners, facecolors=colour, alpha=shade, linewidths=0.0))


def _fonts() -> list[str]:
    """The usual font, then one with Japanese if the system has any."""
    from matplotlib import font_manager

    here = {f.name for f in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in FALLBACK_FONTS if name in here)]


def _printable(text: str) -> str:
    """The text with a question mark for what no font here can show, so that no empty box is printed."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    fonts = [FT2Font(font_manager.findfont(name)) for name in _fonts()]
    return "".join(c if any(f.get_char_index(ord(c)) for f in fonts) else "?" for c in text)
