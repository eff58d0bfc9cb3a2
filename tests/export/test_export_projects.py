"""REAPER projects and DAWprojects, read back as a DAW would."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rpp
import soundfile
from charts import arrange, song
from daw_files import Row, messages_of, parsed, rows_of

import remixkit
from remixkit import style as styles
from remixkit.export.dawproject import write_dawproject
from remixkit.export.reaper import write_reaper
from remixkit.model.arrangement import Arrangement
from remixkit.model.song import Lyric, each_pitch_alone
from remixkit.render.mix.stems import Stem


@pytest.fixture(scope="module", params=["rock", "piano-ballad"])
def cover(request: pytest.FixtureRequest) -> Arrangement:
    made = arrange(song(form="iABSO"), styles.load(request.param))
    lead = replace(made.parts[0], lyrics=(Lyric(15360, "夜"), Lyric(16320, "ni")))
    return replace(made, title='The "Comet"', parts=(lead, *made.parts[1:]))


@pytest.fixture
def stems(cover: Arrangement, tmp_path: Path) -> dict[str, Stem]:
    (tmp_path / "stems").mkdir()
    out = {}
    for part in cover.parts[:2]:
        path = tmp_path / "stems" / f"{part.role}.wav"
        soundfile.write(path, np.zeros((4410, 2)), 44100)
        out[part.role] = Stem(path, 0.1, 44100)
    return out


def wanted(arrangement: Arrangement) -> list[list[Row]]:
    return [
        sorted((n.start_tick, n.end_tick, n.pitch, n.velocity) for n in each_pitch_alone(p.notes))
        for p in arrangement.parts
    ]


def test_reaper_reads_every_note_word_and_fader(cover: Arrangement, tmp_path: Path) -> None:
    write_reaper(cover, tmp_path / "a.rpp")
    project = rpp.loads((tmp_path / "a.rpp").read_text(encoding="utf-8"))
    assert project.find("TITLE")[1] == 'The "Comet"'
    tracks = project.findall("TRACK")
    assert [t.find("NAME")[1] for t in tracks] == [p.name for p in cover.parts]
    for track, part, rows in zip(tracks, cover.parts, wanted(cover), strict=True):
        said, words, end = messages_of(track.find("ITEM/SOURCE"))
        assert rows_of(said) == rows
        assert words == [t.text for t in part.lyrics]
        assert end >= cover.end_tick
        assert not any(m.type == "control_change" and m.control == 7 and m.time == 0 for m in said)
        _, level, place, *_ = track.find("VOLPAN")
        assert float(level) == pytest.approx((part.volume / 127) ** 2)
        assert -1 <= float(place) <= 1
        assert (float(place) < 0) == (part.pan < 64)


def test_reaper_regions_and_tempo_follow_the_cover(cover: Arrangement, tmp_path: Path) -> None:
    write_reaper(cover, tmp_path / "a.rpp")
    project = rpp.loads((tmp_path / "a.rpp").read_text(encoding="utf-8"))
    regions = project.findall("MARKER")
    seconds = [cover.grid.tempo.second(t) for s in cover.sections for t in (s.start_tick, s.end_tick)]
    assert [float(r[2]) for r in regions] == pytest.approx(seconds)
    assert [r[3] for r in regions[::2]] == ["Intro", "Verse", "Prechorus", "Chorus", "Outro"]
    points = project.find("TEMPOENVEX").findall("PT")
    assert [float(p[2]) for p in points] == pytest.approx([c.bpm for c in cover.grid.tempo.changes])
    assert points[0][4] == str(4 + 65536 * 4)


def test_a_stem_is_found_from_where_the_project_lies_and_silences_its_midi(
    cover: Arrangement, stems: dict[str, Stem], tmp_path: Path
) -> None:
    (tmp_path / "session").mkdir()
    path = tmp_path / "session" / "a.rpp"
    write_reaper(cover, path, stems)
    tracks = rpp.loads(path.read_text(encoding="utf-8")).findall("TRACK")
    sounds = [t for t in tracks if t.find("ITEM/SOURCE").attrib[0] == "WAVE"]
    assert [t.find("NAME")[1] for t in sounds] == [f"{p.name} (stem)" for p in cover.parts[:2]]
    for t in sounds:
        assert (path.parent / t.find("ITEM/SOURCE/FILE")[1]).is_file()
        assert t.find("VOLPAN")[1:3] == ["1", "0"]
    assert [t.find("MUTESOLO")[1] for t in tracks if t.find("ITEM/SOURCE").attrib[0] == "MIDI"] == [
        "1" if p.role in stems else "0" for p in cover.parts
    ]


def test_a_dawproject_has_every_note_marker_and_tempo(cover: Arrangement, tmp_path: Path) -> None:
    write_dawproject(cover, tmp_path / "a.dawproject")
    project = parsed(tmp_path / "a.dawproject")
    names = {t.get("id"): t.get("name") for t in project.iter("Track")}
    lanes = project.findall("Arrangement/Lanes/Lanes")
    assert [names[e.get("track")] for e in lanes] == [p.name for p in cover.parts]
    for lane, rows in zip(lanes, wanted(cover), strict=True):
        got = sorted(
            (
                round(float(n.get("time", "")) * 960),
                round((float(n.get("time", "")) + float(n.get("duration", ""))) * 960),
                int(n.get("key", "")),
                round(float(n.get("vel", "")) * 127),
            )
            for n in lane.iter("Note")
        )
        assert got == rows
    assert [m.get("name") for m in project.iter("Marker")] == ["Intro", "Verse", "Prechorus", "Chorus", "Outro"]
    tempo = project.iterfind("Arrangement/TempoAutomation/RealPoint")
    assert [float(p.get("value", "")) for p in tempo] == pytest.approx([c.bpm for c in cover.grid.tempo.changes])


def test_a_dawproject_refers_only_to_what_it_holds(cover: Arrangement, stems: dict[str, Stem], tmp_path: Path) -> None:
    path = tmp_path / "a.dawproject"
    write_dawproject(cover, path, stems)
    project = parsed(path)
    ids = [e.get("id") for e in project.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    referred = {e.get(k) for e in project.iter() for k in ("track", "destination", "parameter") if e.get(k)}
    assert referred <= set(ids)
    with zipfile.ZipFile(path) as archive:
        files = {f.get("path") for f in project.iter("File")}
        assert files == {f"audio/{role}.wav" for role in stems}
        for role, stem in stems.items():
            assert archive.read(f"audio/{role}.wav") == stem.path.read_bytes()
    muted = [t.find("Channel/Mute").get("value") for t in project.iter("Track") if t.get("contentType") == "notes"]  # type: ignore[union-attr]
    assert muted == [str(p.role in stems).lower() for p in cover.parts]


def test_the_walk_writes_projects_by_their_endings(tmp_path: Path) -> None:
    remixkit.cover(song(form="AB"), "lofi").write(tmp_path / "a.rpp", tmp_path / "a.dawproject")
    assert rpp.loads((tmp_path / "a.rpp").read_text(encoding="utf-8")).findall("TRACK")
    assert parsed(tmp_path / "a.dawproject").find("Structure/Track") is not None


def test_projects_are_the_same_bytes_each_time(cover: Arrangement, tmp_path: Path) -> None:
    for name, write in (("a.rpp", write_reaper), ("a.dawproject", write_dawproject)):
        write(cover, tmp_path / name)
        first = (tmp_path / name).read_bytes()
        write(cover, tmp_path / name)
        assert (tmp_path / name).read_bytes() == first
