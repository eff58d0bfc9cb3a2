"""Stems, rates, word lengths and pictures from the command line, and projects that play the stems."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
import rpp
import soundfile
from conftest import Done
from render_help import need_fluidsynth

need_fluidsynth()
Cli = Callable[..., Done]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


def refused(done: Done, *words: str) -> None:
    assert (done.status, done.out) == (2, ""), done
    assert len(done.err.strip().splitlines()) == 1
    assert all(word in done.err for word in words), done.err


def test_stems_are_as_long_as_the_mix_and_projects_play_them(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    done = cli(
        *("cover", short_song, "-s", "lofi", "--stems", "apart", "--rate", 48000, "--timings"),
        *("-o", "x.wav", "-o", "x.rpp", "-o", "x.dawproject"),
    )
    assert done.status == 0, done.err
    stems = sorted((tmp_path / "apart").iterdir())
    assert done.out.splitlines() == ["x.wav", "x.rpp", "x.dawproject", *(f"apart/{p.name}" for p in stems)]
    mix = soundfile.info(tmp_path / "x.wav")
    for path in stems:
        stem = soundfile.info(path)
        assert (stem.frames, stem.samplerate, stem.subtype) == (mix.frames, 48000, "PCM_24")
    project = rpp.loads((tmp_path / "x.rpp").read_text())
    files = {source.find("FILE")[1] for source in project.iterfind(".//SOURCE") if source.find("FILE")}
    assert files == {f"apart/{p.name}" for p in stems}
    with zipfile.ZipFile(tmp_path / "x.dawproject") as archive:
        held = [name for name in archive.namelist() if name.startswith("audio/")]
        assert sorted(archive.read(name) for name in held) == sorted(p.read_bytes() for p in stems)
    assert [line.split(":")[0] for line in done.err.splitlines() if line.endswith(" s")] == [
        "listening", "arranging", "synthesis and mix", "stems", "master", "x.wav",
    ]  # fmt: skip


def test_stems_alone_need_no_other_sound(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    done = cli("cover", short_song, "-s", "lofi", "--stems", "apart", "--stems-as", "flac", "--dry", "-o", "x.mid")
    assert done.status == 0, done.err
    assert {p.suffix for p in (tmp_path / "apart").iterdir()} == {".flac"}
    assert not (tmp_path / "x.wav").exists()


def test_each_style_and_take_has_a_folder_of_stems(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    two = ("cover", short_song, "-s", "lofi", "-s", "rock", "-o", "{style}.mid")
    refused(cli(*two, "--stems", "apart"), "apart", "{style}")
    assert not (tmp_path / "apart").exists()
    done = cli("cover", short_song, "-s", "lofi", "--takes", 2, "-o", "x.mid", "--stems", "apart")
    assert done.status == 0, done.err
    assert (tmp_path / "apart.take1").is_dir()
    assert (tmp_path / "apart.take2").is_dir()


def test_a_picture_and_a_word_length(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    (tmp_path / "art.png").write_bytes(PNG)
    done = cli("cover", short_song, "-s", "lofi", "--bits", 24, "--art", "art.png", "-o", "x.flac")
    assert done.status == 0, done.err
    file = mutagen.File(tmp_path / "x.flac")
    assert (file.info.bits_per_sample, file.pictures[0].data) == (24, PNG)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dry", "-o", "x.wav"), ("--dry", "--stems")),
        (("--art", "gone.png", "-o", "x.mp3"), ("gone.png", "No such file")),
        (("--bits", 32, "-o", "x.flac"), ("x.flac", "32 bits")),
    ],
)
def test_what_cannot_be_is_said_before_the_work(
    cli: Cli, short_song: Path, words: tuple[object, ...], said: tuple[str, ...]
) -> None:
    refused(cli("cover", short_song, "-s", "lofi", *words), *said)
