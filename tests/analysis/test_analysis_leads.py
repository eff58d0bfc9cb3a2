"""Who leads: by section, whoever it is, whatever he is called, and never one pitch."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from analysis_songs import CHORDS, Q, song, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.analysis import analyze
from remixkit.errors import SongError
from remixkit.model.analysis import Analysis
from remixkit.model.song import Note, Song, Track

BARS = 32
BAR = 4 * Q
SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83, 84, 86, 88)


def theme(*, up: int = 0, bars: tuple[int, int] = (0, BARS), velocity: int = 96) -> tuple[Note, ...]:
    return tuple(
        replace(n, velocity=velocity) for n in tune(BARS, up=up) if bars[0] * BAR <= n.start_tick < bars[1] * BAR
    )


def under(notes: tuple[Note, ...], steps: int = 2) -> tuple[Note, ...]:
    """The parallel voice so many steps of C major below."""
    return tuple(replace(n, pitch=SCALE[SCALE.index(n.pitch) - steps], velocity=n.velocity - 6) for n in notes)


def strummed(low: int = 0, velocity: int = 70) -> tuple[Note, ...]:
    return tuple(
        Note(b * BAR + at, b * BAR + at + 400, p + low, velocity)
        for b in range(BARS)
        for at in (0, Q, 3 * Q // 2, 2 * Q, 3 * Q)
        for p in CHORDS[b % 8]
    )


def low_notes() -> tuple[Note, ...]:
    return tuple(Note(k * Q // 2, k * Q // 2 + 400, CHORDS[k // 8 % 8][0] - 12, 88) for k in range(BARS * 8))


def figuration(up: int = 12) -> tuple[Note, ...]:
    """Broken chords in sixteenths through two octaves."""
    return tuple(
        Note(k * Q // 4, (k + 1) * Q // 4, CHORDS[k // 16 % 8][(0, 1, 2, 1)[k % 4]] + up + (0, 12)[k // 4 % 2], 74)
        for k in range(BARS * 16)
    )


def hammered(pitch: int = 79, step: int = Q // 2, velocity: int = 100) -> tuple[Note, ...]:
    return tuple(Note(k, k + step - 60, pitch, velocity) for k in range(0, BARS * BAR, step))


def chime() -> tuple[Note, ...]:
    cell = ((0, 91), (Q // 2, 88), (Q, 84), (3 * Q // 2, 88), (2 * Q, 91), (3 * Q, 86))
    return tuple(Note(b * BAR + at, b * BAR + at + 400, p, 90) for b in range(BARS) for at, p in cell)


def jumble() -> tuple[Note, ...]:
    """Chords of three high strings that change at every eighth, in no order."""
    rng = random.Random(4)
    out = []
    for k in range(BARS * 8):
        chord = [p + 24 for p in CHORDS[k // 8 % 8]]
        out += [Note(k * Q // 2, k * Q // 2 + 440, p + rng.choice((0, 12)), 98) for p in chord]
    return tuple(sorted(out))


def beat() -> Track:
    notes = tuple(Note(k * Q // 2, k * Q // 2 + 100, (36, 42, 38, 42)[k % 4], 90) for k in range(BARS * 8))
    return Track("", 9, 0, is_drum=True, notes=notes)


def band(*others: Track) -> Song:
    return song(*others, Track("", 1, 26, notes=strummed()), Track("", 2, 33, notes=low_notes()), beat())


def share(heard: Analysis, wanted: tuple[Note, ...]) -> float:
    """F1 of the melody and some notes."""
    true = {(n.start_tick, n.pitch) for n in wanted}
    found = {(n.start_tick, n.pitch) for n in heard.melody}
    return 2 * len(true & found) / (len(true) + len(found))


def test_of_two_parallel_voices_one_leads_all_through() -> None:
    heard = analyze(band(Track("", 3, 80, notes=under(theme())), Track("", 4, 80, notes=theme())))
    assert share(heard, theme()) > 0.95
    assert {n.track for n in heard.melody} == {1}


def test_the_top_voice_of_dyads_leads() -> None:
    dyads = tuple(sorted((*theme(), *under(theme()))))
    heard = analyze(band(Track("", 3, 73, notes=dyads)))
    assert share(heard, theme()) == 1.0


def test_a_jumble_of_high_chords_does_not_lead_while_a_voice_sings() -> None:
    heard = analyze(band(Track("", 3, 40, notes=jumble()), Track("", 4, 81, notes=theme(up=-12))))
    assert share(heard, theme(up=-12)) > 0.9


@pytest.mark.parametrize("program", [0, 11, 46])
def test_figuration_does_not_lead_while_the_theme_plays(program: int) -> None:
    heard = analyze(band(Track("", 3, program, notes=figuration()), Track("", 4, 68, notes=theme(up=-5))))
    assert share(heard, theme(up=-5)) > 0.9


def test_a_chime_s_ostinato_does_not_lead() -> None:
    heard = analyze(band(Track("", 3, 14, notes=chime()), Track("", 4, 71, notes=theme(up=-12, velocity=84))))
    assert share(heard, theme(up=-12)) > 0.9


@settings(max_examples=12, deadline=None)
@given(
    st.integers(48, 96), st.sampled_from([Q, Q // 2, Q // 4]), st.integers(60, 127), st.sampled_from([0, 14, 80, 56])
)
def test_one_pitch_never_leads(pitch: int, step: int, velocity: int, program: int) -> None:
    beaten = Track("", 3, program, notes=hammered(pitch, step, velocity))
    assert 0 not in {n.track for n in analyze(band(beaten, Track("", 4, 73, notes=theme()))).melody}
    alone = analyze(band(beaten)).melody
    assert 0 not in {n.track for n in alone}, "not even where there is nothing else but chords"


def test_one_pitch_inside_a_piano_is_no_melody() -> None:
    piano = tuple(sorted({*theme(bars=(0, 16)), *hammered(96, Q // 2, 110), *strummed()}))
    found = analyze(song(Track("", 0, 0, notes=piano))).melody
    runs = [0]
    for one, other in pairwise(found):
        runs.append(runs[-1] + 1 if one.pitch == other.pitch else 0)
    assert max(runs) < 16


def test_where_the_theme_goes_on_in_other_hands_it_is_followed() -> None:
    players = [
        Track("", 3 + k, program, notes=theme(up=up, bars=(8 * k, 8 * k + 8)))
        for k, (program, up) in enumerate([(73, 0), (56, -12), (48, 0), (29, -12)])
    ]
    heard = analyze(band(*players))
    led = {n.start_tick // BAR for n in heard.melody}
    assert led == set(range(BARS)), "no bar is without a lead"
    assert [{n.track for n in heard.melody if k * BAR <= n.start_tick < (k + 8) * BAR} for k in (0, 8, 16, 24)] == [
        {0}, {1}, {2}, {3},
    ]  # fmt: skip
    for s in heard.sections:
        assert s.lead is not None
        assert s.lead.track in {n.track for n in heard.melody if s.start_tick <= n.start_tick < s.end_tick}


def test_each_section_says_who_leads_how_sure_that_is_and_who_else_might() -> None:
    heard = analyze(band(Track("Flute", 3, 73, notes=theme())))
    for s in heard.sections:
        assert s.lead is not None
        assert s.lead.track == 0
        assert 0.5 < s.lead.confidence <= 1.0
        assert s.lead.runner_up in {1, 2}


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)), st.sampled_from(["", "Track", "MIDI", "staff"]))
def test_neither_the_order_of_tracks_nor_names_that_say_nothing_matter(order: list[int], name: str) -> None:
    tracks = band(Track("", 3, 0, notes=figuration()), Track("", 4, 71, notes=theme(up=-5))).tracks
    moved = [replace(tracks[k], name=f"{name} {i}" if name else "") for i, k in enumerate(order)]
    one, other = analyze(song(*tracks)).melody, analyze(song(*moved)).melody
    assert [(n.start_tick, n.end_tick, n.pitch) for n in one] == [(n.start_tick, n.end_tick, n.pitch) for n in other]


def test_the_user_may_name_the_lead_by_section() -> None:
    flute, horn = Track("Flute", 3, 73, notes=theme()), Track("Horn", 4, 60, notes=under(theme(), 7))
    plain = analyze(band(flute, horn))
    label = plain.sections[0].label
    told = analyze(band(flute, horn), {label: 1})
    for s in told.sections:
        here = {n.track for n in told.melody if s.start_tick <= n.start_tick < s.end_tick}
        assert here == ({1} if s.label == label else {0})
        if s.label == label:
            assert s.lead is not None
            assert (s.lead.track, s.lead.confidence) == (1, pytest.approx(1.0, abs=1e-3))
    absent = next(x for x in ("intro", "interlude", "outro") if x not in {s.label for s in plain.sections})
    with pytest.raises(SongError, match=absent):
        analyze(band(flute, horn), {absent: 1})


# --- who is who -----------------------------------------------------------------------------------------------------


def melody_of(of: Song) -> list[tuple[int, int, int]]:
    return [(n.start_tick, n.end_tick, n.pitch) for n in analyze(of).melody]


@pytest.mark.parametrize("ways", [2, 6])
def test_a_part_that_is_split_over_channels_gives_the_same_melody(ways: int) -> None:
    whole = Track("Lead Guitar", 3, 29, notes=theme())
    rng = random.Random(1)
    at = [rng.randrange(ways) for _ in whole.notes]
    split = [
        replace(whole, channel=3 + k, notes=tuple(n for n, where in zip(whole.notes, at, strict=True) if where == k))
        for k in range(ways)
    ]
    heard = analyze(band(*split))
    assert [(n.start_tick, n.end_tick, n.pitch) for n in heard.melody] == melody_of(band(whole))
    assert heard.roles[:ways] == ("melody",) * ways
    assert {n.track for n in heard.melody} == set(range(ways)), "each note knows the track it stands on"


def test_the_strings_of_a_nameless_guitar_are_one_guitar() -> None:
    strings = (0, 67, 70, 74, 77, 79)
    split = [
        Track("", k, 27, notes=tuple(n for n in theme() if low <= n.pitch < high))
        for k, (low, high) in enumerate(pairwise((*strings, 128)))
    ]
    whole = Track("", 0, 27, notes=theme())
    rest = (Track("", 10, 48, notes=strummed()), Track("", 11, 33, notes=low_notes()), beat())
    filled = [t for t in split if t.notes]
    assert len(filled) >= 4
    assert melody_of(song(*filled, *rest)) == melody_of(song(whole, *rest))


def test_a_piano_with_a_track_a_pitch_is_one_piano() -> None:
    notes = sorted((*theme(), *strummed()))
    whole = Track("Piano", 0, 0, notes=tuple(notes))
    split = [
        Track(f"Piano {p}", p % 9, 0, notes=tuple(n for n in notes if n.pitch == p)) for p in {n.pitch for n in notes}
    ]
    assert melody_of(song(*split)) == melody_of(song(whole))


def test_two_hands_and_two_violins_stay_two() -> None:
    right, left = Track("Piano", 0, 0, notes=theme()), Track("Piano", 1, 0, notes=strummed())
    assert analyze(song(right, left)).roles == ("melody", "chords")
    first, second = Track("Violin 1", 0, 40, notes=theme()), Track("Violin 2", 1, 40, notes=under(theme()))
    heard = analyze(band(first, second))
    assert heard.roles[:2] == ("melody", "second")
