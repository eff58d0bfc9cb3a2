"""An Arrangement -> a Standard MIDI File of type 1, the same bytes each time.

Track 0 has title, composer, style and seed, tempo, meter, keys, section markers and chord symbols; then a named track
a part. What is handed on from a MIDI file is written as it stands there. Within a tick a note ends before a control
changes, and a control changes before a note begins. All tracks end on the same bar line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path

import mido

from remixkit.files import replacing
from remixkit.midi import spec
from remixkit.midi.channel_slots import RINGING_TICKS, ChannelSlot, channel_slots, passages
from remixkit.midi.messages import on_channel
from remixkit.midi.reading.text_events import of_take
from remixkit.midi.reading.timeline import Clock
from remixkit.midi.syllables import parted
from remixkit.model.analysis import Key
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Message, Note, Text, TrackPassthrough, each_pitch_alone
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.texts import plain

_MAJOR = ("Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#")
_MINOR = ("Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m")
_END, _SETUP, _CONTROL, _WORD, _BEGIN = range(5)

_Timed = tuple[int, int, mido.Message | mido.MetaMessage]


def write(arrangement: Arrangement, path: Path, chord_symbols: Sequence[Text] = ()) -> None:
    """Write a cover as MIDI; the target is either the old file or the whole new one.

    `chord_symbols` become text events of track 0.

    Raises
    ------
    OutputError
        If the target cannot be written.
    ValueError
        As `to_bytes` does.
    """
    data = to_bytes(arrangement, chord_symbols)
    with replacing(Path(path)) as beside:
        beside.write_bytes(data)


def to_bytes(arrangement: Arrangement, chord_symbols: Sequence[Text] = ()) -> bytes:
    """A cover as the bytes of a MIDI file: type 1, text in UTF-8.

    Raises
    ------
    ValueError
        If a note or control lies before tick 0 or has a value that MIDI cannot carry.
    """
    parts = arrangement.parts
    tracks = _conductors(arrangement, chord_symbols)
    tracks.extend(_part(part, slot) for part, slot in zip(parts, channel_slots(parts), strict=True))
    last = max((tick for track in tracks for tick, _, _ in track), default=0)
    end_tick = _bar_line(arrangement, max(last, arrangement.end_tick))
    passed = arrangement.passthrough
    ticks_per_quarter = TICKS_PER_QUARTER if passed is None else min(passed.ticks_per_quarter, TICKS_PER_QUARTER)
    file = mido.MidiFile(type=1, ticks_per_beat=ticks_per_quarter, charset="utf-8")
    clock = Clock(ticks_per_quarter, TICKS_PER_QUARTER)
    file.tracks.extend(_delta_timed(track, end_tick, clock) for track in tracks)
    out = BytesIO()
    file.save(file=out)
    return out.getvalue()


def messages(part: Part) -> tuple[tuple[int, bytes], ...]:
    """What a part is told, alone on the first channel (drums: the tenth), for projects that hold MIDI.

    Returns
    -------
    tuple of (tick, bytes)
        In playing order; lyrics as meta events (``FF 05 ...``). Volume and pan are left to the track's fader, but not a
        kept part's: it is told all it is told in its source, and of the texts its lyrics.

    Raises
    ------
    ValueError
        As `to_bytes` does.
    """
    channel = spec.DRUM_CHANNEL if part.is_drum else 0
    if part.passthrough is not None:
        heard = on_channel([m for m in part.passthrough.messages if _is_heard(m)], channel)
        timed = _as_it_stands(part, TrackPassthrough(channel, heard))
        return _in_order(m for m in timed if m[2].type != "track_name")
    return _in_order(m for m in _part(part, ChannelSlot(0, channel)) if not _is_fader(m[0], m[2]))


def _in_order(timed: Iterable[_Timed]) -> tuple[tuple[int, bytes], ...]:
    return tuple((tick, _bytes(message)) for tick, _, message in sorted(timed, key=lambda t: t[:2]))


def _is_heard(message: Message) -> bool:
    """Whether a message is for a player or a singer."""
    return message.data[0] != spec.META or message.data[1] == spec.META_LYRIC


def _bytes(message: mido.Message | mido.MetaMessage) -> bytes:
    """A message as it stands in a file; outside of one, mido would write a lyric in Latin-1."""
    if message.type == "lyrics":
        message = message.copy(text=message.text.encode("utf-8").decode("latin-1"))
    return bytes(message.bytes())


def _is_fader(tick: int, message: mido.Message | mido.MetaMessage) -> bool:
    if message.type == "track_name":
        return True
    return tick == 0 and message.type == "control_change" and message.control in (spec.CC_VOLUME, spec.CC_PAN)


def _bar_line(arrangement: Arrangement, tick: int) -> int:
    meter = arrangement.grid.meter
    start = meter.bar_start(tick)
    return start if start == tick else meter.bar_end(tick)


def _delta_timed(timed: list[_Timed], end_tick: int, clock: Clock) -> mido.MidiTrack:
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(timed, key=lambda t: t[:2]):
        message.time = clock(tick) - now
        now = clock(tick)
        track.append(message)
    track.append(mido.MetaMessage("end_of_track", time=clock(end_tick) - now))
    return track


def _conductors(arrangement: Arrangement, chord_symbols: Sequence[Text]) -> list[list[_Timed]]:
    """The tracks that nobody plays; the first has the tempo."""
    if arrangement.passthrough is None:
        return [_conductor(arrangement, chord_symbols)]
    tracks: list[list[_Timed]] = [
        [(m.tick, _END, _raw(m.data)) for m in track] for track in arrangement.passthrough.unplayed or ((),)
    ]
    tracks[0].extend(_tempo(arrangement))
    return tracks


def _conductor(arrangement: Arrangement, chord_symbols: Sequence[Text]) -> list[_Timed]:
    out: list[_Timed] = [(0, _END, mido.MetaMessage("track_name", name=plain(arrangement.title)))]
    if arrangement.composer:
        out.append((0, _END, mido.MetaMessage("text", text=plain(f"Composer: {arrangement.composer}"))))
    if arrangement.style:
        out.append((0, _END, mido.MetaMessage("text", text=plain(of_take(arrangement)))))
    out.extend(_tempo(arrangement))
    for meter in arrangement.grid.meter.changes:
        message = mido.MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator)
        out.append((meter.tick, _SETUP, message))
    last = ""
    for key in arrangement.keys:
        name = key_name(key)
        if name != last:
            out.append((key.start_tick, _SETUP, mido.MetaMessage("key_signature", key=name)))
        last = name
    out.extend((s.start_tick, _WORD, mido.MetaMessage("marker", text=plain(s.label))) for s in arrangement.sections)
    out.extend((t.tick, _WORD, mido.MetaMessage("text", text=plain(t.text))) for t in chord_symbols)
    return out


def _tempo(arrangement: Arrangement) -> Iterable[_Timed]:
    for tempo in arrangement.grid.tempo.changes:
        us = min(max(round(60e6 / tempo.bpm), 1), spec.SLOWEST_TEMPO_US)
        yield tempo.tick, _SETUP, mido.MetaMessage("set_tempo", tempo=us)


def key_name(key: Key) -> str:
    """A key as a key signature of at most six accidentals, "F#m"; six are written as sharps."""
    fifths = (key.tonic_pc * 7 + (5 if key.mode == "major" else 2)) % 12
    return _MAJOR[fifths] if key.mode == "major" else _MINOR[fifths]


def _part(part: Part, slot: ChannelSlot) -> list[_Timed]:
    if part.passthrough is not None:
        return _as_it_stands(part, part.passthrough)
    channel = slot.channel
    setup: list[mido.Message | mido.MetaMessage] = [mido.MetaMessage("track_name", name=plain(part.name))]
    if slot.port:
        setup.append(mido.MetaMessage("midi_port", port=slot.port))
    out: list[_Timed] = [(0, _SETUP, message) for message in setup]
    for control in _own(part, slot):
        out.extend((control.tick, _CONTROL, message) for message in _control(channel, control))
    for tick in (0,) if slot.taken_at is None else slot.taken_at:
        if slot.taken_at is not None:
            out.append((tick, _SETUP, _cc(channel, spec.CC_RESET, 0)))
        out.extend((tick, _SETUP, message) for message in _sound(part, channel))
        for control in _chased(part, tick):
            out.extend((tick, _SETUP, message) for message in _control(channel, control))
    out.extend((tick, _WORD, mido.MetaMessage("lyrics", text=plain(text))) for tick, text in parted(part.lyrics))
    out.extend(chain.from_iterable(_note(channel, note) for note in _playable(part.notes)))
    if any(tick < 0 for tick, _, _ in out):
        raise ValueError(f"part {part.name!r} has an event before tick 0")
    return out


def _as_it_stands(part: Part, passthrough: TrackPassthrough) -> list[_Timed]:
    """A part of a MIDI file: its notes and what it is told there; a name, if it has none there."""
    out: list[_Timed] = [(m.tick, _CONTROL, _raw(m.data)) for m in passthrough.messages]
    if not any(m.data[0] == spec.META and m.data[1] == spec.META_NAME for m in passthrough.messages):
        out.append((0, _SETUP, mido.MetaMessage("track_name", name=plain(part.name))))
    out.extend(chain.from_iterable(_note(passthrough.channel, note) for note in sorted(part.notes)))
    return out


def _raw(data: bytes) -> mido.Message | mido.MetaMessage:
    """A message word for word: mido would read a text, and write it in another encoding."""
    if data[0] == spec.META:
        return mido.UnknownMetaMessage(data[1], data[2:])
    return mido.Message.from_bytes(data)


def _sound(part: Part, channel: int) -> list[mido.Message]:
    """Bank, program, volume, pan and reverb, as a channel must be told before the part plays."""
    out: list[mido.Message] = []
    if part.bank:
        msb, lsb = spec.bank_bytes(part.bank)
        out.extend((_cc(channel, spec.CC_BANK_MSB, msb), _cc(channel, spec.CC_BANK_LSB, lsb)))
    out.append(mido.Message("program_change", channel=channel, program=part.program))
    levels = ((spec.CC_VOLUME, part.volume), (spec.CC_PAN, part.pan), (spec.CC_REVERB, part.reverb))
    out.extend(_cc(channel, number, value) for number, value in levels)
    return out


def _own(part: Part, slot: ChannelSlot) -> Iterable[Control]:
    """The controls that are the part's to give: on a shared channel those while its passages sound and die away."""
    if slot.taken_at is None:
        return part.controls
    mine = passages(part)
    return [c for c in part.controls if any(start <= c.tick <= end + RINGING_TICKS for start, end in mine)]


def _chased(part: Part, tick: int) -> list[Control]:
    """The last word of each kind of control before a tick."""
    last = {(c.kind, c.number): c for c in part.controls if c.tick < tick and c.kind != "program"}
    return [last[which] for which in sorted(last)]


def _cc(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=number, value=value)


def _note(channel: int, note: Note) -> tuple[_Timed, _Timed]:
    if not 1 <= note.velocity <= spec.MAX_DATA:
        raise ValueError(f"velocity {note.velocity} is not in 1-127")
    begin = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
    end = mido.Message("note_off", channel=channel, note=note.pitch, velocity=spec.RELEASE_VELOCITY)
    return (note.start_tick, _BEGIN, begin), (note.end_tick, _END, end)


def _control(channel: int, control: Control) -> Iterable[mido.Message]:
    match control.kind:
        case "cc":
            return (_cc(channel, control.number, control.value),)
        case "bend":
            return (mido.Message("pitchwheel", channel=channel, pitch=control.value),)
        case "program":
            return (mido.Message("program_change", channel=channel, program=control.value),)
        case "pressure":
            return (mido.Message("aftertouch", channel=channel, value=control.value),)
        case "key_pressure":
            return (mido.Message("polytouch", channel=channel, note=control.number, value=control.value),)
        case "rpn":
            return tuple(_cc(channel, n, v) for n, v in spec.parameter_steps(control.number, control.value))


def _playable(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes as a channel sounds them: the end of one of two of a pitch would silence both, or leave one sounding.

    Raises
    ------
    ValueError
        If a note does not end after it begins.
    """
    for note in notes:
        if note.end_tick <= note.start_tick:
            raise ValueError(f"a note at tick {note.start_tick} ends at {note.end_tick}")
    return each_pitch_alone(sorted(notes, key=lambda n: -n.velocity))
