from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from analysis_songs import CHORDS, Q, left_hand, performed, shifted, song, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis.grid.tracking import true_grid
from remixkit.analysis.melody.leads import find_leads
from remixkit.analysis.melody.line import find_melody, melody_of, prominent_line
from remixkit.analysis.melody.track_facts import describe
from remixkit.analysis.melody.track_roles import track_roles
from remixkit.model.analysis import MelodyNote, TrackRole
from remixkit.model.song import Lyric, Note, Song, Track

BARS = 16


def comping() -> Track:
    notes = [
        Note(bar * 4 * Q + k * Q, bar * 4 * Q + k * Q + 700, p + 12, 70)
        for bar in range(BARS)
        for k in range(4)
        for p in CHORDS[bar % 8]
    ]
    return Track("", 1, 0, notes=tuple(notes))


def bass() -> Track:
    notes = [Note(k * Q, k * Q + 900, CHORDS[k // 4 % 8][0] - 12, 80) for k in range(BARS * 4)]
    return Track("", 2, 33, notes=tuple(notes))


def held() -> Track:
    notes = [Note(b * 4 * Q, (b + 1) * 4 * Q, p + 12, 60) for b in range(BARS) for p in CHORDS[b % 8]]
    return Track("", 4, 89, notes=tuple(notes))


def broken() -> Track:
    notes = [
        Note(k * Q // 2, (k + 1) * Q // 2, CHORDS[k // 8 % 8][(0, 1, 2, 1)[k % 4]] + (12, 24)[k % 2], 60)
        for k in range(BARS * 8)
    ]
    return Track("", 5, 46, notes=tuple(notes))


def drums() -> Track:
    notes = [Note(k * Q // 2, k * Q // 2 + 100, (36, 42, 38, 42)[k % 4], 90) for k in range(BARS * 8)]
    return Track("", 9, 0, is_drum=True, notes=tuple(notes))


def sung(name: str = "", up: int = 0) -> Track:
    return Track(name, 3, 73, notes=tuple(tune(BARS, up=up)))


def heard(of: Song, melody_track: int | None = None) -> tuple[MelodyNote, ...]:
    facts = describe(of)
    return find_melody(of, facts, find_leads(of, facts)) if melody_track is None else melody_of(of, facts, melody_track)


def roles(of: Song) -> tuple[TrackRole, ...]:
    facts = describe(of)
    return track_roles(of, facts, find_leads(of, facts).main)


def f1(found: tuple[MelodyNote, ...], wanted: list[Note], near: int = 100) -> float:
    true = {(n.pitch, round(n.start_tick / near)) for n in wanted}
    said = {(n.pitch, round(n.start_tick / near)) for n in found}
    return 2 * len(true & said) / (len(true) + len(said))


def test_drums_on_a_pitched_channel_are_percussion() -> None:
    beaten = tuple(Note(k * Q, k * Q + 200, 44, 90) for k in range(BARS * 4))
    kick, pulse = Track("", 5, 80, notes=beaten), Track("", 6, 42, notes=beaten)
    named = Track("Snare 2", 7, 14, notes=beaten)
    assert roles(song(sung(), comping(), kick, named, pulse))[2:4] == ("percussion", "percussion")
    assert roles(song(sung(), comping(), kick, named, pulse))[4] != "percussion", "a cello's pulse has a pitch"


def test_a_second_lead_takes_over_while_the_first_rests() -> None:
    half = BARS // 2 * 4 * Q
    first = Track("Lead 1", 3, 73, notes=tuple(n for n in tune(BARS) if n.start_tick < half))
    lead = Track("Lead Guitar", 5, 48, notes=tuple(n for n in tune(BARS, up=-5) if n.start_tick >= half))
    found = heard(song(first, lead, comping(), bass()))
    assert {n.track for n in found} == {0, 1}
    assert all(n.track == (n.start_tick >= half) for n in found)
    harp = replace(broken(), notes=tuple(n for n in broken().notes if n.start_tick >= half))
    assert {n.track for n in heard(song(first, harp, comping(), bass()))} == {0}, "an arpeggio is no tune"
    assert {n.track for n in heard(song(replace(first, name="Vocal"), lead, comping(), bass()))} == {0, 1}


def test_each_track_gets_the_part_it_plays() -> None:
    given_song = song(comping(), bass(), sung(), held(), broken(), drums(), Track("empty"))
    assert roles(given_song) == ("chords", "bass", "melody", "pad", "arpeggio", "drums", "empty")


@pytest.mark.parametrize("name", ["Melody", "Lead Vox", "ボーカル", "主旋律", "歌"])
def test_a_name_outweighs_a_likelier_line(name: str) -> None:
    low = Track(name, 6, 66, notes=tuple(replace(n, pitch=n.pitch - 14, velocity=70) for n in tune(BARS)))
    assert roles(song(comping(), sung(), low))[2] == "melody"


def test_lyrics_mark_the_track_they_are_sung_to() -> None:
    low = replace(sung(up=-12), notes=tuple(shifted(sung(up=-12), Q // 2).notes))
    words = tuple(Lyric(n.start_tick, "la") for n in low.notes)
    assert roles(song(comping(), sung(), low, Track("Words", lyrics=words)))[2] == "melody"


def test_a_track_of_its_own_is_taken_note_for_note() -> None:
    found = heard(song(comping(), bass(), sung(), drums()))
    assert [(n.start_tick, n.end_tick, n.pitch) for n in found] == [
        (n.start_tick, n.end_tick, n.pitch) for n in tune(BARS)
    ]
    assert {n.track for n in found} == {2}


def test_the_tune_is_found_inside_one_piano_part() -> None:
    piano = Track(notes=tuple(sorted(left_hand(32) + tune(32))))
    assert f1(heard(song(piano)), tune(32)) > 0.9


def test_the_tune_is_found_in_a_performance_without_a_grid() -> None:
    piano = Track(notes=tuple(sorted(left_hand(32) + tune(32))))
    played = true_grid(performed(song(piano), np.full(140, 93.0)))
    assert f1(heard(played), tune(32), near=240) > 0.85


def test_the_tune_may_pass_to_another_track_and_back() -> None:
    half = 8 * 4 * Q
    one = replace(sung(), notes=tuple(n for n in sung().notes if n.start_tick < half))
    other = replace(sung(), program=65, notes=tuple(n for n in sung().notes if n.start_tick >= half))
    found = heard(song(one, other, comping(), bass()))
    assert [n.track for n in found] == [0 if n.start_tick < half else 1 for n in tune(BARS)]


def test_an_answer_in_the_rests_is_not_the_tune() -> None:
    echo = Track("", 7, 48, notes=tuple(Note(b * 4 * Q + 3 * Q, (b + 1) * 4 * Q, 64, 60) for b in range(0, BARS, 4)))
    assert {n.track for n in heard(song(comping(), sung("Melody"), echo))} == {1}


def test_the_users_word_counts() -> None:
    given_song = song(comping(), bass(), sung("Melody"))
    found = heard(given_song, melody_track=1)
    assert [n.pitch for n in found] == [n.pitch for n in bass().notes]


def test_octaves_and_chords_in_the_lead_become_one_line() -> None:
    doubled = replace(sung("Lead"), notes=tuple(sorted(tune(BARS) + tune(BARS, up=-12))))
    assert f1(heard(song(comping(), doubled)), tune(BARS)) == 1.0


def test_a_prominent_line_can_be_had_from_bare_chords() -> None:
    line = prominent_line(song(comping()), describe(song(comping())))
    assert [n.pitch for n in line[:8]] == [67, 67, 67, 67, 64, 64, 64, 64]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 40 * Q), st.integers(1, 4 * Q), st.integers(21, 108)),
        min_size=1,
        max_size=80,
    )
)
def test_any_notes_give_one_line_of_notes_that_are_there(rows: list[tuple[int, int, int, int]]) -> None:
    tracks = [
        Track(channel=k, notes=tuple(sorted(Note(a, a + d, p, 80) for i, a, d, p in rows if i == k))) for k in range(4)
    ]
    given_song = song(*tracks)
    found = heard(given_song) or prominent_line(given_song, describe(given_song))
    assert found
    assert all(a.end_tick <= b.start_tick for a, b in pairwise(found))
    there = {(k, n.start_tick, n.pitch, n.velocity) for k, t in enumerate(tracks) for n in t.notes}
    assert {(n.track, n.start_tick, n.pitch, n.velocity) for n in found} <= there
    assert all(n.end_tick > n.start_tick for n in found)


def test_a_tune_alone_is_taken_note_for_note() -> None:
    found = heard(song(Track("", notes=tuple(tune(BARS)))))
    assert [(n.start_tick, n.pitch) for n in found] == [(n.start_tick, n.pitch) for n in tune(BARS)]
