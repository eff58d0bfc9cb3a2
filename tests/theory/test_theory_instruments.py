"""Instruments: every program has a sensible one, and ranges hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.theory.instruments import INSTRUMENTS, fit_octave, instrument, m21_instrument


def test_every_program_has_an_instrument_with_ordered_ranges() -> None:
    assert sorted(INSTRUMENTS) == list(range(128))
    for one in INSTRUMENTS.values():
        assert 0 <= one.lowest <= one.comfortable_lowest < one.comfortable_highest <= one.highest <= 127, one
        assert one.max_voices >= 1


@pytest.mark.parametrize("program", [0, 24, 33, 40, 41, 42, 46, 57, 68, 70, 73])
def test_lowest_notes_agree_with_music21(program: int) -> None:
    """Those of its classes whose range is in sounding pitch and that are no family of many sizes."""
    assert instrument(program).lowest == m21_instrument(program).lowestNote.midi


def test_well_known_ranges() -> None:
    shown = {p: (instrument(p).name, instrument(p).lowest, instrument(p).highest) for p in (40, 43, 47, 56, 73)}
    assert shown == {
        40: ("violin", 55, 103), 43: ("double bass", 28, 60), 47: ("timpani", 40, 55),
        56: ("trumpet", 52, 80), 73: ("flute", 60, 96),
    }  # fmt: skip


def test_winds_play_one_note_at_a_time() -> None:
    assert all(i.max_voices == 1 for p, i in INSTRUMENTS.items() if i.family in ("reed", "pipe"))


def test_each_score_gets_its_own_music21_instrument() -> None:
    first, second = m21_instrument(73), m21_instrument(73)
    assert first is not second
    assert first.midiProgram == 73


@given(st.integers(0, 127), st.integers(0, 110), st.integers(0, 40))
def test_fitting_keeps_the_range_and_where_it_can_the_note(pitch: int, low: int, width: int) -> None:
    fitted = fit_octave(pitch, low, low + width)
    assert low <= fitted <= low + width
    if width >= 11:
        assert (fitted - pitch) % 12 == 0
    if low <= pitch <= low + width:
        assert fitted == pitch
