"""Form: where sections begin, which are the same, what they are called, how much energy they have."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from harmony_songs import A_TUNE, CHORUS, CHORUS_TUNE, VERSE, Q, anime_song, comping, phrase, song
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis.form.bar_net import Net
from remixkit.analysis.form.labels import likeness, loudest_music
from remixkit.analysis.form.sections import band_cues, best_lines, find_sections
from remixkit.analysis.harmony.chord_search import find_chords
from remixkit.analysis.harmony.key_search import find_keys
from remixkit.model.analysis import MelodyNote, Section, SectionName
from remixkit.model.song import Note, Song, Track

BAR = 4 * Q


def sections(made: Song, tune_track: int | None = 0) -> tuple[Section, ...]:
    roles = tuple(
        "melody" if k == tune_track else "drums" if t.is_drum else "chords" for k, t in enumerate(made.tracks)
    )
    chords = find_chords(made, roles)
    notes = () if tune_track is None else made.tracks[tune_track].notes
    melody = tuple(MelodyNote(n.start_tick, n.end_tick, n.pitch, n.velocity, tune_track or 0) for n in notes)
    return find_sections(made, melody, chords, find_keys(made, roles, chords))


def label_at(found: tuple[Section, ...], bar: int) -> str:
    return next(s.label for s in found if s.start_tick <= bar * BAR < s.end_tick)


@pytest.mark.parametrize("lift", [0, 2])
def test_an_anime_song_is_told_in_its_own_words(lift: int) -> None:
    made, plan = anime_song(lift)
    found = sections(made)
    bar = 0
    for name in plan:
        size = 4 if name in ("intro", "outro", "interlude") else 8
        middle = [label_at(found, bar + k) for k in range(1, size - 1)]
        assert middle == [name] * len(middle), (name, bar, found)
        bar += size
    starts = {s.start_tick // BAR for s in found}
    assert {4, 12, 20, 28, 32, 40, 48, 56, 64} <= starts


def test_the_chorus_has_the_most_energy() -> None:
    made, _ = anime_song()
    found = sections(made)
    loud = [s.energy for s in found if s.label == "chorus"]
    rest = [s.energy for s in found if s.label != "chorus"]
    assert min(loud) > max(rest)
    assert max(loud) > 0.8
    assert min(rest) < 0.4


def test_a_pickup_bar_does_not_move_the_sections() -> None:
    tune = (
        phrase(A_TUNE, 1)
        + phrase(CHORUS_TUNE, 9, velocity=110)
        + phrase(A_TUNE, 17)
        + phrase(CHORUS_TUNE, 25, velocity=110)
    )
    pickup = [Note(3 * Q, 4 * Q - 30, 67, 80)]
    chords = comping(VERSE * 2, 1) + comping(CHORUS * 2, 9, velocity=100)
    chords += comping(VERSE * 2, 17) + comping(CHORUS * 2, 25, velocity=100)
    found = sections(song(pickup + tune, chords))
    assert {9, 17, 25} <= {s.start_tick // BAR for s in found}


def test_a_crash_and_new_players_mark_a_section() -> None:
    same = comping(VERSE * 8)
    hats = [Note(k * Q // 2, k * Q // 2 + 100, 42, 70) for k in range(13 * 8, 32 * 8)]
    crash = [Note(13 * BAR, 13 * BAR + Q, 49, 110)]
    rest = [n for n in same if n.start_tick >= 13 * BAR]
    band = song(same, rest, [Note(n.start_tick, n.end_tick, n.pitch + 24, 60) for n in rest])
    drums = Track(notes=tuple(sorted(hats + crash)), is_drum=True)
    cues = band_cues(Song(tracks=(*band.tracks, drums), grid=band.grid), np.arange(33) * BAR)
    assert int(cues.argmax()) == 13
    assert cues[13] > 1.5
    assert not band_cues(song(same), np.arange(33) * BAR)[1:].any()


def test_a_song_without_a_tune_still_has_a_form() -> None:
    found = sections(song(comping(VERSE * 2) + comping(CHORUS * 2, 8)), None)
    assert found[-1].end_tick == 16 * BAR


def test_lengths_of_four_and_eight_are_preferred() -> None:
    score = np.full(24, -1.2)
    score[[8, 16]] = 0.1
    assert best_lines(score).tolist() == [0, 8, 16, 24]


def test_no_crumbs_but_a_pickup_and_a_last_ring() -> None:
    score = np.full(18, -3.0)
    score[[1, 9, 17]] = 4.0
    assert np.diff(best_lines(score)).min() >= 2
    assert best_lines(score, lead_in=True, last_ring=True).tolist() == [0, 1, 9, 17, 18]


def test_a_lifted_tune_is_the_same_music() -> None:
    lines = np.arange(0, 9) * 8
    tune = np.repeat(np.array([9, 7, 4, 0, 2, 4, 5, 7] * 4 + [11, 9, 6, 2, 4, 6, 7, 9] * 4), 1)
    onsets = np.ones((64, 2), dtype=np.float32)
    assert likeness(tune, onsets, lines, (0, 4), (4, 8)) > 0.9
    other = np.concatenate([tune[:32], np.tile([0, 0, 3, 3, 8, 1, 1, 6], 4)])
    assert likeness(other, onsets, lines, (0, 4), (4, 8)) < 0.7


def plain_net(hidden: int = 2) -> Net:
    """A net that says what the only column says, before anything is heard from other lines."""
    first = np.zeros((1, hidden))
    first[0, 0] = 1.0
    last = np.zeros(hidden)
    last[0] = 1.0
    return Net(
        mean=np.zeros(1),
        spread=np.ones(1),
        first=first,
        first_bias=np.zeros(hidden),
        near=np.zeros((1, 3, hidden, hidden)),
        near_bias=np.zeros((1, hidden)),
        far=np.zeros((1, hidden, hidden)),
        far_bias=np.zeros((1, hidden)),
        last=last,
        last_bias=np.zeros(1),
        dilation=np.array([4]),
    )


def test_a_line_hears_lines_a_few_bars_away_and_lines_where_the_same_music_stands() -> None:
    columns = np.zeros((12, 1))
    columns[2] = 1.5
    alone = plain_net()
    nobody = np.zeros((12, 12))
    assert alone.log_odds(columns, nobody).tolist() == columns[:, 0].tolist()
    near = np.zeros((1, 3, 2, 2))
    near[0, 0] = np.eye(2)
    later = replace(alone, near=near).log_odds(columns, nobody)
    assert np.flatnonzero(later).tolist() == [2, 6]
    again = nobody.copy()
    again[9, 2] = 0.5
    heard = replace(alone, far=np.eye(2)[None]).log_odds(columns, again)
    assert heard[9] == pytest.approx(0.75)
    assert np.flatnonzero(heard).tolist() == [2, 9]


def test_nothing_is_more_than_certain() -> None:
    columns = np.full((5, 1), 1e9)
    net = replace(plain_net(), last=np.array([100.0, 0.0]))
    assert net.log_odds(columns, np.zeros((5, 5))).tolist() == [9.0] * 5


def test_the_chorus_is_one_music_where_it_would_take_most_of_the_song() -> None:
    labels: list[SectionName] = ["verse", "chorus", "chorus", "prechorus", "chorus", "chorus", "verse", "chorus"]
    energy = np.array([0.2, 0.4, 0.4, 0.5, 0.9, 1.0, 0.2, 0.9])
    eights = np.full(8, 8)
    other = [0, 1, 1, 2, 3, 4, 0, 3]
    assert loudest_music(labels, other, energy, eights) == [
        "verse",
        "verse",
        "verse",
        "prechorus",
        "chorus",
        "chorus",
        "verse",
        "chorus",
    ]
    same = [0, 3, 1, 2, 3, 4, 0, 3]
    assert loudest_music(labels, same, energy, eights) == labels
    rare: list[SectionName] = ["verse", "chorus", "verse", "prechorus", "chorus", "verse", "verse", "chorus"]
    assert loudest_music(rare, other, energy, eights) == rare


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 80 * Q), st.integers(1, 4 * Q), st.integers(30, 100), st.integers(1, 127)), max_size=80
    ),
    tune=st.booleans(),
    meter=st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8)]),
)
def test_sections_cover_the_song_from_bar_line_to_bar_line(
    rows: list[tuple[int, int, int, int]], tune: bool, meter: tuple[int, int]
) -> None:
    made = song([Note(a, a + b, p, v) for a, b, p, v in rows], meter=meter)
    found = sections(made, 0 if tune else None)
    lines = {0} | {end for _, end in made.grid.meter.bars(max(1, made.end_tick))}
    assert found[0].start_tick == 0
    assert found[-1].end_tick == max(lines)
    assert all(a.end_tick == b.start_tick for a, b in pairwise(found))
    assert {s.start_tick for s in found} <= lines
    assert all(0.0 <= s.energy <= 1.0 for s in found)
    bars = [(s.end_tick - s.start_tick) // made.grid.meter.changes[0].bar_ticks for s in found]
    assert min(bars[1:-1], default=2) >= 2


def test_hours_of_bars_are_parted_by_eight_and_not_compared() -> None:
    lonely = Note(1500 * BAR, 1501 * BAR, 60, 80)
    endless = Song(tracks=(Track(notes=(Note(0, BAR, 60, 80), lonely)),), has_true_bars=True)
    found = sections(endless)
    assert found[0].start_tick == 0
    assert found[-1].end_tick >= 1501 * BAR
    assert all(a.end_tick == b.start_tick for a, b in pairwise(found))
    assert {s.end_tick - s.start_tick for s in found[:-1]} == {8 * BAR}
