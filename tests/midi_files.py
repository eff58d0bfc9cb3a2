"""MIDI files built byte by byte."""

from __future__ import annotations

END = b"\x00\xff\x2f\x00"
"""End of track, with its delta time."""


def header(kind: int = 1, tracks: int = 1, division: int = 480, *, length: int = 6) -> bytes:
    return b"MThd" + b"".join(
        n.to_bytes(size, "big") for n, size in ((length, 4), (kind, 2), (tracks, 2), (division, 2))
    )


def track(events: bytes, *, length: int | None = None, name: bytes = b"MTrk") -> bytes:
    return name + (len(events) if length is None else length).to_bytes(4, "big") + events


def song(*tracks: bytes, kind: int = 1, division: int = 480) -> bytes:
    """A file of these tracks' events; each gets its end mark."""
    return header(kind, len(tracks), division) + b"".join(track(t + END) for t in tracks)


def note(pitch: int, *, at: int = 0, length: int = 96, velocity: int = 64, channel: int = 0) -> bytes:
    """A note with one-byte delta times."""
    return bytes([at, 0x90 | channel, pitch, velocity, length, 0x80 | channel, pitch, 64])


def meta(kind: int, payload: bytes, *, at: int = 0) -> bytes:
    return bytes([at, 0xFF, kind, len(payload)]) + payload


def sysex(payload: bytes, *, at: int = 0) -> bytes:
    return bytes([at, 0xF0, len(payload) + 1]) + payload + b"\xf7"
