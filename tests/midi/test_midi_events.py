"""Events as real files write and damage them. Bytes are commented one event a line."""

from __future__ import annotations

import pytest
from midi_files import END, header, meta, note, song, track

from remixkit import midi
from remixkit.model.song import Control, Note, Song

TUNE = b"".join(note(p) for p in (62, 64, 65, 67, 69, 71, 72, 74))
TUNE_PITCHES = [62, 64, 65, 67, 69, 71, 72, 74]


def read(*events: bytes) -> Song:
    return midi.from_bytes(song(b"".join(events), division=96))


def played(*events: bytes) -> list[tuple[int, int, int]]:
    """(start, end, pitch) in ticks of 96 a quarter."""
    return [(n.start_tick // 10, n.end_tick // 10, n.pitch) for t in read(*events).tracks for n in t.notes]


def test_running_status_goes_on_after_a_meta_event_and_a_system_exclusive() -> None:
    assert played(
        b"\x00\x90\x3c\x40",  # note on C4
        b"\x10\x3c\x00",  # running: velocity 0 ends it
        b"\x00\xff\x01\x02hi",  # text
        b"\x00\x3e\x40",  # running on: D4
        b"\x10\x3e\x00",
        b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7",  # GM on
        b"\x00\x40\x40",  # running on: E4
        b"\x10\x40\x00",
    ) == [(0, 16, 60), (16, 32, 62), (32, 48, 64)]


def test_a_delta_time_of_four_bytes() -> None:
    fast = b"\x00\xff\x51\x03\x00\x27\x10"  # 10 ms a quarter
    assert played(fast, b"\x81\x80\x80\x00\x90\x3c\x40", b"\x10\x80\x3c\x40") == [(0x200000, 0x200010, 60)]


def test_notes_of_a_pitch_that_overlap_end_in_the_order_they_began() -> None:
    on, off = b"\x10\x90\x3c\x40", b"\x10\x80\x3c\x40"
    assert played(on, on, off, off) == [(16, 48, 60), (32, 64, 60)]


def test_a_note_that_never_ends_lasts_to_the_next_of_its_pitch() -> None:
    song_read = read(b"\x00\x90\x3c\x40", b"\x20\x90\x3c\x50", b"\x20\x80\x3c\x40")
    assert [(n.start_tick, n.end_tick) for n in song_read.tracks[0].notes] == [(0, 320), (320, 640)]
    assert song_read.warnings == ("1 note never ended and was held to the next of the same pitch, 4 quarters at most.",)


def test_a_note_that_never_ends_does_not_drone_to_the_end_of_the_song() -> None:
    late = b"\x87\x40\x90\x48\x40\x10\x80\x48\x40"  # ten quarters later
    assert played(b"\x00\x90\x3c\x40", late) == [(0, 4 * 96, 60), (960, 976, 72)]


def test_a_note_that_ends_in_its_own_tick_before_it_begins_is_short() -> None:
    assert read(
        b"\x10\x80\x3c\x40",  # sorted before its own note on
        b"\x00\x90\x3c\x40",
        b"\x20\x90\x3c\x40",
        b"\x20\x80\x3c\x40",
    ).tracks[0].notes == (Note(160, 170, 60, 64), Note(480, 800, 60, 64))


def test_a_doubled_onset_with_one_end_is_one_note() -> None:
    song_read = read(b"\x00\x90\x3c\x40", b"\x00\x90\x3c\x30", b"\x20\x80\x3c\x40")
    assert song_read.tracks[0].notes == (Note(0, 320, 60, 48),)
    assert "1 onset was doubled" in song_read.warnings[0]


def test_all_notes_off_ends_them() -> None:
    assert played(b"\x00\x90\x3c\x40", b"\x00\x90\x40\x40", b"\x30\xb0\x7b\x00") == [(0, 48, 60), (0, 48, 64)]


def test_a_note_of_no_length_gets_one_tick_of_the_file() -> None:
    assert read(b"\x00\x99\x24\x40", b"\x00\x89\x24\x40").tracks[0].notes == (Note(0, 10, 36, 64),)


def test_a_velocity_above_127_is_127() -> None:
    song_read = read(b"\x00\x90\x3c\x9a", b"\x60\x80\x3c\x00", TUNE)
    assert [(n.pitch, n.velocity) for n in song_read.tracks[0].notes][:2] == [(60, 127), (62, 64)]
    assert song_read.warnings == ("1 value above 127 was read as 127.",)


def test_every_velocity_above_127() -> None:
    loud = b"".join(bytes([0, 0x90, p, 0xA0, 0x81, 0x40, 0x80, p, 0]) for p in TUNE_PITCHES * 20)
    song_read = read(loud)
    assert [n.pitch for n in song_read.tracks[0].notes] == TUNE_PITCHES * 20
    assert {n.velocity for n in song_read.tracks[0].notes} == {127}


def test_program_255_is_left_out() -> None:
    song_read = read(b"\x00\xc0\xff", TUNE)
    assert song_read.tracks[0].program == 0
    assert [n.pitch for n in song_read.tracks[0].notes] == TUNE_PITCHES
    assert "1 event was left out" in song_read.warnings[0]


def test_a_controller_above_127_is_left_out() -> None:
    song_read = read(b"\x00\xb0\xa8\x40", TUNE)
    assert song_read.tracks[0].controls == ()
    assert [n.pitch for n in song_read.tracks[0].notes] == TUNE_PITCHES


@pytest.mark.parametrize("status", [b"\xf1\x20", b"\xf2\x01\x02", b"\xf3\x04", b"\xf4", b"\xf6", b"\xf8", b"\xfe"])
def test_a_message_that_no_file_may_hold_is_left_out(status: bytes) -> None:
    song_read = read(note(60), b"\x00" + status, TUNE)
    assert [n.pitch for n in song_read.tracks[0].notes] == [60, *TUNE_PITCHES]
    assert song_read.warnings == ("1 message that no file may hold was left out.",)


def test_a_system_exclusive_without_end_mark() -> None:
    assert [n.pitch for n in read(b"\x00\xf0\x03\x7e\x7f\x09", TUNE).tracks[0].notes] == TUNE_PITCHES


def test_a_system_exclusive_whose_length_lies() -> None:
    song_read = read(b"\x00\xf0\x7f\x41\x10\x42\x12\x40\x00\x7f\x00\x41\xf7", TUNE)
    assert [n.pitch for n in song_read.tracks[0].notes] == TUNE_PITCHES
    assert "1 system exclusive of a wrong length" in song_read.warnings[0]


def test_a_meta_event_that_swallows_notes_is_left_out() -> None:
    swallows = b"\x00\xff\x54\x54"  # an SMPTE offset of 84 bytes, where five are right
    notes = b"".join(note(p) for p in (60, 62, 64, 65) * 8)
    got = read(swallows, notes)
    assert [n.pitch for n in got.tracks[0].notes] == [60, 62, 64, 65] * 8
    assert got.warnings == ("1 meta event was left out that swallowed notes by a wrong length.",)


def test_a_meta_event_of_odd_length_is_kept() -> None:
    assert read(b"\x00\xff\x59\x05\x02\x00\x00\x00\x00", TUNE).key_signatures[0].sharps == 2


def test_a_track_ends_where_it_can_no_longer_be_read() -> None:
    broken = TUNE * 3 + b"\x00\xff\x7f\xff\xff\xff\x7f" + TUNE  # a meta event of 268 million bytes
    song_read = midi.from_bytes(song(broken, TUNE * 3))
    assert [len(t.notes) for t in song_read.tracks] == [24, 24]
    assert "Track 1 is damaged from byte 214 of the file on; its last 75 of 267 bytes are lost." in song_read.warnings


def test_private_data_that_is_not_made_of_events_is_no_damage() -> None:
    private = track(meta(0x7F, b"\x24\x24\x00\x10\x00") + bytes(40))
    song_read = midi.from_bytes(header(1, 2) + track(TUNE + END) + private)
    assert song_read.warnings == ("Track 2 holds private data of the program that wrote it; passed over.",)


def test_controls_of_every_kind() -> None:
    song_read = read(
        b"\x00\xc0\x05",  # program 5: the track's
        b"\x00\xb0\x40\x7f",  # pedal down
        b"\x10\xe0\x00\x00",  # bend, lowest
        b"\x00\xe0\x7f\x7f",  # bend, highest
        b"\x00\xd0\x33",  # channel pressure
        b"\x00\xa0\x3c\x22",  # pressure of C4
        b"\x00\xc0\x09",  # program 9: a change
    )
    assert song_read.tracks[0].program == 5
    assert song_read.tracks[0].controls == (
        Control(0, "cc", 64, 127),
        Control(160, "bend", 0, -8192),
        Control(160, "bend", 0, 8191),
        Control(160, "pressure", 0, 51),
        Control(160, "key_pressure", 60, 34),
        Control(160, "program", 0, 9),
    )


def test_a_registered_parameter_is_one_control() -> None:
    assert read(
        b"\x00\xb0\x65\x00",  # RPN 0, bend range
        b"\x00\xb0\x64\x00",
        b"\x00\xb0\x06\x0c",  # 12 semitones
        b"\x00\xb0\x26\x32",  # 50 cents
        b"\x00\xb0\x65\x7f",  # none selected
        b"\x00\xb0\x64\x7f",
        b"\x00\xb0\x06\x01",  # data for none
    ).tracks[0].controls == (Control(0, "rpn", 0, 12 << 7 | 50),)


def test_a_parameter_that_is_not_registered_stays_controllers() -> None:
    nrpn = ((99, 1), (98, 8), (6, 70))
    events = b"".join(bytes([0, 0xB0, n, v]) for n, v in nrpn)
    assert read(events).tracks[0].controls == tuple(Control(0, "cc", n, v) for n, v in nrpn)
