"""Chord names and their notes: what we write, we read back; what people write, music21 reads as the same notes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.model.analysis import ChordSpan, Key
from remixkit.notation.signs import _m21_figure
from remixkit.theory.chords import QUALITIES, bass_pc, family, label, parse_label, symbol, tones, triad

pcs = st.integers(0, 11)
keys = st.builds(Key, st.just(0), st.just(1), pcs, st.sampled_from(["major", "minor"]))
chords = st.builds(ChordSpan, st.just(0), st.just(960), pcs, st.sampled_from(sorted(QUALITIES)), st.none() | pcs)


@settings(deadline=None)
@given(chords, st.none() | keys)
def test_a_label_reads_back_as_the_same_chord(chord: ChordSpan, key: Key | None) -> None:
    root, quality, bass = parse_label(label(chord, key))
    assert (root, quality) == (chord.root_pc, chord.quality)
    assert (root if bass is None else bass) == bass_pc(chord)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("N", (None, "", None)),
        ("X", (None, "", None)),
        ("C", (0, "maj", None)),
        ("Bb:min7/b3", (10, "min7", 1)),
        ("F#:maj/3", (6, "maj", 10)),
        ("D:sus4(b7)", (2, "sus4(b7)", None)),
        ("G:7/1", (7, "7", None)),
        ("C:min7(b5)", (0, "min7", None)),  # no quality of ours: the shorthand stays
        ("C:min7(*5,b5)", (0, "hdim7", None)),
        ("C:(1,3,5)", (0, "maj", None)),
        ("E:aug7", (4, "aug(b7)", None)),
        ("A:maj(11,13)", (9, "maj", None)),
    ],
)
def test_labels_of_other_programs_are_read(text: str, expected: tuple[int | None, str, int | None]) -> None:
    assert parse_label(text) == expected


@pytest.mark.parametrize("text", ["", "H:maj", "C:magic", "C:maj/", "C:maj/z", "c:maj", "C:maj(99)", "C:maj(x)"])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"label|quality|degree"):
        parse_label(text)


@pytest.mark.parametrize(
    ("chord", "key", "expected"),
    [
        (ChordSpan(0, 1, 6, "min7", 9), Key(0, 1, 2, "major"), "F#m7/A"),
        (ChordSpan(0, 1, 10, "maj9"), Key(0, 1, 5, "major"), "Bbmaj9"),
        (ChordSpan(0, 1, 2, "hdim7"), Key(0, 1, 0, "minor"), "Dm7b5"),
        (ChordSpan(0, 1, 7, "sus4(b7,9)"), None, "G9sus4"),
        (ChordSpan(0, 1, None), None, "N.C."),
    ],
)
def test_symbols_are_what_a_lead_sheet_has(chord: ChordSpan, key: Key | None, expected: str) -> None:
    assert symbol(chord, key) == expected


@pytest.mark.parametrize("quality", sorted(QUALITIES))
@pytest.mark.parametrize("bass", [None, 8])
def test_music21_hears_the_same_notes_in_our_figures(quality: str, bass: int | None) -> None:
    from music21.harmony import ChordSymbol

    chord = ChordSpan(0, 1, 1, quality, bass)
    heard = {p.pitchClass for p in ChordSymbol(_m21_figure(1, quality, bass, 8, "major")).pitches}
    assert heard == {*tones(chord), *([] if bass is None else [bass])}


def test_families_follow_the_triad() -> None:
    assert {q: family(q) for q in ("maj9", "min11", "hdim7", "aug(b7)", "sus4(b7,9)", "7(#9)", "5", "")} == {
        "maj9": "maj", "min11": "min", "hdim7": "dim", "aug(b7)": "aug",
        "sus4(b7,9)": "sus", "7(#9)": "maj", "5": "", "": "",
    }  # fmt: skip


@pytest.mark.parametrize("quality", sorted(set(QUALITIES) - {"7(*5,b5)"}))  # that one has no triad
def test_a_triad_takes_away_and_never_adds(quality: str) -> None:
    plain = triad(quality)
    assert set(QUALITIES[plain]) <= {s % 12 for s in QUALITIES[quality]}
    assert triad(plain) == plain
