"""What songs, analyses and arrangements have in common when they are written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remixkit.model.analysis import Analysis, ChordSpan, Key, Section
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Note, Song, Text
from remixkit.model.timing import Grid
from remixkit.theory.chords import spans_of
from remixkit.theory.instruments import instrument
from remixkit.theory.keys import key_at, key_of_signature

SECTION_TITLES = {
    "intro": "Intro",
    "A": "Verse",
    "B": "Pre-chorus",
    "sabi": "Chorus",
    "interlude": "Interlude",
    "outro": "Outro",
}
_C_MAJOR = Key(0, 1, 0, "major")


@dataclass(frozen=True, slots=True)
class Player:
    """One part."""

    name: str
    program: int
    is_drum: bool
    notes: tuple[Note, ...]
    lyrics: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece to be written down; `marks` name its sections."""

    title: str
    composer: str
    arranger: str
    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    marks: tuple[Text, ...]
    players: tuple[Player, ...]

    @property
    def end_tick(self) -> int:
        """The bar line after the last note."""
        last = max((n.end_tick for p in self.players for n in p.notes), default=1)
        return self.grid.meter.bar_end(max(0, last - 1))

    def key_at(self, tick: int) -> Key:
        """The key at a tick, C major where none is known."""
        return key_at(self.keys, tick) if self.keys else _C_MAJOR


def sheet_of(source: Song | Analysis | Arrangement) -> Sheet:
    """What is to be written down of a song, an analysis or an arrangement; empty tracks are left out."""
    if isinstance(source, Arrangement):
        players = tuple(Player(p.name, p.program, p.is_drum, p.notes, p.lyrics) for p in source.parts)
        return Sheet(
            title=source.title,
            composer=source.composer,
            arranger="RemixKit",
            grid=source.grid,
            keys=source.keys,
            chords=source.chords,
            marks=_section_marks(source.sections),
            players=players,
        )
    song = source.song if isinstance(source, Analysis) else source
    analysis = source if isinstance(source, Analysis) else None
    return Sheet(
        title=song.title,
        composer=song.composer,
        arranger="",
        grid=song.grid,
        keys=analysis.keys if analysis else _signature_keys(song),
        chords=analysis.chords if analysis else spans_of(song.chord_symbols, song.end_tick),
        marks=_section_marks(analysis.sections) if analysis else song.markers,
        players=tuple(
            Player(t.name or _default_name(t.program, t.is_drum), t.program, t.is_drum, t.notes, t.lyrics)
            for t in song.tracks
            if t.notes
        ),
    )


def _default_name(program: int, is_drum: bool) -> str:
    return "Drums" if is_drum else instrument(program).name.capitalize()


def _section_marks(sections: Sequence[Section]) -> tuple[Text, ...]:
    return tuple(Text(s.start_tick, SECTION_TITLES[s.label]) for s in sections)


def _signature_keys(song: Song) -> tuple[Key, ...]:
    starts = [s.tick for s in song.key_signatures]
    ends = [*starts[1:], max(song.end_tick, *starts) + 1] if starts else []
    return tuple(
        Key(s.tick, end, *key_of_signature(s.sharps, s.mode)) for s, end in zip(song.key_signatures, ends, strict=True)
    )
