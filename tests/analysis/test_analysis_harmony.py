"""Chords: the right ones, at the right place, whatever the key, the meter and the player."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from harmony_songs import CHORUS, VERSE, Q, comping, song
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis.harmony import chord_naming, chord_search
from remixkit.analysis.harmony.chord_search import find_chords
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note, Song, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoMap
from remixkit.seeding import child_rng
from remixkit.theory import chords as theory


def written(spans: tuple[ChordSpan, ...]) -> list[tuple[int, int | None, str]]:
    """Quarter note, root, quality."""
    return [(c.start_tick // Q, c.root_pc, c.quality) for c in spans]


@pytest.mark.parametrize("up", range(12))
def test_a_progression_is_heard_in_every_key(up: int) -> None:
    chords = VERSE + CHORUS
    got = find_chords(song(comping(chords, up=up)), ("chords",))
    assert written(got) == [(4 * k, (root + up) % 12, quality) for k, (root, quality) in enumerate(chords)]


def test_sevenths_and_diminished_are_named() -> None:
    chords = [(0, "maj7"), (9, "min"), (11, "dim"), (4, "7"), (9, "min"), (2, "min"), (7, "7"), (0, "maj")]
    got = written(find_chords(song(comping(chords)), ("chords",)))
    assert (16 - 4, 4, "7") in got
    assert (24, 7, "7") in got
    assert (0, 0, "maj7") in got
    assert any(root == 11 and quality in ("dim", "hdim7") for _, root, quality in got)


def test_qualities_are_words_of_the_theory() -> None:
    assert set(chord_search.QUALITIES) <= set(theory.QUALITIES)
    for quality, tones in chord_naming.CHORD_TONES.items():
        assert set(tones) == {t % 12 for t in theory.QUALITIES[quality]}


def test_an_inversion_is_told_by_its_bass() -> None:
    above = [Note(k * Q, k * Q + Q - 40, p, 70) for k in range(16) for p in (60, 64, 67)]
    bass = [Note(k * 2 * Q, (k + 1) * 2 * Q - 20, 40, 80) for k in range(8)]
    (only,) = find_chords(song(above, bass), ("chords", "bass"))
    assert (only.root_pc, only.quality, only.bass_pc) == (0, "maj", 4)


def test_a_power_chord_takes_the_third_that_is_heard_around_it() -> None:
    verse = comping([(9, "min"), (7, "maj"), (9, "min"), (7, "maj")] * 2)
    power = [Note(32 * Q + k * Q // 2, 32 * Q + (k + 1) * Q // 2 - 20, p, 90) for k in range(8) for p in (45, 52, 57)]
    got = find_chords(song(verse, power), ("chords", "chords"))
    assert (got[-1].root_pc, got[-1].quality) == (9, "min")


def test_nothing_sounds_nothing_is_named() -> None:
    got = find_chords(song(comping(VERSE), comping(VERSE, 8)), ("chords", "chords"))
    silent = [c for c in got if c.root_pc is None]
    assert len(silent) == 1
    assert abs(silent[0].start_tick - 16 * Q) <= Q
    assert silent[0].end_tick == 32 * Q
    assert silent[0].quality == ""


def test_a_song_without_notes_is_one_silent_bar() -> None:
    assert find_chords(Song(), ()) == (ChordSpan(0, 4 * Q, None),)


def test_drums_and_effects_do_not_count() -> None:
    plain = song(comping(VERSE * 2))
    noise = [Note(k * Q // 2, k * Q // 2 + 200, p, 110) for k in range(64) for p in (37, 42, 61)]
    drums = Track(notes=tuple(noise), is_drum=True)
    beeps = Track(notes=tuple(noise))
    noisy = replace(plain, tracks=(*plain.tracks, drums, beeps))
    assert find_chords(noisy, ("chords", "drums", "effects")) == find_chords(plain, ("chords",))


def test_a_track_that_beats_one_pitch_does_not_count() -> None:
    plain = song(comping(VERSE * 2))
    kick = Track(notes=tuple(Note(k * Q, k * Q + 300, 25, 110) for k in range(32)))
    got = find_chords(replace(plain, tracks=(*plain.tracks, kick)), ("chords", "bass"))
    assert got == find_chords(plain, ("chords",))


def test_a_player_who_is_early_changes_nothing() -> None:
    rng = child_rng(1, "early")
    exact = comping(VERSE + CHORUS)
    played = [
        Note(
            max(0, n.start_tick - int(rng.integers(0, 80))), n.end_tick - int(rng.integers(0, 80)), n.pitch, n.velocity
        )
        for n in exact
    ]
    assert written(find_chords(song(played), ("chords",))) == written(find_chords(song(exact), ("chords",)))


@pytest.mark.parametrize(("meter", "beats"), [((3, 4), 3), ((6, 8), 3), ((5, 4), 5)])
def test_a_chord_a_bar_in_other_meters(meter: tuple[int, int], beats: int) -> None:
    chords = VERSE * 4
    got = find_chords(song(comping(chords, beats=beats), meter=meter), ("chords",))
    assert [(c.start_tick, c.root_pc) for c in got] == [(k * beats * Q, root) for k, (root, _) in enumerate(chords)]


NOTES = st.lists(
    st.builds(
        lambda start, length, pitch, velocity: Note(start, start + length, pitch, velocity),
        st.integers(0, 30 * Q),
        st.integers(1, 6 * Q),
        st.integers(0, 127),
        st.integers(1, 127),
    ),
    max_size=60,
)
METERS = st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (2, 2), (5, 4), (3, 8), (9, 16), (1, 4)])


@settings(max_examples=40, deadline=None)
@given(notes=NOTES, meter=METERS, later=METERS, bars=st.integers(1, 5))
def test_spans_cover_the_bars_on_the_grid(
    notes: list[Note], meter: tuple[int, int], later: tuple[int, int], bars: int
) -> None:
    first = MeterChange(0, *meter)
    meters = MeterMap((first, MeterChange(bars * first.bar_ticks, *later)))
    made = Song(tracks=(Track(notes=tuple(sorted(notes))),), grid=Grid(TempoMap(), meters))
    spans = find_chords(made, ("chords",))
    assert spans[0].start_tick == 0
    assert spans[-1].end_tick == list(meters.bars(max(1, made.end_tick)))[-1][1]
    assert all(a.end_tick == b.start_tick for a, b in pairwise(spans))
    assert all(c.start_tick % (Q // 8) == 0 and c.end_tick > c.start_tick for c in spans)
    assert all((c.root_pc is None) == (c.quality == "") for c in spans)
    assert all(c.bass_pc != c.root_pc or c.root_pc is None for c in spans)


@settings(max_examples=15, deadline=None)
@given(notes=NOTES.filter(bool), up=st.integers(1, 5))
def test_a_song_moved_has_its_chords_moved(notes: list[Note], up: int) -> None:
    # Register counts in the features (below and above middle C), so only notes that stay on their side may move.
    kept = [replace(n, pitch=36 + n.pitch % 12 + 24 * (n.pitch > 63)) for n in notes]
    moved = [replace(n, pitch=n.pitch + up) for n in kept]
    here = find_chords(song(kept), ("chords",))
    there = find_chords(song(moved), ("chords",))
    assert [(c.start_tick, c.quality) for c in here] == [(c.start_tick, c.quality) for c in there]
    roots = [(a.root_pc, b.root_pc) for a, b in zip(here, there, strict=True) if a.root_pc is not None]
    assert all(b == (a + up) % 12 for a, b in roots if a is not None)


def test_the_shipped_weights_fit_the_features() -> None:
    model = chord_search.chord_model()
    frames = chord_search.make_frames(song(comping(VERSE)))
    features = chord_search.chord_features(frames, chord_search.listen(song(comping(VERSE)), ("chords",), frames))
    scores = chord_search.log_likelihoods(features, model)
    assert scores.shape == (len(frames), chord_search.NO_CHORD + 1)
    assert np.allclose(np.exp(scores).sum(axis=1), 1.0, atol=1e-4)


def test_a_staccato_bass_stands_under_the_piano() -> None:
    # E, B, E short in the bass; the left hand's lowest note is G#.
    piano = [Note(k * Q, k * Q + Q - 20, p, 70) for k in range(32) for p in (44, 52, 56, 59)]
    bass = [Note(k * Q, k * Q + 120, (28, 35, 28, 28)[k % 4], 90) for k in range(32)]
    (only,) = find_chords(song(piano, bass), ("chords", "bass"))
    assert (only.root_pc, only.quality, only.bass_pc) == (4, "maj", None)


def test_a_bass_part_tells_the_inversion_though_the_piano_lies_lower() -> None:
    piano = [Note(k * Q, k * Q + Q - 20, p, 70) for k in range(32) for p in (36, 52, 55, 60)]
    bass = [Note(k * 2 * Q, k * 2 * Q + 200, 40, 90) for k in range(16)]
    (only,) = find_chords(song(piano, bass), ("chords", "bass"))
    assert (only.root_pc, only.quality, only.bass_pc) == (0, "maj", 4)


def test_a_bass_that_stops_is_forgotten_after_a_bar() -> None:
    piano = comping([(0, "maj")] * 2 + [(9, "min")] * 6)
    bass = [Note(k * Q, k * Q + 120, 36, 90) for k in range(8)]
    got = find_chords(song(piano, bass), ("chords", "bass"))
    assert (got[-1].root_pc, got[-1].quality, got[-1].bass_pc) == (9, "min", None)


def octaves(pitches: list[int], start_bar: int = 0) -> list[Note]:
    """A bar of eighths of each pitch and its octave."""
    at = start_bar * 4 * Q
    return [
        Note(at + (8 * k + i) * Q // 2, at + (8 * k + i + 1) * Q // 2 - 60, pitch + up, 90)
        for k, pitch in enumerate(pitches)
        for i in range(8)
        for up in (0, 12)
    ]


def test_octave_guitars_play_roots() -> None:
    guitar = octaves([40, 46, 45, 43])
    got = find_chords(
        song(guitar, comping([(4, "min"), (0, "maj"), (7, "maj"), (2, "maj")] * 2, 4)), ("riff", "chords")
    )
    assert [(c.root_pc, c.bass_pc) for c in got[:4]] == [(4, None), (10, None), (9, None), (7, None)]
    assert {c.quality for c in got[:4]} <= {"maj", "min"}


def test_dead_strums_are_no_chords() -> None:
    chords = [(10, "maj"), (3, "maj"), (5, "maj"), (10, "maj")] * 2
    scratches = [Note(k * Q // 2, k * Q // 2 + 60, p, 35) for k in range(64) if k % 4 for p in (40, 45, 50, 55, 59, 64)]
    clean = find_chords(song(comping(chords)), ("chords",))
    assert find_chords(song(comping(chords), scratches), ("chords", "chords")) == clean
    assert find_chords(song(comping(chords) + scratches), ("chords",)) == clean


def test_a_held_note_goes_on_with_the_chord_or_has_none() -> None:
    chords = comping([(0, "maj"), (5, "maj"), (7, "maj"), (0, "maj")] * 2)
    (*_, third) = find_chords(song([*chords, Note(32 * Q, 40 * Q, 76, 80)]), ("chords",))
    (*_, foreign) = find_chords(song([*chords, Note(32 * Q, 40 * Q, 70, 80)]), ("chords",))
    assert (third.root_pc, third.quality, third.bass_pc, third.end_tick) == (0, "maj", None, 40 * Q)
    assert foreign.root_pc is None


PASSING = {
    "C#dim": (1, [(0, "maj", 2), (1, "dim", 2), (2, "min", 4)]),
    "F#dim7": (6, [(5, "maj", 3), (6, "dim7", 1), (0, "maj", 4)]),
    "D#dim": (3, [(4, "min", 1), (3, "dim", 1), (2, "min", 2), (7, "maj", 4)]),
    "G#dim7": (8, [(7, "maj", 2), (8, "dim7", 2), (9, "min", 4)]),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_diminished_chord_is_named(name: str) -> None:
    root, passing = PASSING[name]
    plain = [(0, "maj", 4), (9, "min", 4), (5, "maj", 4), (7, "maj", 4)]
    notes, at = [], 0
    for pc, quality, quarters in [*plain, *passing, *plain]:
        pitches = [36 + pc, *(55 + (pc + tone - 7) % 12 for tone in chord_naming.CHORD_TONES[quality])]
        notes += [Note(at, at + quarters * Q - 30, p, 70) for p in pitches]
        at += quarters * Q
    diminished = [c for c in find_chords(song(notes), ("chords",)) if c.quality.startswith("dim")]
    assert [(c.root_pc, c.quality, c.bass_pc) for c in diminished] == [
        (root, "dim7" if name.endswith("7") else "dim", None)
    ]


def test_of_a_bass_in_fifths_the_lower_note_stands() -> None:
    piano = [Note(k * Q, k * Q + Q - 20, p, 70) for k in range(32) for p in (57, 61, 64)]
    bass = [Note(k * Q, k * Q + 280, p, 90) for k in range(32) for p in (45, 52)]
    (only,) = find_chords(song(piano, bass), ("chords", "bass"))
    assert (only.root_pc, only.quality, only.bass_pc) == (9, "maj", None)
