"""Songs that come as scores: MusicXML, compressed or not, and ABC, with their chord symbols taken at their word."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Done

import remixkit
from remixkit.analysis.grid.tracking import true_grid
from remixkit.analysis.grid.written import given_chords
from remixkit.errors import SongError
from remixkit.model.analysis import ChordSpan
from remixkit.model.song import Note, Song, Text, Track
from remixkit.model.spans import merge
from remixkit.model.timing import TICKS_PER_QUARTER
from remixkit.notation.reading import score_files
from remixkit.notation.scores import to_music21, write_musicxml
from remixkit.theory.chords import QUALITIES, label, parse_label, quality_of, spans_of

BAR = 4 * TICKS_PER_QUARTER

ABC = """X:1
T:Hill and Harbour
C:Nobody
M:4/4
L:1/4
Q:1/4=96
K:G
D|"G"GABd|"Cmaj7"edcB|"D7/F#"A2FA|"Em9"G3 B|
"Am7"cBAG|"Dsus4"A2"D"F2|"N.C."z4|"G"G4|]
"""

CHORDS = """
<harmony><root><root-step>{step}</root-step><root-alter>{alter}</root-alter></root><kind>{kind}</kind>{more}</harmony>
"""


def measure(number: int, pitches: str, *signs: str) -> str:
    notes = "".join(
        f"<note><pitch><step>{p[0]}</step><octave>{p[1]}</octave></pitch><duration>1</duration><type>quarter</type></note>"
        for p in pitches.split()
    )
    head = "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    return f'<measure number="{number}">{head if number == 1 else ""}{"".join(signs)}{notes}</measure>'


def chord(step: str, kind: str, *, alter: int = 0, more: str = "") -> str:
    return CHORDS.format(step=step, alter=alter, kind=kind, more=more)


def music_xml(*measures: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="4.0">'
        "<work><work-title>夏の坂道</work-title></work>"
        '<part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>'
        f'<part id="P1">{"".join(measures)}</part></score-partwise>'
    )


DEGREE = "<degree><degree-value>{}</degree-value><degree-alter>{}</degree-alter><degree-type>{}</degree-type></degree>"
XML = music_xml(
    measure(1, "C5 D5 E5 G5", chord("C", "major-seventh")),
    measure(2, "E5 D5 C5 B4", chord("B", "dominant", alter=-1, more="<bass><bass-step>D</bass-step></bass>")),
    measure(3, "A4 B4 C5 E5", chord("A", "minor-seventh"), chord("A", "minor-seventh")),
    measure(4, "D5 B4 G4 G4", chord("G", "dominant", more=DEGREE.format(9, -1, "add"))),
    measure(5, "C5 C5 C5 C5", chord("C", "major", more=DEGREE.format(9, 0, "add"))),
    measure(6, "F4 F4 F4 F4", chord("F", "half-diminished")),
    measure(7, "C5 C5 C5 C5", chord("C", "none")),
    measure(8, "C5 C5 C5 C5", chord("C", "power")),
)


def saved(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def compressed(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "song.mxl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def labels(song: Song) -> list[tuple[float, str]]:
    return [(t.tick / BAR, t.text) for t in song.chord_symbols]


def test_abc(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "hill.abc", ABC))
    assert (song.title, song.composer, song.source) == ("Hill and Harbour", "Nobody", "hill.abc")
    assert song.grid.tempo.bpm_at(0) == 96
    assert song.tracks[0].notes[:3] == (
        Note(BAR - 960, BAR, 62, 80),
        Note(BAR, BAR + 960, 67, 80),
        Note(BAR + 960, BAR + 1920, 69, 80),
    )
    assert labels(song) == [
        (1, "G:maj"), (2, "C:maj7"), (3, "D:7/3"), (4, "E:min9"), (5, "A:min7"), (6, "D:sus4"), (6.5, "D:maj"),
        (7, "N"), (8, "G:maj"),
    ]  # fmt: skip


def test_music_xml(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "hill.musicxml", XML))
    assert song.title == "夏の坂道"
    assert [t.name for t in song.tracks] == ["Voice"]
    assert [n.pitch for n in song.tracks[0].notes[:4]] == [72, 74, 76, 79]
    assert labels(song) == [
        (0, "C:maj7"), (1, "Bb:7/3"), (2, "A:min7"), (3, "G:7(b9)"), (4, "C:maj(9)"), (5, "F:hdim7"), (6, "N"),
        (7, "C:5"),
    ]  # fmt: skip


CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'


def test_compressed_music_xml(tmp_path: Path) -> None:
    plain = remixkit.load(saved(tmp_path, "song.xml", XML))
    other = music_xml(measure(1, "C5 C5 C5 C5"))
    files = {"a.xml": other, "META-INF/container.xml": CONTAINER.format("deep/b.xml"), "deep/b.xml": XML}
    for path in (
        compressed(tmp_path, files),
        compressed(tmp_path, {"only.musicxml": XML}),
        saved(tmp_path, "song.mxl", XML),
    ):
        assert remixkit.load(path).tracks == plain.tracks


LEAD_SHEET = {
    "Cmaj9": "C:maj9", "C-7": "C:min7", "CΔ7": "C:maj7", "Am(maj7)": "A:minmaj7", "Bø": "B:hdim7", "F#°7": "F#:dim7",
    "C6/9": "C:maj6(9)", "D9sus4": "D:sus4(b7,9)", "C13": "C:13", "B♭m7/Ab": "Bb:min7/b7", "Gsus": "G:sus4",
    "C2": "C:maj(9)",
}  # fmt: skip


def test_chord_names_as_lead_sheets_write_them(tmp_path: Path) -> None:
    bars = "|".join(f'"{name}"C4' for name in LEAD_SHEET)
    song = remixkit.load(saved(tmp_path, "names.abc", f"X:1\nM:4/4\nL:1/4\nK:C\n{bars}|\n"))
    assert labels(song) == list(enumerate(LEAD_SHEET.values()))
    assert song.warnings == ()


def test_a_chord_name_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    tune = 'X:1\nT:"C" is in the title\nM:4/4\nL:1/4\nK:C\n"^slowly"C4|">x"D4|"Zork"E4|"Emadd"F4|"F"G4|\n'
    song = remixkit.load(saved(tmp_path, "odd.abc", tune))
    assert [n.pitch for n in song.tracks[0].notes] == [60, 62, 64, 65, 67], "the notes below them stay"
    assert labels(song) == [(4, "F:maj")]
    assert song.title == '"C" is in the title'
    told = " ".join(song.warnings)
    assert all(word in told for word in ("'Zork'", "'Emadd'", "2 annotations"))


def test_given_chords_are_used_as_given(tmp_path: Path) -> None:
    found = remixkit.analyze(saved(tmp_path, "hill.abc", ABC))
    end = found.song.grid.meter.bar_end(found.song.end_tick - 1)
    assert (found.chords[0].start_tick, found.chords[-1].end_tick) == (0, end)
    assert all(a.end_tick == b.start_tick for a, b in pairwise(found.chords)), "no gaps"
    assert [label(c) for c in found.chords if c.start_tick >= BAR] == [
        "G:maj", "C:maj7", "D:7/3", "E:min9", "A:min7", "D:sus4", "D:maj", "N", "G:maj",
    ]  # fmt: skip
    assert (found.keys[0].tonic_pc, found.keys[0].mode) == (7, "major")


def test_before_the_first_symbol_chords_are_heard() -> None:
    song = Song(chord_symbols=(Text(BAR, "F:maj"), Text(2 * BAR, "F:maj"), Text(3 * BAR, "G:7"), Text(9 * BAR, "N")))
    heard = (ChordSpan(0, 960, 0, "maj"), ChordSpan(960, 2 * BAR, 9, "min"), ChordSpan(2 * BAR, 4 * BAR, 7, "maj"))
    assert given_chords(song, heard) == (
        ChordSpan(0, 960, 0, "maj"),
        ChordSpan(960, BAR, 9, "min"),
        ChordSpan(BAR, 3 * BAR, 5, "maj"),
        ChordSpan(3 * BAR, 4 * BAR, 7, "7"),
    )
    assert given_chords(Song(), heard) == heard


def test_without_symbols_chords_are_heard(tmp_path: Path) -> None:
    bare = "\n".join("".join(line.split('"')[::2]) for line in ABC.splitlines())
    found = remixkit.analyze(saved(tmp_path, "bare.abc", bare))
    assert not found.song.chord_symbols
    assert any(c.root_pc is not None for c in found.chords)


def test_symbols_move_with_the_bars() -> None:
    late = 6 * BAR
    tune = tuple(Note(late + k * 960, late + k * 960 + 900, 60 + k % 8) for k in range(32))
    song = Song(tracks=(Track(notes=tune),), chord_symbols=(Text(0, "F:maj"), Text(late + BAR, "G:7")))
    assert true_grid(song).chord_symbols == (Text(0, "F:maj"), Text(BAR, "G:7"))


def test_what_we_write_we_read(tmp_path: Path) -> None:
    found = remixkit.analyze(saved(tmp_path, "hill.abc", ABC))
    write_musicxml(to_music21(found), tmp_path / "again.musicxml")
    again = remixkit.load(tmp_path / "again.musicxml")
    assert [n.pitch for n in again.tracks[0].notes] == [n.pitch for n in found.song.tracks[0].notes]
    assert spans_of(again.chord_symbols, found.end_tick) == merge(found.chords, ChordSpan.is_chord_of)
    shown = remixkit.load(saved(tmp_path, "hill.abc", ABC))
    write_musicxml(to_music21(shown), tmp_path / "song.musicxml")
    assert labels(remixkit.load(tmp_path / "song.musicxml")) == labels(shown)


@pytest.mark.parametrize("quality", sorted(QUALITIES))
def test_every_quality_is_written_and_read(quality: str, tmp_path: Path) -> None:
    note = Note(0, BAR, 72)
    song = Song(tracks=(Track(notes=(note,)),), chord_symbols=(Text(0, f"Eb:{quality}/5"),))
    write_musicxml(to_music21(song), tmp_path / "song.musicxml")
    root, read, bass = parse_label(remixkit.load(tmp_path / "song.musicxml").chord_symbols[0].text)
    assert (root, {s % 12 for s in QUALITIES[read]}) == (3, {s % 12 for s in QUALITIES[quality]})
    assert bass == 10


def test_unnamed_notes_make_the_fullest_chord_inside() -> None:
    assert quality_of(frozenset({0, 4, 7, 10})) == "7"
    assert quality_of(frozenset({0, 1, 3, 7, 10})) == "min7"
    assert quality_of(frozenset({5, 6})) == "1"


def test_the_first_of_several_tunes(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "two.abc", ABC + "\nX:2\nT:Other\nM:3/4\nL:1/4\nK:C\nCCC|\n"))
    assert song.title == "Hill and Harbour"
    assert len(song.tracks) == 1
    assert "of the 2 tunes in the file the first was read" in song.warnings


def test_a_tune_without_a_meter(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "bare.abc", "X:1\nK:C\nC2E2G4|\n"))
    assert [(n.start_tick, n.end_tick) for n in song.tracks[0].notes] == [(0, 960), (960, 1920), (1920, 3840)]


def test_letters_that_mean_nothing_are_passed_over(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "odd.abc", "X:1\nL:1/4\nK:C\nCDkk7EF|\n"))
    assert [n.pitch for n in song.tracks[0].notes] == [60, 62, 64, 65]
    assert "'k' (line 4), '7' (line 4)" in " ".join(song.warnings)


def test_old_text(tmp_path: Path) -> None:
    song = remixkit.load(saved(tmp_path, "old.abc", ABC.replace("Hill", "Höhe").encode("latin-1")))
    assert song.title == "Höhe and Harbour"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.musicxml", b"", "no well-formed XML"),
        ("a.musicxml", XML[:300].encode(), "no well-formed XML"),
        ("a.xml", b"<html><body/></html>", "begins with <html>"),
        ("a.xml", b"<score-timewise><measure/></score-timewise>", "no measures"),
        ("a.xml", b"<score-partwise><part-list/></score-partwise>", "no measures"),
        ("a.musicxml", b"MThd\0\0\0\6", "it is a MIDI file"),
        ("a.mxl", b"PK\3\4 and no archive", "cannot be unpacked"),
        ("a.abc", b"dear diary", "no line begins with K:"),
        ("a.abc", b"X:1\nM:4/q\nK:C\nCDEF|\n", "M: '4/q' is no meter"),
        ("a.abc", b"X:1\nM:44444/4\nK:C\nCDEF|\n", "M: '44444/4' is no meter"),
        ("a.abc", b"X:1\nM:4/4\nL:1/1\nK:C\nC99999|\n", "hours"),
    ],
)  # fmt: skip
def test_what_is_no_score(name: str, text: bytes, reason: str, tmp_path: Path) -> None:
    path = saved(tmp_path, name, text)
    with pytest.raises(SongError) as problem:
        remixkit.load(path)
    told = str(problem.value)
    assert told.startswith(f"{path}: ")
    assert reason in told
    assert problem.value.remedy
    assert "\n" not in told


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SongError, match="no such file"):
        remixkit.load(tmp_path / "none.musicxml")


def test_an_archive_without_a_score(tmp_path: Path) -> None:
    with pytest.raises(SongError, match="no score in the archive"):
        remixkit.load(compressed(tmp_path, {"readme.txt": "hello"}))


def test_too_large(tmp_path: Path) -> None:
    padding = " " * (score_files.MAX_FILE_BYTES + 1)
    for path in (saved(tmp_path, "large.abc", padding), compressed(tmp_path, {"large.xml": XML + padding})):
        with pytest.raises(SongError, match=r"16 MB|16000000 bytes"):
            remixkit.load(path)


def test_the_command_line(cli: Callable[..., Done], tmp_path: Path) -> None:
    song = saved(tmp_path, "hill.abc", ABC)
    done = cli("analyze", song, "--json")
    assert (done.status, done.err) == (0, "")
    facts = json.loads(done.out)
    assert facts["title"] == "Hill and Harbour"
    assert "E:min9" in [c["label"] for c in facts["chords"]]
    assert cli("cover", song, "--style", "lofi", "-o", "out.mid").status == 0
    assert remixkit.load(tmp_path / "out.mid").tracks
    done = cli("analyze", saved(tmp_path, "bad.xml", "<html/>"))
    assert (done.status, len(done.err.strip().splitlines())) == (2, 1)
