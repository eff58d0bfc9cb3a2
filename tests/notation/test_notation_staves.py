"""What an editor writes of a performance: values, voices, rolled chords, clefs, spelling, signs around the notes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remixkit.midi.syllables import syllables
from remixkit.model.analysis import ChordSpan, Key, Section
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Lyric, Note, Origin, Text
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.notation.clefs import clefs, usual_clef
from remixkit.notation.directions import loudness, pedalling, swells, tempo_signs
from remixkit.notation.engraving import Sound, quantised
from remixkit.notation.scores import from_music21, lead_music21, to_music21
from remixkit.notation.staves import Pedal, Staff, pedal_of, written
from remixkit.notation.swing import straightened, swings
from remixkit.theory.chords import QUALITIES
from remixkit.theory.spelling import root_name_m21, tone_name_m21

BAR = 3840
GRID = Grid(TempoMap((TempoChange(0, 90.0),)))
C_MAJOR = Key(0, 99 * BAR, 0, "major")


def values(staff: Staff, voice: int = 0) -> list[tuple[int, int, tuple[int, ...]]]:
    return [(s.start_tick, s.end_tick - s.start_tick, s.pitches) for s in staff.voices[voice]]


def test_short_gaps_and_a_players_timing_are_not_written() -> None:
    played = [Note(-0 + 12, 800, 72), Note(948, 1300, 74), Note(1452, 1500, 76), Note(1910, 3700, 77)]
    (staff,) = written([played], GRID, BAR, Pedal())
    assert values(staff) == [(0, 960, (72,)), (960, 480, (74,)), (1440, 480, (76,)), (1920, 1920, (77,))]


def test_a_rest_that_is_heard_is_written_from_a_beat() -> None:
    (staff,) = written([[Note(0, 1700, 72), Note(BAR, BAR + 3800, 74)]], GRID, 2 * BAR, Pedal())
    assert values(staff) == [(0, 1920, (72,)), (BAR, BAR, (74,))]


def test_what_the_pedal_holds_needs_no_rest_in_the_lower_staff() -> None:
    left = [Note(0, 400, 48), Note(1920, 2300, 52)]
    pedal = pedal_of((Control(40, "cc", 64, 127), Control(3800, "cc", 64, 0)), BAR)
    assert pedal.spans == ((40, 3800),)
    _, lower = written([[Note(0, 3800, 72)], left], GRID, BAR, pedal)
    assert values(lower) == [(0, 1920, (48,)), (1920, 1920, (52,))]
    _, dry = written([[Note(0, 3800, 72)], left], GRID, BAR, Pedal())
    assert values(dry) == [(0, 480, (48,)), (1920, 480, (52,))]


def test_overlapping_keys_of_a_left_hand_are_one_voice() -> None:
    left = [Note(k * 480, min(BAR, k * 480 + 1440), p) for k, p in enumerate((36, 43, 48, 52, 55, 52, 48, 43))]
    _, lower = written([[Note(0, BAR, 72)], left], GRID, BAR, Pedal())
    assert len(lower.voices) == 1
    assert {s.end_tick - s.start_tick for s in lower.voices[0]} == {480}


def test_what_moves_under_a_held_tone_is_a_second_voice() -> None:
    right = [Note(0, 1920, 76), Note(0, 480, 67), Note(480, 960, 65), Note(960, 1900, 64), Note(1920, BAR, 74)]
    (staff,) = written([right], GRID, BAR, Pedal())
    assert values(staff) == [(0, 1920, (76,)), (1920, 1920, (74,))]
    assert values(staff, 1) == [(0, 480, (67,)), (480, 480, (65,)), (960, 960, (64,))]


def test_a_rolled_chord_is_one_chord_with_a_sign_in_both_hands() -> None:
    step = 50  # 35 ms
    left = [Note(BAR + k * step, 2 * BAR, p) for k, p in enumerate((36, 43, 52))]
    right = [Note(0, 3800, 70), *(Note(BAR + (3 + k) * step, 2 * BAR, p) for k, p in enumerate((64, 67, 72)))]
    upper, lower = written([right, left], GRID, 2 * BAR, Pedal())
    assert values(lower) == [(BAR, BAR, (36, 43, 52))]
    assert values(upper) == [(0, BAR, (70,)), (BAR, BAR, (64, 67, 72))]
    assert upper.rolled == lower.rolled == {BAR}


def test_a_quick_run_is_no_rolled_chord_and_keeps_its_notes() -> None:
    run = [Note(k * 120, k * 120 + 110, 60 + 2 * k) for k in range(8)]
    (staff,) = written([run], GRID, BAR, Pedal())
    assert [s.pitches for s in staff.voices[0]] == [(60 + 2 * k,) for k in range(8)]
    assert not staff.rolled


def test_a_scoop_into_a_note_is_a_grace_note() -> None:
    tune = [Note(0, 900, 74), Note(960, 1020, 70), Note(1020, 1900, 71), Note(1920, BAR, 69)]
    (staff,) = written([tune], GRID, BAR, Pedal())
    assert values(staff) == [(0, 960, (74,)), (960, 960, (71,)), (1920, 1920, (69,))]
    assert staff.graces == {960: 70}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4 * BAR), st.integers(30, 3000), st.integers(36, 84)), max_size=24),
    st.sampled_from([(4, 4), (3, 4), (6, 8)]),
)
def test_any_hand_is_written_in_two_voices_at_most_and_no_onset_is_lost(
    drawn: list[tuple[int, int, int]], meter: tuple[int, int]
) -> None:
    grid = Grid(TempoMap((TempoChange(0, 90.0),)), MeterMap((MeterChange(0, *meter),)))
    notes = [Note(start, start + length, pitch) for start, length, pitch in drawn]
    end = grid.meter.bar_end(5 * BAR)
    (staff,) = written([notes], grid, end, Pedal())
    assert len(staff.voices) <= 2
    for voice in staff.voices:
        assert all(a.end_tick <= b.start_tick for a, b in pairwise(voice))
        assert all(s.end_tick > s.start_tick for s in voice)
    shown = {p for v in staff.voices for s in v for p in s.pitches} | set(staff.graces.values())
    assert shown == {n.pitch for n in notes}


def test_triplets_need_two_notes_off_the_beat_or_a_song_that_has_many() -> None:
    lone = [Note(k * 960, k * 960 + 900, 60) for k in range(16)] + [Note(310, 600, 62)]
    assert 240 in {n.start_tick for n in quantised(lone, MeterMap())}
    shuffle = [Note(k * 960 + d, k * 960 + d + 250, 60) for k in range(8) for d in (0, 640)]
    assert {n.start_tick % 960 for n in quantised(shuffle, MeterMap())} == {0, 640}


def test_swung_eighths_are_written_plain() -> None:
    tune = [Note(k * 960 + d, k * 960 + d + 200, 60) for k in range(16) for d in (0, 655 + 9 * (k % 3))]
    assert swings(tune, MeterMap())
    assert {n.start_tick % 960 for n in straightened(tune, MeterMap())} == {0, 480}
    straight = [Note(k * 480, k * 480 + 400, 60) for k in range(32)]
    dotted = [Note(k * 960 + d, k * 960 + d + 200, 60) for k in range(16) for d in (0, 720)]
    assert not swings(straight, MeterMap())
    assert not swings(dotted, MeterMap()), "to the tick: that is a dotted rhythm"


def test_a_clef_changes_where_a_hand_stays_away_but_not_for_a_bar() -> None:
    def bars(*pitches: int) -> list[Sound]:
        return [Sound(k * BAR, (k + 1) * BAR, (p,), (80,)) for k, p in enumerate(pitches)]

    low, high = 45, 76
    assert clefs([bars(low, low, high, low, low)], MeterMap(), 5 * BAR, "bass") == {0: "bass"}
    stays = clefs([bars(low, low, *[high] * 6, low, low)], MeterMap(), 10 * BAR, "bass")
    assert stays == {0: "bass", 2 * BAR: "treble", 8 * BAR: "bass"}
    assert [usual_clef([p], g) for p, g in ((70, 73), (40, 42), (30, 33), (55, 25))] == [
        "treble", "bass", "bass8vb", "treble8vb",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pc", "tonic", "mode", "root", "quality", "name"),
    [
        (8, 0, "major", 4, "7", "G#"),  # E7 in C
        (8, 0, "major", 5, "min", "A-"),  # Fm in C
        (6, 10, "major", 2, "maj", "F#"),  # D in B flat
        (5, 9, "major", 1, "maj", "E#"),  # C# in A
        (8, 5, "minor", 0, "aug", "A-"),  # C+ in F minor: the key's own tone
        (10, 0, "major", None, "", "B-"),
    ],
)
def test_tones_are_spelled_by_their_chord(
    pc: int, tonic: int, mode: Any, root: int | None, quality: str, name: str
) -> None:
    chord = ChordSpan(0, 1, root, quality)
    assert tone_name_m21(pc, Key(0, 1, tonic, mode), chord, QUALITIES.get(quality, ())) == name


def test_roots_of_passing_diminished_chords_are_sharp() -> None:
    assert root_name_m21(ChordSpan(0, 1, 1, "dim7"), C_MAJOR) == "C#"
    assert root_name_m21(ChordSpan(0, 1, 1, "maj7"), C_MAJOR) == "D-"


def section(start: int, bars: int, velocity: int, last: int | None = None) -> list[Note]:
    count = 4 * bars
    loud = [velocity if last is None or k < count - 8 else last for k in range(count)]
    return [Note(start + k * 960, start + k * 960 + 900, 60, v) for k, v in enumerate(loud)]


def test_dynamics_follow_sections_and_builds() -> None:
    notes = section(0, 4, 60, 76) + section(4 * BAR, 4, 86) + section(8 * BAR, 4, 87) + section(12 * BAR, 4, 58, 48)
    spans = [(k * 4 * BAR, (k + 1) * 4 * BAR) for k in range(4)]
    assert [(t.tick // BAR, t.text) for t in loudness(notes, spans)] == [(0, "mp"), (4, "f"), (12, "p")]
    assert [(s.start_tick // BAR, s.end_tick // BAR, s.kind) for s in swells(notes, spans, GRID)] == [
        (2, 4, "crescendo"), (14, 16, "diminuendo"),
    ]  # fmt: skip


def test_rubato_is_words_and_a_new_tempo_is_a_mark() -> None:
    changes = [
        (0, 90.0),
        (2 * BAR, 86.0),
        (2 * BAR + 1920, 90.0),
        (4 * BAR, 100.0),
        (7 * BAR, 90.0),
        (7 * BAR + 960, 70.0),
    ]
    grid = Grid(TempoMap(tuple(TempoChange(*c) for c in changes)))
    assert [(t.tick, t.bpm, t.words) for t in tempo_signs(grid, 8 * BAR)] == [
        (0, 90, ""), (2 * BAR, None, "poco rit."), (2 * BAR + 1920, None, "a tempo"),
        (4 * BAR, 100, ""), (7 * BAR, None, "rit."),
    ]  # fmt: skip


def test_the_pedal_is_shown_for_four_bars_then_simile() -> None:
    pedal = Pedal(tuple((k * BAR + 58, (k + 1) * BAR - 20) for k in range(8)))
    shown, sim = pedalling(pedal, GRID, 8 * BAR)
    assert shown == tuple((k * BAR, (k + 1) * BAR) for k in range(4))
    assert sim == 4 * BAR
    assert pedalling(Pedal(), GRID, BAR) == ((), None)


def test_syllables_of_a_word_belong_together() -> None:
    texts = [Text(k, t) for k, t in enumerate(("\\You", " are", " my", " sun", "shine", "/on", "ly"))]
    assert [(s.text.strip(" \\/"), s.syllabic) for s in syllables(texts)] == [
        ("You", "single"), ("are", "single"), ("my", "single"), ("sun", "begin"), ("shine", "end"),
        ("on", "begin"), ("ly", "end"),
    ]  # fmt: skip
    assert {s.syllabic for s in syllables([Text(0, "き"), Text(1, "み"), Text(2, " の")])} == {"single"}
    assert {s.syllabic for s in syllables([Text(0, "hi"), Text(1, "ka")])} == {"single"}


def piano() -> Arrangement:
    """Two bars of tune, something under it, and a rolled last chord, as a pianist plays them."""
    tune = [
        Note(12, 940, 76, 90, Origin("rh", function="melody")),
        Note(950, 3700, 79, 92, Origin("rh", function="melody")),
        Note(BAR, 2 * BAR, 72, 88, Origin("rh", function="melody")),
    ]
    inner = [
        Note(1925, 2800, 67, 60, Origin("inner", function="harmony")),
        Note(2880, 3800, 65, 60, Origin("inner", function="harmony")),
    ]
    left = [Note(k * 480 + 5, k * 480 + 1200, p, 60) for k, p in enumerate((48, 55, 60, 64, 53, 57, 60, 57))]
    left += [Note(BAR + k * 48, 2 * BAR, p, 60) for k, p in enumerate((48, 55, 64))]
    pedal = (Control(40, "cc", 64, 127), Control(2 * BAR - 10, "cc", 64, 0))
    return Arrangement(
        title="春",
        style="piano",
        seed=0,
        grid=GRID,
        keys=(C_MAJOR,),
        chords=(ChordSpan(0, 1920, 0, "maj"), ChordSpan(1920, BAR, 5, "maj7", 9), ChordSpan(BAR, 2 * BAR, 0, "maj")),
        sections=(Section(0, BAR, "verse"), Section(BAR, 2 * BAR, "verse")),
        parts=(
            Part("Right Hand", "rh", notes=tuple(tune), controls=pedal, lyrics=(Lyric(10, "ha"), Lyric(955, "ru"))),
            Part("Inner Voice", "inner", notes=tuple(inner)),
            Part("Left Hand", "lh", notes=tuple(left), controls=pedal),
        ),
    )


def test_a_pianists_parts_are_two_staves_in_a_brace() -> None:
    from music21 import expressions, harmony, layout

    score = to_music21(piano())
    upper, lower = score.parts
    assert [g.symbol for g in score[layout.StaffGroup]] == ["brace"]
    assert [len(m.voices) for m in upper.getElementsByClass("Measure")] == [2, 0]
    assert [c.figure for c in upper[harmony.ChordSymbol]] == ["C", "Fmaj7/A", "C"]
    assert [m.content for m in upper[expressions.RehearsalMark]] == ["Verse", "Verse 2"]
    assert (
        len(lower[expressions.ArpeggioMark])
        + sum(isinstance(e, expressions.ArpeggioMark) for n in lower.recurse().notes for e in n.expressions)
        == 1
    )
    assert [n.lyric for n in upper.recurse().notes if n.lyric] == ["ha", "ru"]
    assert len(score[expressions.PedalMark]) == 1


def test_a_grace_note_is_written_before_its_note_and_left_out_when_read() -> None:
    from music21 import note

    first, *rest = piano().parts
    scoop = Part(
        "Right Hand",
        "rh",
        notes=tuple(sorted((Note(BAR - 60, BAR, 71, 80, Origin("rh", function="melody")), *first.notes))),
    )
    score = to_music21(replace(piano(), parts=(scoop, *rest)))
    graces = [n for n in score.recurse().getElementsByClass(note.Note) if n.duration.isGrace]
    assert [(n.nameWithOctave, n.getOffsetInHierarchy(score)) for n in graces] == [("B4", 4.0)]
    song = from_music21(score)
    assert song.warnings == ("grace notes were left out",)
    assert (BAR, 72) in [(n.start_tick, n.pitch) for n in song.tracks[0].notes]


def test_the_lead_sheet_is_the_tune_with_its_words() -> None:
    song = from_music21(lead_music21(piano()))
    (tune,) = song.tracks
    assert [(n.start_tick, n.end_tick, n.pitch) for n in tune.notes] == [
        (0, 960, 76), (960, BAR, 79), (BAR, 2 * BAR, 72),
    ]  # fmt: skip
    assert tune.lyrics == (Lyric(0, "ha"), Lyric(960, "ru"))
    assert [c.text for c in song.chord_symbols] == ["C:maj", "F:maj7/3", "C:maj"]


def test_a_lead_sheet_ends_with_its_tune_and_may_be_empty() -> None:
    longer = replace(piano(), sections=(*piano().sections, Section(2 * BAR, 9 * BAR, "outro")))
    (part,) = lead_music21(longer).parts
    assert len(part.getElementsByClass("Measure")) == 2
    assert from_music21(lead_music21(longer)).markers == (Text(0, "Verse"), Text(BAR, "Verse 2"))
    mute = replace(piano(), parts=piano().parts[2:])
    assert from_music21(lead_music21(mute)).tracks[0].notes == ()
