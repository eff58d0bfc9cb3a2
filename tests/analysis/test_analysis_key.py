"""Keys: tonic, mode, modulation and the lift of the last chorus."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from harmony_songs import CHORUS, VERSE, Q, anime_song, comping, song
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis.harmony.chord_search import find_chords
from remixkit.analysis.harmony.key_search import drop_crumbs, find_keys, likeliest_keys, relative
from remixkit.model.analysis import ChordSpan, Key, MelodyNote
from remixkit.model.song import Note, Song
from remixkit.theory.keys import scale_pcs

MAJOR = [(0, "maj"), (7, "maj"), (9, "min"), (5, "maj"), (0, "maj"), (5, "maj"), (7, "7"), (0, "maj")]
MINOR = [(9, "min"), (2, "min"), (4, "7"), (9, "min"), (5, "maj"), (2, "min"), (4, "maj"), (9, "min")]


def keys(made: Song, tune_track: int | None = None) -> tuple[Key, ...]:
    roles = tuple("chords" for _ in made.tracks)
    notes = () if tune_track is None else made.tracks[tune_track].notes
    melody = [MelodyNote(n.start_tick, n.end_tick, n.pitch, n.velocity, 0) for n in notes]
    return find_keys(made, roles, find_chords(made, roles), melody)


@pytest.mark.parametrize("up", range(12))
def test_major_and_minor_on_every_tonic(up: int) -> None:
    (major,) = keys(song(comping(MAJOR * 2, up=up)))
    (minor,) = keys(song(comping(MINOR * 2, up=up)))
    assert (major.tonic_pc, major.mode) == (up, "major")
    assert (minor.tonic_pc, minor.mode) == ((9 + up) % 12, "minor")
    assert (major.start_tick, major.end_tick) == (0, 64 * Q)


@pytest.mark.parametrize("lift", [1, 2, 3])
def test_the_last_chorus_is_lifted_where_it_begins(lift: int) -> None:
    made, plan = anime_song(lift)
    found = keys(made, 0)
    assert len(found) == 2
    sizes = [4 if name in ("intro", "outro", "interlude") else 8 for name in plan]
    assert found[1].start_tick == sum(sizes[:8]) * 4 * Q
    assert (found[1].tonic_pc - found[0].tonic_pc) % 12 == lift
    assert found[0].mode == found[1].mode


def test_a_song_in_one_key_does_not_change_it() -> None:
    made, _ = anime_song()
    assert len(keys(made)) == 1


def test_a_borrowed_chord_is_no_modulation() -> None:
    made = song(comping([*MAJOR, (8, "maj"), (10, "maj"), *MAJOR[2:]]))
    assert [(k.tonic_pc, k.mode) for k in keys(made)] == [(0, "major")]


def test_a_song_without_notes_has_a_key_for_its_bar() -> None:
    (only,) = find_keys(Song(), (), (ChordSpan(0, 4 * Q, None),))
    assert (only.start_tick, only.end_tick) == (0, 4 * Q)


def test_relatives_are_each_others() -> None:
    assert relative(0) == 9 * 2 + 1
    assert all(relative(relative(state)) == state for state in range(24))


def test_short_stretches_go_to_the_longer_neighbour() -> None:
    path = np.array([0] * 10 + [4] * 3 + [8] * 12)
    assert drop_crumbs(path).tolist() == [0] * 10 + [8] * 15
    scores = np.full((20, 24), -4.0)
    scores[:, 6] = -0.1
    scores[9, 6], scores[9, 8] = -9.0, -0.1
    assert set(likeliest_keys(scores.astype(np.float32)).tolist()) == {6}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40 * Q), st.integers(1, 4 * Q), st.integers(20, 100)),
        min_size=1,
        max_size=60,
    )
)
def test_keys_cover_the_song_bar_by_bar(rows: list[tuple[int, int, int]]) -> None:
    made = song([Note(start, start + length, pitch, 80) for start, length, pitch in rows])
    found = keys(made)
    assert found[0].start_tick == 0
    assert found[-1].end_tick == -(-made.end_tick // (4 * Q)) * 4 * Q
    assert all(a.end_tick == b.start_tick for a, b in pairwise(found))
    assert all((a.tonic_pc, a.mode) != (b.tonic_pc, b.mode) for a, b in pairwise(found))
    assert all(k.start_tick % (4 * Q) == 0 for k in found)


def test_verse_and_chorus_of_relative_keys_stay_one_key() -> None:
    assert len(keys(song(comping((VERSE * 2 + CHORUS * 2) * 2)))) == 1


def test_eight_bars_of_b_minor_have_two_sharps() -> None:
    a_major = comping([(9, "maj"), (2, "maj"), (4, "maj"), (6, "min")] * 4)
    b_minor = comping([(11, "min"), (4, "min"), (6, "7"), (11, "min")] * 2, 16)
    again = comping([(9, "maj"), (2, "maj"), (4, "maj"), (6, "min")] * 4, 24)
    found = keys(song(a_major + b_minor + again))
    three_sharps = {9, 11, 1, 2, 4, 6, 8}
    assert len(found) == 3
    assert set(scale_pcs(found[0])) == set(scale_pcs(found[2])) == three_sharps
    assert (found[1].tonic_pc, found[1].mode) == (11, "minor")
    assert (found[1].start_tick, found[1].end_tick) == (64 * Q, 96 * Q)
