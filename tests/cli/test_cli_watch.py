"""`remixkit watch`, as its user meets it: a program that runs until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest
from conftest import heed_ctrl_c

PATIENCE_S = 60.0
MINE = 'schema = 2\ntitle = "Mine"\nextends = "lofi"\n'


@pytest.fixture
def watching(short_song: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "mine.toml").write_text(MINE)
    words = ["watch", short_song.name, "--style", "mine.toml", "-o", "out.mid"]
    program = subprocess.Popen(
        [sys.executable, "-m", "remixkit", *words],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "REMIXKIT_CONFIG": str(tmp_path / "config")},
        preexec_fn=heed_ctrl_c if os.name != "nt" else None,
    )
    yield program
    program.kill()
    program.communicate()


def wait_for(said: object, word: str) -> str:
    """The next line that has a word in it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        line: str = said.readline()  # type: ignore[attr-defined]
        if word in line:
            return line
    raise AssertionError(f"{word!r} was not said")


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
def test_it_works_again_on_each_change_outlives_a_mistake_and_ends_on_ctrl_c(
    watching: subprocess.Popen[str], tmp_path: Path
) -> None:
    wait_for(watching.stderr, "watching")
    first = (tmp_path / "out.mid").read_bytes()
    time.sleep(1)
    (tmp_path / "mine.toml").write_text("not a style")
    wait_for(watching.stderr, "error: ")
    assert (tmp_path / "out.mid").read_bytes() == first
    (tmp_path / "mine.toml").write_text(MINE + "[form]\ntempo_bpm = 190\n")
    assert watching.stdout is not None
    for _ in range(2):
        wait_for(watching.stdout, "out.mid")
    tempi = [mido.tempo2bpm(m.tempo) for m in mido.MidiFile(tmp_path / "out.mid").tracks[0] if m.type == "set_tempo"]
    assert tempi[0] == pytest.approx(190, abs=0.1)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == 130
