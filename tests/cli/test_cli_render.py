from __future__ import annotations

from pathlib import Path

import pyloudnorm
import pytest
import soundfile
from render_help import BEAT, cc, need_fluidsynth

from remixkit import midi
from remixkit.arrange import passed_song
from remixkit.cli import main
from remixkit.model.song import Note, Song, Track

need_fluidsynth()
EXAMPLE = Path(__file__).parents[2] / "examples" / "paper-comet.mid"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    notes = tuple(Note(k * BEAT, (k + 1) * BEAT, 60 + k, 90) for k in range(8))
    flute = Track("Flute", 0, 73, notes=notes, controls=(cc(0, 7, 90),))
    drums = Track("Drums", 9, 0, is_drum=True, notes=tuple(Note(k * BEAT, k * BEAT + 240, 38, 90) for k in range(8)))
    path = tmp_path / "song.mid"
    midi.write(passed_song(Song("Eight", (flute, drums))), path)
    return path


def test_a_song_is_rendered_as_it_is_and_mastered(
    song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = [tmp_path / "x.flac", tmp_path / "x.wav"]
    words = [word for target in targets for word in ("-o", str(target))]
    assert main(["render", str(song), *words, "--lufs", "-20", "--rate", "48000", "--bits", "24", "--timings"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(t) for t in targets]
    assert [line.split(":")[-2].split()[-1] for line in said.err.splitlines()][-2:] == ["x.flac", "x.wav"]
    sound, rate = soundfile.read(targets[0])
    assert (rate, soundfile.info(targets[0]).subtype) == (48000, "PCM_24")
    assert 4.0 < len(sound) / rate < 7.0
    assert pyloudnorm.Meter(rate).integrated_loudness(sound) == pytest.approx(-20, abs=0.5)


def test_the_bank_before_the_first_note_is_the_parts() -> None:
    track = Track(
        "Old", 0, 4, notes=(Note(BEAT, 2 * BEAT, 60, 90),), controls=(cc(0, 0, 8), cc(0.5, 32, 3), cc(9, 0, 1))
    )
    assert passed_song(Song("", (track,))).parts[0].bank == 8 << 7 | 3


def test_what_cannot_be_written_is_said(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(song), "-o", str(song.with_suffix(".aiff"))]) == 2
    assert "end it in one of .wav" in capsys.readouterr().err
