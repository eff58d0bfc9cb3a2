from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path

import mutagen
import numpy as np
import pyloudnorm
import pytest
import soundfile
from mutagen.flac import Picture
from render_help import RATE, arrangement, need_fluidsynth, part, sine
from scipy.signal import resample_poly

from remixkit.errors import OutputError
from remixkit.model.arrangement import Fx, Master
from remixkit.render import RenderReport, render
from remixkit.render.files.encode import EncodingOptions, write
from remixkit.render.files.tags import Tags, read_art
from remixkit.render.soundfonts import lookup

need_fluidsynth()
FONT = lookup.find("TimGM6mb")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PIECE = arrangement(
    part(
        (0, 2, 60), (0, 2, 64), (2, 2, 67), program=4, name="Keys", fx=(Fx("tremolo", {"rate_hz": 4.5, "depth": 0.25}),)
    ),
    part((0, 1, 36), (1, 1, 38), (2, 1, 36), (3, 1, 38), program=0, is_drum=True, name="Drums"),
    master=Master(-14, -1, (Fx("lowpass", {"cutoff_hz": 5000}), Fx("vinyl", {"level_db": -42}))),
)


def rendered(*targets: Path, **more: object) -> RenderReport:
    return render(PIECE, targets, soundfont=FONT, **more)  # type: ignore[arg-type]


def test_a_cover_is_finished(tmp_path: Path) -> None:
    report = rendered(tmp_path / "x.wav")
    sound, rate = soundfile.read(tmp_path / "x.wav", always_2d=True)
    assert (rate, sound.shape[1]) == (44100, 2)
    assert len(sound) / rate == pytest.approx(report.seconds, abs=0.001)
    assert pyloudnorm.Meter(rate).integrated_loudness(sound) == pytest.approx(-14, abs=0.5)
    assert 20 * np.log10(max(np.abs(resample_poly(c, 4, 1)).max() for c in sound.T)) <= -0.95
    assert np.abs(sound.mean(axis=0)).max() < 1e-3
    assert report.warnings == ()


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3"])
def test_every_format_is_whole_and_says_what_it_is(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"残酷な天使{ending}"
    report = rendered(target)
    with soundfile.SoundFile(target) as file:
        assert (file.samplerate, file.channels) == (44100, 2)
        assert file.frames / 44100 == pytest.approx(report.seconds, abs=0.06)
        sound = file.read()
        if ending != ".mp3":
            assert (file.title, file.artist, file.comment) == ("残酷な天使", "作曲者", "test cover")
    assert pyloudnorm.Meter(44100).integrated_loudness(sound) == pytest.approx(-14, abs=0.5)
    assert 20 * np.log10(max(np.abs(resample_poly(c, 4, 1)).max() for c in sound.T)) <= -0.95


@pytest.mark.parametrize("ending", [".flac", ".ogg", ".mp3"])
def test_a_file_has_its_tags_in_any_script_and_its_picture(tmp_path: Path, ending: str) -> None:
    picture = tmp_path / "art.png"
    picture.write_bytes(PNG)
    tags = Tags("残酷な天使", "作曲者", "lofi cover", 84, "F#m", read_art(picture))
    write(sine(440, 1), tmp_path / f"x{ending}", RATE, EncodingOptions(tags=tags))
    file = mutagen.File(tmp_path / f"x{ending}")
    if ending == ".mp3":
        said = {name: str(file.tags[name]) for name in ("TIT2", "TPE1", "COMM::und", "TBPM", "TKEY", "TSSE")}
        art = file.tags["APIC:"].data
        assert file.tags.version == (2, 3, 0)
    else:
        said = {name: file[name][0] for name in ("title", "artist", "comment", "bpm", "initialkey", "software")}
        art = file.pictures[0].data if ending == ".flac" else Picture(b64decode(file["metadata_block_picture"][0])).data
    assert list(said.values()) == ["残酷な天使", "作曲者", "lofi cover", "84", "F#m", "RemixKit"]
    assert art == PNG
    assert soundfile.info(tmp_path / f"x{ending}").frames >= 0.99 * RATE


def test_a_picture_in_a_wav_file_leaves_the_sound_alone(tmp_path: Path) -> None:
    picture = tmp_path / "art.png"
    picture.write_bytes(PNG)
    for name, art in (("plain.wav", None), ("art.wav", read_art(picture))):
        write(sine(440, 1), tmp_path / name, RATE, EncodingOptions(tags=Tags("Title", art=art)))
    plain, pictured = (soundfile.read(tmp_path / name)[0] for name in ("plain.wav", "art.wav"))
    assert np.array_equal(plain, pictured)
    assert mutagen.File(tmp_path / "art.wav").tags["APIC:"].data == PNG


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "art.gif").write_bytes(b"GIF89a")
    with pytest.raises(OutputError, match=r"art\.gif.*neither a PNG nor a JPEG"):
        read_art(tmp_path / "art.gif")


@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_word_lengths(tmp_path: Path, bits: int, subtype: str) -> None:
    sound = sine(440, 1)
    write(sound, tmp_path / "x.wav", RATE, EncodingOptions(bits=bits))  # type: ignore[arg-type]
    assert soundfile.info(tmp_path / "x.wav").subtype == subtype
    assert np.abs(soundfile.read(tmp_path / "x.wav")[0].T - sound).max() <= 2.0 ** (2 - min(bits, 24))


def test_dither_keeps_what_is_smaller_than_a_step(tmp_path: Path) -> None:
    write(sine(441, 4, level=0.4 / 32768), tmp_path / "x.wav", RATE)
    heard = np.abs(np.fft.rfft(soundfile.read(tmp_path / "x.wav")[0][:, 0][: 4 * RATE - 400]))
    assert np.argmax(heard[10:]) + 10 == pytest.approx(441 * 4, abs=20)


def test_the_same_bytes_again(tmp_path: Path) -> None:
    rendered(tmp_path / "a.wav")
    rendered(tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_48_khz(tmp_path: Path) -> None:
    rendered(tmp_path / "x.flac", rate_hz=48000)
    assert soundfile.info(tmp_path / "x.flac").samplerate == 48000


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        ("x.aiff", {}, "end it in one of .wav, .flac, .ogg, .mp3"),
        ("gone/x.wav", {}, "folder does not exist"),
        ("x.flac", {"bits": 32}, "has no 32 bits"),
        ("x.wav", {"rate_hz": 22050}, "choose 44100 or 48000"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, name: str, more: dict[str, object], reason: str
) -> None:
    told: list[str] = []
    with pytest.raises(OutputError, match=reason):
        rendered(tmp_path / name, progress=lambda stage, _: told.append(stage), **more)
    assert not told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stage", ["synthesis", "master", "file"])
def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path, stage: str) -> None:
    target = tmp_path / "x.wav"
    target.write_bytes(b"the old one")

    def interrupt(now: str, _: float) -> None:
        if now == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendered(target, progress=interrupt)
    assert os.listdir(tmp_path) == ["x.wav"]
    assert target.read_bytes() == b"the old one"


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    target = tmp_path / "x.wav"
    target.mkdir()
    with pytest.raises(OutputError):
        write(sine(440, 1), target, RATE)
    assert os.listdir(tmp_path) == ["x.wav"]
