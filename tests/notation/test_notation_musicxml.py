"""MusicXML as it is heard: a small score for each kind of thing, in tests/cases, with what a player makes of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from remixkit.errors import SongError
from remixkit.model.song import Song
from remixkit.notation.musicxml import read_musicxml
from remixkit.notation.reading.score_files import FOREIGN, read_score

CASES = Path(__file__).parent.parent / "cases"


def read(name: str) -> Song:
    return read_musicxml((CASES / f"{name}.musicxml").read_bytes(), file=f"{name}.musicxml")


def pitches(song: Song, part: int = 0) -> list[int]:
    return [n.pitch for n in song.tracks[part].notes]


def heard(song: Song, part: int = 0) -> list[tuple[float, float, int]]:
    """(onset, length, pitch) in quarters."""
    return [(n.start_tick / 960, (n.end_tick - n.start_tick) / 960, n.pitch) for n in song.tracks[part].notes]


def meters(song: Song) -> list[tuple[float, int, int]]:
    return [(c.tick / 960, c.numerator, c.denominator) for c in song.grid.meter.changes]


def test_a_pickup_stands_at_the_end_of_its_bar() -> None:
    song = read("mx_pickup")
    assert heard(song)[:2] == [(3, 1, 67), (4, 1, 72)]
    assert meters(song) == [(0, 4, 4)]


def test_a_bar_that_a_repeat_sign_parts_is_one_bar() -> None:
    song = read("mx_split_bar")
    assert meters(song) == [(0, 4, 4)]
    assert [n.start_tick / 960 for n in song.tracks[0].notes if n.pitch in (67, 69)] == [3, 11, 19]


def test_a_short_bar_in_the_middle_is_a_meter_of_its_own() -> None:
    song = read("mx_short_bar")
    assert meters(song) == [(0, 4, 4), (4, 5, 8), (6.5, 4, 4)]
    assert heard(song)[7] == (6.5, 1, 79)


def test_sums_composites_and_bars_without_a_meter() -> None:
    assert meters(read("mx_meters")) == [(0, 5, 4), (5, 7, 8), (8.5, 3, 4), (11.5, 4, 4)]


def test_cue_notes_are_silent_and_grace_notes_are_played() -> None:
    notes = heard(read("mx_cue_grace"))
    assert [pitch for _, _, pitch in notes] == [72, 76, 77, 71, 72, 74], "the cue D is silent"
    at, length, _ = notes[1]
    assert at + length == 2
    assert at > 1.5, "a grace note with a stroke is struck just before its note"
    assert notes[3:5] == [(4, 0.5, 71), (4.5, 1.5, 72)], "one without leans on the beat"


def test_ornaments() -> None:
    notes = heard(read("mx_ornaments"))
    trill = [pitch for at, _, pitch in notes if at < 2]
    assert trill == [72, 74] * (len(trill) // 2) + [72]
    assert 7 <= len(trill) <= 13
    assert [pitch for at, _, pitch in notes if 2 <= at < 4] == [76, 74, 76], "a mordent is the lower"
    assert [pitch for at, _, pitch in notes if 4 <= at < 6] == [76, 77, 76], "and E has F above it"
    assert [pitch for at, _, pitch in notes if 6 <= at < 8] == [81, 79, 77, 79]
    assert [(at, pitch) for at, _, pitch in notes if 8 <= at < 10] == [(8 + k / 4, 72) for k in range(8)]
    assert [(at, pitch) for at, _, pitch in notes if at >= 10] == [
        (10 + k / 4, 72 if k % 2 == 0 else 79) for k in range(8)
    ]


def test_a_rolled_chord() -> None:
    notes = heard(read("mx_arpeggio"))
    assert [pitch for _, _, pitch in notes] == [60, 64, 67]
    assert [at for at, _, _ in notes] == sorted({at for at, _, _ in notes})
    assert {at + length for at, length, _ in notes} == {4}


def test_backup_and_forward() -> None:
    assert heard(read("mx_backup_forward")) == [(0, 2, 72), (1, 1, 69), (2, 2, 76), (3, 1, 65)]


def test_transposing_parts_sound_where_they_sound() -> None:
    song = read("mx_transpose")
    assert pitches(song) == [72] * 4 + [60] * 4
    assert [(k.tick, k.sharps) for k in song.key_signatures] == [(0, 0), (3840, -3)]


def test_a_tie_goes_on_under_another_name() -> None:
    assert heard(read("mx_ties")) == [(0, 1, 72), (1, 1, 74), (2, 1, 76), (3, 3, 78), (6, 2, 72)]


def test_the_second_verse_is_sung_the_second_time() -> None:
    words = [(s.tick / 960, s.text, s.syllabic, s.verse) for s in read("mx_verses_repeat").tracks[0].lyrics]
    assert words == [
        (0, "Mor", "begin", 1), (2, "ning", "end", 1), (4, "Eve", "begin", 1), (6, "ning", "end", 1),
        (8, "end", "single", 1),
    ]  # fmt: skip


def test_chord_symbols() -> None:
    assert [(t.tick / 960, t.text) for t in read("mx_harmony").chord_symbols] == [
        (0, "C:maj7"), (2, "Bb:7/3"), (4, "G:7(b9)"), (6, "F:hdim7"), (8, "A:min"), (10, "E:sus4"), (12, "N"),
    ]  # fmt: skip


def test_tempo_in_all_its_spellings() -> None:
    changes = read("mx_tempo").grid.tempo.changes
    assert [(c.tick / 3840, c.bpm) for c in changes] == [(0, 100), (1, 90), (2, 180), (3, 150)]


def test_dynamics_hairpins_and_accents() -> None:
    loud = [n.velocity for n in read("mx_dynamics").tracks[0].notes]
    assert loud[:3] == [49, 49, 49]
    assert loud[2:7] == sorted(loud[2:7])
    assert loud[6] == 96
    assert loud[7] > 96


def test_drums_by_their_sound_and_by_their_place() -> None:
    song = read("mx_drums")
    assert all(track.is_drum and track.channel == 9 for track in song.tracks)
    assert pitches(song, 0) == [35, 38, 35, 38], "MusicXML counts keys from 1"
    assert pitches(song, 1) == [36, 38, 36, 38]


def test_programs_channels_volume_and_pan() -> None:
    reed, cello = read("mx_sounds").tracks
    assert (reed.channel, reed.program, cello.program) == (2, 68, 42)
    assert [(c.number, c.value) for c in reed.controls] == [(7, 102), (10, 1)]
    assert cello.channel not in (2, 9)


def test_mode_marks_title_and_composer() -> None:
    song = read("mx_mode_marks")
    assert (song.title, song.composer) == ("Two lines of title", "Nobody")
    assert [(k.sharps, k.mode) for k in song.key_signatures] == [(0, "minor")]
    assert [(t.tick / 960, t.text) for t in song.markers] == [(0, "A"), (4, "B")]


def test_a_bar_that_says_like_the_one_before() -> None:
    assert pitches(read("mx_measure_repeat")) == [72, 74, 76, 77] * 2 + [79] * 4


def test_jumps_by_words_alone() -> None:
    assert pitches(read("mx_ds_words"))[::4] == [72, 74, 76, 74, 77]


def test_endings_by_lists_of_numbers() -> None:
    assert pitches(read("mx_endings"))[::4] == [72, 74, 72, 74, 72, 76, 77]


def test_swing_by_its_word() -> None:
    assert [at for at, _, _ in heard(read("mx_swing_words"))] == pytest.approx(
        [beat + off for beat in range(4) for off in (0, 2 / 3)]
    )


def test_measures_that_hold_parts() -> None:
    assert heard(read("mx_timewise")) == [(k, 1, pitch) for k, pitch in enumerate((72, 74, 76, 77))]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    text = (CASES / "mx_pickup.musicxml").read_text("utf-8").replace("Case", "夜の歌")
    song = read_musicxml(text.replace('"UTF-8"', '"UTF-16"').encode(encoding))
    assert (song.title, len(song.tracks[0].notes)) == ("夜の歌", 8)


def test_a_declared_encoding_and_characters_that_no_xml_holds() -> None:
    text = (CASES / "mx_pickup.musicxml").read_text("utf-8").replace("Case", "夜\x0bの歌").replace("UTF-8", "Shift_JIS")
    assert read_musicxml(text.encode("shift_jis")).title == "夜の歌"


def packed(**files: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr({"container": "META-INF/container.xml", "score": "score.xml"}[name], data)
    return made.getvalue()


SCORE = (CASES / "mx_pickup.musicxml").read_bytes()
TEXT = SCORE.decode()
REPEATS = '<barline><repeat direction="backward" times="100000"/></barline>'
DTD = '<!DOCTYPE score-partwise [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(container=b" " * 1_000_000, score=SCORE), "unpacks to more than"),
        (packed(score=SCORE + b" " * 20_000_000), "unpacks to more than"),
        (packed(score=SCORE)[:-40], "cannot be unpacked"),
        (packed(score=SCORE).replace(b"\x08\x00", b"\x0e\x00"), "by a method that MusicXML does not use"),
        (TEXT.replace(TEXT[TEXT.index("<!DOC") : TEXT.index("<score-p")], DTD).encode(), "its own document type"),
        (TEXT.replace("<step>", "<x>" * 100 + "</x>" * 100 + "<step>").encode(), "deep"),
        (TEXT.replace("<duration>4", "<duration>999999999").encode(), "quarters"),
        (TEXT.replace("</measure>", "<x/>" * 200_000 + "</measure>").encode(), "elements"),
        (TEXT.replace("</measure>", f"{REPEATS}</measure>", 2).encode(), "bars with all repeats"),
        (b"<museScore/>", "MuseScore"),
    ],
)  # fmt: skip
def test_hostile_scores_end_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(SongError) as problem:
        read_musicxml(data, file="score.mxl")
    told = str(problem.value)
    assert said in told
    assert "\n" not in told
    assert len(told) < 400


def test_giant_and_broken_numbers_are_nothing() -> None:
    for odd in ("9" * 5000, "1e309", "-2", "", "NaN", "٤"):
        broken = TEXT.replace("<beats>4", f"<beats>{odd}").replace("<octave>5", f"<octave>{odd}", 1)
        assert len(read_musicxml(broken.encode()).tracks[0].notes) == 7


@pytest.mark.parametrize("ending", sorted(e for endings in FOREIGN.values() for e in endings))
def test_files_of_programs_are_named(ending: str, tmp_path: Path) -> None:
    with pytest.raises(SongError, match="export it from"):
        read_score(tmp_path / f"song{ending}")
