"""Ticks and seconds, bars and beats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remixkit.model.timing import TICKS_PER_QUARTER, MeterChange, MeterMap, TempoChange, TempoMap

Q = TICKS_PER_QUARTER


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    gaps = draw(st.lists(st.integers(1, 50 * Q), max_size=8))
    bpms = draw(st.lists(st.floats(20, 320), min_size=len(gaps) + 1, max_size=len(gaps) + 1))
    tick, changes = 0, [TempoChange(0, bpms[0])]
    for gap, bpm in zip(gaps, bpms[1:], strict=True):
        tick += gap
        changes.append(TempoChange(tick, bpm))
    return TempoMap(tuple(changes), draw(st.floats(-5, 5)))


@st.composite
def meter_maps(draw: st.DrawFn) -> MeterMap:
    tick, changes = 0, []
    for _ in range(draw(st.integers(1, 5))):
        numerator, denominator = draw(st.sampled_from([(4, 4), (3, 4), (2, 4), (6, 8), (7, 8), (12, 8), (5, 4)]))
        changes.append(MeterChange(tick, numerator, denominator))
        tick += changes[-1].bar_ticks * draw(st.integers(1, 9))
    return MeterMap(tuple(changes))


@given(tempo_maps(), st.integers(-4 * Q, 600 * Q))
def test_a_tick_comes_back_from_its_second(tempo: TempoMap, tick: int) -> None:
    assert tempo.tick(tempo.second(tick)) == tick


@given(tempo_maps(), st.integers(0, 500 * Q), st.integers(1, 100 * Q))
def test_time_runs_forward(tempo: TempoMap, tick: int, later: int) -> None:
    assert tempo.second(tick + later) > tempo.second(tick)


def test_seconds_by_hand() -> None:
    tempo = TempoMap((TempoChange(0, 120.0), TempoChange(4 * Q, 60.0)), start_s=-0.5)
    assert tempo.to_s([0, 4 * Q, 5 * Q, -Q]).tolist() == [-0.5, 1.5, 2.5, -1.0]
    assert tempo.bpm_at(4 * Q - 1) == 120.0
    assert tempo.bpm_at(4 * Q) == 60.0
    assert tempo.mean_bpm(8 * Q) == pytest.approx(80.0)


@pytest.mark.parametrize(
    "changes",
    [(), (TempoChange(5, 120.0),), (TempoChange(0, 0.0),), (TempoChange(0, 100.0), TempoChange(0, 90.0))],
    ids=["none", "late", "standing still", "twice"],
)
def test_a_tempo_map_that_means_nothing_is_refused(changes: tuple[TempoChange, ...]) -> None:
    with pytest.raises(ValueError, match="tempo"):
        TempoMap(changes)


@given(meter_maps(), st.integers(0, 300 * Q))
def test_a_tick_lies_in_its_bar(meter: MeterMap, tick: int) -> None:
    start, end = meter.bar_start(tick), meter.bar_end(tick)
    assert start <= tick < end
    bars = list(meter.bars(tick + 1))
    assert bars[-1] == (start, end)
    assert meter.bar_number(tick) == len(bars)


@given(meter_maps(), st.integers(1, 200 * Q))
def test_beats_fill_bars(meter: MeterMap, end: int) -> None:
    beats = list(meter.beats(end))
    assert beats == sorted(set(beats))
    assert {start for start, _ in meter.bars(end)} <= set(beats)


def test_compound_bars_have_dotted_beats() -> None:
    assert list(MeterMap((MeterChange(0, 6, 8),)).beats(6 * Q)) == [0, Q * 3 // 2, 3 * Q, Q * 9 // 2]
    assert MeterChange(0, 3, 8).beat_ticks == Q // 2


def test_a_meter_changes_only_on_a_bar_line() -> None:
    with pytest.raises(ValueError, match="bar line"):
        MeterMap((MeterChange(0, 4, 4), MeterChange(Q, 3, 4)))
