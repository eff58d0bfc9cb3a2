"""General MIDI programs and drum keys out of the names of instruments: MusicXML's sound ids, and words in scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from remixkit.midi.spec import DRUM_VOICES

_T = TypeVar("_T", int, str)

_PROGRAMS: tuple[tuple[str, int], ...] = (
    (r"harpsichord|cembalo|clavecin", 6), (r"clavichord|clavinet", 7), (r"celesta", 8),
    (r"glockenspiel", 9), (r"music.?box", 10), (r"vibraphone|vibes", 11), (r"marimba", 12), (r"xylophone", 13),
    (r"tubular|chimes", 14), (r"dulcimer|cimbalom", 15), (r"electric.?piano|e\.? ?piano|rhodes|wurlitzer", 4),
    (r"accordion", 21), (r"harmonica", 22), (r"harmonium|reed.?organ", 20), (r"organ", 19), (r"piano|klavier", 0),
    (r"bass.?guitar|electric.?bass|e-?bass", 33), (r"fretless", 35), (r"distort", 30), (r"overdriv", 29),
    (r"electric.?guitar|e-?guitar", 27), (r"steel.*guitar|acoustic.*guitar", 25), (r"guitar|gitarre", 24),
    (r"bass.?clarinet|basset|clarinet|klarinette", 71), (r"english.?horn|cor anglais", 69), (r"oboe", 68),
    (r"bassoon|fagott", 70), (r"soprano.?sax", 64), (r"alto.?sax", 65), (r"tenor.?sax", 66), (r"bari.*sax", 67),
    (r"saxophone|\bsax\b", 65), (r"piccolo", 72), (r"pan.?flute|panpipe", 75), (r"recorder|blockfl", 74),
    (r"shakuhachi", 77), (r"ocarina", 79), (r"whistle", 78), (r"flute|fl(ö|oe)te|flauto", 73),
    (r"flugelhorn|trumpet|trompete|cornet|tromba", 56), (r"bass.?trombone|trombone|posaune", 57),
    (r"tuba|sousaphone|euphonium|baritone horn", 58), (r"\bhorns?\b|french.?horn|corno", 60), (r"brass", 61),
    (r"violoncello|\bcello|\bvc\b", 42), (r"contrabass|double.?bass|kontrabass|string.?bass", 43),
    (r"viola|bratsche", 41), (r"violins? ?[i1-9]|violin|violine|fiddle", 40), (r"harp\b|harfe", 46),
    (r"timpani|pauken|kettledrum", 47), (r"strings?\b|streicher", 48), (r"synth.?bass", 38),
    (r"banjo", 105), (r"sitar", 104), (r"shamisen", 106), (r"koto", 107), (r"kalimba", 108), (r"bag.?pipe", 109),
    (r"mandolin|ukulele|lute", 24), (r"synth.*lead|lead", 80), (r"synth.*pad|pad", 89), (r"upright bass", 32),
    (r"\bbass\b(?! ?(voice|drum|solo))", 32),
    (r"choir|chorus|voice|vocal|vox|soprano|mezzo|alto|tenor|baritone|singer|gesang", 52),
)  # fmt: skip

_DRUMS: tuple[tuple[str, str], ...] = (
    (r"bass.?drum|kick|grosse? trommel|gran cassa", "kick"), (r"side.?stick|rim.?shot|cross.?stick", "rim"),
    (r"snare|side.?drum|military drum|kleine trommel", "snare"), (r"clap", "clap"),
    (r"pedal.*hi.?hat|hi.?hat.*pedal", "hat_pedal"), (r"open.*hi.?hat|hi.?hat.*open", "hat_open"),
    (r"hi.?hat", "hat"), (r"low.*floor.?tom", "tom_floor_low"), (r"floor.?tom", "tom_floor"),
    (r"low.*tom", "tom_low"), (r"high.*tom", "tom_high"), (r"mid.*tom|tom", "tom_mid"), (r"ride.*bell", "ride_bell"),
    (r"ride", "ride"), (r"splash", "splash"), (r"china|chinese", "china"), (r"crash|cymbal|becken|piatti", "crash"),
    (r"tambourin", "tambourine"), (r"cow.?bell", "cowbell"), (r"vibra.?slap", "vibraslap"),
    (r"low.*bongo", "bongo_low"), (r"bongo", "bongo_high"), (r"mute.*conga", "conga_mute"),
    (r"conga", "conga_high"), (r"maraca", "maracas"), (r"guiro", "guiro"), (r"claves?", "claves"),
    (r"wood.?block|temple.?block", "wood_block"), (r"triangle", "triangle"), (r"shaker", "shaker"),
    (r"tam.?tam|gong", "china"),
)  # fmt: skip


def program(names: Sequence[str]) -> int | None:
    """The General MIDI program (from 0) of the first name that tells; None if none does."""
    return _first(_PROGRAMS, names)


def drum_key(names: Sequence[str]) -> int | None:
    """The General MIDI percussion key of the first name that tells; None if none does."""
    voice = _first(_DRUMS, names)
    return None if voice is None else DRUM_VOICES[voice]


def _first(table: tuple[tuple[str, _T], ...], names: Sequence[str]) -> _T | None:
    for name in names:
        for pattern, value in table:
            if name and re.search(pattern, name, re.IGNORECASE):
                return value
    return None
