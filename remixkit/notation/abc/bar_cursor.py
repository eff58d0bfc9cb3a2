"""Where in its bars a voice is written: bar lines, endings, jumps, overlays, parts (ABC 2.1, sections 4.8-4.10, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from remixkit.errors import SongError
from remixkit.model.song import Control
from remixkit.notation.abc import bar_lines
from remixkit.notation.abc.code.fields import MEND, MeterSign
from remixkit.notation.abc.code.key_fields import WrittenKey
from remixkit.notation.abc.written_bars import DrumHit, Voice, VoiceBar, WrittenChange
from remixkit.notation.repeats import MOST_BARS


class BarCursor:
    """Stands in a bar of a voice, at a place in whole notes from the bar's beginning.

    Parameters
    ----------
    voice : Voice
        Is filled with bars.
    meter : MeterSign or None
        Of its first bar.

    Attributes
    ----------
    bar : VoiceBar
        The one that is written.
    at : Fraction
        Where the next note begins.
    is_overlay : bool
        Whether other notes of the voice sound at the same time.
    """

    def __init__(self, voice: Voice, meter: MeterSign | None) -> None:
        self.bar = VoiceBar(meter)
        self.at = Fraction(0)
        self.is_overlay = False
        self._bars = voice.bars
        self._bars.append(self.bar)
        self._index = 0
        self._meter = meter
        self._drums: Sequence[DrumHit] = ()
        self._endings: frozenset[int] = frozenset()
        self._signs: list[str] = []
        self._overlaid: tuple[int, Fraction] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether anything was written."""
        return self._index > 0 or self.at > 0

    def advance(self, length: Fraction) -> None:
        """A note or rest was written here."""
        for name in self._signs:
            self.bar.signs = bar_lines.with_sign(self.bar.signs, name)
        self._signs.clear()
        self.go_to(self.at + length)

    def go_to(self, at: Fraction) -> None:
        """The next note begins there."""
        self.at = at
        self.bar.length = max(self.bar.length, at)

    def bar_line(self, symbol: str, ending: str = "") -> bool:
        """A bar line, a repeat sign, or the number of an ending; whether a new bar begins."""
        if self.is_overlay and self._index + 1 < len(self._bars):
            self._next_bar()
            return False
        self.is_overlay = False
        left, right = bar_lines.colons_of(symbol)
        is_empty = not self.bar.length
        closed = self._bars[max(0, self._index - is_empty)]
        if left and (self._index or not is_empty):
            closed.signs = replace(closed.signs, ends_repeat=left + 1)
        for name in self._signs:
            if not bar_lines.is_boundary(name):
                closed.signs = bar_lines.with_sign(closed.signs, name)
        if bar_lines.ends_bracket(symbol):
            self._endings = frozenset()
        if ending:
            self._endings = bar_lines.endings_of(ending)
        if not is_empty:
            self._next_bar()
        signs = replace(self.bar.signs, endings=self._endings, begins_repeat=self.bar.signs.begins_repeat or right > 0)
        for name in filter(bar_lines.is_boundary, self._signs):
            signs = bar_lines.with_sign(signs, name)
        self.bar.signs = signs
        self._signs.clear()
        return not is_empty

    def _next_bar(self) -> None:
        self._index += 1
        self.at = Fraction(0)
        if self._index == len(self._bars):
            if self._index >= MOST_BARS:
                raise SongError(f"a voice of more than {MOST_BARS} bars", remedy=MEND)
            self._bars.append(VoiceBar(self._meter, drums=self._drums))
        self.bar = self._bars[self._index]

    def sign(self, name: str) -> None:
        """A segno, coda, Fine or jump, by its plain name, stands before the next note or bar line."""
        self._signs.append(name)

    def part(self, name: str) -> None:
        """From here on it is another part."""
        if self.bar.length:
            self.bar_line("|")
        self.bar.part = name

    def meter(self, meter: MeterSign | None) -> None:
        """From the next bar line on, or from here where the bar is still empty, another meter holds."""
        self._meter = meter
        if not self.bar.length:
            self.bar.meter = meter

    def accompany(self, drums: Sequence[DrumHit]) -> None:
        """From the next bar line on, or from here where the bar is still empty, drums play along."""
        self._drums = drums
        if not self.bar.length:
            self.bar.drums = drums

    def change(self, what: float | WrittenKey | Control) -> None:
        """Tempo, sounding key, program or a controller changes here."""
        self.bar.changes.append(WrittenChange(self.at, what))

    def overlay(self, symbol: str) -> None:
        """Back to where the bar began; with ``&&`` to where the bar before began."""
        if symbol == "(&":
            self._overlaid = self._index, self.at
        elif symbol == "&)":
            self._overlaid, self.is_overlay = None, False
            self.at = self.bar.length
        else:
            self.is_overlay = True
            self._index, self.at = self._overlaid or (max(0, self._index - len(symbol) + 1), Fraction(0))
            self.bar = self._bars[self._index]

    def end(self) -> None:
        """The voice is complete."""
        if self._signs:
            self.bar_line("|")
        while len(self._bars) > 1 and not self._bars[-1].length:
            self._bars.pop()
