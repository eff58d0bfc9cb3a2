"""The example songs are what their script writes, and what their README says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pretty_midi
import pytest
from conftest import EXAMPLES


@pytest.fixture(scope="module")
def compose() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compose", EXAMPLES / "compose.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["compose"] = module
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLES / "compose.py", tmp_path], check=True)
    written = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert written == {p.name: p.read_bytes() for p in EXAMPLES.glob("*.mid")}


def test_notation(compose: ModuleType) -> None:
    tones = compose.line("| C4/1 r/.5 F#4/.5 Bb4/2 |", 0, 1920, 480)
    assert [(t.start, t.pitch) for t in tones] == [(0, 60), (720, 66), (960, 70)]
    with pytest.raises(ValueError, match="bar 2 does not add up: E4/3"):
        compose.line("| C4/4 | E4/3 |", 0, 1920, 480)
    chord = compose.changes("D/F# | A7", 0, 1920)[0]
    assert (chord.pcs, chord.bass) == ((2, 6, 9), 6)


def test_the_last_chorus_is_the_first_a_tone_higher() -> None:
    vocal = pretty_midi.PrettyMIDI(str(EXAMPLES / "paper-comet.mid")).instruments[0]
    first = [(round(n.start - 36.0, 3), n.pitch) for n in vocal.notes if 36 <= n.start < 60]
    last = [(round(n.start - 66.0, 3), n.pitch - 2) for n in vocal.notes if 66 <= n.start < 90]
    assert first == last
    assert len(first) > 60


def test_songs_are_as_long_as_said() -> None:
    lengths = {p.stem: pretty_midi.PrettyMIDI(str(p)).get_end_time() for p in EXAMPLES.glob("*.mid")}
    assert {name: f"{int(s) // 60}:{int(s) % 60:02d}" for name, s in lengths.items()} == {
        "paper-comet": "1:37", "lantern-river": "1:49", "last-train": "1:16",
    }  # fmt: skip
