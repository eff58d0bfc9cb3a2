from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from analysis_songs import CHORDS, Q, left_hand, performed, shifted, song, tune
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remixkit.analysis.grid import meter, pulse
from remixkit.analysis.grid.tracking import felt_rate_of, true_grid
from remixkit.model.song import Control, KeySignature, Note, Song, Text, Track
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap


def piano(bars: int = 16, beats: int = 4) -> Track:
    return Track("", 0, 0, notes=tuple(sorted(left_hand(bars, beats) + tune(bars, beats))))


def meters(of: Song) -> list[tuple[int, int, int]]:
    return [(m.tick, m.numerator, m.denominator) for m in of.grid.meter.changes]


def seconds(of: Song) -> list[tuple[int, float]]:
    return sorted((n.pitch, of.grid.tempo.second(n.start_tick)) for t in of.tracks for n in t.notes)


def bar_seconds(of: Song) -> np.ndarray:
    return of.grid.tempo.to_s([start for start, _ in of.grid.meter.bars(of.end_tick)])


def test_a_song_on_its_own_bars_is_left_alone() -> None:
    plain = song(piano())
    assert true_grid(plain) == replace(plain, has_true_bars=True)


@pytest.mark.parametrize("offset", [300, 1337, 5000])
def test_bars_are_found_when_the_file_counts_quarters_from_anywhere(offset: int) -> None:
    found = true_grid(song(shifted(piano(), offset), meter=(1, 4)))
    assert meters(found) == [(0, 4, 4)]
    assert found.tracks[0].notes == piano().notes
    assert found.grid.tempo.start_s == pytest.approx(offset / Q * 0.6)


def test_a_set_up_bar_and_its_tempo_are_gone() -> None:
    tempo = TempoMap((TempoChange(0, 30.0), TempoChange(480, 150.0)))
    given_meters = MeterMap((MeterChange(0, 1, 8), MeterChange(480, 4, 4)))
    track = replace(shifted(piano(), 480), controls=(Control(0, "program", 0, 40), Control(10, "cc", 7, 90)))
    found = true_grid(replace(song(track), grid=Grid(tempo, given_meters), key_signatures=(KeySignature(0, 1),)))
    assert meters(found) == [(0, 4, 4)]
    assert [c.bpm for c in found.grid.tempo.changes] == [150.0]
    assert found.grid.tempo.start_s == pytest.approx(1.0)
    assert [c.tick for c in found.tracks[0].controls] == [0, 0]
    assert found.key_signatures == (KeySignature(0, 1),)


def test_a_pickup_stands_at_the_end_of_its_bar() -> None:
    given_meters = MeterMap((MeterChange(0, 1, 4), MeterChange(Q, 4, 4)))
    track = Track(notes=(Note(0, Q, 67, 90), *shifted(piano(), Q).notes))
    found = true_grid(replace(song(track), grid=Grid(TempoMap((TempoChange(0, 100.0),)), given_meters)))
    assert meters(found) == [(0, 4, 4)]
    assert found.tracks[0].notes[0] == Note(3 * Q, 4 * Q, 67, 90)
    assert found.grid.tempo.start_s == pytest.approx(-1.8)


def test_silent_bars_before_the_song_are_dropped_and_the_clock_kept() -> None:
    markers = (Text(0, "start"), Text(8 * Q, "A"))
    found = true_grid(replace(song(shifted(piano(), 8 * Q)), markers=markers))
    assert found.tracks[0].notes == piano().notes
    assert found.grid.tempo.start_s == pytest.approx(4.8)
    assert found.markers == (Text(0, "start"), Text(0, "A"))


def test_a_waltz_is_heard_where_the_file_says_nothing_sensible() -> None:
    found = true_grid(song(shifted(piano(24, 3), 200), meter=(1, 4)))
    assert meters(found) == [(0, 3, 4)]
    assert found.tracks[0].notes == piano(24, 3).notes


@pytest.mark.parametrize("told", [(3, 4), (6, 8), (5, 4), (12, 8)])
def test_a_meter_that_can_be_true_is_believed(told: tuple[int, int]) -> None:
    beats = MeterChange(0, *told).bar_ticks // Q
    assert meters(true_grid(song(piano(16, beats), meter=told))) == [(0, *told)]


def test_changes_of_meter_are_kept() -> None:
    track = Track(notes=(*piano(4).notes, *shifted(piano(1, 2), 16 * Q).notes, *shifted(piano(8), 18 * Q).notes))
    told = MeterMap((MeterChange(0, 4, 4), MeterChange(16 * Q, 2, 4), MeterChange(18 * Q, 4, 4)))
    found = true_grid(replace(song(track), grid=Grid(TempoMap((TempoChange(0, 90.0),)), told)))
    assert found.grid.meter == told


@pytest.mark.parametrize("bpm", [68.0, 84.5, 97.0, 107.0])
def test_a_performance_to_a_click_is_counted_at_its_own_tempo(bpm: float) -> None:
    found = true_grid(performed(song(piano()), np.full(70, bpm)))
    assert found.grid.tempo.changes[0].bpm == pytest.approx(bpm, rel=1e-3)
    assert len(found.grid.tempo.changes) == 1
    expected = 0.7 + np.arange(16) * 240.0 / bpm
    assert bar_seconds(found)[:16] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("bpm", [150.0, 172.0])
def test_an_opening_is_not_told_at_half_its_tempo(bpm: float) -> None:
    """A bass in eighths and a chord a bar: slower, that would be a bass in sixteenths and two chords a bar."""
    bass = [
        Note(bar * 4 * Q + k * Q // 2, bar * 4 * Q + k * Q // 2 + Q // 2 - 60, CHORDS[bar % 8][0] - 12, 90)
        for bar in range(48)
        for k in range(8)
    ]
    chords = [Note(bar * 4 * Q, (bar * 4 + 4) * Q - 60, p + 12, 70) for bar in range(48) for p in CHORDS[bar % 8]]
    band = song(Track(notes=tuple(sorted([*bass, *chords, *tune(48, up=0)]))))
    found = true_grid(performed(band, np.full(196, bpm)))
    assert found.grid.tempo.changes[0].bpm == pytest.approx(bpm, rel=1e-2)


def test_a_performance_that_slows_and_hurries_is_followed() -> None:
    bpm = 84 + 9 * np.sin(np.arange(140) / 9)
    played = performed(song(piano(32)), bpm)
    found = true_grid(played)
    beats = found.grid.tempo.to_s(list(found.grid.meter.beats(found.end_tick)))
    expected = 0.7 + np.concatenate([[0.0], np.cumsum(60.0 / bpm)])[:128]
    nearest = np.abs(beats[:, None] - expected[None, :]).min(0)
    assert np.mean(nearest < 0.05) > 0.97
    assert len(beats) == pytest.approx(128, abs=4)
    assert true_grid(found) == found


def test_six_eight_without_a_grid_has_two_beats_a_bar() -> None:
    notes, eighth = [], Q // 2
    for bar in range(24):
        at, root = bar * 6 * eighth, (48, 45, 41, 43)[bar % 4]
        for k, (step, velocity) in enumerate(((0, 90), (12, 60), (16, 60), (7, 85), (12, 60), (16, 60))):
            notes.append(Note(at + k * eighth, at + (k + 3 * (k % 3 == 0)) * eighth + 400, root + step, velocity))
        notes += [Note(at, at + 3 * eighth, root + 28, 95), Note(at + 3 * eighth, at + 5 * eighth, root + 31, 90)]
        notes.append(Note(at + 5 * eighth, at + 6 * eighth, root + 33, 85))
    found = true_grid(performed(song(Track(notes=tuple(sorted(notes)))), np.full(80, 100.0)))
    assert meters(found) == [(0, 6, 8)]
    assert bar_seconds(found)[:24] == pytest.approx(0.7 + np.arange(24) * 1.8, abs=0.03)


def test_an_impossible_tempo_is_halved_until_it_is_one() -> None:
    assert true_grid(song(Track(notes=tuple(tune(16))), bpm=700.0)).grid.tempo.changes[0].bpm == pytest.approx(175.0)


def test_an_impossible_tempo_is_halved() -> None:
    found = true_grid(song(piano(), bpm=300.0))
    assert found.grid.tempo.changes[0].bpm == pytest.approx(150.0)
    for (p, a), (q, b) in zip(seconds(found), seconds(song(piano(), bpm=300.0)), strict=True):
        assert (p, a) == (q, pytest.approx(b))


@settings(max_examples=25, deadline=None)
@example(
    [(at, 1, 21, 1) for at in (0, 232, 1171, 2025, 2165, 2722, 5158, 3377, 8995, 16000)], (4, 4), 125.0
)  # a first note early in 6/8
@given(
    st.lists(
        st.tuples(st.integers(0, 40 * Q), st.integers(1, 4 * Q), st.integers(21, 108), st.integers(1, 127)),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([(4, 4), (3, 4), (1, 4), (1, 8), (6, 8), (7, 8), (2, 4)]),
    st.floats(35, 260),
)
def test_any_notes_keep_their_seconds_and_a_second_time_changes_nothing(
    rows: list[tuple[int, int, int, int]], told: tuple[int, int], bpm: float
) -> None:
    notes = tuple(sorted(Note(a, a + length, pitch, velocity) for a, length, pitch, velocity in rows))
    given_song = song(Track(notes=notes), bpm=bpm, meter=told)
    found = true_grid(given_song)
    assert true_grid(found) == found
    first = min(n.start_tick for n in found.tracks[0].notes)
    assert 0 <= first < found.grid.meter.at(0).bar_ticks
    early_s = 0.26 * 60 / min(c.bpm for c in found.grid.tempo.changes)  # half a triplet of a dotted beat
    for (p, a), (q, b) in zip(seconds(given_song), seconds(found), strict=True):
        assert (p, abs(a - b) < early_s) == (q, True)


def test_a_wrong_tempo_does_not_look_like_a_grid() -> None:
    beats = np.concatenate([np.arange(0, 200, 0.25), np.arange(200)])
    assert pulse.is_on_grid(beats + 0.13)
    assert not pulse.is_on_grid(beats * 120 / 97)
    assert not pulse.is_on_grid(beats * 120 / 90 + 0.002 * np.sin(beats))


def test_the_bar_model_has_a_weight_for_every_place_and_kind() -> None:
    assert meter.bar_weights(4, 4).shape == (16, 13)
    assert meter.bar_weights(3, 4).shape == (12, 13)
    assert meter.bar_weights(2, 3).shape == (6, 13)
    first_beat = meter.bar_weights(4, 4)[0]
    assert first_beat[1] > 0
    assert first_beat[5] > 0


def pop(bars: int, first_tick: int = 0) -> tuple[Note, ...]:
    """A phrase of eight bars over and over: bass and chord on one, the bass again on three, a tune in eighths."""
    notes = []
    for bar in range(bars):
        at, (low, middle, high) = first_tick + bar * 4 * Q, CHORDS[bar % 8]
        notes += [Note(at + k * 2 * Q, at + k * 2 * Q + 2 * Q - 60, low - 12, 90) for k in range(2)]
        notes += [Note(at, at + 4 * Q - 60, p + 12, 70) for p in (middle, high)]
    return (*notes, *shifted(Track(notes=tuple(tune(bars))), first_tick).notes)


def test_an_unmarked_half_bar_does_not_put_the_bars_after_it_two_beats_off() -> None:
    notes = tuple(sorted([*piano(40).notes, *shifted(piano(80), (40 * 4 + 2) * Q).notes]))
    found = true_grid(song(Track(notes=notes)))
    lines = [start // Q for start, _ in found.grid.meter.bars(found.end_tick)]
    assert set(range(0, 160, 4)) <= set(lines)
    assert set(range(162, 482, 4)) <= set(lines)
    assert [n for t, n, _ in meters(found)] == [4, 2, 4]


def test_bars_of_one_length_stay_so() -> None:
    assert meters(true_grid(song(Track(notes=tuple(sorted(pop(80))))))) == [(0, 4, 4)]


def test_a_waltz_in_a_file_that_says_nothing_goes_in_three() -> None:
    """Nothing said reads as 4/4."""
    assert meters(true_grid(song(piano(48, 3)))) == [(0, 3, 4)]


@pytest.mark.parametrize(("first_beat", "bpm"), [(0, 98.0), (2, 104.0), (3, 160.0)])
def test_bars_begin_where_phrases_begin_and_return(first_beat: int, bpm: float) -> None:
    """Bass on one and on three alike: only the harmony and the returning phrase say which is one."""
    lead_in = tuple(Note(k * Q, k * Q + Q // 2, 72 + k, 80) for k in range(first_beat))
    notes = tuple(sorted([*lead_in, *pop(64, first_beat * Q)]))
    found = true_grid(performed(song(Track(notes=notes)), np.full(270, bpm)))
    expected = 0.7 + (first_beat + 4 * np.arange(60)) * 60.0 / bpm
    nearest = np.abs(bar_seconds(found)[:, None] - expected[None, :]).min(0)
    assert nearest.max() < 0.04


def test_a_rhythm_of_dotted_notes_is_not_the_beat() -> None:
    """Three, three and two eighths, the bass of many openings; a tracker of accents finds dotted quarters."""
    bass = [
        Note(bar * 4 * Q + at * Q // 2, bar * 4 * Q + (at + length) * Q // 2 - 60, CHORDS[bar % 8][0] - 12, 95)
        for bar in range(48)
        for at, length in ((0, 3), (3, 3), (6, 2))
    ]
    sixteenths = [
        Note(bar * 4 * Q + k * Q // 4, bar * 4 * Q + (k + 1) * Q // 4, CHORDS[bar % 8][k % 3] + 24, 60)
        for bar in range(48)
        for k in range(16)
    ]
    found = true_grid(performed(song(Track(notes=tuple(sorted([*bass, *sixteenths])))), np.full(200, 123.0)))
    assert meters(found) == [(0, 4, 4)]
    assert found.grid.tempo.mean_bpm(found.end_tick) == pytest.approx(123.0, rel=0.01)


def rock(beats_a_quarter: int) -> Song:
    """An opening at 176 with bass and hi-hat in eighths and a backbeat, written at its own or at half its tempo."""
    ticks = Q // beats_a_quarter
    notes, hits = list(tune(64)), []
    for bar in range(64):
        for k in range(8):
            at = bar * 4 * Q + k * Q // 2
            notes.append(Note(at, at + Q // 2 - 60, CHORDS[bar % 8][0] - 12, 95))
            hits.append(Note(at, at + 60, 42, 70))
            if k % 2 == 0:
                hits.append(Note(at, at + 60, 38 if k % 4 == 2 else 36, 100))
        notes += [Note(bar * 4 * Q, bar * 4 * Q + 4 * Q - 60, p + 12, 70) for p in CHORDS[bar % 8]]

    def told(rows: list[Note]) -> tuple[Note, ...]:
        return tuple(
            sorted(replace(n, start_tick=n.start_tick * ticks // Q, end_tick=n.end_tick * ticks // Q) for n in rows)
        )

    drums = Track("drums", 9, 0, is_drum=True, notes=told(hits))
    return song(Track(notes=told(notes)), drums, bpm=176.0 / beats_a_quarter)


@pytest.mark.parametrize("beats_a_quarter", [1, 2])
def test_an_opening_written_at_half_its_tempo_is_felt_at_its_own(beats_a_quarter: int) -> None:
    source = rock(beats_a_quarter)
    found = true_grid(source)
    assert felt_rate_of(found) == beats_a_quarter
    assert bar_seconds(found)[:9] == pytest.approx(bar_seconds(source)[:9]), "the file's bars stay for the DAW"


def test_a_song_in_three_hundred_begins_with_its_first_note() -> None:
    assert bar_seconds(true_grid(song(Track(notes=tuple(sorted(pop(32)))), bpm=300.0)))[0] == pytest.approx(0.0)
