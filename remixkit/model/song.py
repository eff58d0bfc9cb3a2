"""A song as it was transcribed: tracks of notes and controls on a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from remixkit.model.spans import without_overlaps
from remixkit.model.timing import TICKS_PER_QUARTER, Grid

Syllabic = Literal["single", "begin", "middle", "end"]
NoteFunction = Literal[
    "",
    "melody",
    "octave",
    "harmony",
    "countermelody",
    "quote",
    "hook",
    "stand_in",
    "accompaniment",
    "doubling",
    "kick",
    "walk",
    "groove",
    "fill",
    "crash",
    "swell",
    "stroke",
    "roll",
    "pedal",
    "final",
    "take",
]
ControlKind = Literal["cc", "bend", "program", "pressure", "key_pressure", "rpn"]


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Why a note of a cover is there.

    Parameters
    ----------
    role : str
        Who plays it: the style's name for the player; "" for a note of the source.
    pattern : str
        The pattern it was read from; "" if none.
    function : str
        What it does: the ``"melody"``, its ``"octave"``, a voice in ``"harmony"`` with it, a ``"countermelody"``; a
        ``"quote"`` of the melody or a ``"hook"`` of the source, what is played to ``"stand_in"`` for a melody that
        rests; ``"accompaniment"`` and ``"groove"`` by pattern, a ``"fill"``; a bass ``"doubling"`` another, under a
        ``"kick"``, on a ``"walk"``; a ``"crash"``, ``"swell"``, ``"stroke"``, ``"roll"``; a ``"pedal"`` point; the
        ``"final"`` chord; of a ``"take"``, played by hand.
    """

    role: str = ""
    pattern: str = ""
    function: NoteFunction = ""


SOURCE = Origin()


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A note.

    Parameters
    ----------
    start_tick, end_tick : int
        Onset and release; the release lies after the onset.
    pitch : int
        MIDI number, 0-127; 60 is middle C.
    velocity : int
        1-127.
    origin : Origin
        Why it is there.
    """

    start_tick: int
    end_tick: int
    pitch: int
    velocity: int = 80
    origin: Origin = SOURCE


def each_pitch_alone(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes in order, of which no two of a pitch overlap, as a key or a channel sounds them.

    The earlier gives way to the later; of two that begin together the longer stays, or the first given.
    """
    by_pitch: dict[int, list[Note]] = {}
    for note in sorted(notes, key=lambda n: (n.start_tick, -n.end_tick)):
        by_pitch.setdefault(note.pitch, []).append(note)
    return tuple(sorted(chain.from_iterable(map(without_overlaps, by_pitch.values()))))


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """A channel event that is not a note.

    Parameters
    ----------
    tick : int
        When.
    kind : str
        ``"cc"`` (number: controller), ``"bend"`` (value -8192..8191), ``"program"``, ``"pressure"``,
        ``"key_pressure"`` (number: pitch) or ``"rpn"`` (number: 14-bit parameter; value: 14 bits).
    number : int
        Controller, pitch or parameter; 0 where the kind has none.
    value : int
        0-127 but for bends and RPNs.
    """

    tick: int
    kind: ControlKind
    number: int
    value: int


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A marker or a chord's label."""

    tick: int
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Lyric:
    """A syllable that is sung.

    Parameters
    ----------
    tick : int
        When.
    text : str
        As the source writes it: of a MIDI file with the blanks and line breaks that part its words.
    syllabic : str
        Its place in its word: ``"single"`` is a word of its own.
    verse : int
        From 1. In a song that is played out, verse 1 is what is sung each time; others are further words for it.
    """

    tick: int
    text: str
    syllabic: Syllabic = "single"
    verse: int = 1


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a MIDI file, as it stands there.

    Parameters
    ----------
    tick : int
        When.
    data : bytes
        A channel message (``b0 07 64``), a system exclusive from ``f0`` to ``f7``, or a meta event without its length:
        ``ff``, its type, its content.
    """

    tick: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TrackPassthrough:
    """All that a MIDI file says to one channel of a track but its notes, word for word and in the file's order.

    Parameters
    ----------
    channel : int
        0-15.
    messages : tuple of Message
        What it is told; the controls of its track or part say the same to who renders it.
    """

    channel: int
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class SongPassthrough:
    """What a MIDI file says to nobody who plays, word for word, the tempo left out, and how it counts.

    Parameters
    ----------
    unplayed : tuple of tuple of Message
        First what concerns the song (meters, keys, markers, copyright), then one for each further track without a
        channel.
    ticks_per_quarter : int
        What the file counts in; the model's own are 960 always.
    """

    unplayed: tuple[tuple[Message, ...], ...] = ()
    ticks_per_quarter: int = TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class KeySignature:
    """A key signature event of the source: sharps (flats negative) and mode."""

    tick: int
    sharps: int
    mode: Literal["major", "minor"] = "major"


@dataclass(frozen=True, slots=True)
class Track:
    """One channel of one track of the source.

    Notes and controls are sorted by tick. `program` is the first one the channel sets (0 if none);
    later changes stand in `controls`. `passthrough` is what a MIDI file says to it; None where the source is none.
    """

    name: str = ""
    channel: int = 0
    program: int = 0
    is_drum: bool = False
    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()
    lyrics: tuple[Lyric, ...] = ()
    passthrough: TrackPassthrough | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Song:
    """A transcription.

    `source` is the file's name, for messages. `warnings` says in one sentence each what was mended while reading.
    `chord_symbols` are chords that the source gives in so many words, as labels in Harte's syntax, each until the next.
    `has_true_bars` is set once analysis has put the song on its own bar grid; a reader leaves it unset.
    `seeds` are those of a cover that RemixKit wrote: of its players, and of form and harmony; None for any other file.
    `passthrough` is what a MIDI file says beside its tracks; None where the source is none.
    """

    title: str = ""
    tracks: tuple[Track, ...] = ()
    grid: Grid = field(default_factory=Grid)
    key_signatures: tuple[KeySignature, ...] = ()
    markers: tuple[Text, ...] = ()
    chord_symbols: tuple[Text, ...] = ()
    composer: str = ""
    source: str = ""
    warnings: tuple[str, ...] = ()
    has_true_bars: bool = False
    seeds: tuple[int, int] | None = None
    passthrough: SongPassthrough | None = None

    def __repr__(self) -> str:
        notes = sum(len(t.notes) for t in self.tracks)
        return f"<Song {self.title or self.source!r}: {len(self.tracks)} tracks, {notes} notes>"

    @property
    def end_tick(self) -> int:
        """The last release, 0 if there is no note."""
        return max((n.end_tick for t in self.tracks for n in t.notes), default=0)
