"""The smaller commands, and what the command line does with mistakes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import STYLES, Done

from remixkit import remix
from remixkit.errors import SynthError
from remixkit.render.synth import synthesis

Cli = Callable[..., Done]


def test_version(cli: Cli) -> None:
    assert cli("--version") == Done(0, f"remixkit {version('remixkit')}\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "remixkit --help"),
        (["cove"], "cove"),
        (["cover"], "remixkit cover --help"),
        (["cover", "x.mid", "--styl", "lofi"], "--styl"),
        (["cover", "x.mid", "--style", "lofi", "--seed", "one"], "--seed"),
        (["styles", "sho"], "sho"),
    ],
)
def test_usage_errors_are_one_line(cli: Cli, words: list[str], said: str) -> None:
    done = cli(*words)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert said in done.err


def test_ctrl_c(cli: Cli, short_song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, **_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(remix, "load", interrupted)
    done = cli("cover", short_song, "--style", "lofi")
    assert (done.status, done.out) == (130, "")


def test_a_bug_keeps_its_traceback(cli: Cli, short_song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(path: Path, **_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(remix, "load", bug)
    with pytest.raises(ZeroDivisionError, match="ours"):
        cli("analyze", short_song)


def test_a_foreign_terminal(tmp_path: Path) -> None:
    """A name that the terminal's encoding lacks is escaped, not a crash."""
    done = subprocess.run(
        [sys.executable, "-m", "remixkit", "analyze", "星.mid"],
        cwd=tmp_path, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"\\u661f.mid" in done.stderr


def test_styles_list(cli: Cli) -> None:
    done = cli("styles", "list")
    assert done.status == 0
    for name in STYLES:
        assert name in done.out


@pytest.mark.parametrize("name", STYLES)
def test_styles_show_and_check(cli: Cli, name: str) -> None:
    shown = cli("styles", "show", name)
    assert shown.status == 0
    assert "BPM" in shown.out
    assert "LUFS" in shown.out
    assert cli("styles", "check", name) == Done(0, f"{name}: good\n", "")


def test_styles_check_names_what_is_wrong(cli: Cli, tmp_path: Path) -> None:
    for k in range(5):
        (tmp_path / f"s{k}.toml").write_text(f'schema = 2\ntitle = "S"\nextends = "lofi"\n[roles.keys]\nprogrm = {k}\n')
    one = cli("styles", "check", "s0.toml")
    assert one.status == 2
    assert all(word in one.err for word in ("s0.toml", "programs" if "programs" in one.err else "program", "keys"))
    many = cli("styles", "check", "lofi", *(f"s{k}.toml" for k in range(5)))
    assert (many.status, many.out) == (2, "lofi: good\n")
    assert len(many.err.splitlines()) == 3
    assert "and 3 more" in many.err


def test_a_style_in_the_users_folder(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "styles"
    folder.mkdir(parents=True)
    (folder / "dusk.toml").write_text('schema = 2\ntitle = "Dusk"\nextends = "lofi"\n')
    assert "dusk" in cli("styles", "list").out


def test_soundfonts(cli: Cli, tmp_path: Path) -> None:
    assert "TimGM6mb" in cli("soundfonts", "list").out
    done = cli("soundfonts", "check")
    assert done.status == 0
    assert "TimGM6mb.sf2: good" in done.out
    (tmp_path / "broken.sf2").write_bytes(b"RIFF\x04\0\0\0sfbk")
    broken = cli("soundfonts", "check", "broken.sf2")
    assert (broken.status, broken.out) == (2, "")
    assert "broken.sf2" in broken.err


def test_doctor(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "synth_library", lambda: synthesis.Library("2.3.1", "libfluidsynth.so.3"))
    well = cli("doctor")
    assert (well.status, well.err) == (0, "")
    for word in ("Python", "pedalboard", "libfluidsynth", "TimGM6mb", "lofi"):
        assert word in well.out

    def missing() -> None:
        raise SynthError("cannot be loaded")

    monkeypatch.setattr(synthesis, "synth_library", missing)
    ill = cli("doctor")
    assert ill.status == 2
    assert "libfluidsynth" in ill.err
    for command in ("apt install", "dnf install", "pacman -S", "brew install", "Windows"):
        assert command in ill.out
