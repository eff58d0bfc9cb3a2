"""Stems lie under the mix: as long, in step, and their sum through the master is the mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from render_help import RATE, arrangement, level_db, need_fluidsynth, part

from remixkit.errors import OutputError
from remixkit.model.arrangement import Arrangement, AutomationRamp, Bus, Duck, Fx, Master
from remixkit.render import render
from remixkit.render.master.mastering import mastered
from remixkit.render.mix.stems import REST, Stem, StemOptions
from remixkit.render.mix.summing import Ending, Mix
from remixkit.render.soundfonts import lookup

need_fluidsynth()
FONT = lookup.find("TimGM6mb")
DRUMS = part(
    (0, 0.5, 36), (1, 0.5, 38), (2, 0.5, 36), (3, 0.5, 38), is_drum=True, program=0, name="Drums", role="drums"
)
TUNE = part((0, 2, 72), (2, 2, 76), name="Tune", role="lead", reverb=60, bus="lead", fx=(Fx("chorus", {}),))
PAD = part((0, 4, 60), (0, 4, 64), program=89, name="Pad: warm/wide", role="pad", reverb=90, bus="keys", pan=20)
BAND = arrangement(
    DRUMS,
    TUNE,
    PAD,
    master=Master(
        fx=(Fx("saturation", {"drive_db": 3}),),
        buses=(
            Bus("lead", loudness_offset_lu=(2, 4), fx=(Fx("highpass", {"cutoff_hz": 150}),)),
            Bus("keys", duck=Duck("drums", depth_db=6), automation=(AutomationRamp(0, 1920, (-6, 0), (500, 5000)),)),
        ),
        automation=(AutomationRamp(1920, 3840, (0, 3)),),
    ),
)


def stems_of(made: Arrangement, folder: Path, **options: object) -> tuple[Mapping[str, Stem], NDArray[np.float32]]:
    """The stems, and the mix with the master on it."""
    report = render(
        made,
        [folder / "mix.wav"],
        soundfont=FONT,
        bits=32,
        stems=StemOptions(folder / "stems", **options),  # type: ignore[arg-type]
    )
    return report.stems, read(folder / "mix.wav")


def read(path: Path) -> NDArray[np.float32]:
    sound, rate = soundfile.read(path, always_2d=True, dtype="float32")
    assert rate == RATE
    return np.ascontiguousarray(sound.T)


def difference_db(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return level_db(one - other) - level_db(other)


def null_db(stems: Sequence[NDArray[np.float32]], made: Arrangement, mix: NDArray[np.float32]) -> float:
    """What is left of the mix, in decibels, when the stems' sum, with the master on it, is taken from it."""
    total = np.pad(np.sum(stems, axis=0), ((0, 0), (0, 2 * RATE // 64 * 64)))
    last = max(note.end_tick for p in made.parts for note in p.notes) * RATE // 1920
    with ThreadPoolExecutor() as pool:
        through = mastered(Mix(total, last, Ending(0, 0, 0), {}, ()), made.master, RATE, made.seed, pool).sound
    frames = min(through.shape[1], mix.shape[1]) - RATE // 4
    return difference_db(through[:, :frames], mix[:, :frames])


def test_the_sum_through_the_master_is_the_mix(tmp_path: Path) -> None:
    stems, mix = stems_of(BAND, tmp_path)
    assert list(stems) == ["drums", "lead", "pad"]
    sounds = [read(stem.path) for stem in stems.values()]
    assert {s.shape for s in sounds} == {mix.shape}
    assert null_db(sounds, BAND, mix) < -60


def test_what_several_parts_do_to_a_compressor_is_a_stem_of_its_own(tmp_path: Path) -> None:
    squeezed = Bus("b", fx=(Fx("compressor", {"threshold_db": -50, "ratio": 10}),))
    one, two = (part((0, 2, pitch), name=str(pitch), role=str(pitch), bus="b") for pitch in (69, 76))
    made = arrangement(one, two, master=Master(buses=(squeezed,)))
    stems, mix = stems_of(made, tmp_path)
    assert list(stems) == ["69", "76", REST]
    assert null_db([read(s.path) for s in stems.values()], made, mix) < -60


def test_a_stem_has_its_own_part_and_its_room_and_no_other(tmp_path: Path) -> None:
    stems, _ = stems_of(BAND, tmp_path)
    drums, tune = read(stems["drums"].path), read(stems["lead"].path)
    assert level_db(drums, 0.0, 0.1) > level_db(drums, 0.35, 0.45) + 6
    assert level_db(tune, 2.2, 2.5) > -80  # the room rings on after the last note
    assert [s.path.name for s in stems.values()] == ["01 Drums.wav", "02 Tune.wav", "03 Pad- warm-wide.wav"]
    assert stems["pad"].length_s == pytest.approx(drums.shape[1] / RATE)


def test_dry_stems_are_as_played(tmp_path: Path) -> None:
    plain = arrangement(*(replace(p, reverb=0, fx=(), bus="") for p in BAND.parts))
    dry, _ = stems_of(BAND, tmp_path, dry=True, ending=".flac")
    bare, _ = stems_of(plain, tmp_path)
    assert dry["lead"].path.suffix == ".flac"
    for role in ("drums", "lead", "pad"):
        one, other = read(dry[role].path), read(bare[role].path)
        frames = min(one.shape[1], other.shape[1])
        assert difference_db(one[:, :frames], other[:, :frames]) < -80


def test_stems_are_the_same_each_time_and_leave_nothing_else(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        stems_of(BAND, tmp_path / name)
    first, second = (sorted((tmp_path / name / "stems").iterdir()) for name in ("a", "b"))
    assert [p.name for p in first] == [p.name for p in second]
    assert len(first) == 3
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "stems").write_text("a file")
    with pytest.raises(OutputError, match=r"stems.*exists"):
        render(BAND, [], soundfont=FONT, stems=StemOptions(tmp_path / "stems"))
