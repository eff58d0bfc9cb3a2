"""Voicings: playable, clear, led smoothly, under the melody."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.model.analysis import ChordSpan
from remixkit.theory.chords import QUALITIES, Voicing, tones
from remixkit.theory.voicing import voice_chords
from remixkit.theory.voicing_candidates import breaches_low_interval

KINDS = get_args(Voicing)


def chords_of(*named: tuple[int | None, str]) -> list[ChordSpan]:
    return [ChordSpan(k * 960, (k + 1) * 960, root, quality) for k, (root, quality) in enumerate(named)]


POP = chords_of((0, "maj"), (7, "maj"), (9, "min"), (5, "maj"), (0, "maj"))
JAZZ = chords_of((2, "min9"), (7, "13"), (0, "maj9"), (9, "min9"))

spans = st.builds(
    ChordSpan, st.just(0), st.just(960), st.none() | st.integers(0, 11), st.sampled_from(sorted(QUALITIES)),
    st.none() | st.integers(0, 11),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(spans, max_size=5), st.sampled_from(KINDS), st.integers(28, 72), st.integers(0, 40), st.integers(1, 6))
def test_every_voicing_is_in_range_ascending_and_clear(
    chords: list[ChordSpan], kind: Voicing, low: int, width: int, voices: int
) -> None:
    voiced = voice_chords(chords, kind=kind, low=low, high=low + width, voices=voices)
    assert len(voiced) == len(chords)
    for chord, pitches in zip(chords, voiced, strict=True):
        assert (len(pitches) > 0) == (chord.root_pc is not None)
        assert len(pitches) <= voices
        assert all(low <= p <= low + width for p in pitches)
        assert all(a < b for a, b in pairwise(pitches))
        assert not breaches_low_interval(pitches)


@pytest.mark.parametrize("kind", ["close", "open", "rootless", "shell"])
def test_only_chord_tones_are_played(kind: Voicing) -> None:
    for chords in (POP, JAZZ):
        for chord, pitches in zip(chords, voice_chords(chords, kind=kind, low=48, high=76), strict=True):
            assert {p % 12 for p in pitches} <= set(tones(chord))
            assert len(pitches) >= 3


def test_pop_chords_move_little_and_hold_common_tones() -> None:
    voiced = voice_chords(POP, kind="close", low=52, high=74, voices=3)
    assert voiced == ((60, 64, 67), (59, 62, 67), (60, 64, 69), (60, 65, 69), (60, 64, 67))


def test_rootless_voicings_alternate_between_the_two_shapes() -> None:
    voiced = voice_chords(JAZZ, kind="rootless", low=50, high=70)
    assert voiced[:3] == ((53, 57, 60, 64), (53, 57, 59, 64), (52, 55, 59, 62))
    for before, after in pairwise(voiced[:3]):
        assert all(abs(a - b) <= 2 for a, b in zip(before, after, strict=True))


def test_power_chords_are_root_fifth_octave() -> None:
    voiced = voice_chords(chords_of((4, "min9"), (7, "maj"), (9, "5")), kind="power", low=40, high=60)
    assert voiced == ((40, 47, 52), (43, 50, 55), (45, 52, 57))


def test_shells_have_root_third_and_seventh() -> None:
    (pitches,) = voice_chords(chords_of((2, "min9")), kind="shell", low=48, high=64)
    assert [p % 12 for p in pitches] in ([2, 5, 0], [2, 0, 5])


def test_divided_strings_stand_on_the_bass_and_spread_upwards() -> None:
    chord = ChordSpan(0, 960, 0, "maj", 4)
    ((lowest, *upper),) = voice_chords([chord], kind="divisi", low=40, high=84)
    assert lowest % 12 == 4
    assert all(3 <= b - a <= 12 for a, b in pairwise(upper))


def test_the_melody_stays_on_top() -> None:
    free = voice_chords(POP, kind="close", low=48, high=84, voices=3)
    under = voice_chords(POP, kind="close", low=48, high=84, voices=3, top_below=[67] * len(POP))
    assert any(v[-1] >= 67 for v in free)
    assert all(v[-1] < 67 for v in under)


def test_the_first_voicing_follows_what_was_heard_before() -> None:
    high = voice_chords(POP[:1], kind="close", low=48, high=84, start=(72, 76, 79, 84))
    low = voice_chords(POP[:1], kind="close", low=48, high=84, start=(48, 52, 55, 60))
    assert min(high[0]) - min(low[0]) >= 12


def test_outer_voices_avoid_parallel_octaves() -> None:
    voiced = voice_chords(
        chords_of((5, "maj"), (7, "maj"), (9, "min"), (7, "maj"), (5, "maj")), kind="close", low=52, high=79
    )
    for before, after in pairwise(voiced):
        outer = before[-1] - before[0]
        assert outer % 12 not in (0, 7) or outer != after[-1] - after[0] or before[0] == after[0]


def test_a_bar_without_a_chord_is_silent_and_bridged() -> None:
    voiced = voice_chords([POP[0], ChordSpan(0, 1, None), POP[0]], kind="close", low=52, high=76)
    assert voiced[1] == ()
    assert voiced[0] == voiced[2]
