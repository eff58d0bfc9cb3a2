"""General MIDI programs and drum keys out of the names of instruments: MusicXML's sound ids, and words in scores."""

from __future__ import annotations

import re
from collections.abc import Sequence

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

_DRUMS: tuple[tuple[str, int], ...] = (
    (r"bass.?drum|kick|grosse? trommel|gran cassa", 36), (r"side.?stick|rim.?shot|cross.?stick", 37),
    (r"snare|side.?drum|military drum|kleine trommel", 38), (r"clap", 39), (r"pedal.*hi.?hat|hi.?hat.*pedal", 44),
    (r"open.*hi.?hat|hi.?hat.*open", 46), (r"hi.?hat", 42), (r"low.*floor.?tom", 41), (r"floor.?tom", 43),
    (r"low.*tom", 45), (r"high.*tom", 50), (r"mid.*tom|tom", 47), (r"ride.*bell", 53), (r"ride", 51),
    (r"splash", 55), (r"china|chinese", 52), (r"crash|cymbal|becken|piatti", 49), (r"tambourin", 54),
    (r"cow.?bell", 56), (r"vibra.?slap", 58), (r"high.*bongo|bongo", 60), (r"low.*bongo", 61),
    (r"mute.*conga", 62), (r"conga", 63), (r"timbale", 65), (r"agogo", 67), (r"cabasa", 69), (r"maraca", 70),
    (r"guiro", 74), (r"claves?", 75), (r"wood.?block|temple.?block", 76), (r"cuica", 79), (r"triangle", 81),
    (r"shaker", 82), (r"sleigh|jingle", 83), (r"castanet", 85), (r"tam.?tam|gong", 52),
)  # fmt: skip


def program(names: Sequence[str]) -> int | None:
    """The General MIDI program (from 0) of the first name that tells; None if none does."""
    return _first(_PROGRAMS, names)


def drum_key(names: Sequence[str]) -> int | None:
    """The General MIDI percussion key of the first name that tells; None if none does."""
    return _first(_DRUMS, names)


def _first(table: tuple[tuple[str, int], ...], names: Sequence[str]) -> int | None:
    for name in names:
        for pattern, value in table:
            if name and re.search(pattern, name, re.IGNORECASE):
                return value
    return None
