"""`remixkit cover`, as a user meets it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mido
import pytest
import soundfile
from conftest import EXAMPLES, Done, heed_ctrl_c

from remixkit.cli.options import targets
from remixkit.errors import OutputError, SynthError
from remixkit.render.synth import synthesis

Cli = Callable[..., Done]
MINE = 'schema = 2\ntitle = "Mine"\nextends = "lofi"\n[form]\nintro_bars = 0\n'


def fluidsynth_is_here() -> bool:
    try:
        synthesis.synth_library()
    except SynthError:
        return False
    return True


audible = pytest.mark.skipif(not fluidsynth_is_here(), reason="libfluidsynth is not installed")


def files(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def refused(done: Done, *words: str) -> None:
    assert done.status == 2, done
    assert done.out == ""
    assert 1 <= len(done.err.strip().splitlines()) <= 3
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@audible
def test_without_outputs_midi_and_wav_land_here(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    done = cli("cover", short_song, "--style", "lofi")
    assert done.status == 0, done.err
    assert done.out.split() == ["short.lofi.mid", "short.lofi.wav"]
    assert all(line.startswith("warning: ") for line in done.err.splitlines())
    assert files(tmp_path) == {"short.mid", "short.lofi.mid", "short.lofi.wav"}
    sound = soundfile.info(tmp_path / "short.lofi.wav")
    assert sound.channels == 2
    assert sound.samplerate in (44100, 48000)
    assert sound.duration > 8


@audible
def test_endings_decide(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    names = {"a.flac": "FLAC", "a.ogg": "OGG", "a.mp3": "MP3", "a.wav": "WAV"}
    outputs = [word for name in (*names, "a.mid", "a.musicxml") for word in ("-o", name)]
    done = cli("cover", short_song, "--style", "piano-ballad", *outputs)
    assert done.status == 0, done.err
    assert {name: soundfile.info(tmp_path / name).format for name in names} == names
    assert mido.MidiFile(tmp_path / "a.mid").type == 1
    assert "<score-partwise" in (tmp_path / "a.musicxml").read_text(encoding="utf-8")[:2000]


def test_several_styles_need_a_place_for_their_name(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    refused(cli("cover", short_song, "--style", "lofi", "--style", "rock", "-o", "x.mid"), "x.mid", "{style}")
    assert files(tmp_path) == {"short.mid"}
    done = cli("cover", short_song, "--style", "lofi", "--style", "rock", "-o", "x.{style}.mid")
    assert (done.status, done.out.split()) == (0, ["x.lofi.mid", "x.rock.mid"])


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("x.png", ["x.png", "remixkit roll"]),
        ("x.xyz", ["x.xyz", ".mid", ".wav", ".lead.pdf"]),
        ("x", ["ending"]),
        ("no/where.mid", ["where.mid", "folder"]),
        ("short.mid", ["short.mid", "replace the song"]),
    ],
)
def test_outputs_that_cannot_be(cli: Cli, short_song: Path, tmp_path: Path, output: str, words: list[str]) -> None:
    refused(cli("cover", short_song, "--style", "lofi", "-o", output), *words)
    assert files(tmp_path) == {"short.mid"}


@pytest.mark.parametrize("content", [None, b"", b"This is a letter, not a song.\n", b"MThd\0\0\0\6\0\1"])
def test_songs_that_are_none(cli: Cli, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "song.mid").write_bytes(content)
    before = files(tmp_path)
    refused(cli("cover", "song.mid", "--style", "lofi"), "song.mid")
    assert files(tmp_path) == before


def test_a_mistyped_style_gets_the_nearest(cli: Cli, short_song: Path) -> None:
    refused(cli("cover", short_song, "--style", "orchestra", "-o", "x.mid"), "orchestra", "'orchestral'")


def test_a_style_of_ones_own(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    done = cli("cover", short_song, "--style", "mine.toml", "-o", "x.{style}.mid")
    assert (done.status, done.out) == (0, "x.mine.mid\n"), done.err
    (tmp_path / "mine.toml").write_text(MINE.replace("intro_bars", "intro_bar"))
    refused(cli("cover", short_song, "--style", "mine.toml", "-o", "y.mid"), "mine.toml", "intro_bar", "intro_bars")


def test_an_effect_that_is_told_nonsense(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    fx = '[master]\nfx = [{ name = "lowpass", cutof_hz = 3200 }]\n'
    (tmp_path / "mine.toml").write_text('schema = 2\ntitle = "Mine"\nextends = "lofi"\n' + fx)
    refused(cli("cover", short_song, "--style", "mine.toml", "-o", "x.wav"), "mine.toml", "cutof_hz", "cutoff_hz")
    assert files(tmp_path) == {"short.mid", "mine.toml"}


def test_the_seed_decides(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert cli("cover", short_song, "--style", "rock", "--seed", str(seed), "-o", f"{name}.mid").status == 0
    a, b, c = ((tmp_path / f"{name}.mid").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_the_tune_can_be_named(cli: Cli, short_song: Path) -> None:
    for word in ("1", "Melody", "melody"):
        assert cli("cover", short_song, "--style", "lofi", "--melody", word, "-o", f"{word}.mid").status == 0
    refused(cli("cover", short_song, "--style", "lofi", "--melody", "Melodie", "-o", "x.mid"), "short.mid", "'Melody'")
    refused(cli("cover", short_song, "--style", "lofi", "--melody", "9", "-o", "x.mid"), "short.mid", "track 9")


class TestWithoutFluidsynth:
    @pytest.fixture(autouse=True)
    def mute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            raise SynthError("libfluidsynth is missing", remedy=synthesis.how_to_install())

        monkeypatch.setattr(synthesis, "synth_library", missing)

    def test_by_default_midi_is_written(self, cli: Cli, short_song: Path, tmp_path: Path) -> None:
        done = cli("cover", short_song, "--style", "lofi")
        assert (done.status, done.out) == (0, "short.lofi.mid\n")
        assert files(tmp_path) == {"short.mid", "short.lofi.mid"}
        assert all(word in done.err for word in ("apt install", "dnf", "pacman", "brew", "Windows"))

    def test_sound_that_was_asked_for_is_an_error(self, cli: Cli, short_song: Path, tmp_path: Path) -> None:
        done = cli("cover", short_song, "--style", "lofi", "-o", "x.wav", "-o", "x.mid")
        assert (done.status, done.out) == (2, "x.mid\n")
        assert all(word in done.err for word in ("apt install", "dnf", "pacman", "brew", "Windows"))
        assert files(tmp_path) == {"short.mid", "x.mid"}


def test_a_soundfont_that_does_not_exist(cli: Cli, short_song: Path, tmp_path: Path) -> None:
    refused(cli("cover", short_song, "--style", "lofi", "--soundfont", "TimGM5mb"), "TimGM5mb", "'TimGM6mb'")
    assert files(tmp_path) == {"short.mid"}


@audible
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    outputs = ["-o", "x.mid", "-o", "x.wav", "-o", "x.flac"]
    command = [sys.executable, "-m", "remixkit", "cover", str(EXAMPLES / "paper-comet.mid"), "-s", "rock", *outputs]
    walk = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c)
    until = time.monotonic() + 60
    while not (tmp_path / "x.mid").exists() and time.monotonic() < until and walk.poll() is None:
        time.sleep(0.01)
    walk.send_signal(signal.SIGINT)
    _, said = walk.communicate(timeout=30)
    assert walk.returncode == 130, "interrupted while the sound was being made"
    assert "Traceback" not in said
    assert files(tmp_path) == {"x.mid"}


def test_the_program_itself(short_song: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("remixkit")
    done = subprocess.run(
        [program, "cover", short_song, "--style", "piano-ballad", "-o", "x.mid"],
        cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "x.mid\n"), done.stderr
    missing = subprocess.run(
        [program, "cover", "no.mid", "--style", "rock"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "no.mid" in missing.stderr


def test_plan_lays_out_files_by_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    song = Path("in/My Song.mid")
    jobs = targets.plan(song, ["lofi", "own/rock.toml"], [])
    assert [job.name for job in jobs] == ["lofi", "rock"]
    assert [str(p) for job in jobs for p in job.paths] == [
        "My Song.lofi.mid", "My Song.lofi.wav", "My Song.rock.mid", "My Song.rock.wav",
    ]  # fmt: skip
    with pytest.raises(OutputError, match="two covers"):
        targets.plan(song, ["lofi", "own/lofi.toml"], ["{style}.mid"])
