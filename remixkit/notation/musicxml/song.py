"""Bytes of a score -> a Song."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import floor
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element

from remixkit.errors import SongError
from remixkit.midi.spec import CC_PAN, CC_SUSTAIN, CC_VOLUME, DRUM_CHANNEL, HEADER_CHUNK, PITCHED_CHANNELS
from remixkit.model.song import Control, KeySignature, Lyric, Song, Text, Track
from remixkit.model.timing import TICKS_PER_QUARTER, Grid, TempoChange, TempoMap
from remixkit.notation.musicxml import archive, bars
from remixkit.notation.musicxml.bars import Played
from remixkit.notation.musicxml.elements.header import Head, MidiInstrument, PartHead, head_of
from remixkit.notation.musicxml.elements.part import PartReader
from remixkit.notation.musicxml.limits import MAX_BYTES, MAX_MEASURES, MAX_NOTES, MAX_PARTS
from remixkit.notation.musicxml.loudness import velocities
from remixkit.notation.musicxml.nouns import (
    Chord,
    Event,
    Level,
    Modulation,
    PedalMark,
    Program,
    Rehearsal,
    Signature,
    Swing,
    TempoMark,
    Tone,
    Wedge,
    WrittenBar,
)
from remixkit.notation.musicxml.performing import Groove, Struck, played_notes
from remixkit.notation.musicxml.tree import EXPORT, Measure, decoded, score_pieces
from remixkit.notation.repeats import play_order

DEFAULT_BPM = 120.0

_MOST_WARNINGS = 20
_E = TypeVar("_E", bound=Event)


def read_musicxml(data: bytes, *, file: str = "score.musicxml") -> Song:
    """Read MusicXML, compressed or not.

    Parameters
    ----------
    data : bytes
        `score-partwise` or `score-timewise`, in any encoding, or an archive (.mxl) with one in it.
    file : str
        Its name, for title and messages.

    Returns
    -------
    Song
        As it is heard: repeats and jumps played out, at sounding pitch, ties as one note, ornaments, grace notes and
        swing as players play them; one track a part. WrittenBar lines stand where the score has them.

    Raises
    ------
    SongError
        If it is no MusicXML, is damaged, or exceeds `limits`.
    """
    if data.startswith(archive.ZIP):
        data = archive.unpacked(data, file)
    if len(data) > MAX_BYTES:
        raise SongError(f"a score of more than {MAX_BYTES // 1_000_000} MB", file=file, remedy="give a part of it")
    if data.startswith(HEADER_CHUNK):
        raise SongError("it is a MIDI file", file=file, remedy="give it the ending .mid")
    head, readers = _read(decoded(data), file)
    if not any(reader.bars for reader in readers.values()):
        raise SongError("the score has no measures", file=file, remedy=EXPORT)
    return _song(head, list(readers.values()), file)


def _read(text: str, file: str) -> tuple[Head, dict[str, PartReader]]:
    """The head, and every part read."""
    elements: list[Element] = []
    head: Head | None = None
    readers: dict[str, PartReader] = {}
    measures = 0
    for piece in score_pieces(text, file):
        if not isinstance(piece, Measure):
            elements.append(piece)
            continue
        if head is None:
            head = head_of(elements)
        reader = readers.get(piece.part)
        if reader is None:
            if len(readers) >= MAX_PARTS:
                raise SongError(f"more than {MAX_PARTS} parts", file=file, remedy="take some out")
            reader = readers[piece.part] = PartReader(head.parts.get(piece.part) or PartHead(""), file)
        measures += 1
        if measures > MAX_MEASURES:
            raise SongError(f"more than {MAX_MEASURES} measures", file=file, remedy="give a part of it")
        reader.read(piece.element)
    return head or head_of(elements), readers


def _song(head: Head, readers: Sequence[PartReader], file: str) -> Song:
    rows = [reader.bars for reader in readers]
    order = play_order(bars.signs_of(rows), file=file)
    events = [sum(row[index].events for row in rows if index < len(row)) for index in range(max(map(len, rows)))]
    if sum(events[bar] for bar in order.bars) > MAX_NOTES:
        raise SongError(f"it has more than {MAX_NOTES} notes, as played", file=file, remedy="give a part of it")
    played, meter = bars.timeline_of(order.bars, bars.lengths(rows))
    lines = [_Line(reader, played) for reader in readers]
    tempo = _tempo(lines)
    groove = _groove(lines, played)
    channels = _channels(readers)
    said = chain(*(reader.warnings for reader in readers), order.warnings)
    return Song(
        title=head.title,
        composer=head.composer,
        tracks=tuple(line.track(f"Part {k + 1}", channels[k], tempo, groove, file) for k, line in enumerate(lines)),
        grid=Grid(tempo, meter),
        key_signatures=_key_signatures(lines),
        markers=tuple(Text(tick, event.text) for tick, event in _first(lines, Rehearsal)),
        chord_symbols=tuple(Text(groove.at(tick), event.label) for tick, event in _first(lines, Chord)),
        source=Path(file).name,
        warnings=tuple(dict.fromkeys(said))[:_MOST_WARNINGS],
    )


@dataclass(slots=True)
class _Line:
    """A part, its bars in the order they are played."""

    reader: PartReader
    played: Sequence[Played]

    def bars(self) -> Iterator[tuple[Played, WrittenBar]]:
        """Each bar as it is played, where the part has it."""
        rows = self.reader.bars
        return ((now, rows[now.bar]) for now in self.played if now.bar < len(rows))

    def events(self, kind: type[_E]) -> Iterator[tuple[int, int, _E]]:
        """(tick, staff, event) of each event of a kind, in order."""
        for now, bar in self.bars():
            for placed in sorted(bar.placed, key=lambda p: p.at):
                if isinstance(placed.event, kind) and (not placed.passes or now.time in placed.passes):
                    yield min(_tick(now, placed.at), now.start_tick + now.ticks), placed.staff, placed.event

    def tones(self) -> Iterator[tuple[Played, Tone]]:
        """Each note as it is played."""
        for now, bar in self.bars():
            for tone in bar.tones:
                if not tone.passes or now.time in tone.passes:
                    yield now, tone

    def track(self, default_name: str, channel: int, tempo: TempoMap, groove: Groove, file: str) -> Track:
        """The part as a track."""
        head = self.reader.head
        is_drum = self.reader.is_drum or channel == DRUM_CHANNEL
        velocity = self._velocity()
        struck = []
        for now, tone in self.tones():
            start = _tick(now, tone.at)
            end = max(start + 1, _tick(now, tone.at + tone.quarters))
            loud = velocity(tone.staff, start) if tone.velocity is None else tone.velocity
            struck.append(Struck(start, end, min(127, max(1, loud + tone.accent)), tone))
        programs = [] if is_drum else self._programs()
        return Track(
            name=head.name or default_name,
            channel=channel,
            program=programs[0][1] if programs else 0,
            is_drum=is_drum,
            notes=tuple(played_notes(struck, tempo, groove, file)),
            controls=tuple(sorted(self._controls(head.first, programs[1:]))),
            lyrics=self._lyrics(groove),
        )

    def _velocity(self) -> Callable[[int, int], int]:
        """The velocity of a staff at a tick: its own where more than one staff has signs, else the part's."""
        by_staff: defaultdict[int, list[tuple[int, Level | Wedge]]] = defaultdict(list)
        signs: list[tuple[int, int, Level | Wedge]] = [*self.events(Level), *self.events(Wedge)]
        for tick, staff, event in sorted(signs, key=lambda sign: sign[0]):
            by_staff[staff].append((tick, event))
        if len([row for row in by_staff.values() if any(isinstance(e, Level) for _, e in row)]) > 1:
            staves = {staff: velocities(row) for staff, row in by_staff.items()}
            rest = velocities(())
            return lambda staff, tick: staves.get(staff, rest).at(tick)
        whole = velocities(sorted(chain.from_iterable(by_staff.values()), key=lambda pair: pair[0]))
        return lambda _, tick: whole.at(tick)

    def _programs(self) -> list[tuple[int, int]]:
        """(tick, program) at the beginning and wherever it changes."""
        instruments: Mapping[str, MidiInstrument] = self.reader.head.instruments
        first = self.reader.head.first.program
        found = [(tick, event.number) for tick, _, event in self.events(Program)]
        for now, tone in self.tones() if len(instruments) > 1 else ():
            plays = instruments.get(tone.instrument)
            if plays is not None and plays.program is not None:
                found.append((_tick(now, tone.at), plays.program))
        found.sort(key=lambda pair: pair[0])
        if first is not None or not found:
            found.insert(0, (0, first or 0))
        return [pair for k, pair in enumerate(found) if k == 0 or pair[1] != found[k - 1][1]]

    def _controls(self, first: MidiInstrument, programs: Sequence[tuple[int, int]]) -> Iterator[Control]:
        if first.volume is not None:
            yield Control(0, "cc", CC_VOLUME, first.volume)
        if first.pan is not None:
            yield Control(0, "cc", CC_PAN, first.pan)
        for tick, program in programs:
            yield Control(tick, "program", 0, program)
        for tick, _, pedal in self.events(PedalMark):
            yield Control(tick, "cc", CC_SUSTAIN, pedal.value)

    def _lyrics(self, groove: Groove) -> tuple[Lyric, ...]:
        """The syllables; where bars are repeated, the second verse is what is sung the second time."""
        tones = [tone for bar in self.reader.bars for tone in bar.tones if tone.words]
        if not tones:
            return ()
        names = sorted({word.verse for tone in tones for word in tone.words}, key=_verse_order)
        verse = {name: k for k, name in enumerate(names)}
        verses = [{verse[w.verse] for tone in bar.tones for w in tone.words} for bar in self.reader.bars]
        repeats = any(now.times > 1 for now in self.played)
        found: dict[tuple[int, int], Lyric] = {}
        for now, tone in self.tones():
            for word in tone.words:
                if word.passes and now.time not in word.passes:
                    continue
                number = verse[word.verse]
                if word.passes or (repeats and now.times == len(verses[now.bar]) == 1):
                    number = 0
                elif verses[now.bar] != {0}:
                    if number % now.times != now.time - 1:
                        continue
                    number //= now.times
                tick = groove.at(_tick(now, tone.at))
                found.setdefault((tick, number), Lyric(tick, word.text, word.syllabic, number + 1))
        return tuple(found[place] for place in sorted(found))


def _verse_order(name: str) -> tuple[bool, int, str]:
    return (not name.isdecimal(), int(name) if name.isdecimal() else 0, name)


def _tick(now: Played, quarters: float) -> int:
    return now.start_tick + floor(quarters * TICKS_PER_QUARTER + 0.5 + 1e-6)


def _first(lines: Sequence[_Line], kind: type[_E]) -> list[tuple[int, _E]]:
    """Events of a kind in order; of several at one place that of the first part."""
    found: dict[int, _E] = {}
    for line in lines:
        own = {tick: event for tick, _, event in line.events(kind)}
        found = own | found
    return [(tick, found[tick]) for tick in sorted(found)]


def _tempo(lines: Sequence[_Line]) -> TempoMap:
    start = min((now.start_tick for line in lines for now in line.played[:1]), default=0)
    said: list[tuple[int, TempoMark | Modulation]] = [*_first(lines, TempoMark), *_first(lines, Modulation)]
    said.sort(key=lambda pair: pair[0])
    bpm = next((line.reader.word_tempo for line in lines if line.reader.word_tempo), DEFAULT_BPM)
    changes = [TempoChange(0, bpm)]
    for tick, event in said:
        last = changes[-1].bpm
        bpm = event.bpm if isinstance(event, TempoMark) else min(1000.0, max(4.0, last * event.ratio))
        if bpm != last or tick <= start:
            at = tick if tick > start else 0
            if at == changes[-1].tick:
                changes.pop()
            changes.append(TempoChange(at, bpm))
    return TempoMap(tuple(changes))


def _groove(lines: Sequence[_Line], played: Sequence[Played]) -> Groove:
    changes = tuple(
        (tick, event.share, round(2 * event.unit_quarters * TICKS_PER_QUARTER)) for tick, event in _first(lines, Swing)
    )
    return Groove(changes, tuple(now.start_tick for now in played))


def _key_signatures(lines: Sequence[_Line]) -> tuple[KeySignature, ...]:
    """Those of the first part that has any and does not transpose, else of the first that has any."""
    rows = [list(line.events(Signature)) for line in lines if not line.reader.is_drum]
    rows = [row for row in rows if row]
    plain = [row for row in rows if all(key.is_written for _, _, key in row)]
    found = {tick: KeySignature(tick, key.sharps, key.mode) for tick, _, key in next(iter([*plain, *rows]), [])}
    first = min(found, default=0)
    if found and first:
        found[0] = KeySignature(0, found[first].sharps, found[first].mode)
        if all(first <= now.start_tick for line in lines for now in line.played[:1]):
            del found[first]
    shown = [found[tick] for tick in sorted(found)]
    return tuple(
        k for at, k in enumerate(shown) if not at or (k.sharps, k.mode) != (shown[at - 1].sharps, shown[at - 1].mode)
    )


def _channels(readers: Sequence[PartReader]) -> list[int]:
    """A channel for each part: its own where that is free; drums and nobody else on the tenth."""
    out: list[int] = []
    taken: dict[int, int | None] = {}
    for reader in readers:
        first = reader.head.first
        if reader.is_drum or (first.channel == DRUM_CHANNEL and first.drum_key is not None):
            out.append(DRUM_CHANNEL)
            continue
        own = first.channel
        if own is None or own == DRUM_CHANNEL or taken.get(own, first.program) != first.program:
            own = next(
                (c for c in PITCHED_CHANNELS if c not in taken), PITCHED_CHANNELS[len(out) % len(PITCHED_CHANNELS)]
            )
        taken[own] = first.program
        out.append(own)
    return out
