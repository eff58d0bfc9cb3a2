"""Keys, spelling and Roman numerals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.model.analysis import ChordSpan, Key, Mode
from remixkit.theory import keys as k
from remixkit.theory.chords import QUALITIES
from remixkit.theory.spelling import pitch_name, pitch_name_m21, tone_name_m21, tonic_m21

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
any_key = st.builds(Key, st.just(0), st.just(1), st.integers(0, 11), st.sampled_from(["major", "minor"]))


def key(tonic: int, mode: str = "major", start: int = 0) -> Key:
    return Key(start, start + 3840, tonic, mode)  # type: ignore[arg-type]


@settings(deadline=None)
@given(any_key, st.integers(0, 11))
def test_a_name_means_its_pitch_class(where: Key, pc: int) -> None:
    name = pitch_name(pc, where)
    assert (LETTERS[name[0]] + name.count("#") - name.count("b")) % 12 == pc
    assert len(name) <= 2


@settings(deadline=None)
@given(any_key)
def test_a_scale_has_seven_letters_and_its_signature(where: Key) -> None:
    names = [pitch_name(pc, where) for pc in k.scale_pcs(where)]
    assert len({n[0] for n in names}) == 7
    assert sum(n.count("#") - n.count("b") for n in names) == k.sharps(where)
    assert names[0] == k.tonic_name(where)
    assert k.key_of_signature(k.sharps(where), where.mode) == (where.tonic_pc, where.mode)


@pytest.mark.parametrize(
    ("where", "pc", "expected"),
    [
        (key(6), 5, "E#"),  # F# major
        (key(9, "minor"), 8, "G#"),  # the leading tone
        (key(5), 10, "Bb"),
        (key(4), 3, "D#"),
        (key(0), 6, "F#"),
        (key(3), 8, "Ab"),
    ],
)
def test_notes_are_spelled_for_the_key(where: Key, pc: int, expected: str) -> None:
    assert pitch_name(pc, where) == expected


@pytest.mark.parametrize(
    ("root", "quality", "bass", "where", "expected"),
    [
        (0, "maj", None, key(0), "I"),
        (2, "min7", None, key(0), "ii7"),
        (2, "min9", 5, key(0), "ii65"),
        (7, "7", None, key(0), "V7"),
        (7, "sus4(b7,9)", None, key(0), "V7sus4"),
        (11, "hdim7", None, key(0), "viiø7"),
        (10, "maj", None, key(0), "bVII"),
        (5, "min", None, key(0), "iv"),
        (5, "maj6", None, key(0), "IV"),
        (9, "min", None, key(9, "minor"), "i"),
        (5, "maj", None, key(9, "minor"), "VI"),
        (7, "maj", None, key(9, "minor"), "VII"),
        (4, "maj", None, key(9, "minor"), "V"),
        (8, "dim", None, key(9, "minor"), "viio"),
        (8, "maj", 0, key(1), "V6"),  # Ab/C in Db
        (None, "", None, key(0), "N"),
    ],
)
def test_roman_numerals(root: int | None, quality: str, bass: int | None, where: Key, expected: str) -> None:
    assert k.roman(ChordSpan(0, 1, root, quality, bass), where) == expected


def test_what_is_in_force_at_a_tick() -> None:
    two = (key(0), key(2, start=3840))
    assert [k.key_at(two, t).tonic_pc for t in (-5, 0, 3839, 3840, 99999)] == [0, 0, 0, 2, 2]
    chords = (ChordSpan(0, 10, 0, "maj"), ChordSpan(10, 20, 5, "maj"))
    assert [k.chord_at(chords, t).root_pc for t in (-1, 9, 10, 25)] == [0, 0, 5, 5]
    with pytest.raises(ValueError, match="no keys"):
        k.key_at((), 0)
    assert k.name(key(6, "minor")) == "F# minor"


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_table_of_numerals_says_what_music21_says(mode: Mode) -> None:
    for quality in QUALITIES:
        for root in range(12):
            said = k.roman(ChordSpan(0, 1, root, quality), Key(0, 1, 0, mode))
            assert said == k.roman_by_music21(root, quality, None, mode), (quality, root)


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_keys_are_written_as_music21_writes_them(mode: Mode) -> None:
    from music21.key import Key as M21Key

    for tonic in range(12):
        own = Key(0, 1, tonic, mode)
        theirs = M21Key(tonic_m21(tonic, mode), mode)
        assert k.sharps(own) == theirs.sharps
        for pitch in theirs.getPitches("C4", "B4"):
            assert pitch_name_m21(pitch.pitchClass, own) == pitch.name


@pytest.mark.parametrize("interval", ["A5", "M7", "M9", "A9", "A11", "m13"])
def test_chord_tones_are_written_as_music21_transposes_the_root(interval: str) -> None:
    from music21.interval import Interval
    from music21.pitch import Pitch

    semitones = Interval(interval).semitones
    for root in range(12):
        own = Key(0, 1, (root + 1) % 12, "major")  # most of the chord is foreign to this key
        chord = ChordSpan(0, 1, root, "maj")
        theirs = Interval(interval).transposePitch(Pitch(pitch_name_m21(root, own)))
        written = tone_name_m21((root + semitones) % 12, own, chord, (semitones,))
        inside = (root + semitones - own.tonic_pc) % 12 in {0, 2, 4, 5, 7, 9, 11}
        double = theirs.accidental is not None and abs(theirs.accidental.alter) > 1
        if not inside and not double:
            assert written == theirs.name
