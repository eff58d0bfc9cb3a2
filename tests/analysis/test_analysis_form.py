"""Form: where sections begin, which are the same, what they are called, how much energy they have."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from form_songs import SIZES, synth_song
from harmony_songs import A_TUNE, CHORUS, CHORUS_TUNE, VERSE, Q, anime_song, comping, phrase, song
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis import analyze
from remixkit.analysis.features import listen, make_frames
from remixkit.analysis.form.bar_net import Net
from remixkit.analysis.form.labels import label_kinds, likeness
from remixkit.analysis.form.lyric_lines import sung_again, sung_lines
from remixkit.analysis.form.returns import find_returns
from remixkit.analysis.form.section_edges import band_cues, silent
from remixkit.analysis.form.section_path import CHORUS as CHORUS_KIND
from remixkit.analysis.form.section_path import SUNG, UNSUNG, best_path
from remixkit.analysis.form.sections import agreed, find_sections
from remixkit.analysis.harmony.chord_search import find_chords
from remixkit.analysis.harmony.key_search import find_keys
from remixkit.model.analysis import MelodyNote, Section
from remixkit.model.song import Note, Song, Text, Track

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
    begins = np.full(24, -0.4)
    begins[[8, 16]] = 0.9
    assert best_path(begins, np.zeros((24, 1)))[0].tolist() == [0, 8, 16, 24]


def test_no_section_is_a_single_bar() -> None:
    begins = np.full(18, -2.2)
    begins[[1, 9, 17]] = 4.8
    assert np.diff(best_path(begins, np.zeros((18, 1)))[0]).min() >= 2


def test_a_section_begins_where_its_kind_does_though_the_line_says_little() -> None:
    begins = np.full(16, -2.0)
    kinds = np.zeros((16, 2))
    kinds[:8, 1] = kinds[8:, 0] = -0.5
    lines, chosen = best_path(begins, kinds)
    assert lines.tolist() == [0, 8, 16]
    assert chosen.tolist() == [0, 1]


@settings(max_examples=40, deadline=None)
@given(
    begins=st.lists(st.floats(-9, 9), min_size=4, max_size=60),
    seed=st.integers(0, 99),
)
def test_a_path_covers_the_song_in_sections_of_two_to_twenty_four_bars(begins: list[float], seed: int) -> None:
    kinds = np.log(np.random.default_rng(seed).dirichlet(np.ones(3), len(begins)))
    lines, chosen = best_path(np.array(begins), kinds)
    assert lines[0] == 0
    assert lines[-1] == len(begins)
    assert len(chosen) == len(lines) - 1
    assert 2 <= np.diff(lines).min() <= np.diff(lines).max() <= 24


def returns_of(made: Song) -> np.ndarray:
    frames = make_frames(made)
    sounding = listen(made, ["chords"] * len(made.tracks), frames)
    melody = [MelodyNote(n.start_tick, n.end_tick, n.pitch, n.velocity, 0) for n in made.tracks[0].notes]
    return find_returns(frames, sounding, melody, find_chords(made, ["melody", "chords"])).same


@pytest.mark.parametrize("lift", [0, 1, 2, -3])
def test_lifted_music_is_the_same_music_and_other_music_is_not(lift: int) -> None:
    tune = phrase(A_TUNE, 0) + phrase(CHORUS_TUNE, 8) + phrase(A_TUNE, 16, up=lift)
    chords = comping(VERSE * 2) + comping(CHORUS * 2, 8) + comping(VERSE * 2, 16, up=lift)
    same = returns_of(song(tune, chords))
    assert likeness(same, (0, 8), (16, 24)) > 0.9
    assert likeness(same, (0, 8), (8, 16)) < 0.5
    assert likeness(same, (0, 8), (0, 2)) == 0.0


TWICE = ["verse", "prechorus", "chorus"]
PLANS = (
    ["intro", "verse", *TWICE, "interlude", *TWICE, "bridge", "chorus", "outro"],
    ["intro", "verse", "chorus", "interlude", "verse", "chorus", "chorus", "outro"],
)


@pytest.mark.parametrize("lift", [0, 2])
def test_eight_synthesisers_without_a_singer_are_told_as_a_song(lift: int) -> None:
    plan = PLANS[0]
    found = analyze(synth_song(plan, lift=lift)).sections
    bar = 0
    for name in plan:
        size = SIZES.get(name, 8)
        assert {label_at(found, bar + k) for k in range(size)} == {name}, (name, bar, found)
        bar += size


@pytest.mark.parametrize("plan", PLANS)
def test_a_refrain_is_chorus_each_time_and_a_verse_never(plan: list[str]) -> None:
    found = analyze(synth_song(plan)).sections
    bar = 0
    for name in plan:
        told = {label_at(found, bar + k) for k in range(SIZES.get(name, 8))}
        assert (told == {"chorus"}) == (name == "chorus"), (name, bar, found)
        assert "chorus" not in told or name == "chorus"
        bar += SIZES.get(name, 8)


def test_no_section_begins_in_silence() -> None:
    found = analyze(synth_song(PLANS[0], silent_bar_before=4)).sections
    starts = {s.start_tick // BAR for s in found}
    assert 33 in starts
    assert 32 not in starts
    made = song([Note(0, Q, 60), Note(2 * BAR, 2 * BAR + Q, 60), Note(4 * BAR - 100, 4 * BAR, 60)])
    assert silent(made, np.arange(5) * BAR).tolist() == [False, True, False, True]


def test_words_that_return_are_chorus_and_words_that_do_not_are_verse() -> None:
    made = synth_song(PLANS[0], words=True)
    told = sung_again(made, np.arange(89) * BAR)
    assert set(told[32:40:2]) == {1.0}
    assert set(told[76:84:2]) == {1.0}
    assert set(told[8:16:2]) == {-1.0}
    assert not told[:8].any()
    assert not told[52:60].any()
    assert not sung_again(synth_song(PLANS[0]), np.arange(89) * BAR).any()


def test_words_decide_where_the_music_misleads() -> None:
    made = synth_song(PLANS[1], words=True)
    swapped = {"light": "lost", "carry": "carries", "bring": "brought"}
    once = iter("abcdefghijklmnopqrstuvwxyz" * 9)
    texts = [
        Text(t.tick, t.text + next(once) * 9) if t.tick >= 44 * BAR and t.text.strip() in swapped else t
        for t in made.tracks[0].lyrics
    ]
    told = sung_again(replace(made, tracks=(replace(made.tracks[0], lyrics=tuple(texts)),)), np.arange(61) * BAR)
    assert set(told[16:24:2]) == {1.0}
    assert 1.0 not in told[44:50]


def test_lines_end_where_the_file_says_or_nobody_sings() -> None:
    texts = [Text(0, "\n\nTwin"), Text(Q, "kle, "), Text(2 * Q, "/lit"), Text(3 * Q, "tle "), Text(10 * Q, "star")]
    lines = sung_lines(texts)
    assert [line.letters for line in lines] == ["twinkle", "little", "star"]
    assert [(line.start_tick // Q, line.end_tick // Q) for line in lines] == [(0, 1), (2, 3), (10, 10)]


def test_a_bridge_comes_once_and_late_and_a_prechorus_leads_to_the_chorus() -> None:
    kinds = [UNSUNG, SUNG, SUNG, CHORUS_KIND, SUNG, SUNG, CHORUS_KIND, UNSUNG, SUNG, CHORUS_KIND, UNSUNG]
    groups = [0, 1, 2, 3, 1, 2, 3, 7, 8, 3, 10]
    places = np.linspace(0, 1, 12)[:-1].tolist()
    names = ["intro", "verse", "prechorus", "chorus", "verse", "prechorus", "chorus", "interlude", "bridge", "chorus"]
    assert label_kinds(kinds, groups, places) == [*names, "outro"]
    assert label_kinds([SUNG, SUNG], [0, 1], [0.0, 0.5]) == ["verse", "verse"]


def test_the_same_music_is_chorus_everywhere_or_nowhere() -> None:
    kinds = np.array([SUNG, CHORUS_KIND, SUNG, SUNG, UNSUNG])
    worth = np.array([[0.0, -1, -2], [0, -3, -1], [0, -1, -1.5], [0, -1, -60], [0, -9, -9]])
    assert agreed(kinds, [0, 0, 0, 3, 0], worth).tolist() == [CHORUS_KIND, CHORUS_KIND, CHORUS_KIND, SUNG, UNSUNG]


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
