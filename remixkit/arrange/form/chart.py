"""The chart: the song laid out anew on the cover's timeline, as players get it on their stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from remixkit.model.analysis import Analysis, ChordSpan, Key, SectionName, TrackRole
from remixkit.model.song import Lyric, Note, Song
from remixkit.model.source_map import SourceMap
from remixkit.model.timing import Grid
from remixkit.style.schema import Transition

# What is left of a section's intensity where few play, and the least of it (craft).
_DOWN_SHARE, _DOWN_LEAST = 0.55, 0.2


_NO_SONG = Analysis(Song(), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section of the cover.

    Parameters
    ----------
    start_tick, end_tick : int
        Bar lines of the cover.
    label : str
        What it is, in the words of analysis and styles alike.
    intensity : float
        0-1, what players follow: how many play, how densely, how loud.
    source_tick : int or None
        Where it begins in the source; None if the cover made it (an added intro or outro).
    is_last_chorus : bool
        The climax.
    borrows_tick : int or None
        For a section the cover made: the cover's tick of the bars whose chords it repeats.
    transition : str
        What the band does in its last bars (`remixkit.arrange.form.transitions`).
    is_down : bool
        Played by few, to rise from.
    loudness : float or None
        0-1, where the source has dynamics of its own: how loud it is there among its sections.
    """

    start_tick: int
    end_tick: int
    label: SectionName
    intensity: float
    source_tick: int | None = None
    is_last_chorus: bool = False
    borrows_tick: int | None = None
    transition: Transition = "fill"
    is_down: bool = False
    loudness: float | None = None

    @property
    def accompaniment_intensity(self) -> float:
        """The intensity of those who accompany: less where the section is played down. The lead sings on."""
        return max(_DOWN_LEAST, round(_DOWN_SHARE * self.intensity, 3)) if self.is_down else self.intensity

    @property
    def level(self) -> float:
        """How loud the section is, 0-1: half as intense as it is, half as loud as the source is there."""
        return self.intensity if self.loudness is None else 0.5 * self.intensity + 0.5 * self.loudness


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A track of the source on the cover's timeline, for roles that borrow from it."""

    role: TrackRole
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What every role reads.

    `melody` is the source's, in the cover's key, on the cover's grid, monophonic; `chords` are the style's
    (coloured, reharmonised) and cover the whole piece; `half_time` says that patterns stretch to twice their length.
    `song` is the source in the cover's key and length, still on its own ticks; `source_map` says where its bars went,
    counted from the source as it was analyzed. `fingerprint` is by what the source is known, and `seed` is that of form
    and harmony.
    """

    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[PlannedSection, ...]
    melody: tuple[Note, ...]
    lyrics: tuple[Lyric, ...] = ()
    source: tuple[SourceLine, ...] = ()
    half_time: bool = False
    song: Analysis = _NO_SONG
    source_map: SourceMap = field(default_factory=SourceMap)
    fingerprint: str = ""
    seed: int = 0

    @property
    def end_tick(self) -> int:
        """The last bar line."""
        return self.sections[-1].end_tick
