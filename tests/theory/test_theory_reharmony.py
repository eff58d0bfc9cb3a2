"""Colour and substitutes: by function, never against the melody, within the share asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.model.analysis import ChordSpan, Key
from remixkit.model.song import Note
from remixkit.seeding import child_rng
from remixkit.theory.chords import Colour, family, symbol, tones
from remixkit.theory.progressions import Progression, find_progressions
from remixkit.theory.reharmony import colour_chords, share_changed

BAR = 3840
C_MAJOR = (Key(0, 10**9, 0, "major"),)
A_MINOR = (Key(0, 10**9, 9, "minor"),)


def chords_of(*named: tuple[int, str], ticks: int = BAR) -> list[ChordSpan]:
    return [ChordSpan(k * ticks, (k + 1) * ticks, r, q) for k, (r, q) in enumerate(named)]


def coloured(
    chords: list[ChordSpan], melody: list[Note], colour: Colour, amount: float = 0.0, keys: tuple[Key, ...] = C_MAJOR
) -> str:
    after = colour_chords(chords, keys, melody, colour=colour, amount=amount, rng=child_rng(3, "harmony"))
    return " ".join(symbol(c, keys[0]) for c in after)


ROUND = chords_of((0, "maj"), (9, "min"), (2, "min"), (7, "maj"), (4, "maj"), (9, "min"), (11, "dim"), (0, "maj"))


def test_sevenths_follow_the_function_of_each_chord() -> None:
    assert coloured(ROUND, [], "sevenths") == "Cmaj7 Am7 Dm7 G7 E7 Am7 Bm7b5 Cmaj7"


def test_sevenths_in_minor() -> None:
    chords = chords_of((9, "min"), (5, "maj"), (7, "maj"), (0, "maj"), (2, "min"), (4, "maj"), (9, "min"))
    assert coloured(chords, [], "sevenths", keys=A_MINOR) == "Am7 Fmaj7 G7 Cmaj7 Dm7 E7 Am7"


def test_ninths_keep_every_triad() -> None:
    after = colour_chords(ROUND, C_MAJOR, [], colour="ninths", amount=0.0, rng=child_rng(3))
    assert [(c.root_pc, family(c.quality)) for c in after] == [(c.root_pc, family(c.quality)) for c in ROUND]
    assert all(len(tones(c)) >= 4 for c in after)


def test_a_melody_on_the_tonic_keeps_the_major_seventh_away() -> None:
    melody = [Note(0, BAR, 72)]
    assert coloured(ROUND[:1], melody, "sevenths") == "C6"
    assert "maj" not in coloured(ROUND[:1], melody, "ninths")


def test_triads_take_away_and_join_what_became_equal() -> None:
    chords = chords_of((0, "maj7"), (0, "maj6"), (2, "hdim7"), (7, "sus4(b7)"), (7, "9"))
    assert coloured(chords, [], "triads", amount=1.0) == "C Ddim Gsus4 G"


def test_substitutes_lead_into_the_coming_chord() -> None:
    before = chords_of((0, "maj"), (2, "min"), (7, "maj"), (0, "maj"))
    after = colour_chords(before, C_MAJOR, [], colour="sevenths", amount=1.0, rng=child_rng(1, "x"))
    assert len(after) > len(before)
    new = [(a, b) for a, b in pairwise(after) if a.root_pc not in {c.root_pc for c in before}]
    assert new
    for approach, target in new:
        assert (approach.root_pc - target.root_pc) % 12 in (1, 7, 11, 2), "a fifth, a semitone or a ii above the target"


def test_the_same_seed_gives_the_same_harmony_and_another_another() -> None:
    def once(seed: int) -> tuple[ChordSpan, ...]:
        return colour_chords(ROUND * 1, C_MAJOR, [], colour="ninths", amount=0.6, rng=child_rng(seed, "h"))

    assert once(1) == once(1)
    assert len({once(seed) for seed in range(6)}) > 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(["maj", "min", "7", "sus4", "dim", "maj7"])),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.tuples(st.integers(0, 31), st.integers(60, 84)), max_size=12, unique_by=lambda n: n[0]),
    st.floats(0, 1),
    st.sampled_from(["sevenths", "ninths"]),
    st.integers(0, 99),
)
def test_promises_that_always_hold(
    named: list[tuple[int, str]], tune: list[tuple[int, int]], amount: float, colour: Colour, seed: int
) -> None:
    before = chords_of(*named)
    melody = sorted(Note(k * 960, k * 960 + 960, p) for k, p in tune)
    after = colour_chords(before, C_MAJOR, melody, colour=colour, amount=amount, rng=child_rng(seed))
    assert after[0].start_tick == 0
    assert after[-1].end_tick == before[-1].end_tick
    assert all(a.end_tick == b.start_tick for a, b in pairwise(after))
    assert share_changed(before, after) <= amount + 1e-9
    for note in melody:
        for chord in after:
            if chord.start_tick <= note.start_tick < chord.end_tick:
                given_tones = {t for c in before if c.start_tick <= note.start_tick < c.end_tick for t in tones(c)}
                added = set(tones(chord)) - given_tones
                assert not {(note.pitch + 1) % 12, (note.pitch - 1) % 12} & added


def test_known_progressions_are_found_in_major_and_minor() -> None:
    royal = chords_of((5, "maj7"), (7, "7"), (7, "7"), (4, "min7"), (9, "min"))
    assert find_progressions(royal, C_MAJOR) == (Progression("royal road", 0, 4),)
    assert find_progressions(royal, A_MINOR) == (Progression("royal road", 0, 4),)
    komuro = chords_of((0, "maj"), (9, "min"), (5, "maj"), (7, "maj"), (0, "maj"))
    assert find_progressions(komuro, C_MAJOR) == (Progression("Komuro", 1, 4),)
    circle = chords_of((4, "min"), (9, "min"), (2, "min"), (7, "maj"))
    assert [p.name for p in find_progressions(circle, C_MAJOR)] == ["circle"]


@pytest.mark.parametrize("seed", range(12))
def test_a_royal_road_keeps_its_chords(seed: int) -> None:
    royal = chords_of((5, "maj"), (7, "maj"), (4, "min"), (9, "min"), ticks=2 * BAR)
    after = colour_chords(royal, C_MAJOR, [], colour="ninths", amount=1.0, rng=child_rng(seed))
    starts = {c.start_tick: c.root_pc for c in after}
    assert [starts[c.start_tick] for c in royal] == [5, 7, 4, 9]
