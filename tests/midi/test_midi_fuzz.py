"""Whatever the bytes are, the answer is a Song or a SongError."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from midi_files import header, meta, note, song, sysex, track

from remixkit import midi
from remixkit.errors import SongError
from remixkit.model.song import Song

WHOLE = song(
    meta(0x03, "題".encode("cp932"))
    + meta(0x51, b"\x07\xa1\x20")
    + meta(0x58, b"\x03\x03\x18\x08")
    + meta(0x59, b"\x02\x01"),
    b"".join(meta(0x05, b"la") + note(p) for p in (60, 62, 64, 65, 67)) + b"\x00\xe0\x00\x40",
    sysex(bytes.fromhex("7e 7f 09 01")) + b"\x00\xb1\x65\x00\x00\x64\x00\x00\x06\x02" + note(40, channel=1) * 4,
    b"".join(note(p, channel=9) for p in (36, 42, 38, 42) * 4),
)
BYTE = st.integers(0, 255)


def read(data: bytes) -> Song | None:
    try:
        return midi.from_bytes(data, file="fuzz.mid")
    except SongError as problem:
        refusal = str(problem)
    assert refusal.startswith("fuzz.mid: ")
    assert "\n" not in refusal
    return None


def check(data: bytes) -> None:
    """Read; what was read keeps the model's promises."""
    got = read(data)
    if got is None:
        return
    for t in got.tracks:
        assert list(t.notes) == sorted(t.notes)
        assert all(0 <= n.start_tick < n.end_tick and 0 <= n.pitch < 128 and 0 < n.velocity < 128 for n in t.notes)
        assert [c.tick for c in t.controls] == sorted(c.tick for c in t.controls)
        assert all(-8192 <= c.value < 16_384 and 0 <= c.number < 16_384 for c in t.controls)
        assert 0 <= t.channel < 16
        assert 0 <= t.program < 128
    assert got.grid.tempo.start_s == 0
    assert all(w.endswith((".", "passed over.")) for w in got.warnings)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=4), st.integers(0, 3), st.integers(0, 65_535))
def test_any_bytes_in_sound_chunks(tracks: list[bytes], kind: int, division: int) -> None:
    check(header(kind, len(tracks), division) + b"".join(track(t) for t in tracks))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.builds(
                bytes, st.tuples(st.integers(0, 255), st.integers(128, 255), st.integers(0, 255), st.integers(0, 255))
            ),
            st.sampled_from(
                [note(60), note(36, channel=9), b"\x00\xff\x2f\x00", b"\x00\xf0\x05\x7e", b"\x00\xff\x51\x03"]
            ),
        ),
        max_size=40,
    )
)
def test_events_that_are_almost_right(events: list[bytes]) -> None:
    check(header(1, 1) + track(b"".join(events)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.sampled_from("sdi"), st.binary(max_size=6)), max_size=8))
def test_a_damaged_file(damage: list[tuple[int, str, bytes]]) -> None:
    data = bytearray(WHOLE)
    for at, how, with_bytes in damage:
        if how == "s":
            data[at : at + len(with_bytes)] = with_bytes
        elif how == "d":
            del data[at : at + len(with_bytes)]
        else:
            data[at:at] = with_bytes
    check(bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 13), st.integers(0, 5)), max_size=8))
@example([(3800, 4, 2), (2000, 1, 2), (200, 4, 2)])  # the second is moved past the third
def test_time_signatures_anywhere(changes: list[tuple[int, int, int]]) -> None:
    signs = b"".join(
        bytes([0x80 | delta >> 7, delta & 0x7F]) + meta(0x58, bytes([n, d, 24, 8]))[1:] for delta, n, d in changes
    )
    check(song(signs + note(60)))


@pytest.mark.parametrize("end", range(0, len(WHOLE), 7))
def test_a_file_cut_off_anywhere(end: int) -> None:
    check(WHOLE[:end])


@pytest.mark.parametrize(
    "front", [b"", header(), header() + b"MTrk\x00\x98\x96\x80", b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + header()]
)
def test_ten_megabytes_of_noise_are_refused_at_once(front: bytes) -> None:
    noise = front + random.Random(1).randbytes(10_000_000)
    start = time.process_time()
    assert read(noise) is None
    assert time.process_time() - start < 2
