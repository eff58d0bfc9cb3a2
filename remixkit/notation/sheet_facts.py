"""What songs, analyses and arrangements have in common when they are written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from remixkit.model.analysis import Analysis, ChordSpan, Key, Section
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Control, Lyric, Note, Song, Text
from remixkit.model.timing import Grid
from remixkit.notation.swing import straightened, swings
from remixkit.texts import plain_line
from remixkit.theory.chords import spans_of
from remixkit.theory.instruments import instrument
from remixkit.theory.keys import chord_at, key_at, key_of_signature, sharps

RIGHT_HAND, LEFT_HAND = "Right Hand", "Left Hand"
_C_MAJOR = Key(0, 1, 0, "major")
_SILENT = ChordSpan(0, 1, None)
# A signature that holds for less than this many bars is not worth its change: accidentals say it.
_LEAST_SIGNATURE_BARS = 4
# Instruments that are written on two staves: pianos, celesta, organs, harp (General MIDI, zero-based).
_TWO_STAVES = frozenset({*range(9), *range(16, 21), 46})
_MIDDLE_C = 60
# A lead sheet's tune lies on the staff: its middle from here up to an octave above.
_SUNG = 65
_VOICE = 52


@dataclass(frozen=True, slots=True)
class Player:
    """One part; `hands` are its staves' notes from above where it has two."""

    name: str
    program: int
    is_drum: bool
    notes: tuple[Note, ...]
    lyrics: tuple[Lyric, ...] = ()
    controls: tuple[Control, ...] = ()
    hands: tuple[tuple[Note, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A piece to be written down.

    `marks` name its sections. `is_played` says that notes have a player's timing and pedal, for an editor to write out;
    others stand as they are. Of what is played dynamics are written, unless it is a lead sheet.
    """

    title: str
    composer: str
    arranger: str
    grid: Grid
    keys: tuple[Key, ...]
    chords: tuple[ChordSpan, ...]
    marks: tuple[Text, ...]
    players: tuple[Player, ...]
    is_played: bool = False
    has_dynamics: bool = True
    swings: bool = False

    @property
    def end_tick(self) -> int:
        """The bar line after the last note."""
        last = max((n.end_tick for p in self.players for n in p.notes), default=1)
        return self.grid.meter.bar_end(max(0, last - 1))

    def key_at(self, tick: int) -> Key:
        """The key at a tick, C major where none is known."""
        return key_at(self.keys, tick) if self.keys else _C_MAJOR

    def chord_at(self, tick: int) -> ChordSpan:
        """The chord at a tick, none where none is known."""
        return chord_at(self.chords, tick) if self.chords else _SILENT

    def signatures(self) -> tuple[Key, ...]:
        """The keys whose signatures are shown: those that last, each with another signature than the one before."""
        shown: list[Key] = []
        for key in self.keys:
            lasting = (
                key.end_tick - key.start_tick >= _LEAST_SIGNATURE_BARS * self.grid.meter.at(key.start_tick).bar_ticks
            )
            if not shown or (lasting and sharps(key) != sharps(shown[-1])):
                shown.append(key)
        return tuple(shown)


def sheet_of(source: Song | Analysis | Arrangement) -> Sheet:
    """What is to be written down of a song, an analysis or an arrangement; empty tracks are left out."""
    sheet = _sheet_of(source)
    return replace(
        sheet,
        title=plain_line(sheet.title),
        composer=plain_line(sheet.composer),
        marks=tuple(replace(m, text=plain_line(m.text)) for m in sheet.marks),
        players=tuple(
            replace(p, name=plain_line(p.name), lyrics=tuple(replace(x, text=plain_line(x.text)) for x in p.lyrics))
            for p in sheet.players
        ),
    )


def _sheet_of(source: Song | Analysis | Arrangement) -> Sheet:
    if isinstance(source, Arrangement):
        players = tuple(Player(p.name, p.program, p.is_drum, p.notes, p.lyrics, p.controls) for p in source.parts)
        return Sheet(
            title=source.title,
            composer=source.composer,
            arranger="RemixKit",
            grid=source.grid,
            keys=source.keys,
            chords=source.chords,
            marks=_section_marks(source.sections),
            players=players,
            is_played=True,
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


def in_systems(sheet: Sheet) -> Sheet:
    """The sheet with keyboard players on two staves: a pianist's parts as one player, others parted at middle C.

    A pianist's parts are those from "Right Hand" to "Left Hand"; what stands between is played by the right one.
    """
    names = [p.name for p in sheet.players]
    first = names.index(RIGHT_HAND) if RIGHT_HAND in names else len(names)
    last = names.index(LEFT_HAND, first) if LEFT_HAND in names[first:] else -1
    seated = [replace(p, hands=_parted(p)) for p in sheet.players]
    if first < last:
        seated[first : last + 1] = [_pianist(sheet.players[first : last + 1])]
    return replace(sheet, players=tuple(seated))


def _pianist(parts: Sequence[Player]) -> Player:
    *upper, lower = parts
    right = tuple(sorted(n for p in upper for n in p.notes))
    return Player(
        name="Piano",
        program=lower.program,
        is_drum=False,
        notes=tuple(sorted((*right, *lower.notes))),
        lyrics=next((p.lyrics for p in parts if p.lyrics), ()),
        controls=next((p.controls for p in (lower, *upper) if p.controls), ()),
        hands=(right, lower.notes),
    )


def straight(sheet: Sheet) -> Sheet:
    """The sheet with a swung tune's eighths written plain; `swings` says so."""
    tune = [n for p in sheet.players for n in p.notes if is_tune(n)]
    if not swings(tune, sheet.grid.meter):
        return sheet
    players = []
    for p in sheet.players:
        sings = any(is_tune(n) for n in p.notes)
        upper = p.hands[0] if p.hands else p.notes
        plain = straightened(upper, sheet.grid.meter) if sings else upper
        hands = (plain, *p.hands[1:]) if p.hands else ()
        players.append(replace(p, hands=hands, notes=p.notes if p.hands else plain))
    return replace(sheet, players=tuple(players), swings=True)


def is_tune(note: Note) -> bool:
    """Whether a cover's note is one of the tune."""
    return note.origin.function == "melody"


def lead_of(sheet: Sheet) -> Sheet:
    """The tune alone, by whoever plays it, where a voice could sing it; with the words, whichever part has them."""
    taken: list[Note] = []
    for player in sheet.players:
        tune = [n for n in player.notes if is_tune(n)]
        if tune:
            middle = sorted(n.pitch for n in tune)[len(tune) // 2]
            shift = 12 * -((middle - _SUNG) // 12)
            free = _outside(tune, taken)
            taken = sorted([*taken, *(replace(n, pitch=n.pitch + shift) for n in free)])
    lyrics = next((p.lyrics for p in sheet.players if p.lyrics), ())
    voice = Player("Melody", _VOICE, False, tuple(taken), lyrics)
    return replace(sheet, players=(voice,), has_dynamics=False)


def _outside(notes: Sequence[Note], taken: Sequence[Note]) -> list[Note]:
    """The notes that sound while none of others does; of several at once the highest."""
    single: dict[int, Note] = {}
    for n in notes:
        if n.start_tick not in single or single[n.start_tick].pitch < n.pitch:
            single[n.start_tick] = n
    return [
        n for n in single.values() if not any(o.start_tick < n.end_tick and n.start_tick < o.end_tick for o in taken)
    ]


def shortened(name: str) -> str:
    """A part's name as it stands before every line but the first: ``"Melody (Violins I)"`` gives ``"Violi. I"``."""
    inner = name.partition("(")[2].rstrip(")") or name
    return " ".join(word if len(word) <= 5 else f"{word[:5]}." for word in inner.split())


def _parted(player: Player) -> tuple[tuple[Note, ...], ...]:
    """The notes from middle C up and those below, where a keyboard's lie on both sides of it."""
    if player.is_drum or player.program not in _TWO_STAVES:
        return ()
    upper = tuple(n for n in player.notes if n.pitch >= _MIDDLE_C)
    lower = tuple(n for n in player.notes if n.pitch < _MIDDLE_C)
    share = min(len(upper), len(lower)) / max(1, len(player.notes))
    return (upper, lower) if share >= 0.1 else ()


def _default_name(program: int, is_drum: bool) -> str:
    return "Drums" if is_drum else instrument(program).name.capitalize()


def _section_marks(sections: Sequence[Section]) -> tuple[Text, ...]:
    """A mark where each section begins, numbered from the second of a kind on; an intro in two halves has one."""
    marks: list[Text] = []
    counts: Counter[str] = Counter()
    before = ""
    for s in sections:
        if s.label != before or s.label in ("verse", "prechorus", "chorus"):
            counts[s.label] += 1
            number = f" {counts[s.label]}" if counts[s.label] > 1 else ""
            marks.append(Text(s.start_tick, s.label.capitalize() + number))
        before = s.label
    return tuple(marks)


def _signature_keys(song: Song) -> tuple[Key, ...]:
    starts = [s.tick for s in song.key_signatures]
    ends = [*starts[1:], max(song.end_tick, *starts) + 1] if starts else []
    return tuple(
        Key(s.tick, end, *key_of_signature(s.sharps, s.mode)) for s, end in zip(song.key_signatures, ends, strict=True)
    )
