"""A tune without accompaniment gets the plain chords of its key."""

from __future__ import annotations

import pytest
from harmony_songs import AULD_LANG_SYNE, ODE_TO_JOY, TWINKLE, Q, comping, song, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis import analyze
from remixkit.analysis.features import listen, make_frames
from remixkit.analysis.harmony.bare_tune import is_bare
from remixkit.analysis.harmony.chord_search import find_chords
from remixkit.analysis.harmony.key_search import find_keys
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note, Song
from remixkit.theory.chords import symbol


def half_bars(chords: tuple[ChordSpan, ...]) -> list[str]:
    """The name of the chord in each half bar of 4/4."""
    return [symbol(c) for c in chords for _ in range(c.start_tick, c.end_tick, 2 * Q)]


def bare(made: Song) -> bool:
    roles = tuple("melody" for _ in made.tracks)
    return is_bare(listen(made, roles, make_frames(made)))


def test_twinkle() -> None:
    heard = analyze(song(tune(TWINKLE)))
    assert [symbol(c) for c in heard.chords][:8] == ["C", "F", "C", "F", "C", "G", "C", "G"]
    assert half_bars(heard.chords)[:8] == ["C", "C", "F", "C", "F", "C", "G", "C"]
    assert half_bars(heard.chords)[-8:] == ["C", "C", "F", "C", "F", "C", "G", "C"]


def test_ode_to_joy() -> None:
    names = half_bars(analyze(song(tune(ODE_TO_JOY))).chords)
    assert names[:9] == ["C", "C", "C", "C", "C", "C", "C", "G", "C"]
    assert set(names) == {"C", "G"}
    assert names[-2:] == ["G", "C"]


def test_auld_lang_syne_is_in_major() -> None:
    heard = analyze(song(tune(AULD_LANG_SYNE)))
    assert [(k.tonic_pc, k.mode) for k in heard.keys] == [(5, "major")]
    assert half_bars(heard.chords)[2::2][:8] == ["F", "C", "F", "Bb", "F", "C", "F", "F"]


@pytest.mark.parametrize("up", range(1, 12))
def test_a_tune_moved_has_its_chords_moved(up: int) -> None:
    here, there = (find_chords(song(tune(TWINKLE, k)), ("melody",)) for k in (0, up))
    assert [(c.start_tick, c.quality) for c in here] == [(c.start_tick, c.quality) for c in there]
    assert all(a.root_pc is not None and b.root_pc == (a.root_pc + up) % 12 for a, b in zip(here, there, strict=True))


def test_a_tune_in_octaves_is_still_one_line() -> None:
    once, twice = song(tune(TWINKLE)), song(tune(TWINKLE), tune(TWINKLE, 12))
    assert find_chords(twice, ("melody", "second")) == find_chords(once, ("melody",))


@given(pitch=st.integers(53, 90), quarters=st.integers(1, 20))
@settings(max_examples=15, deadline=None)
def test_one_held_note_is_the_triad_of_its_key(pitch: int, quarters: int) -> None:
    made = song([Note(0, quarters * Q, pitch, 80)])
    (chord,) = find_chords(made, ("melody",))
    (key,) = find_keys(made, ("melody",), (chord,))
    assert (chord.root_pc, chord.quality) == (pitch % 12, "maj")
    assert (key.tonic_pc, key.mode) == (pitch % 12, "major")


def test_a_pickup_has_no_chord_before_it() -> None:
    first = find_chords(song(tune(AULD_LANG_SYNE)), ("melody",))[0]
    assert first == ChordSpan(0, 2 * Q, None)


def test_accompanied_broken_and_bass_lines_are_no_bare_tunes() -> None:
    chords = [(0, "maj"), (5, "maj"), (7, "maj"), (0, "maj")]
    broken = [Note(k * Q // 2, (k + 1) * Q // 2, 60 + (0, 7, 4, 7)[k % 4], 80) for k in range(32)]
    assert bare(song(tune(TWINKLE)))
    assert not bare(song(tune(TWINKLE), comping(chords)))
    assert not bare(song(broken))
    assert not bare(song(tune(TWINKLE, -24)))
    assert not bare(Song())
