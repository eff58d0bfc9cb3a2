"""docs/daw.md's table of what each export carries: every cell is checked, on files that other people's readers open."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import music21
import numpy as np
import pretty_midi
import pytest
import rpp
import soundfile
from charts import BAR, song
from conftest import ROOT
from daw_files import Files, Row, absolute, messages_of, parsed, rows_of, ticks

import remixkit
from remixkit import midi
from remixkit.arrange import Daw
from remixkit.export.dawproject import write_dawproject
from remixkit.export.reaper import write_reaper
from remixkit.model.analysis import Key
from remixkit.model.arrangement import Arrangement, Part
from remixkit.model.song import Control, Lyric, TrackPassthrough, each_pitch_alone
from remixkit.model.timing import Grid, MeterChange, MeterMap, TempoChange, TempoMap
from remixkit.remix import Cover
from remixkit.render.mix.stems import Stem
from remixkit.theory import keys

TURN = 8 * BAR
TOLD = (
    Control(0, "rpn", 0, 2 << 7),
    Control(BAR, "bend", 0, 4096),
    Control(BAR + 960, "bend", 0, 0),
    Control(2 * BAR, "cc", 11, 70),
    Control(2 * BAR, "cc", 64, 127),
    Control(2 * BAR, "cc", 74, 33),
    Control(3 * BAR, "cc", 11, 127),
    Control(3 * BAR, "cc", 64, 0),
)
WORDS = (Lyric(4 * BAR, "夜"), Lyric(4 * BAR + 960, "ni"))


def enriched(cover: Cover) -> Cover:
    """With two tempi, meters and keys; the first part has a bank, words, and is told all that a part can be told."""
    made = cover.arrangement
    first = replace(made.parts[0], bank=8, pan=40, controls=TOLD, lyrics=WORDS)
    return replace(
        cover,
        arrangement=replace(
            made,
            title="Comet",
            composer="Hata",
            grid=Grid(
                TempoMap((TempoChange(0, 96.0), TempoChange(TURN, 120.0))),
                MeterMap((MeterChange(0, 4, 4), MeterChange(TURN, 2, 4))),
            ),
            keys=(Key(0, TURN, 0, "major"), Key(TURN, made.end_tick, 2, "major")),
            parts=(first, *made.parts[1:]),
        ),
    )


def bends_and_controllers(said: list[mido.Message]) -> set[tuple[int, int, int]]:
    """(tick, number, value) of what `TOLD` says beside its RPN; a bend's number is -1."""
    numbers = {c.number for c in TOLD if c.kind == "cc"}
    found = {(m.time, m.control, m.value) for m in said if m.type == "control_change" and m.control in numbers}
    return found | {(m.time, -1, m.pitch) for m in said if m.type == "pitchwheel"}


def wanted_rows(part: Part) -> list[Row]:
    return sorted((n.start_tick, n.end_tick, n.pitch, n.velocity) for n in each_pitch_alone(part.notes))


ENDINGS = (".mid", ".rpp", ".dawproject")
Check = Callable[[Files, Files], None]
CHECKS: dict[tuple[str, str], tuple[bool, Check]] = {}


def carries(row: str, *columns: str) -> Callable[[Check], Check]:
    """A check that these exports carry what the row says; it is given a plain cover and one with all wishes."""

    def kept(check: Check) -> Check:
        CHECKS.update({(row, c): (True, check) for c in columns})
        return check

    return kept


def lacks(row: str, *columns: str) -> Callable[[Check], Check]:
    """A check that these exports do not."""

    def kept(check: Check) -> Check:
        CHECKS.update({(row, c): (False, check) for c in columns})
        return check

    return kept


def table() -> dict[tuple[str, str], str]:
    """(row, column) -> what the cell says."""
    page = (ROOT / "docs" / "daw.md").read_text(encoding="utf-8")
    lines = page.partition("## What each carries")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, _, *body = rows
    assert tuple(head[1:]) == ENDINGS
    return {(row[0], column): cell for row in body for column, cell in zip(head[1:], row[1:], strict=True)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return written(tmp_path_factory.mktemp("plain"), Daw())


@pytest.fixture(scope="module")
def dressed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return written(tmp_path_factory.mktemp("dressed"), Daw(chord_track=True, split_drums=True, bars_from=3))


def written(folder: Path, daw: Daw) -> Files:
    files = Files(enriched(remixkit.cover(song(form="iABSO"), "rock", seed=3, daw=daw)), folder)
    files.cover.write(*(files.path(ending) for ending in ENDINGS))
    return files


@pytest.mark.parametrize("cell", table(), ids=" ".join)
def test_every_cell_is_true(cell: tuple[str, str], plain: Files, dressed: Files) -> None:
    assert cell in CHECKS, f"nothing checks {cell}"
    carried, check = CHECKS[cell]
    assert carried == (table()[cell] != "-")
    check(plain, dressed)


def test_nothing_is_checked_that_the_table_does_not_say() -> None:
    assert CHECKS.keys() == table().keys()


@carries("every note with its velocity", ".mid")
def _(plain: Files, dressed: Files) -> None:
    for said, part in zip(plain.tracks, plain.made.parts, strict=True):
        assert rows_of(said) == wanted_rows(part)
    wanted = sum(len(each_pitch_alone(p.notes)) for p in plain.made.parts)
    assert sum(len(i.notes) for i in pretty_midi.PrettyMIDI(str(plain.path(".mid"))).instruments) == wanted
    symusic = pytest.importorskip("symusic")
    assert sum(len(t.notes) for t in symusic.Score(plain.path(".mid")).tracks) == wanted
    reader = music21.midi.MidiFile()
    reader.open(str(plain.path(".mid")))
    reader.read()
    reader.close()
    assert sum(e.isNoteOn() for track in reader.tracks for e in track.events) == wanted


@carries("every note with its velocity", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    for k, part in enumerate(plain.made.parts):
        assert rows_of(plain.reaper_said(k)[0]) == wanted_rows(part)


@carries("every note with its velocity", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    for lane, part in zip(plain.daw_lanes, plain.made.parts, strict=True):
        found = [
            (
                ticks(n.get("time")),
                ticks(n.get("duration")),
                int(n.get("key", "")),
                round(float(n.get("vel", "")) * 127),
            )
            for n in lane.iter("Note")
        ]
        assert sorted((t, t + d, p, v) for t, d, p, v in found) == wanted_rows(part)


@carries("a named track a part", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    wanted = [p.name for p in plain.made.parts]
    assert len(set(wanted)) == len(wanted) > 5
    assert [m.name for said in plain.tracks for m in said if m.type == "track_name"] == wanted
    assert [i.name for i in pretty_midi.PrettyMIDI(str(plain.path(".mid"))).instruments] == wanted
    assert [t.find("NAME")[1] for t in plain.reaper_tracks] == wanted
    assert [t.get("name") for t in plain.daw_tracks] == wanted


@carries("colour", ".rpp", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    reaper = [int(t.find("PEAKCOL")[1]) for t in plain.reaper_tracks]
    project = [t.get("color", "") for t in plain.daw_tracks]
    assert all(c >> 24 == 1 for c in reaper)
    assert [f"#{c & 255:02x}{c >> 8 & 255:02x}{c >> 16 & 255:02x}" for c in reaper] == project
    assert len(set(project)) > 2


@lacks("colour", ".mid")
def _(plain: Files, dressed: Files) -> None:
    assert not [m for said in plain.tracks for m in said if m.type in ("sequencer_specific", "unknown_meta")]


@carries("program, bank", ".mid", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    for said in (plain.tracks, [plain.reaper_said(k)[0] for k in range(len(plain.made.parts))]):
        programs = [next(m.program for m in track if m.type == "program_change") for track in said]
        assert programs == [p.program for p in plain.made.parts]
        start = [m for m in said[0] if m.time == 0 and m.type in ("control_change", "program_change")]
        kinds = [getattr(m, "control", "program") for m in start if getattr(m, "control", 0) in (0, 32)]
        assert kinds[:3] == [0, 32, "program"], "a bank is told before its program"
        assert next(m.value for m in start if m.type == "control_change" and m.control == 0) == 8


@carries("program, bank", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    assert plain.daw_points("programChange") == [(0, plain.made.parts[0].program)]
    assert plain.daw_points("channelController", 0) == [(0, pytest.approx(8 / 127, abs=1e-5))]
    assert len(plain.daw.findall(".//Target[@expression='programChange']")) == len(plain.made.parts)


@carries("volume, pan", ".mid")
def _(plain: Files, dressed: Files) -> None:
    for said, part in zip(plain.tracks, plain.made.parts, strict=True):
        told = {m.control: m.value for m in said if m.type == "control_change" and m.time == 0}
        assert (told[7], told[10]) == (part.volume, part.pan)


@carries("volume, pan", ".rpp", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    for k, part in enumerate(plain.made.parts):
        level, place = (part.volume / 127) ** 2, (part.pan - 64) / 63
        _, rpp_level, rpp_place, *_ = plain.reaper_tracks[k].find("VOLPAN")
        assert (float(rpp_level), float(rpp_place)) == (pytest.approx(level), pytest.approx(place))
        fader, pan = (plain.daw_tracks[k].find(f"Channel/{name}") for name in ("Volume", "Pan"))
        assert fader is not None
        assert pan is not None
        assert float(fader.get("value", "")) == pytest.approx(level, abs=1e-5)
        assert float(pan.get("value", "")) == pytest.approx((place + 1) / 2, abs=1e-5)
        said = plain.reaper_said(k)[0]
        assert not [m for m in said if m.type == "control_change" and m.control in (7, 10) and m.time == 0]
    assert not plain.daw_points("channelController", 7)
    assert not plain.daw_points("channelController", 10)


@carries("reverb", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    reverb = plain.made.parts[0].reverb
    for said in (plain.tracks[0], plain.reaper_said()[0]):
        assert [m.value for m in said if m.type == "control_change" and m.control == 91] == [reverb]
    assert plain.daw_points("channelController", 91) == [(0, pytest.approx(reverb / 127, abs=1e-5))]


@carries("expression, pedal, other controllers", ".mid", ".rpp")
@carries("pitch bends", ".mid", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    wanted = {(c.tick, -1 if c.kind == "bend" else c.number, c.value) for c in TOLD if c.kind != "rpn"}
    assert bends_and_controllers(plain.tracks[0]) == wanted
    assert bends_and_controllers(plain.reaper_said()[0]) == wanted


@carries("expression, pedal, other controllers", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    for number in (11, 64, 74):
        wanted = [(c.tick, c.value / 127) for c in TOLD if (c.kind, c.number) == ("cc", number)]
        found = plain.daw_points("channelController", number)
        assert [t for t, _ in found] == [t for t, _ in wanted]
        assert [v for _, v in found] == pytest.approx([v for _, v in wanted], abs=1e-5)


@carries("pitch bends", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    assert plain.daw_points("pitchBend") == [(BAR, 0.75), (BAR + 960, 0.5)]


@carries("range of the bends", ".mid", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    for said in (plain.tracks[0], plain.reaper_said()[0]):
        steps = [(m.control, m.value) for m in said if m.type == "control_change" and m.control in (6, 38, 100, 101)]
        assert steps == [(101, 0), (100, 0), (6, 2), (38, 0), (101, 127), (100, 127)]


@lacks("range of the bends", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    assert not any(plain.daw_points("channelController", n) for n in (6, 38, 100, 101))


@carries("tempo map", ".mid")
def _(plain: Files, dressed: Files) -> None:
    tempi = [(m.time, round(mido.tempo2bpm(m.tempo), 3)) for m in plain.head if m.type == "set_tempo"]
    assert tempi == [(0, 96.0), (TURN, 120.0)]
    read = pretty_midi.PrettyMIDI(str(plain.path(".mid")))
    ends = [plain.made.grid.tempo.second(max(n.end_tick for n in p.notes)) for p in plain.made.parts]
    assert [i.get_end_time() for i in read.instruments] == pytest.approx(ends, abs=1e-3)


@carries("tempo map", ".rpp")
@carries("meter", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    points = [p for p in plain.reaper.find("TEMPOENVEX") if p[0] == "PT"]
    assert [float(p[1]) for p in points] == pytest.approx([0.0, plain.made.grid.tempo.second(TURN)])
    assert [float(p[2]) for p in points] == [96.0, 120.0]
    assert [int(p[4]) for p in points] == [4 + (4 << 16), 2 + (4 << 16)]
    assert plain.reaper.find("TEMPO")[1:] == ["96", "4", "4"]


@carries("tempo map", ".dawproject")
@carries("meter", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    tempi = [
        (ticks(p.get("time")), float(p.get("value", ""))) for p in plain.daw.iterfind(".//TempoAutomation/RealPoint")
    ]
    assert tempi == [(0, 96.0), (TURN, 120.0)]
    meters = [
        (ticks(p.get("time")), p.get("numerator"), p.get("denominator")) for p in plain.daw.iter("TimeSignaturePoint")
    ]
    assert meters == [(0, "4", "4"), (TURN, "2", "4")]


@carries("meter", ".mid")
def _(plain: Files, dressed: Files) -> None:
    meters = [(m.time, m.numerator, m.denominator) for m in plain.head if m.type == "time_signature"]
    assert meters == [(0, 4, 4), (TURN, 2, 4)]


@carries("key", ".mid")
def _(plain: Files, dressed: Files) -> None:
    assert [(m.time, m.key) for m in plain.head if m.type == "key_signature"] == [(0, "C"), (TURN, "D")]


@lacks("key", ".rpp", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    assert "key" not in {
        word.lower() for word in re.findall(r"<?(\w+)", plain.path(".rpp").read_text(encoding="utf-8"))
    }
    assert not [e for e in plain.daw.iter() if "key" in e.tag.lower() or "scale" in e.tag.lower()]


@carries("sections", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    starts = [s.start_tick for s in plain.made.sections]
    markers = [(m.time, m.text) for m in plain.head if m.type == "marker"]
    assert markers == [(s.start_tick, s.label) for s in plain.made.sections]
    tempo = plain.made.grid.tempo
    regions = [m for m in plain.reaper.findall("MARKER") if m[3]]
    assert [float(m[2]) for m in regions] == pytest.approx([tempo.second(t) for t in starts])
    assert [m[3] for m in regions] == ["Intro", "Verse", "Prechorus", "Chorus", "Outro"]
    found = [(ticks(m.get("time")), m.get("name")) for m in plain.daw.iter("Marker")]
    assert found == list(zip(starts, ["Intro", "Verse", "Prechorus", "Chorus", "Outro"], strict=True))


def symbols(files: Files) -> list[tuple[int, str]]:
    return [(t.tick, t.text) for t in keys.chord_symbol_texts(files.made.chords, files.made.keys)]


@carries("chord symbols", ".mid")
def _(plain: Files, dressed: Files) -> None:
    said = [(m.time, m.text) for m in plain.head if m.type == "text"]
    assert [s for s in said if not s[1].startswith(("RemixKit: ", "Composer: "))] == symbols(plain)
    assert len(symbols(plain)) > 10


@lacks("chord symbols", ".rpp", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    names = {i.find("NAME")[1] for t in plain.reaper_tracks for i in t.findall("ITEM")}
    names |= {c.get("name") for c in plain.daw.iter("Clip")}
    assert not names & {text for _, text in symbols(plain)}


@carries("lyrics", ".mid")
def _(plain: Files, dressed: Files) -> None:
    said = [[(m.time, m.text) for m in track if m.type == "lyrics"] for track in plain.tracks]
    assert said == [[(t.tick, t.text) for t in WORDS], *([] for _ in plain.tracks[1:])]


@carries("lyrics", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    assert plain.reaper_said()[1] == [t.text for t in WORDS]


@lacks("lyrics", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    with zipfile.ZipFile(plain.path(".dawproject")) as archive:
        assert WORDS[0].text not in archive.read("project.xml").decode("utf-8")


@carries("drums", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    for k, part in enumerate(plain.made.parts):
        for said in (plain.tracks[k], plain.reaper_said(k)[0]):
            channels = {m.channel for m in said if m.type == "note_on"}
            assert (channels == {9}) == part.is_drum, part.name
        assert ({n.get("channel") for n in plain.daw_lanes[k].iter("Note")} == {"9"}) == part.is_drum
    assert any(p.is_drum for p in plain.made.parts)


@carries("title, composer", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    assert next(m.name for m in plain.head if m.type == "track_name") == "Comet"
    assert "Composer: Hata" in [m.text for m in plain.head if m.type == "text"]
    assert (plain.reaper.find("TITLE")[1], plain.reaper.find("AUTHOR")[1]) == ("Comet", "Hata")
    assert (plain.about.findtext("Title"), plain.about.findtext("Composer")) == ("Comet", "Hata")


@carries("style, seed", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    said = f"RemixKit: {plain.cover.style.title}, seed 3"
    assert said in [m.text for m in plain.head if m.type == "text"]
    assert [line.strip() for line in plain.reaper.find("NOTES")] == [f"|{said}"]
    assert plain.about.findtext("Comment") == said
    assert plain.about.findtext("Genre") == plain.cover.style.title


def of_a_chord(made: Arrangement) -> list[list[int]]:
    """The pitches of each chord's block."""
    notes = next(p for p in made.parts if p.name == "Chords").notes
    return [sorted(n.pitch for n in notes if n.start_tick == c.start_tick) for c in made.chords]


@carries("`--chord-track`", ".mid")
def _(plain: Files, dressed: Files) -> None:
    assert "Chords" not in {p.name for p in plain.made.parts}
    said = next(t for t in dressed.tracks if t[0].name == "Chords")
    assert [m.value for m in said if m.type == "control_change" and m.control == 7] == [0]
    rows = rows_of(said)
    found = [sorted(p for t, _, p, _ in rows if t == tick) for tick, _ in symbols(dressed)]
    assert found == of_a_chord(dressed.made)


@carries("`--chord-track`", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    track = next(t for t in dressed.reaper_tracks if t.find("NAME")[1] == "Chords")
    assert float(track.find("VOLPAN")[1]) == 0
    items = track.findall("ITEM")
    tempo = dressed.made.grid.tempo
    assert [i.find("NAME")[1] for i in items] == [text for _, text in symbols(dressed)]
    assert [float(i.find("POSITION")[1]) for i in items] == pytest.approx(
        [tempo.second(t) for t, _ in symbols(dressed)]
    )
    lengths = [tempo.second(c.end_tick) - tempo.second(c.start_tick) for c in dressed.made.chords]
    assert [float(i.find("LENGTH")[1]) for i in items] == pytest.approx(lengths)
    blocks = [sorted(p for _, _, p, _ in rows_of(messages_of(i.find("SOURCE"))[0])) for i in items]
    assert blocks == of_a_chord(dressed.made)


@carries("`--chord-track`", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    k = [t.get("name") for t in dressed.daw_tracks].index("Chords")
    volume = dressed.daw_tracks[k].find("Channel/Volume")
    assert volume is not None
    assert float(volume.get("value", "")) == 0
    clips = list(dressed.daw_lanes[k].iter("Clip"))
    assert [(ticks(c.get("time")), c.get("name")) for c in clips] == symbols(dressed)
    assert [ticks(c.get("duration")) for c in clips] == [c.end_tick - c.start_tick for c in dressed.made.chords]
    assert [sorted(int(n.get("key", "")) for n in c.iter("Note")) for c in clips] == of_a_chord(dressed.made)


@carries("`--split drums`", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    whole = [p.name for p in plain.made.parts if p.is_drum]
    pieces = [p.name for p in dressed.made.parts if p.is_drum]
    assert {name.partition(": ")[0] for name in pieces} == set(whole)
    assert {"Drums: Kick", "Drums: Snare"} <= set(pieces)
    heard = [said for said in dressed.tracks if said[0].name in pieces]
    assert all({m.channel for m in said if m.type == "note_on"} == {9} for said in heard)
    assert all(len({m.note for m in said if m.type == "note_on"}) == 1 for said in heard)
    assert len(heard) == len(pieces)
    assert set(pieces) < {t.find("NAME")[1] for t in dressed.reaper_tracks}
    assert set(pieces) < {t.get("name") for t in dressed.daw_tracks}


@carries("`--bars-from 3`", ".mid")
def _(plain: Files, dressed: Files) -> None:
    first = min(m.time for said in dressed.tracks for m in said if m.type == "note_on")
    assert first - 2 * BAR == min(m.time for said in plain.tracks for m in said if m.type == "note_on")
    assert [m.time for m in dressed.head if m.type == "marker"] == [
        m.time + 2 * BAR for m in plain.head if m.type == "marker"
    ]
    assert [m.time for m in dressed.head if m.type == "set_tempo"] == [0, TURN + 2 * BAR]


@carries("`--bars-from 3`", ".rpp", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    later = 2 * BAR / 960 * 60 / 96
    item = dressed.reaper_tracks[0].find("ITEM")
    assert float(item.find("POSITION")[1]) == pytest.approx(later)
    assert rows_of(dressed.reaper_said()[0]) == rows_of(plain.reaper_said()[0])
    starts = [[float(m[2]) for m in f.reaper.findall("MARKER")] for f in (plain, dressed)]
    assert starts[1] == pytest.approx([s + later for s in starts[0]])
    clip = next(dressed.daw_lanes[0].iter("Clip"))
    assert ticks(clip.get("time")) == 2 * BAR
    markers = [[ticks(m.get("time")) for m in f.daw.iter("Marker")] for f in (plain, dressed)]
    assert markers[1] == [t + 2 * BAR for t in markers[0]]


def with_stems(files: Files) -> dict[str, Stem]:
    role = next(p.role for p in files.cover.arrangement.parts if p.is_drum)
    path = files.folder / "drums.wav"
    soundfile.write(path, np.zeros((4410, 2)), 44100)
    return {role: Stem(path, 0.1, 44100)}


@carries("stems", ".rpp")
def _(plain: Files, dressed: Files) -> None:
    path = dressed.folder / "stems.rpp"
    write_reaper(dressed.made, path, with_stems(dressed))
    tracks = rpp.loads(path.read_text(encoding="utf-8")).findall("TRACK")
    (sound,) = [t for t in tracks if t.find("NAME")[1] == "Drums (stem)"]
    assert (path.parent / sound.find("ITEM/SOURCE/FILE")[1]).is_file()
    assert float(sound.find("ITEM/POSITION")[1]) == pytest.approx(2 * BAR / 960 * 60 / 96)
    muted = {t.find("NAME")[1] for t in tracks if t.find("MUTESOLO")[1] == "1"}
    assert muted == {p.name for p in dressed.made.parts if p.name.startswith("Drums: ")}


@carries("stems", ".dawproject")
def _(plain: Files, dressed: Files) -> None:
    path = dressed.folder / "stems.dawproject"
    stems = with_stems(dressed)
    write_dawproject(dressed.made, path, stems)
    project = parsed(path)
    (sound,) = [t for t in project.iterfind("Structure/Track") if t.get("contentType") == "audio"]
    assert sound.get("name") == "Drums (stem)"
    (lane,) = [e for e in project.iterfind("Arrangement/Lanes/Lanes") if e.get("track") == sound.get("id")]
    clip = next(lane.iter("Clip"))
    file = next(lane.iter("File"))
    assert ticks(clip.get("time")) == 2 * BAR
    assert ticks(clip.get("duration")) == pytest.approx(0.1 * 96 / 60 * 960, abs=1)
    with zipfile.ZipFile(path) as archive:
        (stem,) = stems.values()
        assert archive.read(file.get("path", "")) == stem.path.read_bytes()


@lacks("stems", ".mid")
def _(plain: Files, dressed: Files) -> None:
    assert plain.path(".mid").stat().st_size < 1_000_000


@carries("same bytes each time", *ENDINGS)
def _(plain: Files, dressed: Files) -> None:
    for ending in ENDINGS:
        again = plain.folder / f"again{ending}"
        plain.cover.write(again)
        assert again.read_bytes() == plain.path(ending).read_bytes()


def test_bars_are_the_sheets_and_files_end_on_one(plain: Files, tmp_path: Path) -> None:
    plain.cover.write(tmp_path / "a.musicxml")
    part = music21.converter.parse(tmp_path / "a.musicxml").parts[0]
    sheet = {mark.content: measure.number for measure in part.getElementsByClass("Measure")
             for mark in measure.getElementsByClass("RehearsalMark")}  # fmt: skip
    meter = plain.made.grid.meter
    sections = [meter.bar_number(m.time) for m in plain.head if m.type == "marker"]
    assert list(sheet.values()) == sections
    bars = len(part.getElementsByClass("Measure"))
    for said in (plain.head, *plain.tracks):
        assert meter.bar_number(said[-1].time) == bars + 1
        assert meter.bar_start(said[-1].time) == said[-1].time


@pytest.mark.parametrize("style", ["rock", "piano-ballad", "orchestral", "lofi", "acoustic-pop"])
def test_nothing_is_left_sounding_or_pressed(style: str) -> None:
    cover = remixkit.cover(song(form="iABSO"), style, seed=2)
    buffer = io.BytesIO(midi.to_bytes(cover.arrangement))
    for track in mido.MidiFile(file=buffer, charset="utf-8").tracks[1:]:
        sounding: list[tuple[int, int]] = []
        state = {1: 0, 64: 0, "bend": 0}
        for m in track:
            if m.type == "note_on":
                assert (m.channel, m.note) not in sounding, "doubled"
                sounding.append((m.channel, m.note))
            elif m.type == "note_off":
                sounding.remove((m.channel, m.note))
            elif m.type == "control_change" and m.control in state:
                state[m.control] = m.value
            elif m.type == "pitchwheel":
                state["bend"] = m.pitch
        assert not sounding
        assert not any(state.values()), (track.name, state)


def seat(track: mido.MidiTrack) -> tuple[int, int]:
    port = next((m.port for m in track if m.type == "midi_port"), 0)
    return port, next(m.channel for m in track if m.type == "note_on")


def test_who_takes_a_shared_channel_over_finds_it_as_new() -> None:
    cover = remixkit.cover(song(form="iABSABSO"), "orchestral", seed=3)
    tracks = mido.MidiFile(file=io.BytesIO(midi.to_bytes(cover.arrangement)), charset="utf-8").tracks[1:]
    seats = [seat(t) for t in tracks]
    shared = [t for t, s in zip(tracks, seats, strict=True) if seats.count(s) > 1]
    assert len(shared) > 1
    for track in shared:
        said = absolute(track)
        first = next(m.time for m in said if m.type == "note_on")
        told = [m.control for m in said if m.type == "control_change" and m.time <= first]
        assert told[0] == 121
        assert {7, 10, 91} <= set(told)


def test_a_kept_part_is_told_its_own_volume_and_no_reverb_in_a_dawproject(tmp_path: Path) -> None:
    cover = enriched(remixkit.cover(song(form="iABSO"), "rock", seed=3))
    told = (Control(0, "cc", 7, 90), Control(BAR, "cc", 7, 60))
    kept = replace(cover.arrangement.parts[0], passthrough=TrackPassthrough(3), bank=0, controls=told)
    made = replace(cover, arrangement=replace(cover.arrangement, parts=(kept,)))
    made.write(tmp_path / "a.dawproject")
    files = Files(made, tmp_path)
    assert [v for _, v in files.daw_points("channelController", 7)] == pytest.approx([90 / 127, 60 / 127], abs=1e-5)
    assert not files.daw_points("channelController", 91)
    volume = files.daw_tracks[0].find("Channel/Volume")
    assert volume is not None
    assert float(volume.get("value", "")) == 1
