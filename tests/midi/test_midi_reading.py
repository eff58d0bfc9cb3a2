"""Tempo, meter, keys, programs and drums of foreign files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from midi_files import header, meta, note, song, sysex, track

from remixkit import midi
from remixkit.errors import SongError
from remixkit.midi.reading.timeline import meter_map, tempo_map
from remixkit.model.song import KeySignature, Song

TEMPO, METER, KEY, PORT = 0x51, 0x58, 0x59, 0x21
C4 = note(60)
GS_RESET = sysex(bytes.fromhex("41 10 42 12 40 00 7f 00 41"))
XG_ON = sysex(bytes.fromhex("43 10 4c 00 00 7e 00"))


def read(*tracks: bytes, division: int = 96) -> Song:
    return midi.from_bytes(song(*tracks, division=division))


def tempo(us: int, *, at: int = 0) -> bytes:
    return meta(TEMPO, us.to_bytes(3, "big"), at=at)


def meter(numerator: int, power: int, *, at: int = 0) -> bytes:
    return meta(METER, bytes([numerator, power, 24, 8]), at=at)


def meters(*events: bytes) -> list[tuple[int, int, int]]:
    return [(c.tick, c.numerator, c.denominator) for c in read(b"".join(events), C4).grid.meter.changes]


def test_without_a_tempo_there_are_120_quarters_a_minute() -> None:
    assert [(c.tick, c.bpm) for c in read(C4).grid.tempo.changes] == [(0, 120.0)]
    assert [(c.tick, c.bpm) for c in read(tempo(400_000, at=96), C4).grid.tempo.changes] == [(0, 120.0), (960, 150.0)]


def test_a_tempo_of_zero_is_left_out() -> None:
    song_read = read(tempo(0) + tempo(600_000, at=48), C4)
    assert [c.bpm for c in song_read.grid.tempo.changes] == [120.0, 100.0]
    assert "1 tempo of an impossible value was left out." in song_read.warnings


def test_set_up_bars_stay_as_they_are() -> None:
    assert meters(meter(1, 3), meter(4, 2, at=48)) == [(0, 1, 8), (480, 4, 4)]
    assert meters(meter(1, 2), meter(4, 2, at=96)) == [(0, 1, 4), (960, 4, 4)]


def test_a_meter_a_few_ticks_late_is_on_the_bar_line() -> None:
    late = b"\x83\x00"  # 384 ticks: a bar of 4/4
    assert meters(meter(4, 2, at=1), late + meter(3, 2)[1:]) == [(0, 4, 4), (3840, 3, 4)]


def test_a_bar_cut_short_becomes_a_bar_of_its_own_meter() -> None:
    later = b"\x86\x60" + meter(3, 2)[1:]  # 864 ticks: two bars and a quarter
    assert meters(meter(4, 2), later) == [(0, 4, 4), (7680, 1, 4), (8640, 3, 4)]


def test_an_impossible_meter_is_left_out() -> None:
    song_read = read(meter(0, 2) + meter(4, 9) + meta(METER, b"") + meter(3, 2), C4)
    assert song_read.grid.meter.changes[0].numerator == 3
    assert "3 time signatures of an impossible value were left out." in song_read.warnings


@given(st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=5)), max_size=12))
def test_any_meters_and_tempos_make_maps(events: list[tuple[int, bytes]]) -> None:
    events.sort(key=lambda e: e[0])
    warnings: list[str] = []
    assert meter_map(events, warnings).changes[0].tick == 0
    assert tempo_map(events, warnings).changes[0].tick == 0


def test_keys_and_an_empty_one() -> None:
    events = meta(KEY, b"") + meta(KEY, b"\x06\x00") + meta(KEY, b"\xfd\x01", at=96) + meta(KEY, b"\x09\x00")
    song_read = read(events, C4)
    assert song_read.key_signatures == (KeySignature(0, 6, "major"), KeySignature(960, -3, "minor"))
    assert "2 empty or impossible key signatures were left out." in song_read.warnings


@pytest.mark.parametrize("division", [24, 96, 100, 480, 960, 19_200])
def test_ticks_become_960_a_quarter(division: int) -> None:
    quarter = division.to_bytes(2, "big") if division < 0x80 else bytes([0x80 | division >> 7, division & 0x7F])
    if division >= 1 << 14:
        quarter = bytes([0x80 | division >> 14, 0x80 | division >> 7 & 0x7F, division & 0x7F])
    events = quarter.lstrip(b"\x00") + b"\x90\x3c\x40" + quarter.lstrip(b"\x00") + b"\x80\x3c\x40"
    assert [(n.start_tick, n.end_tick) for n in read(events, division=division).tracks[0].notes] == [(960, 1920)]


def test_a_file_that_counts_frames_keeps_its_seconds() -> None:
    # 25 frames a second of 40 ticks: a millisecond a tick. Its tempo says nothing then.
    data = header(1, 1, 0xE728) + track(tempo(250_000) + b"\x87\x68\x90\x3c\x40\x83\x74\x80\x3c\x40\x00\xff\x2f\x00")
    song_read = midi.from_bytes(data)
    [only] = song_read.tracks[0].notes
    assert song_read.grid.tempo.to_s([only.start_tick, only.end_tick]).tolist() == [1.0, 1.5]
    assert "frames" in " ".join(song_read.warnings)


def test_a_song_that_lasts_for_days_is_refused() -> None:
    slow = tempo(16_777_215) + b"\xff\xff\xff\x7f\x90\x3c\x40\x10\x80\x3c\x40"
    with pytest.raises(SongError, match="hours"):
        read(slow)


def test_hours_of_silence_out_of_a_damaged_delta_time_are_refused() -> None:
    with pytest.raises(SongError, match="36 minutes of silence before the note at 36 minutes"):
        read(C4 + b"\x9a\x80\x00\x90\x3c\x40\x10\x80\x3c\x40", division=98)


def test_too_many_notes_or_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remixkit.midi.reader.MAX_NOTES", 3)
    assert len(read(C4 * 3).tracks[0].notes) == 3
    with pytest.raises(SongError, match="4 notes; at most 3"):
        read(C4 * 4)
    monkeypatch.setattr("remixkit.midi.reading.tracks.MAX_EVENTS", 5)
    with pytest.raises(SongError, match="more than 5 events"):
        read(C4 * 3)


def test_a_track_of_several_channels_becomes_a_track_a_channel() -> None:
    tracks = read(note(60) + note(48, channel=3) + note(36, channel=9)).tracks
    assert [(t.channel, t.is_drum, t.notes[0].pitch) for t in tracks] == [(0, False, 60), (3, False, 48), (9, True, 36)]


def test_a_program_set_by_another_track() -> None:
    tracks = read(b"\x00\xc0\x18\x00\xc1\x20", note(60), note(40, channel=1) + b"\x00\xc1\x30").tracks
    assert [t.program for t in tracks if t.notes] == [0x18, 0x30]


def drum_channels(*events: bytes) -> set[int]:
    """Channels, counted from 1, that are drums once each of 1, 10 and 11 has played."""
    played = b"".join(note(60 + c, channel=c) for c in (0, 9, 10))
    return {t.channel + 1 for t in read(b"".join(events) + played).tracks if t.is_drum and t.notes}


def bank(channel: int, msb: int) -> bytes:
    return bytes([0, 0xB0 | channel - 1, 0, msb, 0, 0xC0 | channel - 1, 0])


@pytest.mark.parametrize(
    ("events", "channels"),
    [
        ([], {10}),
        ([XG_ON, bank(11, 127)], {10, 11}),
        ([XG_ON, bank(11, 126)], {10, 11}),
        ([XG_ON, bank(11, 127), bank(11, 0)], {10}),
        ([bank(11, 127)], {10, 11}),
        ([GS_RESET, bank(11, 127)], {10}),  # there it is the MT-32's bank
        ([XG_ON, sysex(bytes.fromhex("43 10 4c 08 0a 07 02"))], {10, 11}),  # part mode of part 11: drums 1
        ([XG_ON, sysex(bytes.fromhex("43 10 4c 08 09 07 00"))], set()),  # part mode of part 10: normal
        ([GS_RESET, sysex(bytes.fromhex("41 10 42 12 40 1a 15 02 0f"))], {10, 11}),  # part 11: map 2
        ([GS_RESET, sysex(bytes.fromhex("41 10 42 12 40 11 15 01 19"))], {1, 10}),  # part 1: map 1
        ([GS_RESET, sysex(bytes.fromhex("41 10 42 12 40 10 15 00 1b"))], set()),  # part 10: off
        ([sysex(bytes.fromhex("41 10 42 12 40 1a 15 02 0f")), GS_RESET], {10}),  # the reset comes after
        ([sysex(bytes.fromhex("7e 7f 09 03")), bank(11, 120)], {10, 11}),  # GM 2
        ([sysex(bytes.fromhex("7e 7f 09 03")), bank(10, 121)], set()),
    ],
)
def test_drums_outside_channel_10(events: list[bytes], channels: set[int]) -> None:
    assert drum_channels(*events) == channels


def test_a_kit_on_channel_10_is_drums_whatever_the_set_up_says() -> None:
    off = sysex(bytes.fromhex("41 10 42 12 40 10 15 00 1b"))
    beat = b"".join(note(p, channel=9) for p in (36, 42, 38, 42) * 5)
    song_read = read(off + beat)
    assert song_read.tracks[0].is_drum
    assert "Channel 10 is set up as a melodic part" in song_read.warnings[0]


def test_a_program_counts_that_holds_when_the_first_note_sounds() -> None:
    setup = b"\x00\xc0\x00\x00\xc1\x00" + b"\x40\xc0\x18" + b"\x00\xc1\x21"
    only = midi.from_bytes(song(setup + note(60, at=32) + note(36, channel=1), kind=0, division=96))
    assert [t.program for t in only.tracks] == [0x18, 0x21]
    later = read(b"\x00\xc0\x05" + note(60) + b"\x00\xc0\x30").tracks
    assert later[0].program == 5


KIT = b"".join(note(36 if k % 2 else 38, length=0) + note(42, length=24) for k in range(20))


@pytest.mark.parametrize(
    ("events", "is_drum"),
    [
        (meta(0x03, b"EZdrummer") + b"".join(note(p) for p in (36, 38, 42, 38) * 4), True),
        (KIT, True),
        (b"\x00\xc0\x21" + KIT, False),
        (b"".join(note(p) for p in (36, 40, 42, 38) * 8), False),
        (meta(0x03, b"Drums") + b"".join(note(p) for p in (72, 74, 76, 77) * 8), False),
        (meta(0x03, b"Steel Drums") + b"\x00\xc0\x72" + b"".join(note(p) for p in (60, 64, 67, 72) * 8), False),
    ],
    ids=["named", "struck like one", "a bass", "one pitch at a time", "named but too high", "steel drums"],
)
def test_a_drum_kit_off_channel_10_is_told_by_name_program_and_shape(events: bytes, is_drum: bool) -> None:
    found = read(events)
    assert [t.is_drum for t in found.tracks] == [is_drum]
    assert any("drum kit" in w for w in found.warnings) == is_drum


def test_channel_10_of_a_second_port_is_drums_too() -> None:
    second = meta(PORT, b"\x01") + note(36, channel=9) + b"\x00\xc0\x07" + note(60)
    tracks = read(b"\x00\xc0\x20" + note(48), second).tracks
    assert [(t.channel, t.program, t.is_drum) for t in tracks] == [(0, 0x20, False), (0, 7, False), (9, 0, True)]


def test_a_file_without_notes_is_a_song_without_notes() -> None:
    song_read = read(tempo(500_000))
    assert song_read.end_tick == 0
    assert song_read.warnings == ("There is no note in the file.",)
