"""What tests of the whole walk share."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mido
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
STYLES = ("piano-ballad", "orchestral", "lofi", "rock")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def heed_ctrl_c() -> None:
    """Programs started in the background of a shell inherit that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command in an empty folder, through the function that the `remixkit` program calls."""
    from remixkit.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REMIXKIT_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("REMIXKIT_SOUNDFONT", raising=False)

    def run(*words: str | Path) -> Done:
        capsys.readouterr()
        status = main([str(w) for w in words])
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


@pytest.fixture
def short_song(tmp_path: Path) -> Path:
    """Eight bars in C: a tune, chords, a bass; 10 seconds."""
    song = mido.MidiFile(ticks_per_beat=480)
    head = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(200))])
    song.tracks.append(head)
    tune = [72, 74, 76, 79, 77, 76, 74, 71, 72, 76, 79, 84, 83, 79, 74, 72] * 2
    chords = [(60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62)] * 2
    players = {
        "Melody": (0, 73, [(k * 480, 480, (p,)) for k, p in enumerate(tune)]),
        "Piano": (1, 0, [(k * 1920, 1920, c) for k, c in enumerate(chords)]),
        "Bass": (2, 33, [(k * 960, 960, (chords[k // 2][0] - 24,)) for k in range(16)]),
    }
    for name, (channel, program, rows) in players.items():
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        track.append(mido.Message("program_change", channel=channel, program=program))
        for _, length, pitches in rows:
            for p in pitches:
                track.append(mido.Message("note_on", channel=channel, note=p, velocity=90))
            for k, p in enumerate(pitches):
                track.append(mido.Message("note_off", channel=channel, note=p, time=0 if k else length))
        song.tracks.append(track)
    path = tmp_path / "short.mid"
    song.save(path)
    return path
