"""Where a cover's bars come from: which stretches of the source it plays, where, and in which key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from remixkit.model import spans
from remixkit.model.song import Note


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A run of the source, from one of its ticks to another, that stands in the cover `shift_ticks` later."""

    start_tick: int
    end_tick: int
    shift_ticks: int = 0

    def __post_init__(self) -> None:
        if self.end_tick < self.start_tick:
            raise ValueError("a stretch cannot end before it begins")

    @property
    def cover_tick(self) -> int:
        """Where it begins in the cover."""
        return self.start_tick + self.shift_ticks

    @property
    def cover_end_tick(self) -> int:
        """Where it ends in the cover."""
        return self.end_tick + self.shift_ticks


@dataclass(frozen=True, slots=True)
class SourceMap:
    """The ticks of a source and those of a cover of it, which plays the source beat for beat.

    Parameters
    ----------
    stretches : tuple of Stretch
        What is played of the source, in the cover's order. Where bars were cut out, a stretch begins with the melody's
        pickup into it and ends before the pickup into what was left out; what accompanies that sounds on.
    semitones : int
        How much higher the cover is, -12 to 12.
    borrowed : tuple of Stretch
        What the bars that the cover added (an intro, an outro) repeat of the source.
    """

    stretches: tuple[Stretch, ...] = ()
    semitones: int = 0
    borrowed: tuple[Stretch, ...] = ()

    def __post_init__(self) -> None:
        if any(b.cover_tick < a.cover_end_tick for a, b in pairwise(self.stretches)):
            raise ValueError("stretches must be in order and not overlap in the cover")

    @classmethod
    def whole(cls, end_tick: int) -> SourceMap:
        """A source of so many ticks as it is."""
        return cls((Stretch(0, end_tick),) if end_tick > 0 else ())

    @property
    def lead_in_ticks(self) -> int:
        """How long the cover plays before the source's first bar."""
        return self.stretches[0].cover_tick if self.stretches else 0

    def to_source(self, cover_tick: int) -> int | None:
        """The source's tick that is played at a tick of the cover; None in what the cover added."""
        playing = [s for s in self.stretches if s.cover_tick <= cover_tick]
        if not playing or cover_tick >= self.stretches[-1].cover_end_tick:
            return None
        return cover_tick - playing[-1].shift_ticks

    def to_cover(self, source_tick: int) -> int | None:
        """The cover's tick at which a tick of the source is played first; None if it was left out."""
        for stretch in self.stretches:
            if stretch.start_tick <= source_tick < stretch.end_tick:
                return source_tick + stretch.shift_ticks
        return None

    def borrowed_from(self, cover_tick: int) -> int | None:
        """The source's tick that a tick in what the cover added repeats; None everywhere else."""
        if self.to_source(cover_tick) is not None:
            return None
        playing = (s for s in self.borrowed if s.cover_tick <= cover_tick < s.cover_end_tick)
        return next((cover_tick - s.shift_ticks for s in playing), None)

    def placed(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """The source's notes where the cover has them, in its key, sorted.

        A note belongs to the stretch in which it begins, and ends with it; what sounds on into the first one begins
        there.
        """
        notes = tuple(notes)
        out: list[Note] = []
        for k, stretch in enumerate(self.stretches):
            begun = notes if k == 0 else spans.starting_in(notes, stretch.start_tick, stretch.end_tick)
            out += spans.shift(spans.clip(begun, stretch.start_tick, stretch.end_tick), stretch.shift_ticks)
        return tuple(sorted(replace(n, pitch=transposed_pitch(n.pitch, self.semitones)) for n in out))

    def shifted(self, by_ticks: int) -> SourceMap:
        """The map to the same cover, so many ticks later."""

        def later(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
            return tuple(replace(s, shift_ticks=s.shift_ticks + by_ticks) for s in stretches)

        return replace(self, stretches=later(self.stretches), borrowed=later(self.borrowed))

    def then(self, other: SourceMap) -> SourceMap:
        """The map from this one's source to the cover of its cover that the other one leads to."""
        return SourceMap(
            tuple(spans.merge(self._through(other.stretches), _goes_on)),
            self.semitones + other.semitones,
            tuple(spans.merge(self._through(other.borrowed), _goes_on)),
        )

    def _through(self, stretches: Iterable[Stretch]) -> Iterable[Stretch]:
        for there in stretches:
            for here in self.stretches:
                start = max(here.cover_tick, there.start_tick)
                end = min(here.cover_end_tick, there.end_tick)
                if start < end:
                    by = here.shift_ticks
                    yield Stretch(start - by, end - by, by + there.shift_ticks)


def transposed_pitch(pitch: int, semitones: int) -> int:
    """A pitch so many semitones higher; what would leave MIDI's range goes an octave the other way."""
    there = pitch + semitones
    return there + 12 * ((there < 0) - (there > 127))


def _goes_on(a: Stretch, b: Stretch) -> bool:
    return a.end_tick == b.start_tick and a.shift_ticks == b.shift_ticks
