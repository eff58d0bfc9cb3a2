"""Which channels are drums: channel 10, and those of which the file says so.

Sources: Roland GS (SC-88 owner's manual, "use for rhythm part", address 40 1x 15), Yamaha XG (XG specification 1.35,
part mode 08 nn 07, bank MSB 127 and 126), General MIDI 2 (RP-024, bank MSB 120 and 121).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

Standard = Literal["", "gs", "xg", "gm2"]
Setup = tuple[int, int, int, int, bytes]
"""(tick, port, status, value, payload): a bank MSB (status 0xB0 + channel) or a system exclusive (0xF0)."""

DRUM_CHANNEL = 9
_GS_PARTS = (9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)


_KIT_PITCHES = frozenset({35, 36, 37, 38, 39, 40, 42, 44, 46, 49, 51, 57})
_LEAST_KIT_SHARE = 0.9
_LEAST_KIT_NOTES = 16


def sounds_like_kit(pitches: Sequence[int]) -> bool:
    """Whether pitches are those of kick, snare, hi-hats and cymbals: some files set up another part than they play."""
    return len(pitches) >= _LEAST_KIT_NOTES and sum(p in _KIT_PITCHES for p in pitches) >= _LEAST_KIT_SHARE * len(
        pitches
    )


def is_reset(message: bytes) -> bool:
    """Whether a message resets a whole instrument: GM or GM2 on or off, GS reset or mode set, XG on or all reset."""
    if len(message) < 6 or message[0] != 0xF0:
        return False
    gm = message[1] == 0x7E and message[3] == 0x09
    gs = message[1] == 0x41 and message[3:5] == b"\x42\x12" and message[5:8] in (b"\x40\x00\x7f", b"\x00\x00\x7f")
    xg = message[1] == 0x43 and message[3] == 0x4C and message[4:7] in (b"\x00\x00\x7e", b"\x00\x00\x7f")
    return gm or gs or xg


class DrumMap:
    """When which channel of which port is drums.

    Parameters
    ----------
    setups : iterable of Setup
        Of the whole file, in order of time.
    """

    def __init__(self, setups: Iterable[Setup]) -> None:
        self._changes: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        standard: Standard = ""
        for tick, port, status, value, payload in setups:
            if status == 0xF0:
                standard = self._exclusive(tick, port, payload, standard)
            else:
                self._bank(tick, port, status & 0x0F, value, standard)

    def is_drum(self, port: int, channel: int, tick: int) -> bool:
        """Whether a channel is drums at a tick, with all that is said at that tick."""
        is_drum = channel == DRUM_CHANNEL
        for at, says in self._changes.get((port, channel), ()):
            if at > tick:
                break
            is_drum = says
        return is_drum

    def _set(self, tick: int, port: int, channel: int, is_drum: bool) -> None:
        self._changes.setdefault((port, channel), []).append((tick, is_drum))

    def _reset(self, tick: int) -> None:
        for (_, channel), changes in self._changes.items():
            changes.append((tick, channel == DRUM_CHANNEL))

    def _exclusive(self, tick: int, port: int, payload: bytes, standard: Standard) -> Standard:
        body = payload.removesuffix(b"\xf7")
        if len(body) >= 4 and body[0] == 0x7E and body[2] == 0x09:
            self._reset(tick)
            return "gm2" if body[3] == 3 else ""
        if len(body) >= 8 and body[0] == 0x41 and body[2:4] == b"\x42\x12":
            return self._roland(tick, port, body[4:7], body[7], standard)
        if len(body) >= 7 and body[0] == 0x43 and body[1] & 0xF0 == 0x10 and body[2] == 0x4C:
            return self._yamaha(tick, port, body[3:6], body[6])
        return standard

    def _roland(self, tick: int, port: int, address: bytes, value: int, standard: Standard) -> Standard:
        if address in (b"\x40\x00\x7f", b"\x00\x00\x7f"):
            self._reset(tick)
        elif address[0] == 0x40 and address[1] & 0xF0 == 0x10 and address[2] == 0x15:
            self._set(tick, port, _GS_PARTS[address[1] & 0x0F], value in (1, 2))
        elif address[0] not in (0x40, 0x41, 0x50):
            return standard
        return "gs"

    def _yamaha(self, tick: int, port: int, address: bytes, value: int) -> Standard:
        if address in (b"\x00\x00\x7e", b"\x00\x00\x7f"):
            self._reset(tick)
        elif address[0] == 0x08 and address[1] < 16 and address[2] == 0x07:
            self._set(tick, port, address[1], value > 0)
        return "xg"

    def _bank(self, tick: int, port: int, channel: int, msb: int, standard: Standard) -> None:
        if standard in ("", "xg") and msb in (126, 127):
            self._set(tick, port, channel, True)
        elif standard == "xg" and channel != DRUM_CHANNEL:
            self._set(tick, port, channel, False)
        elif standard in ("", "gm2") and msb in (120, 121):
            self._set(tick, port, channel, msb == 120)
