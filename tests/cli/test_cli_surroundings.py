"""Closed, full and narrow streams, broken pipes, signals, odd arguments: each ends as the table of exits says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from albums import write_song
from conftest import Done

Cli = Callable[..., Done]
PROGRAM = (sys.executable, "-m", "remixkit")
posix = pytest.mark.skipif(os.name != "posix", reason="streams as POSIX has them")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_song(tmp_path / "夜.mid")


def shell(line: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `remixkit` in a shell as the words "$R" of a line."""
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "REMIXKIT_CONFIG": str(folder / "config"), "PYTHONPATH": root, **changes}
    line = line.replace("$R", f"{sys.executable} -m remixkit")
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@posix
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("$R analyze 夜.mid | head -c 1", 0),
        ("$R --help | true", 0),
        ("$R analyze 夜.mid > /dev/full", 2),
        ("$R --help > /dev/full", 2),
        ("$R nothing 2> /dev/full", 2),
        ("$R analyze 夜.mid <&- >&- 2>&-", 0),
        ("$R cover 夜.mid --style none -o x.mid <&- >&- 2>&-", 0),
    ],
)
def test_streams(line: str, status: int, song: Path) -> None:
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done = shell(line, song.parent)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


@posix
def test_what_reads_the_results_may_leave_while_covers_are_made(song: Path) -> None:
    done = shell("$R cover 夜.mid -s none -o '{style}.mid' -o '{style}2.mid' | true", song.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"none.mid", "none2.mid"} <= set(os.listdir(song.parent))


@posix
@pytest.mark.parametrize("changes", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_narrow_terminal(changes: dict[str, str], song: Path) -> None:
    done = shell("$R analyze 夜.mid && $R cover 夜.mid -s none -o 夜空.mid && $R styles list", song.parent, **changes)
    assert (done.returncode, done.stderr) == (0, "")
    assert (song.parent / "夜空.mid").exists()


def test_sigterm_leaves_nothing_behind(song: Path) -> None:
    words = [*PROGRAM, "cover", song.name, "--style", "none", "-o", "x.mid"]
    held = (
        "import sys, time, signal, os\n"
        "from remixkit import files, remix\n"
        "from remixkit.cli import main\n"
        "def load(path, **options):\n"
        "    with files.replacing(path.with_name('y.wav')):\n"
        "        print('writing', flush=True)\n"
        "        time.sleep(30)\n"
        "remix.load = load\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", held, *words[3:]], cwd=song.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    assert len(os.listdir(song.parent)) == 2
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, b"error: interrupted\n")
    assert os.listdir(song.parent) == [song.name]


def test_no_such_home(cli: Cli, song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIXKIT_CONFIG", "~nobody-of-that-name/x")
    done = cli("styles", "list")
    assert done.status == 2
    assert "~nobody-of-that-name" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "a\0b.mid"),
        ("cover", "夜.mid", "--style", "lo\0fi"),
        ("analyze", "x" * 300),
        ("cover", "夜.mid", "--style", "none", "-o", "x" * 300 + ".mid"),
        ("batch", "x" * 300, "--style", "lofi", "-o", "album"),
        ("cover", "夜.mid", "--style", "none", "-o", "y.mid", "--encoding", "klingon"),
    ],
)
def test_odd_arguments_are_one_line(words: tuple[str, ...], cli: Cli, song: Path) -> None:
    done = cli(*words)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert os.listdir(song.parent) == [song.name]


NAMES = [
    "夜" * 82 + ".mid",
    "x" * 240 + ".mid",
    "dots. . ..mid",
    " blanks .mid",
    "CON.mid",
    "nul.x.mid",
    "🎹👩‍🎤.mid",
    "[/x].mid",
    "{style}{take}.mid",
    "a\nb\x1b[31m.mid",
    "#x.mid",
    os.fsdecode("夜に駆ける.mid".encode("cp932")),
]


@posix
@pytest.mark.parametrize("name", NAMES)
def test_a_cover_of_a_song_with_an_odd_name(name: str, cli: Cli, tmp_path: Path) -> None:
    write_song(tmp_path / name)
    before = set(os.listdir(tmp_path))
    done = cli("cover", name, "--style", "none", "--takes", "2", "-o", "made{take}.mid")
    assert (done.status, "Traceback" in done.err) == (0, False)
    for path in ("made1.mid", "made2.mid"):
        (tmp_path / path).unlink()

    from remixkit.cli.options import targets

    for job in targets.plan(Path(name), ["none"], [], defaults=[".mid"]):
        (path,) = job.paths
        assert path.name.isprintable()
        assert path.name.endswith(".none.mid")
        path.touch()
    assert len(set(os.listdir(tmp_path)) - before) == 1


@posix
def test_a_batch_of_songs_with_odd_names(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    for k, name in enumerate(NAMES):
        write_song(tmp_path / "songs" / name, up=k % 5)
    done = cli("batch", "songs", "--style", "none", "-o", "album", "--formats", "mid", "--jobs", "1")
    assert (done.status, "Traceback" in done.err) == (0, False)
    made = [n for n in os.listdir(tmp_path / "album") if n.endswith(".mid")]
    assert len(made) == len(NAMES)
    assert all(n.isprintable() for n in made)
    assert "夜に駆ける.none.mid" in made
    assert (tmp_path / "album" / "index.html").read_text("utf-8")
    assert "already" in cli("batch", "songs", "--style", "none", "-o", "album", "--formats", "mid").err


def test_an_encoding_that_is_named_makes_other_pieces(cli: Cli, tmp_path: Path) -> None:
    from midi_files import meta, note
    from midi_files import song as file

    (tmp_path / "song.mid").write_bytes(file(meta(3, "Катюша".encode("cp866")), note(60), note(64)))
    words = ("batch", "song.mid", "--style", "none", "-o", "album", "--formats", "mid", "--jobs", "1")
    cli(*words)
    assert "already" not in cli(*words, "--encoding", "cp866").err
    assert "Катюша" in (tmp_path / "album" / "index.html").read_text("utf-8")
    assert "Катюша" in cli("analyze", "song.mid", "--encoding", "cp866").out
