"""The pedal follows the harmony, and its rate stays a foot's."""

from __future__ import annotations

from itertools import pairwise

from test_piano_roles import chart_of, play

from remixkit.arrange.piano.pedal import pedal_controls


def test_up_before_and_down_after_each_change():
    chart = chart_of(bpm=60.0, bars=4)
    seconds = [(round(chart.grid.tempo.second(c.tick), 2), c.value) for c in pedal_controls(chart)]
    assert seconds == [
        (0.06, 127), (3.99, 0), (4.06, 127), (7.99, 0), (8.06, 127), (11.99, 0), (12.06, 127), (16.0, 0),
    ]  # fmt: skip


def test_a_long_chord_is_cleared_at_every_bar_line():
    chart = chart_of(("C:maj",), bpm=60.0, bars=3)
    assert [c.tick // 3840 for c in pedal_controls(chart) if c.value] == [0, 1, 2]


def test_quick_chords_are_pedalled_at_half_the_rate_or_less():
    chart = chart_of(bpm=160.0, chord_bars=0.25, bars=16)
    presses = [chart.grid.tempo.second(c.tick) for c in pedal_controls(chart) if c.value]
    assert all(b - a >= 1.2 for a, b in pairwise(presses))
    changes = {c.start_tick for c in chart.chords}
    lifts = [c.tick for c in pedal_controls(chart) if not c.value]
    assert all(any(0 <= t - lift <= 40 for t in (*changes, chart.end_tick)) for lift in lifts)


def test_no_pedal_where_no_chord_is():
    assert pedal_controls(chart_of(("N",))) == ()


def test_both_hands_are_given_the_one_pedal():
    right, left = play(chart_of())
    assert right.controls == left.controls != ()
    assert {(c.kind, c.number) for c in left.controls} == {("cc", 64)}
