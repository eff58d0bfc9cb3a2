"""What a bass does with chords that stay what they are: passing inversions, suspensions, pedal points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note
from remixkit.theory.basses import passing_inversions, pedal_point, suspended

BAR = 3840
C = (Key(0, 99 * BAR, 0, "major"),)
QUALITY = {0: "maj", 2: "min", 4: "min", 5: "maj", 7: "maj", 9: "min"}


def chords(*roots: int) -> tuple[ChordSpan, ...]:
    return tuple(ChordSpan(k * BAR, (k + 1) * BAR, r, QUALITY[r]) for k, r in enumerate(roots))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def basses(*roots: int) -> list[int | None]:
    return [c.bass_pc for c in passing_inversions(chords(*roots), C, amount=1.0, rng=rng())]


def test_the_bass_walks_down_and_up_through_a_third_and_leaps_nowhere_for_it() -> None:
    assert basses(0, 7, 9, 5) == [None, 11, None, None]  # C  G/B  Am  F
    assert basses(2, 0, 5, 7) == [None, 4, None, None]  # Dm C/E  F  G
    assert basses(0, 5, 7, 0) == [None] * 4
    assert basses(9, 4, 5, 0) == [None] * 4  # a minor chord stays on its root


def test_a_dominant_that_resolves_keeps_its_third_back_unless_the_tune_has_it() -> None:
    out = suspended(chords(5, 7, 0), C, (), amount=1.0, rng=rng())
    assert [(c.root_pc, c.quality, (c.end_tick - c.start_tick) / 960) for c in out] == [
        (5, "maj", 4), (7, "sus4", 2), (7, "maj", 2), (0, "maj", 4)
    ]  # fmt: skip
    sung = (Note(BAR, BAR + 960, 71, 80),)
    assert suspended(chords(5, 7, 0), C, sung, amount=1.0, rng=rng()) == chords(5, 7, 0)
    assert suspended(chords(0, 7, 9), C, (), amount=1.0, rng=rng()) == chords(0, 7, 9)


def test_a_pedal_is_held_under_all_chords_of_a_span_or_under_none() -> None:
    out = pedal_point(chords(0, 5, 2, 9, 5), C, (), [(0, 4 * BAR)])
    assert [c.bass_pc for c in out] == [None, 0, 0, 0, None]
    rubs = (Note(BAR, 2 * BAR, 73, 80),)
    assert pedal_point(chords(0, 5, 2, 9), C, rubs, [(0, 4 * BAR)]) == chords(0, 5, 2, 9)
    assert pedal_point(chords(0, 4, 5), C, (), [(0, 3 * BAR)]) == chords(0, 4, 5)


@pytest.mark.parametrize("device", ["inversions", "suspensions"])
@given(roots=st.lists(st.sampled_from(sorted(QUALITY)), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_roots_and_time_stay(device: str, roots: list[int], seed: int) -> None:
    given_chords, draw = chords(*roots), np.random.default_rng(seed)
    if device == "inversions":
        out = passing_inversions(given_chords, C, amount=0.7, rng=draw)
    else:
        out = suspended(given_chords, C, (), amount=0.7, rng=draw)
    for c in out:
        was = next(g for g in given_chords if g.start_tick <= c.start_tick and c.end_tick <= g.end_tick)
        assert c.root_pc == was.root_pc
    assert sum(c.end_tick - c.start_tick for c in out) == len(roots) * BAR
    silent = tuple(replace(c, root_pc=None, quality="") for c in given_chords)
    assert passing_inversions(silent, C, amount=1.0, rng=draw) == silent
