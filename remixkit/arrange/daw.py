"""A cover as a DAW's user wants it: the chords as a track, the drum kit piece by piece, empty bars ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from remixkit.midi.spec import DRUM_VOICES, META, META_CUE, META_MARKER, META_NAME
from remixkit.model import spans
from remixkit.model.arrangement import Arrangement, Master, Part
from remixkit.model.song import Message, Note, Origin, SongPassthrough, TrackPassthrough
from remixkit.model.timing import Grid, MeterMap, TempoMap
from remixkit.theory.chords import bass_pc, tones

CHORDS, CHORD_TRACK = "Chords", "chord_track"
_VOICES = {pitch: name for name, pitch in DRUM_VOICES.items()}
_BASS, _LOWEST = 36, 54
_VELOCITY = 64
_NAME, _MARKERS = bytes((META, META_NAME)), (bytes((META, META_MARKER)), bytes((META, META_CUE)))


@dataclass(frozen=True, slots=True)
class Daw:
    """What files for a DAW have beside the players, and they alone.

    Parameters
    ----------
    chord_track : bool
        A silent part "Chords" of block chords.
    split_drums : bool
        A part for each piece of a drum kit.
    bars_from : int
        The number of the cover's first bar, from 1; the bars before it are empty.
    """

    chord_track: bool = False
    split_drums: bool = False
    bars_from: int = 1

    def __post_init__(self) -> None:
        if self.bars_from < 1:
            raise ValueError(f"bars are counted from 1 or more, not from {self.bars_from}")


def for_daw(arrangement: Arrangement, options: Daw) -> Arrangement:
    """The cover as files for a DAW have it."""
    if options.chord_track:
        arrangement = with_chord_track(arrangement)
    if options.split_drums:
        arrangement = with_split_drums(arrangement)
    return with_empty_bars(arrangement, options.bars_from - 1)


def with_chord_track(arrangement: Arrangement) -> Arrangement:
    """The cover and a silent part "Chords": each chord as a block in close position, its bass below.

    The bass lies from C2 to B2, the other notes from F#3 to F4.
    """
    notes = []
    for chord in arrangement.chords:
        if chord.root_pc is None:
            continue
        low = bass_pc(chord)
        pitches = {_BASS + (chord.root_pc if low is None else low)}
        pitches |= {_LOWEST + (pc - _LOWEST) % 12 for pc in tones(chord)}
        notes += [
            Note(chord.start_tick, chord.end_tick, p, _VELOCITY, Origin(CHORD_TRACK, function="accompaniment"))
            for p in sorted(pitches)
        ]
    if not notes:
        return replace(arrangement, warnings=(*arrangement.warnings, "no chord is known: there is no chord track"))
    block = Part(name=CHORDS, role=CHORD_TRACK, volume=0, reverb=0, notes=tuple(sorted(notes)))
    return replace(arrangement, parts=(*arrangement.parts, block))


def with_split_drums(arrangement: Arrangement) -> Arrangement:
    """The cover with a part for each piece of a drum kit, ``"Drums: Snare"``, in place of one for all.

    What else a kit is told goes to the first of its pieces: they share a channel.
    """
    parts: list[Part] = []
    for part in arrangement.parts:
        if not part.is_drum:
            parts.append(part)
            continue
        pitches = sorted({n.pitch for n in part.notes})
        parts += [
            replace(
                part,
                name=f"{part.name}: {_voice(pitch)}",
                role=f"{part.role}.{pitch}",
                notes=tuple(n for n in part.notes if n.pitch == pitch),
                controls=part.controls if pitch == pitches[0] else (),
                passthrough=_unnamed(part.passthrough, is_first=pitch == pitches[0]),
            )
            for pitch in pitches
        ]
    return replace(arrangement, parts=tuple(parts))


def _unnamed(passthrough: TrackPassthrough | None, *, is_first: bool) -> TrackPassthrough | None:
    if passthrough is None:
        return None
    messages = tuple(m for m in passthrough.messages if m.data[:2] != _NAME) if is_first else ()
    return replace(passthrough, messages=messages)


def is_piece(name: str, kit: str) -> bool:
    """Whether a part is called as a piece of a kit."""
    return name.startswith(f"{kit}: ")


def _voice(pitch: int) -> str:
    return _VOICES.get(pitch, f"note {pitch}").replace("_", " ").capitalize()


def with_empty_bars(arrangement: Arrangement, count: int) -> Arrangement:
    """The cover so many bars later; the bars before have its first tempo, meter and key."""
    if not count:
        return arrangement
    by = count * arrangement.grid.meter.changes[0].bar_ticks
    grid, master, first_key = arrangement.grid, arrangement.master, arrangement.keys[:1]
    return replace(
        arrangement,
        grid=Grid(
            TempoMap((grid.tempo.changes[0], *spans.shift(grid.tempo.changes[1:], by)), grid.tempo.start_s),
            MeterMap((grid.meter.changes[0], *spans.shift(grid.meter.changes[1:], by))),
        ),
        keys=(*(replace(k, end_tick=k.end_tick + by) for k in first_key), *spans.shift(arrangement.keys[1:], by)),
        chords=spans.shift(arrangement.chords, by),
        sections=spans.shift(arrangement.sections, by),
        parts=tuple(bars_later(p, by) for p in arrangement.parts),
        master=_master_later(master, by),
        source_map=arrangement.source_map and arrangement.source_map.shifted(by),
        passthrough=_passthrough_later(arrangement.passthrough, by),
    )


def bars_later(part: Part, by: int) -> Part:
    """A part so many ticks later; what would lie before tick 0 is at it."""
    passed = part.passthrough
    return replace(
        part,
        notes=spans.shift(part.notes, by),
        controls=spans.shift(part.controls, by, least=0),
        lyrics=spans.shift(part.lyrics, by, least=0),
        passthrough=passed and replace(passed, messages=spans.shift(passed.messages, by, least=0)),
    )


def _passthrough_later(passthrough: SongPassthrough | None, by: int) -> SongPassthrough | None:
    """What nobody is told, later, but for what holds from the beginning on: all at tick 0 that is no marker."""

    def later(m: Message) -> Message:
        return m if m.tick == 0 and m.data[:2] not in _MARKERS else replace(m, tick=m.tick + by)

    if passthrough is None:
        return None
    return replace(passthrough, unplayed=tuple(tuple(later(m) for m in told) for told in passthrough.unplayed))


def _master_later(master: Master, by: int) -> Master:
    buses = tuple(replace(b, automation=spans.shift(b.automation, by)) for b in master.buses)
    return replace(master, automation=spans.shift(master.automation, by), buses=buses)
