"""The solver: any notes become what two hands can play, and the tune is never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.arrange.piano.hands import LEVELS, MELODY_PRIORITY, Reach, WeightedNote, faults, fit_hand
from remixkit.arrange.piano.two_hands import solve
from remixkit.model.song import Note
from remixkit.model.timing import TempoChange, TempoMap

TEMPO = TempoMap((TempoChange(0, 100.0),))

notes = st.lists(
    st.builds(
        lambda start, length, pitch: Note(start * 120, start * 120 + length * 120, pitch, 70),
        st.integers(0, 60),
        st.integers(1, 20),
        st.integers(24, 100),
    ),
    max_size=60,
)
tempos = st.sampled_from([TempoMap((TempoChange(0, bpm),)) for bpm in (45.0, 100.0, 190.0)])


@st.composite
def tunes(draw: st.DrawFn) -> list[Note]:
    """A monophonic line that a pianist can play by itself: steps of a quarter, moves of an octave at most."""
    out, tick, pitch = [], draw(st.integers(0, 8)) * 240, 72
    for _ in range(draw(st.integers(0, 20))):
        pitch = min(88, max(60, pitch + draw(st.integers(-12, 12))))
        length = draw(st.sampled_from([480, 960, 1440]))
        out.append(Note(tick, tick + length, pitch, 90))
        tick += length + draw(st.sampled_from([0, 0, 480]))
    return out


@given(notes, tempos, st.sampled_from(sorted(LEVELS)))
def test_one_hand_is_always_playable(wanted, tempo, level):
    played = fit_hand([WeightedNote(n, 1.0 + n.pitch % 3) for n in wanted], tempo, LEVELS[level])
    assert faults(played, tempo, LEVELS[level]) == ()


@given(notes, tunes(), tempos)
def test_two_hands_are_playable_and_the_tune_is_whole(wanted, tune, tempo):
    hands = solve([*wanted, *tune], tempo, melody=tune)
    assert {(n.start_tick, n.pitch) for n in tune} <= {(n.start_tick, n.pitch) for n in hands.right}
    assert faults(hands.left, tempo) == ()
    tune_alone = set(faults(fit_hand([WeightedNote(n, MELODY_PRIORITY) for n in tune], tempo), tempo))
    assert set(faults(hands.right, tempo)) <= tune_alone
    assert len(hands.right) + len(hands.left) + len(hands.lost) <= len(wanted) + len(tune)


@given(notes, tempos)
def test_hands_never_strike_one_key_together(wanted, tempo):
    hands = solve(wanted, tempo)
    assert not {(n.start_tick, n.pitch) for n in hands.right} & {(n.start_tick, n.pitch) for n in hands.left}


def test_a_piano_chord_is_split_as_a_pianist_would():
    chord = [Note(0, 960, p, 70) for p in (40, 47, 52, 64, 67, 71)]
    hands = solve(chord, TEMPO)
    assert [n.pitch for n in hands.left] == [40, 47, 52]
    assert [n.pitch for n in hands.right] == [64, 67, 71]
    assert hands.lost == ()


def test_what_goes_goes_by_worth():
    wanted = [
        WeightedNote(Note(0, 480, p, 70), w)
        for p, w in ((60, 5.0), (64, 1.0), (67, 2.0), (70, 3.0), (72, MELODY_PRIORITY))
    ]
    assert [n.pitch for n in fit_hand(wanted, TEMPO)] == [60, 67, 70, 72]


def test_a_tenth_is_rolled_when_there_is_time_and_dropped_when_not():
    chord = [WeightedNote(Note(0, 3840, p, 60), 3.0 - k / 10) for k, p in enumerate((40, 47, 56))]
    rolled = fit_hand(chord, TEMPO)
    assert [n.pitch for n in rolled] == [40, 47, 56]
    seconds = TEMPO.to_s([n.start_tick for n in rolled])
    assert list(seconds.round(3)) == [0.0, 0.035, 0.07]
    assert rolled[0].end_tick == rolled[2].start_tick
    hurried = fit_hand([*chord, WeightedNote(Note(240, 480, 47, 60), 3.0)], TEMPO)
    assert {n.pitch for n in hurried if n.start_tick < 200} == {40, 47}


def test_the_hand_is_never_too_far_to_reach_the_tune_after_an_onset_it_left_out():
    low = [WeightedNote(Note(t, t + 120, p, 70), 3.0) for t, p in ((720, 33), (840, 24), (840, 37))]
    played = fit_hand([*low, WeightedNote(Note(1200, 1680, 72, 90), MELODY_PRIORITY)], TEMPO)
    assert faults(played, TEMPO) == ()
    assert played[-1].pitch == 72


def test_a_held_key_is_let_go_for_the_next_position():
    played = fit_hand([WeightedNote(Note(0, 3840, 36, 70), 1.0), WeightedNote(Note(960, 1920, 60, 70), 1.0)], TEMPO)
    assert [(n.start_tick, n.end_tick, n.pitch) for n in played] == [(0, 960, 36), (960, 1920, 60)]


def test_the_tune_is_not_cut_for_an_accompanying_note():
    played = fit_hand(
        [WeightedNote(Note(0, 3840, 76, 90), MELODY_PRIORITY), WeightedNote(Note(960, 1920, 60, 70), 9.0)], TEMPO
    )
    assert [(n.start_tick, n.end_tick, n.pitch) for n in played] == [(0, 3840, 76)]


@pytest.mark.parametrize(
    ("pitches", "length", "what"),
    [
        ((60, 62, 64, 65, 67), 100, {"notes"}),
        ((60, 73), 100, {"span"}),
    ],
)
def test_faults_name_what_is_wrong(pitches, length, what):
    assert {f.what for f in faults([Note(0, length, p) for p in pitches], TEMPO)} == what


def test_faults_see_repeats_and_jumps():
    repeated = [Note(0, 60, 60), Note(120, 180, 60)]
    assert {f.what for f in faults(repeated, TEMPO)} == {"repeat"}
    leaping = [Note(0, 60, 40), Note(240, 300, 60)]
    assert {f.what for f in faults(leaping, TEMPO)} == {"jump"}
    assert faults(leaping, TEMPO, Reach(jumps=())) == ()
