"""Headers, chunks and track lengths as real files have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from midi_files import END, header, note, song, track

from remixkit import midi
from remixkit.errors import SongError

C4 = note(60)
TUNE = b"".join(note(p) for p in (60, 62, 64, 65, 67, 69, 71, 72))


def pitches(data: bytes) -> list[list[int]]:
    return [[n.pitch for n in t.notes] for t in midi.from_bytes(data).tracks]


def warnings(data: bytes) -> str:
    return " ".join(midi.from_bytes(data).warnings)


def test_a_sound_file_has_nothing_to_mend() -> None:
    assert midi.from_bytes(song(C4, note(48, channel=1))).warnings == ()


def test_a_riff_wrapper_is_taken_off() -> None:
    inner = song(C4)
    data = b"data" + len(inner).to_bytes(4, "little") + inner
    riff = b"RIFF" + (len(data) + 4).to_bytes(4, "little") + b"RMID" + data
    assert pitches(riff) == [[60]]
    assert warnings(riff) == ""


def test_bytes_before_the_header_are_passed_over() -> None:
    assert pitches(b"\x00" * 128 + song(C4)) == [[60]]
    assert "128 foreign bytes before the MIDI header" in warnings(b"\x00" * 128 + song(C4))


def test_bytes_after_the_last_track_are_passed_over() -> None:
    assert pitches(song(C4) + b"\x00\x00") == [[60]]
    assert "2 foreign bytes after the last track were passed over" in warnings(song(C4) + b"\x00\x00")


def test_a_chunk_of_another_kind_is_passed_over() -> None:
    data = header(1, 2) + track(C4 + END) + track(b"\x01\x02\x03", name=b"XFIH") + track(note(64) + END)
    assert pitches(data) == [[60], [64]]
    assert "Chunk XFIH of 3 bytes" in warnings(data)


def test_a_track_whose_name_is_damaged_is_still_a_track() -> None:
    data = header(1, 1) + track(C4 + END, name=b"MTrx")
    assert pitches(data) == [[60]]
    assert "name is damaged" in warnings(data)


@pytest.mark.parametrize("promised", [0, 1, 9])
def test_a_wrong_number_of_tracks(promised: int) -> None:
    data = header(1, promised) + track(C4 + END) + track(note(64) + END)
    assert pitches(data) == [[60], [64]]
    assert "the file has 2" in warnings(data)


@pytest.mark.parametrize("length", [0, 5, 13, 30, 70, 4_000_000_000])
def test_a_track_length_that_lies(length: int) -> None:
    data = header(1, 2) + track(TUNE + END, length=length) + track(note(64) + END)
    assert pitches(data) == [[60, 62, 64, 65, 67, 69, 71, 72], [64]]
    assert "Track 1 gives its length as" in warnings(data)


def test_a_length_that_swallows_the_next_track() -> None:
    swallowed = len(TUNE + END) + 8 + len(C4 + END)
    data = header(1, 2) + track(TUNE + END, length=swallowed) + track(C4 + END)
    assert pitches(data) == [[60, 62, 64, 65, 67, 69, 71, 72], [60]]


def test_a_header_longer_than_six_bytes() -> None:
    data = b"MThd" + (8).to_bytes(4, "big") + header()[8:] + b"\x00\x00" + track(C4 + END)
    assert pitches(data) == [[60]]


def test_a_header_whose_length_lies() -> None:
    assert pitches(header(length=99) + track(C4 + END)) == [[60]]


def test_a_header_whose_letters_are_damaged() -> None:
    assert pitches(b"MTxx" + song(C4)[4:]) == [[60]]


def test_the_last_track_is_cut_off() -> None:
    whole = song(TUNE)
    data = whole[:-7]  # without the end mark and the last three bytes: the last note has lost its end
    assert pitches(data) == [[60, 62, 64, 65, 67, 69, 71, 72]]
    assert "The file ends in the middle of track 1" in warnings(data)
    assert "1 note never ended" in warnings(data)


def test_only_the_end_mark_is_cut_off() -> None:
    assert warnings(song(TUNE)[:-1]) == ""


def test_several_tracks_in_a_file_of_type_0_sound_together() -> None:
    data = song(C4, note(64), kind=0)
    assert pitches(data) == [[60], [64]]
    assert "type 0 has one track" in warnings(data)


def test_tracks_of_type_2_follow_each_other() -> None:
    read = midi.from_bytes(song(note(60, length=120), note(64, at=5), kind=2, division=96))
    # 120 of 96 ticks a quarter: the second track begins at the next whole quarter, two quarters in.
    assert [t.notes[0].start_tick for t in read.tracks] == [0, 2 * 960 + 50]
    assert "type 2" in " ".join(read.warnings)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"MThd\x00\x00\x00\x06\x00\x01", "ends inside its header"),
        (header(1, 4), "no track"),
        (b"MTrk\x00\x00\x00\x04" + END, "the MIDI header is missing"),
        (header(1, 1, 0) + track(C4 + END), "0 ticks a quarter note"),
        (header(1, 1, 0xC304) + track(C4 + END), "61 frames a second"),
        (header(1, 1, 0xE800) + track(C4 + END), "24 frames a second of 0 ticks"),
        (b"PK\x03\x04" + bytes(60), "a zip archive"),
        (b"Permission is hereby granted, free of charge", "it is text"),
        (b"\x00" * 5000, "nothing but zeros"),
        (b"\x93\x10\xfe\x02" * 50, "93 10 fe 02"),
        (header() + track(b"\x00\x41\x99" * 40), "track 1, byte 22: damaged beyond reading"),
        (header() + b"MTrk" * 3000, "more than 1024 tracks"),
        (b"x" * 16_000_001, "16 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_for_its_true_reason(data: bytes, reason: str) -> None:
    with pytest.raises(SongError) as caught:
        midi.from_bytes(data, file="theme.mid")
    message = str(caught.value)
    assert message.startswith("theme.mid: ")
    assert reason in message
    assert "; " in message, "a remedy is named"
    assert "\n" not in message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mid", tmp_path):
        with pytest.raises(SongError) as caught:
            midi.read(path)
        assert str(path) in str(caught.value)
