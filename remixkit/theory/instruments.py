"""The 128 General MIDI instruments: family, sounding range, how many notes at once.

Ranges are sounding MIDI pitches. Orchestral ones are the narrower of Adler, "The Study of Orchestration" (4th ed.), and
the tables behind music21's `instrument` module; guitars and basses are in standard tuning; synthesisers get what
sounds well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Instrument:
    """A player.

    Parameters
    ----------
    name : str
        General MIDI's name, in plain words.
    family : str
        ``keys, mallets, organ, guitar, bass, strings, voice, brass, reed, pipe, lead, pad, plucked, percussion, fx``.
    lowest, highest : int
        Sounding range; a note outside does not exist on the instrument.
    comfortable_lowest, comfortable_highest : int
        Where it sounds well and a player is at ease.
    max_voices : int
        Notes at once; 1 for winds.
    """

    name: str
    family: str
    lowest: int
    highest: int
    comfortable_lowest: int
    comfortable_highest: int
    max_voices: int


def instrument(program: int) -> Instrument:
    """The instrument of a General MIDI program.

    Parameters
    ----------
    program : int
        0-127, zero-based.
    """
    return INSTRUMENTS[program]


def fit_octave(pitch: int, low: int, high: int) -> int:
    """The pitch moved by octaves into `low`..`high`, as little as possible.

    Where the range is less than an octave and has no such note, the nearest octave to the range is returned, clipped to
    the range: pitch class yields to range.
    """
    if pitch < low:
        pitch += -(-(low - pitch) // 12) * 12
    elif pitch > high:
        pitch -= -(-(pitch - high) // 12) * 12
    return min(max(pitch, low), high)


def m21_instrument(program: int) -> Any:
    """A new music21 instrument for a program; a plain one with our name where music21 has none."""
    from music21.exceptions21 import InstrumentException
    from music21.instrument import Instrument as M21Instrument
    from music21.instrument import instrumentFromMidiProgram

    try:
        return instrumentFromMidiProgram(program)
    except InstrumentException:
        made = M21Instrument(INSTRUMENTS[program].name)
        made.midiProgram = program
        return made


def _row(family: str, voices: int, *players: tuple[str, int, int, int, int]) -> list[Instrument]:
    return [Instrument(name, family, low, high, from_, to, voices) for name, low, high, from_, to in players]


_PIANO = (21, 108, 28, 100)
_TABLE: list[Instrument] = [
    *_row(
        "keys",
        10,
        ("acoustic grand piano", *_PIANO),
        ("bright acoustic piano", *_PIANO),
        ("electric grand piano", *_PIANO),
        ("honky-tonk piano", *_PIANO),
        ("electric piano", 28, 103, 36, 88),
        ("FM electric piano", 28, 103, 36, 88),
        ("harpsichord", 29, 89, 36, 84),
        ("clavinet", 29, 89, 36, 84),
    ),
    *_row(
        "mallets",
        2,
        ("celesta", 60, 108, 60, 103),
        ("glockenspiel", 79, 108, 79, 103),
        ("music box", 60, 108, 60, 96),
        ("vibraphone", 53, 89, 53, 86),
        ("marimba", 45, 96, 48, 91),
        ("xylophone", 65, 108, 65, 101),
        ("tubular bells", 60, 77, 60, 77),
        ("dulcimer", 48, 84, 50, 81),
    ),
    *_row(
        "organ",
        10,
        ("drawbar organ", 24, 96, 36, 84),
        ("percussive organ", 24, 96, 36, 84),
        ("rock organ", 24, 96, 36, 84),
        ("church organ", 24, 108, 36, 91),
        ("reed organ", 29, 89, 36, 84),
        ("accordion", 41, 93, 48, 86),
        ("harmonica", 60, 96, 60, 89),
        ("bandoneon", 36, 95, 43, 88),
    ),
    *_row(
        "guitar",
        6,
        ("nylon-string guitar", 40, 83, 40, 76),
        ("steel-string guitar", 40, 84, 40, 76),
        ("jazz guitar", 40, 86, 40, 79),
        ("clean electric guitar", 40, 86, 40, 81),
        ("muted electric guitar", 40, 86, 40, 76),
        ("overdriven guitar", 40, 88, 40, 86),
        ("distortion guitar", 40, 88, 40, 86),
        ("guitar harmonics", 52, 100, 52, 91),
    ),
    *_row(
        "bass",
        1,
        ("acoustic bass", 28, 60, 28, 52),
        ("fingered electric bass", 28, 64, 28, 55),
        ("picked electric bass", 28, 64, 28, 55),
        ("fretless bass", 28, 64, 28, 55),
        ("slap bass 1", 28, 64, 28, 52),
        ("slap bass 2", 28, 64, 28, 52),
        ("synth bass 1", 24, 64, 28, 55),
        ("synth bass 2", 24, 64, 28, 55),
    ),
    *_row(
        "strings",
        2,
        ("violin", 55, 103, 55, 100),
        ("viola", 48, 91, 48, 84),
        ("cello", 36, 77, 36, 69),
        ("double bass", 28, 60, 28, 55),
    ),
    *_row(
        "strings",
        8,
        ("tremolo strings", 28, 103, 36, 96),
        ("pizzicato strings", 28, 100, 36, 91),
    ),
    *_row("plucked", 8, ("harp", 24, 103, 28, 96)),
    *_row("percussion", 1, ("timpani", 40, 55, 40, 55)),
    *_row(
        "strings",
        8,
        ("string ensemble", 28, 103, 36, 96),
        ("slow string ensemble", 28, 103, 36, 96),
        ("synth strings 1", 28, 103, 36, 96),
        ("synth strings 2", 28, 103, 36, 96),
    ),
    *_row(
        "voice",
        6,
        ("choir", 40, 84, 43, 79),
        ("voice oohs", 40, 84, 43, 79),
        ("synth voice", 40, 84, 43, 79),
        ("orchestra hit", 36, 84, 48, 72),
    ),
    *_row(
        "brass",
        1,
        ("trumpet", 52, 80, 55, 77),
        ("trombone", 40, 70, 43, 65),
        ("tuba", 28, 60, 31, 55),
        ("muted trumpet", 52, 80, 55, 77),
        ("horn", 34, 77, 41, 70),
    ),
    *_row(
        "brass",
        6,
        ("brass section", 34, 84, 41, 77),
        ("synth brass 1", 34, 88, 41, 79),
        ("synth brass 2", 34, 88, 41, 79),
    ),
    *_row(
        "reed",
        1,
        ("soprano saxophone", 56, 88, 56, 84),
        ("alto saxophone", 49, 81, 49, 78),
        ("tenor saxophone", 44, 76, 44, 73),
        ("baritone saxophone", 36, 69, 36, 66),
        ("oboe", 58, 89, 60, 84),
        ("English horn", 52, 81, 52, 77),
        ("bassoon", 34, 72, 36, 65),
        ("clarinet", 50, 89, 50, 79),
    ),
    *_row(
        "pipe",
        1,
        ("piccolo", 74, 102, 76, 98),
        ("flute", 60, 96, 60, 91),
        ("recorder", 60, 91, 60, 86),
        ("pan flute", 60, 96, 60, 88),
        ("blown bottle", 60, 96, 60, 84),
        ("shakuhachi", 55, 84, 55, 79),
        ("whistle", 62, 98, 62, 93),
        ("ocarina", 60, 89, 60, 84),
    ),
    *_row(
        "lead",
        4,
        *(
            (f"{kind} lead", 28, 103, 48, 91)
            for kind in ("square", "sawtooth", "calliope", "chiff", "charang", "voice", "fifths")
        ),
        ("bass and lead", 28, 96, 36, 84),
    ),
    *_row(
        "pad",
        8,
        *(
            (f"{kind} pad", 28, 103, 40, 88)
            for kind in ("new age", "warm", "polysynth", "choir", "bowed", "metallic", "halo", "sweep")
        ),
    ),
    *_row(
        "fx",
        8,
        *(
            (f"{kind} effect", 28, 103, 40, 91)
            for kind in ("rain", "soundtrack", "crystal", "atmosphere", "brightness", "goblins", "echoes", "sci-fi")
        ),
    ),
    *_row(
        "plucked",
        4,
        ("sitar", 48, 84, 48, 77),
        ("banjo", 48, 84, 50, 79),
        ("shamisen", 48, 81, 50, 77),
        ("koto", 43, 86, 50, 81),
        ("kalimba", 53, 89, 55, 84),
    ),
    *_row("pipe", 1, ("bagpipe", 58, 81, 58, 79)),
    *_row("strings", 2, ("fiddle", 55, 100, 55, 93)),
    *_row("reed", 1, ("shanai", 56, 88, 58, 84)),
    *_row(
        "percussion",
        2,
        ("tinkle bell", 72, 103, 72, 96),
        ("agogo", 60, 91, 60, 84),
        ("steel drums", 48, 84, 52, 81),
        ("woodblock", 48, 84, 55, 79),
        ("taiko drum", 36, 67, 36, 60),
        ("melodic tom", 36, 72, 40, 67),
        ("synth drum", 36, 72, 40, 67),
        ("reverse cymbal", 36, 84, 48, 72),
    ),
    *_row(
        "fx",
        2,
        *(
            (kind, 36, 96, 48, 84)
            for kind in (
                "guitar fret noise",
                "breath noise",
                "seashore",
                "bird tweet",
                "telephone ring",
                "helicopter",
                "applause",
                "gunshot",
            )
        ),
    ),
]

INSTRUMENTS: Mapping[int, Instrument] = MappingProxyType(dict(enumerate(_TABLE)))
