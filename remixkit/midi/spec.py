"""Every number of MIDI that RemixKit reads or writes, once; other modules read them here by name.

Sources: MIDI 1.0 Detailed Specification 4.2 (status bytes, controllers, registered parameters), RP-001 (Standard MIDI
Files: meta events), RP-015 (reset of controllers), RP-017 (lyrics), RP-003 and RP-024 (General MIDI 1 and 2: drum
keys, system on and off), Roland SC-88 owner's manual (GS), Yamaha XG specification 1.35.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Channels count from 0 here, from 1 in manuals.
CHANNELS = 16
DRUM_CHANNEL = 9
PITCHED_CHANNELS = tuple(channel for channel in range(CHANNELS) if channel != DRUM_CHANNEL)

# Status bytes. Those of channel messages have the channel in their lower half.
NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL_CHANGE = 0x80, 0x90, 0xA0, 0xB0
PROGRAM_CHANGE, CHANNEL_PRESSURE, PITCH_BEND = 0xC0, 0xD0, 0xE0
TIME_CODE, SONG_POSITION, SONG_SELECT = 0xF1, 0xF2, 0xF3
SYSEX, ESCAPE, META = 0xF0, 0xF7, 0xFF
SYSEX_END = b"\xf7"
STATUS_BIT, KIND_BITS, CHANNEL_BITS = 0x80, 0xF0, 0x0F
"""What makes a byte a status; a status's kind of message, and its channel."""

DATA_BYTES: Mapping[int, int] = MappingProxyType(
    {
        NOTE_OFF: 2,
        NOTE_ON: 2,
        KEY_PRESSURE: 2,
        CONTROL_CHANGE: 2,
        PROGRAM_CHANGE: 1,
        CHANNEL_PRESSURE: 1,
        PITCH_BEND: 2,
    }
)
"""How many bytes follow the status of a channel message."""
SYSTEM_DATA_BYTES: Mapping[int, int] = MappingProxyType({TIME_CODE: 1, SONG_POSITION: 2, SONG_SELECT: 1})
NUMBERED = frozenset({KEY_PRESSURE, CONTROL_CHANGE})
"""Channel messages whose first data byte says which key or controller they are about."""

# Data bytes and values of two of them.
DATA_BITS = 0x7F
MAX_DATA = 127
DATA_STEPS = 128
BEND_REACH = 8192
"""A full pitch bend, down or (less one) up; in the message it is added, so that 8192 is at rest."""
MAX_14_BIT = 16383
PEDAL_DOWN = 64
"""A switch (pedals) is on from this value up."""
RELEASE_VELOCITY = 64
"""Of a note off that was not measured."""

# Controllers.
CC_BANK_MSB, CC_BANK_LSB = 0, 32
CC_MODULATION, CC_VOLUME, CC_PAN, CC_EXPRESSION, CC_SUSTAIN, CC_REVERB = 1, 7, 10, 11, 64, 91
CC_DATA_MSB, CC_DATA_LSB, CC_DATA_UP, CC_DATA_DOWN = 6, 38, 96, 97
CC_NRPN_LSB, CC_NRPN_MSB, CC_RPN_LSB, CC_RPN_MSB = 98, 99, 100, 101
CC_SOUND_OFF, CC_RESET, CC_NOTES_OFF = 120, 121, 123
CC_OMNI_OFF, CC_OMNI_ON, CC_MONO, CC_POLY = 124, 125, 126, 127
ENDS_ALL_NOTES = frozenset({CC_SOUND_OFF, CC_NOTES_OFF, CC_OMNI_OFF, CC_OMNI_ON, CC_MONO, CC_POLY})
PARAMETER_STEPS = frozenset(
    {CC_DATA_MSB, CC_DATA_LSB, CC_DATA_UP, CC_DATA_DOWN, CC_NRPN_LSB, CC_NRPN_MSB, CC_RPN_LSB, CC_RPN_MSB}
)
"""Data entry, and what it is for."""
AT_REST: Mapping[int, int] = MappingProxyType({CC_EXPRESSION: MAX_DATA})
"""Where a controller stands that nobody has moved; others are at 0."""

# Registered parameters.
RPN_BEND_RANGE, RPN_NULL = 0, 0x3FFF
MSB_BITS, LSB_BITS = 0x3F80, 0x7F

# Chunks and meta events of a file.
HEADER_CHUNK, TRACK_CHUNK = b"MThd", b"MTrk"
META_SEQUENCE, META_TEXT, META_COPYRIGHT, META_NAME, META_INSTRUMENT = 0x00, 0x01, 0x02, 0x03, 0x04
META_LYRIC, META_MARKER, META_CUE, META_LAST_TEXT = 0x05, 0x06, 0x07, 0x0F
META_CHANNEL, META_PORT, META_END, META_TEMPO, META_OFFSET = 0x20, 0x21, 0x2F, 0x51, 0x54
META_METER, META_KEY, META_PRIVATE = 0x58, 0x59, 0x7F
SHORT_METAS = frozenset({META_SEQUENCE, META_CHANNEL, META_PORT, META_TEMPO, META_OFFSET, META_METER, META_KEY})
"""Meta events that RP-001 gives at most five bytes."""
END_OF_TRACK = bytes((META, META_END, 0))
LONGEST_WAIT = b"\xff\xff\xff\x7f"
"""The longest delta time, a day and a half at usual resolutions."""
SLOWEST_TEMPO_US = 0xFFFFFF
"""The longest quarter note that a tempo event can say, in microseconds."""
METER_CLOCKS = b"\x18\x08"
"""The rest of a time signature: 24 clocks a click, eight 32nds a quarter."""
FRAME_BIT = 0x8000
"""Set in a header's division, it means frames a second."""

# General MIDI sound sets.
GS_DRUM_PARTS = (9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)
"""The channel of each of Roland's blocks 40 1x."""
XG_DRUM_BANKS, GM2_DRUM_BANK, GM2_PITCHED_BANK = (126, 127), 120, 121
"""Bank MSBs that make a channel drums, or not."""
SF2_DRUM_BANK = 128
"""Where a SoundFont keeps its drum kits."""

# System exclusives, as they stand behind the status byte.
NON_REAL_TIME, GM_SYSTEM, GM2_ON = 0x7E, 0x09, 3
ROLAND, GS_DATA_SET = 0x41, b"\x42\x12"
GS_RESETS = (b"\x40\x00\x7f", b"\x00\x00\x7f")
GS_ADDRESSES, GS_PARTS, GS_PART_BLOCK, GS_USE_FOR_RHYTHM = (0x40, 0x41, 0x50), 0x40, 0x10, 0x15
YAMAHA, XG_DEVICE, XG_MODEL = 0x43, 0x10, 0x4C
XG_RESETS = (b"\x00\x00\x7e", b"\x00\x00\x7f")
XG_PARTS, XG_PART_MODE = 0x08, 0x07

# Drum keys: General MIDI level 1, Roland GS for shaker and sticks.
DRUM_VOICES: Mapping[str, int] = MappingProxyType(
    {
        "kick": 36,
        "kick2": 35,
        "rim": 37,
        "snare": 38,
        "clap": 39,
        "snare2": 40,
        "hat": 42,
        "hat_pedal": 44,
        "hat_open": 46,
        "tom_high": 50,
        "tom_mid_high": 48,
        "tom_mid": 47,
        "tom_low": 45,
        "tom_floor": 43,
        "tom_floor_low": 41,
        "crash": 49,
        "crash2": 57,
        "splash": 55,
        "china": 52,
        "ride": 51,
        "ride2": 59,
        "ride_bell": 53,
        "tambourine": 54,
        "cowbell": 56,
        "vibraslap": 58,
        "bongo_high": 60,
        "bongo_low": 61,
        "conga_mute": 62,
        "conga_high": 63,
        "conga_low": 64,
        "maracas": 70,
        "guiro": 73,
        "claves": 75,
        "wood_block": 76,
        "triangle_mute": 80,
        "triangle": 81,
        "shaker": 82,
        "sticks": 31,
    }
)
"""The key of each drum, by the word that patterns use."""
CABASA = 69
BASS_DRUMS = (DRUM_VOICES["kick2"], DRUM_VOICES["kick"])
SNARES = tuple(DRUM_VOICES[voice] for voice in ("rim", "snare", "clap", "snare2"))
CRASHES = tuple(DRUM_VOICES[voice] for voice in ("crash", "china", "splash", "crash2"))
TIMEKEEPERS = tuple(DRUM_VOICES[voice] for voice in ("hat", "hat_open", "ride", "ride_bell", "ride2"))


def two_bytes(value: int) -> tuple[int, int]:
    """The upper and lower seven bits of a number up to 16383, as controllers in pairs say it."""
    return divmod(value, DATA_STEPS)


def bank_bytes(bank: int) -> tuple[int, int]:
    """(MSB, LSB) that select a bank: one below 128 is an MSB alone, as General MIDI's makers count."""
    return (bank, 0) if bank < DATA_STEPS else two_bytes(bank)


def parameter_steps(number: int, value: int) -> tuple[tuple[int, int], ...]:
    """(controller, value) of each step that sets a registered parameter and then closes it."""
    (number_msb, number_lsb), (msb, lsb) = two_bytes(number), two_bytes(value)
    null_msb, null_lsb = two_bytes(RPN_NULL)
    return (
        (CC_RPN_MSB, number_msb),
        (CC_RPN_LSB, number_lsb),
        (CC_DATA_MSB, msb),
        (CC_DATA_LSB, lsb),
        (CC_RPN_MSB, null_msb),
        (CC_RPN_LSB, null_lsb),
    )
