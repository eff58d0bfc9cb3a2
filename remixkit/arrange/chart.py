"""The chart: the song laid out anew on the cover's timeline, as players get it on their stands."""

from __future__ import annotations

from dataclasses import dataclass

from remixkit.model.analysis import ChordSpan, Key, SectionLabel, TrackRole
from remixkit.model.song import Note, Text
from remixkit.model.timing import Grid
from remixkit.style.schema import SectionName

SECTION_NAMES: dict[SectionLabel, SectionName] = {
    "intro": "intro",
    "A": "verse",
    "B": "prechorus",
    "sabi": "sabi",
    "interlude": "interlude",
    "outro": "outro",
}


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section of the cover.

    Parameters
    ----------
    start_tick, end_tick : int
        Bar lines of the cover.
    label : str
        As analysed; `name` is the style file's word for it.
    intensity : float
        0-1, what players follow: how many play, how densely, how loud.
    source_tick : int or None
        Where it begins in the source; None if the cover made it (an added intro or outro).
    is_last_sabi : bool
        The climax.
    borrows_tick : int or None
        For a section the cover made: the cover's tick of the bars whose chords it repeats.
    """

    start_tick: int
    end_tick: int
    label: SectionLabel
    intensity: float
    source_tick: int | None = None
    is_last_sabi: bool = False
    borrows_tick: int | None = None

    @property
    def name(self) -> SectionName:
        """The style file's word for the section."""
        return SECTION_NAMES[self.label]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A track of the source on the cover's timeline, for roles that borrow from it."""

    role: TrackRole
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What every role reads.

    `melody` is the source's tune, in the cover's key, on the cover's grid, monophonic; `chords` are the style's
    (coloured, reharmonised) and cover the whole piece; `half_time` says that patterns stretch to twice their length.
    """

    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[PlannedSection, ...]
    melody: tuple[Note, ...]
    lyrics: tuple[Text, ...] = ()
    source: tuple[SourceLine, ...] = ()
    half_time: bool = False

    @property
    def end_tick(self) -> int:
        """The last bar line."""
        return self.sections[-1].end_tick
