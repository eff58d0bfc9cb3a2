"""Which channels are drums: channel 10, those of which the file says so, and those that are named or played like a kit.

Sources: Roland GS (SC-88 owner's manual, "use for rhythm part", address 40 1x 15), Yamaha XG (XG specification 1.35,
part mode 08 nn 07, bank MSB 127 and 126), General MIDI 2 (RP-024, bank MSB 120 and 121).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from remixkit.midi import spec
from remixkit.model.song import Note

Standard = Literal["", "gs", "xg", "gm2"]
Setup = tuple[int, int, int, int, bytes]
"""(tick, port, status, value, payload): a bank MSB (a control change) or a system exclusive."""

DRUM_NAMES = re.compile(
    r"drum(?!.*\bbass\b(?! drum))|"
    r"\b(perc\w*|kick|snare|hi-?hats?|cymbals?|claps?|toms?|timbales|congas?|bongos?|kit)\b|"
    r"ドラム|パーカッション|打楽器|スネア|バスドラ|ハイハット|シンバル",
    re.IGNORECASE,
)
_KICKS, _SNARES = frozenset(spec.BASS_DRUMS), frozenset(spec.SNARES)
_CYMBALS = frozenset(spec.DRUM_VOICES[voice] for voice in ("hat", "hat_pedal", "hat_open", "crash", "crash2", "ride"))
_KIT_PITCHES = _KICKS | _SNARES | _CYMBALS
_WHOLE_KIT = frozenset(range(35, 60))
_LEAST_KIT_SHARE = 0.9
_LEAST_KIT_NOTES = 16
_STRUCK_TOGETHER = 0.4
_LONGEST_STROKE_TICKS = 960
_PIANO = 0


def sounds_like_kit(pitches: Sequence[int]) -> bool:
    """Whether pitches are those of kick, snare, hi-hats and cymbals: some files set up another part than they play."""
    return len(pitches) >= _LEAST_KIT_NOTES and sum(p in _KIT_PITCHES for p in pitches) >= _LEAST_KIT_SHARE * len(
        pitches
    )


def is_kit(name: str, program: int, notes: Sequence[Note]) -> bool:
    """Whether a channel that should be melodic plays a drum kit, as hosts of drum plug-ins write them.

    Parameters
    ----------
    name : str
        Of its track.
    program : int
        Its General MIDI program, zero-based; a kit elsewhere than on channel 10 has none (0) or a drum's (112-119).
    notes : sequence of Note
        What it plays, in order.

    Returns
    -------
    bool
        True if it is named as drums and plays in the kit's range; or if it is not, and kick, snare and cymbals are
        struck together as no bass or left hand would.
    """
    if program != _PIANO and not 112 <= program < 120:
        return False
    pitches = [n.pitch for n in notes]
    if DRUM_NAMES.search(name):
        kit = sum(p in _KIT_PITCHES for p in pitches)
        return sum(p in _WHOLE_KIT for p in pitches) >= _LEAST_KIT_SHARE * len(pitches) and 2 * kit >= len(pitches) > 0
    if not sounds_like_kit(pitches) or any(set(pitches).isdisjoint(x) for x in (_KICKS, _SNARES, _CYMBALS)):
        return False
    struck: dict[int, set[int]] = {}
    for n in notes:
        struck.setdefault(n.start_tick, set()).add(n.pitch)
    drums = [s for s in struck.values() if s & (_KICKS | _SNARES)]
    together = sum(bool(s & _CYMBALS) for s in drums)
    short = sum(n.end_tick - n.start_tick <= _LONGEST_STROKE_TICKS for n in notes)
    return together >= _STRUCK_TOGETHER * len(drums) and short >= _LEAST_KIT_SHARE * len(notes)


def is_reset(message: bytes) -> bool:
    """Whether a message resets a whole instrument: GM or GM2 on or off, GS reset or mode set, XG on or all reset."""
    if len(message) < 6 or message[0] != spec.SYSEX:
        return False
    gm = message[1] == spec.NON_REAL_TIME and message[3] == spec.GM_SYSTEM
    gs = message[1] == spec.ROLAND and message[3:5] == spec.GS_DATA_SET and message[5:8] in spec.GS_RESETS
    xg = message[1] == spec.YAMAHA and message[3] == spec.XG_MODEL and message[4:7] in spec.XG_RESETS
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
            if status == spec.SYSEX:
                standard = self._exclusive(tick, port, payload, standard)
            else:
                self._bank(tick, port, status & spec.CHANNEL_BITS, value, standard)

    def is_drum(self, port: int, channel: int, tick: int) -> bool:
        """Whether a channel is drums at a tick, with all that is said at that tick."""
        is_drum = channel == spec.DRUM_CHANNEL
        for at, says in self._changes.get((port, channel), ()):
            if at > tick:
                break
            is_drum = says
        return is_drum

    def _set(self, tick: int, port: int, channel: int, is_drum: bool) -> None:
        self._changes.setdefault((port, channel), []).append((tick, is_drum))

    def _reset(self, tick: int) -> None:
        for (_, channel), changes in self._changes.items():
            changes.append((tick, channel == spec.DRUM_CHANNEL))

    def _exclusive(self, tick: int, port: int, payload: bytes, standard: Standard) -> Standard:
        body = payload.removesuffix(spec.SYSEX_END)
        if len(body) >= 4 and body[0] == spec.NON_REAL_TIME and body[2] == spec.GM_SYSTEM:
            self._reset(tick)
            return "gm2" if body[3] == spec.GM2_ON else ""
        if len(body) >= 8 and body[0] == spec.ROLAND and body[2:4] == spec.GS_DATA_SET:
            return self._roland(tick, port, body[4:7], body[7], standard)
        if (
            len(body) >= 7
            and body[0] == spec.YAMAHA
            and body[1] & spec.KIND_BITS == spec.XG_DEVICE
            and body[2] == spec.XG_MODEL
        ):
            return self._yamaha(tick, port, body[3:6], body[6])
        return standard

    def _roland(self, tick: int, port: int, address: bytes, value: int, standard: Standard) -> Standard:
        if address in spec.GS_RESETS:
            self._reset(tick)
        elif (
            address[0] == spec.GS_PARTS
            and address[1] & spec.KIND_BITS == spec.GS_PART_BLOCK
            and address[2] == spec.GS_USE_FOR_RHYTHM
        ):
            self._set(tick, port, spec.GS_DRUM_PARTS[address[1] & spec.CHANNEL_BITS], value in (1, 2))
        elif address[0] not in spec.GS_ADDRESSES:
            return standard
        return "gs"

    def _yamaha(self, tick: int, port: int, address: bytes, value: int) -> Standard:
        if address in spec.XG_RESETS:
            self._reset(tick)
        elif address[0] == spec.XG_PARTS and address[1] < spec.CHANNELS and address[2] == spec.XG_PART_MODE:
            self._set(tick, port, address[1], value > 0)
        return "xg"

    def _bank(self, tick: int, port: int, channel: int, msb: int, standard: Standard) -> None:
        if standard in ("", "xg") and msb in spec.XG_DRUM_BANKS:
            self._set(tick, port, channel, True)
        elif standard == "xg" and channel != spec.DRUM_CHANNEL:
            self._set(tick, port, channel, False)
        elif standard in ("", "gm2") and msb in (spec.GM2_DRUM_BANK, spec.GM2_PITCHED_BANK):
            self._set(tick, port, channel, msb == spec.GM2_DRUM_BANK)
