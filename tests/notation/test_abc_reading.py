"""ABC: what holds for every tune, and what happens to what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Done
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import remixkit
from remixkit.errors import SongError
from remixkit.model.song import Song
from remixkit.notation.abc import decoded_abc, read_abc
from remixkit.notation.abc.code.chord_names import label_of_name
from remixkit.notation.abc.code.fields import parts_of
from remixkit.notation.abc.code.word_lines import word_steps

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEAD = "X:1\nT:t\nM:4/4\nL:1/16\nQ:1/4=120\nK:C\n"
NAMES = ("C", "^C", "D", "_E", "E", "F", "^F", "G", "^G", "A", "_B", "B")
Played = list[tuple[int, int, int]]


def played(song: Song) -> Played:
    return [(n.start_tick, n.end_tick, n.pitch) for track in song.tracks for n in track.notes]


def spelled(pitch: int) -> str:
    """A pitch in ABC, its accidental always written."""
    name, octave = NAMES[pitch % 12], pitch // 12 - 5
    letter = name if len(name) > 1 else f"={name}"
    marks = "'" * (octave - 1) if octave > 0 else "," * -octave
    return (letter.lower() if octave > 0 else letter) + marks


SHAPES = ((16,), (8, 8), (3, 5, 8), (1, 15), (4, 4, 4, 4), (12, 4), (6, 6, 2, 2))
"""Lengths of the notes of a bar of 4/4, in sixteenths."""


@st.composite
def bars(draw: st.DrawFn) -> list[list[tuple[int | None, int]]]:
    """Bars of 4/4: pitches (None is a rest) with lengths in sixteenths; the first is a note."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4))
    number = sum(map(len, shapes))
    pitches = iter(draw(st.lists(st.none() | st.integers(24, 108), min_size=number, max_size=number)))
    out = [[(next(pitches), length) for length in shape] for shape in shapes]
    out[0][0] = (60, out[0][0][1])
    return out


def written(music: list[list[tuple[int | None, int]]]) -> str:
    def item(pitch: int | None, length: int) -> str:
        return f"{'z' if pitch is None else spelled(pitch)}{length}"

    return "|".join(" ".join(item(*note) for note in bar) for bar in music) + "|"


def expected(music: list[list[tuple[int | None, int]]]) -> Played:
    at, out = 0, []
    for pitch, length in (note for bar in music for note in bar):
        if pitch is not None:
            out.append((at, at + 240 * length, pitch))
        at += 240 * length
    return out


@UNTIMED
@given(bars())
def test_what_is_written_is_read(music: list[list[tuple[int | None, int]]]) -> None:
    assert played(read_abc(HEAD + written(music))) == expected(music)


@UNTIMED
@given(bars(), bars(), bars())
def test_repeats_are_what_they_stand_for(
    a: list[list[tuple[int | None, int]]],
    b: list[list[tuple[int | None, int]]],
    c: list[list[tuple[int | None, int]]],
) -> None:
    short = HEAD + f"|:{written(a)[:-1]}|1{written(b)[:-1]}:|2{written(c)[:-1]}|]"
    assert played(read_abc(short)) == expected([*a, *b, *a, *c])
    parts = HEAD.replace("K:C", "P:(AB)2A\nK:C") + f"P:A\n{written(a)}\nP:B\n{written(b)}\n"
    assert played(read_abc(parts)) == expected([*a, *b, *a, *b, *a])


@UNTIMED
@given(bars(), st.integers(-12, 12))
def test_voices_sound_together_and_transposed(music: list[list[tuple[int | None, int]]], semitones: int) -> None:
    code = written(music)
    song = read_abc(HEAD + f"V:1\n{code}\nV:2 transpose={semitones}\n{code}\n")
    first, second = ([(n.start_tick, n.end_tick, n.pitch) for n in track.notes] for track in song.tracks)
    assert second == [(start, end, pitch + semitones) for start, end, pitch in first]


@UNTIMED
@given(bars())
def test_an_overlay_is_a_second_voice(music: list[list[tuple[int | None, int]]]) -> None:
    """What stands behind & sounds with what stands before it in the same bar."""
    code = "|".join(f"{bar} & C,16" for bar in written(music).rstrip("|").split("|")) + "|"
    low = [(bar * 3840, bar * 3840 + 3840, 48) for bar in range(len(music))]
    assert played(read_abc(HEAD + code)) == sorted([*expected(music), *low])


CODE = st.text(st.sampled_from("ABCDefgabz^_=,'0123456789/|:[]{}()!+\"<>-~.&%\\ \nKLMPQVXw%:\0\ufffe😀é"), max_size=80)


@settings(UNTIMED, max_examples=300)
@given(CODE, CODE, st.booleans())
def test_any_text_is_read_or_refused_in_one_line(before: str, code: str, graces: bool) -> None:
    try:
        song = read_abc(f"{before}\nX:1\nK:G\n{code}", source="a.abc", graces=graces)
    except SongError as refused:
        problem = refused
    else:
        assert any(track.notes for track in song.tracks)
        assert all(0 <= n.pitch <= 127 and n.start_tick < n.end_tick for track in song.tracks for n in track.notes)
        assert all("\n" not in warning and len(warning) < 400 for warning in song.warnings)
        return
    told = str(problem)
    assert (told.startswith("a.abc: "), "\n" in told, bool(problem.remedy), len(told) < 200) == (
        True,
        False,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD.replace("M:4/4", "M:" + "9" * 3000 + "/4") + "C|", "line 3, M: '9999"),
        (HEAD.replace("L:1/16", "L:99999/1") + "C|", "line 4, L: '99999/1' is no note length"),
        (HEAD + "C|\nD" + "9" * 3000 + "|", "line 8: the number '9999"),
        (HEAD + "C99999 D99999|", "its last note ends after 6.9 hours"),
        (HEAD + "C/9999|", "line 7: a length of 1/9999"),
        (HEAD + "C|Z99999|", "more than 10000 bars"),
        (HEAD + "C|" * 10_001, "more than 10000 bars"),
        (HEAD + "CDEF" * 30_000, "more than 100000 notes"),
        (HEAD + "|:" + "C|" * 110 + "1-99 C:|", "bars with all repeats"),
        (HEAD.replace("K:C", "P:" + "(" * 9 + "A9" + ")9" * 9 + "\nK:C") + "P:A\nC|", "parts are to be played"),
        (HEAD + "".join(f"V:{k}\nC|\n" for k in range(70)), "more than 64 voices"),
        (HEAD + "|C|" + " " * 1_000_000, "a tune of more than 1000 kB"),
        (HEAD + "z4|", "no notes"),
        ("dear diary", "no line begins with K:"),
        ("X:1\nT:no key\n", "no line begins with K:"),
        ("X:1\nM:4/0\nK:C\nC|", "'4/0' is no meter"),
    ],
)
def test_too_much_and_too_little(text: str, told: str) -> None:
    with pytest.raises(SongError) as problem:
        read_abc(text, source="a.abc")
    assert told in str(problem.value)
    assert len(str(problem.value)) < 200


BOOK = "%%MIDI program 40\nL:1/4\n\nfree | text\n\nX:3\nT:Three\nK:C\nC|\n\nmore text\n\nX:7\nT:Seven\nL:1/8\nK:G\nF|\n"


def test_a_tune_of_a_book() -> None:
    first, seventh = read_abc(BOOK), read_abc(BOOK, tune=7)
    assert (first.title, seventh.title) == ("Three", "Seven")
    assert "of the 2 tunes in the file the first was read" in first.warnings
    assert seventh.warnings == ()
    assert [n.pitch for n in seventh.tracks[0].notes] == [66]
    assert [s.tracks[0].program for s in (first, seventh)] == [40, 40]
    assert [s.tracks[0].notes[0].end_tick for s in (first, seventh)] == [960, 480]
    with pytest.raises(SongError, match="no tune X:8; take one of 3, 7"):
        read_abc(BOOK, tune=8)


def test_a_tune_by_its_number_on_the_command_line(cli: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_text(BOOK)
    assert json.loads(cli("analyze", path, "--tune", 7, "--json").out)["title"] == "Seven"
    assert "no tune X:8" in cli("cover", path, "--style", "lofi", "--tune", 8, "-o", tmp_path / "a.mid").err
    with pytest.raises(SongError, match="only a book in ABC"):
        remixkit.load(tmp_path / "a.mid", tune=1)


def test_grace_notes_on_wish() -> None:
    tune = HEAD.replace("L:1/16", "L:1/4") + "C {fg}D2 {a}E/8|"
    assert [n.pitch for n in read_abc(tune).tracks[0].notes] == [60, 62, 64]
    assert "3 grace notes were left out" in read_abc(tune).warnings
    start = 3 - Fraction(9, 8)  # a short bar is a pickup
    with_graces = [
        (Fraction(n.start_tick, 960) - start + 1, n.pitch) for n in read_abc(tune, graces=True).tracks[0].notes
    ]
    assert [pitch for _, pitch in with_graces] == [60, 77, 79, 62, 64], (
        "a grace note longer than its note is not played"
    )
    assert [at - with_graces[0][0] for at, _ in with_graces] == [0, 1, Fraction(5, 4), Fraction(3, 2), 3]


def test_keys_sound_as_played() -> None:
    song = read_abc(HEAD + "V:1 transpose=-2\nC4|[K:Dm]D4|[K:Gdor]D4|")
    assert [(k.sharps, k.mode) for k in song.key_signatures] == [(-2, "major"), (-3, "minor"), (-3, "major")]


def test_da_capo_brings_the_first_tempo_and_program_back() -> None:
    song = read_abc(HEAD + "C16|[Q:1/4=60][I:MIDI program 5]D16!D.C.alfine!|".replace("C16|", "C16!fine!|"))
    assert [(t.tick, t.bpm) for t in song.grid.tempo.changes] == [(0, 120), (3840, 60), (7680, 120)]
    assert [(c.tick, c.value) for c in song.tracks[0].controls] == [(3840, 5), (7680, 0)]


def test_music_behind_an_empty_line_is_read_with_a_warning() -> None:
    song = read_abc(HEAD + "C16|\n\nV:2\nE16|\n\nSung by nobody in particular.\n")
    assert [[n.pitch for n in t.notes] for t in song.tracks] == [[60], [64]]
    assert "an empty line ends a tune" in " ".join(song.warnings)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_codings_and_line_ends(coding: str, tmp_path: Path) -> None:
    text = (HEAD + "C16|").replace("T:t", "T:Über").replace("\n", "\r\n")
    assert read_abc(decoded_abc(text.encode(coding))).title == "Über"
    path = tmp_path / "a.abc"
    path.write_bytes(text.replace("\r\n", "\r").encode(coding))
    assert remixkit.load(path).title == "Über"


def test_control_characters_stay_outside() -> None:
    song = read_abc('X:1\nT:a\x1b[31m\x00b\ufffe\nC:\x07c\nK:C\nV:1 name="d\x9be"\nCDEF|\nw: x\x1by z\n')
    assert (song.title, song.composer, song.tracks[0].name) == ("a[31mb", "c", "de")
    assert [t.text for t in song.tracks[0].lyrics] == ["xy", "z"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Gm7add11", "G:min7(11)"), ("C7(9)", "C:9"), ("G(Em)", "G:maj"), ("Cmadd9", "C:min(9)"), ("Bb/d", "Bb:maj/3"),
        ("Esus7", "E:sus4(b7)"), ("D°", "D:dim"), ("A5", "A:5"), ("NC", "N"), ("H", None), ("Dog", None),
        ("D.C.", None),
    ],
)  # fmt: skip
def test_chord_names(name: str, label: str | None) -> None:
    assert label_of_name(name) == label


def test_the_order_of_parts() -> None:
    assert "".join(parts_of("A.(AB3)2 (C(D)2)")) == "AABBBABBBCDD"
    assert "".join(parts_of("A)B(C")) == "ABC"


def test_words_and_what_stands_between() -> None:
    said = [(w.step, w.text, w.syllabic) for w in word_steps("syll-a--ble of~a * | time_ go -ing")]
    hold, skip, bar = (("hold", "", "single"), ("skip", "", "single"), ("bar", "", "single"))
    assert said == [
        ("syllable", "syll", "begin"), ("syllable", "a", "middle"), hold, ("syllable", "ble", "end"),
        ("syllable", "of a", "single"), skip, bar, ("syllable", "time", "single"), hold,
        ("syllable", "go", "begin"), hold, ("syllable", "ing", "end"),
    ]  # fmt: skip


def test_a_syllable_knows_its_word_and_its_verse() -> None:
    song = read_abc(HEAD + "C8 D8|\nw: Twin-kle\nw: When the\n|:E16:|\nw: star\nw: sun\n")
    assert [(t.text, t.syllabic, t.verse) for t in song.tracks[0].lyrics] == [
        ("Twin", "begin", 1), ("When", "single", 2), ("kle", "end", 1), ("the", "single", 2),
        ("star", "single", 1), ("sun", "single", 1),
    ]  # fmt: skip
