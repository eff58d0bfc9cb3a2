"""Parts that name a SoundFont of their own: heard where it is here, said where it is not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from albums import here, write_song
from conftest import Done
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from render_help import RATE, arrangement, level_db, need_fluidsynth, part, write_soundfont

from remixkit import remix
from remixkit import style as styles
from remixkit.batch import Batch, begin, make_album, worker, worklist
from remixkit.errors import SoundFontError
from remixkit.model.arrangement import Part
from remixkit.render import render
from remixkit.render.mix.stems import StemOptions, render_stems
from remixkit.render.mix.summing import Mix, mixdown
from remixkit.render.soundfonts import lookup
from remixkit.render.synth import pool

need_fluidsynth()
FONT = lookup.find("TimGM6mb")
SOFTER_DB = 20 * np.log10(2)


def softer(path: Path, by: int = 2) -> Path:
    """The default SoundFont with samples so many times softer."""
    whole = FONT.path.read_bytes()
    at = whole.index(b"smpl") + 8
    (size,) = struct.unpack("<I", whole[at - 4 : at])
    samples: NDArray[np.int16] = np.frombuffer(whole[at : at + size], "<i2")
    path.write_bytes(whole[:at] + (samples // by).astype("<i2").tobytes() + whole[at + size :])
    return path


@pytest.fixture(scope="module")
def soft_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return softer(tmp_path_factory.mktemp("fonts") / "Soft.sf2")


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, the only one beside one that has the default and nothing else."""
    folder, system = tmp_path / "soundfonts", tmp_path / "system"
    for place in (folder, system):
        place.mkdir()
    (system / FONT.path.name).symlink_to(FONT.path)
    monkeypatch.setattr(lookup, "folders", lambda: (folder, system))
    monkeypatch.delenv(lookup.VARIABLE, raising=False)
    return folder


def mixed(*parts: Part) -> Mix:
    return mixdown(arrangement(*parts), FONT, RATE)


def test_a_part_is_played_with_the_soundfont_it_names_and_no_other_part(user_folder: Path, soft_file: Path) -> None:
    (user_folder / "Soft.sf2").symlink_to(soft_file)
    one, other = part((0, 2, 69), pan=0), part((0, 2, 62), pan=127)
    plain = mixed(one, other).sound
    cast = mixed(one, part((0, 2, 62), pan=127, soundfont="soft"))
    assert cast.warnings == ()
    assert level_db(plain[0]) - level_db(cast.sound[0]) == pytest.approx(0, abs=0.01)
    assert level_db(plain[1]) - level_db(cast.sound[1]) == pytest.approx(SOFTER_DB, abs=0.1)


def test_what_is_not_here_is_said_once_and_the_covers_own_plays(user_folder: Path) -> None:
    named = [part((k, 1, 60 + k), soundfont="GeneralUser-GS") for k in range(2)]
    cast = mixed(*named)
    (warning,) = cast.warnings
    assert "GeneralUser-GS, but it is not on this machine; TimGM6mb plays instead" in warning
    assert "`remixkit soundfonts get GeneralUser-GS`" in warning
    assert np.array_equal(cast.sound, mixed(*(part((k, 1, 60 + k)) for k in range(2))).sound)


def test_a_broken_one_says_what_is_wrong(user_folder: Path) -> None:
    (user_folder / "Broken.sf2").write_bytes(b"RIFF")
    (warning,) = mixed(part((0, 1, 60), soundfont="Broken")).warnings
    assert "Broken, but it is " in warning
    assert "TimGM6mb plays instead" in warning


def test_the_same_samples_twice_and_stems_that_add_up(user_folder: Path, soft_file: Path, tmp_path: Path) -> None:
    band = [
        part((k / 4, 1, 50 + k), program=8 * k, role=str(k), soundfont=str(soft_file) if k % 3 == 0 else "")
        for k in range(9)
    ]
    mix = mixed(*band)
    assert np.array_equal(mix.sound, mixed(*band).sound)
    with render_stems(arrangement(*band), FONT, RATE, mix, StemOptions(tmp_path / "stems")) as parts:
        total = np.sum([p.sound for p in parts], axis=0)
    assert [p.role for p in parts] == [str(k) for k in range(9)]
    assert level_db(total - mix.sound) < level_db(mix.sound) - 80


def test_the_report_of_a_render_has_the_warning(user_folder: Path, tmp_path: Path) -> None:
    report = render(arrangement(part((0, 1, 60), soundfont="Nowhere")), [tmp_path / "x.wav"], soundfont=FONT)
    assert any("Nowhere" in w and "where `remixkit soundfonts list` finds the others" in w for w in report.warnings)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.sampled_from("abcdefgh")), max_size=20))
@example([(0.0, "a"), (0.0, "a")])
def test_a_worker_has_one_soundfont_and_every_part_a_worker(parts: list[tuple[float, str]]) -> None:
    fonts = [Path(font) for _, font in parts]
    groups = pool._dealt([load for load, _ in parts], fonts)
    assert sorted(k for group in groups for k in group) == list(range(len(parts)))
    assert all(len({fonts[k] for k in group}) == 1 for group in groups)
    assert len(groups) == max(min(6, len(parts)), len(set(fonts)))


SOLO = """
schema = 2
title = "Solo"
[roles.tune]
kind = "melody"
program = 73
soundfont = "{font}"
"""


def test_a_path_is_looked_up_beside_the_file_that_names_it(tmp_path: Path, soft_file: Path) -> None:
    base = tmp_path / "bases" / "solo.toml"
    base.parent.mkdir()
    base.write_text(SOLO.format(font="fonts/flute.sf2"))
    (tmp_path / "mine.toml").write_text('schema = 2\ntitle = "Mine"\nextends = "bases/solo.toml"\n')
    wanted = str(base.parent / "fonts" / "flute.sf2")
    assert styles.load(tmp_path / "mine.toml").roles["tune"].soundfont == wanted
    made = remix.cover(write_song(tmp_path / "song.mid"), tmp_path / "mine.toml")
    assert [p.soundfont for p in made.arrangement.parts] == [wanted]
    base.write_text(SOLO.format(font="flute.sf2"))
    assert styles.load(base).roles["tune"].soundfont == "flute.sf2", "a name, as long as no such file is there"
    (base.parent / "flute.sf2").symlink_to(soft_file)
    assert styles.load(base).roles["tune"].soundfont == str(base.parent / "flute.sf2")


@pytest.mark.usefixtures("user_folder")
def test_commands_say_what_is_not_here_and_check_what_will_play(cli: Callable[..., Done], tmp_path: Path) -> None:
    style = tmp_path / "solo.toml"
    style.write_text(SOLO.format(font="FluidR3_GM"))
    checked = cli("styles", "check", style)
    assert (checked.status, checked.out) == (0, f"{style}: good\n")
    assert "FluidR3_GM, but it is not on this machine" in checked.err
    assert "FluidR3_GM" in cli("soundfonts", "check", "--style", style).err

    style.write_text(SOLO.format(font="few.sf2"))
    write_soundfont(tmp_path / "few.sf2", [("Piccolo", 72, 0)])
    checked = cli("soundfonts", "check", "--style", style)
    assert checked.err == ""
    assert "tune: flute (73) is missing in few; Piccolo is used instead" in checked.out


def album(tmp_path: Path, formats: str = "wav") -> Batch:
    chosen = [styles.load(tmp_path / f"{name}.toml") for name in ("solo", "other")]
    return begin([tmp_path / "songs"], chosen, tmp_path / "album", formats=[formats])


def test_an_album_is_made_anew_where_a_roles_soundfont_has_changed(
    user_folder: Path, soft_file: Path, tmp_path: Path
) -> None:
    write_song(tmp_path / "songs" / "one.mid")
    (tmp_path / "solo.toml").write_text(SOLO.format(font="Voice"))
    (tmp_path / "other.toml").write_text(SOLO.format(font=""))

    def made(batch: Batch) -> list[str]:
        return [entry.name for step in make_album(batch, 1, here) for entry in step.made]

    voice = user_folder / "Voice.sf2"
    voice.symlink_to(soft_file)
    assert made(album(tmp_path)) == ["one", "one.other", "one.solo"]
    assert made(album(tmp_path)) == []
    voice.unlink()
    softer(voice, by=3)
    assert made(album(tmp_path)) == ["one.solo"]

    begun = album(tmp_path)
    voice.unlink()
    assert made(album(tmp_path)) == ["one.solo"], "it is gone, and the album's own plays"
    assert made(album(tmp_path)) == []
    worker.held_soundfont.cache_clear()
    with pytest.raises(SoundFontError, match="Voice"):
        made(begun)
    begun = album(tmp_path)
    softer(voice)
    (tmp_path / "album" / "one.solo.wav").unlink()
    with pytest.raises(SoundFontError, match="was not there where the album was begun"):
        made(begun)


def test_an_album_of_notes_does_not_care_for_soundfonts(user_folder: Path, soft_file: Path, tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "one.mid")
    for name in ("solo", "other"):
        (tmp_path / f"{name}.toml").write_text(SOLO.format(font="Voice"))
    keys = [_keys(album(tmp_path, "mid"))]
    (user_folder / "Voice.sf2").symlink_to(soft_file)
    assert [_keys(album(tmp_path, "mid"))] == keys
    assert _keys(album(tmp_path, "wav")) != keys[0]


def _keys(batch: Batch) -> list[str]:
    chosen = [(s, worklist.fingerprint(s), batch.role_fonts.get(s.name, ())) for s in batch.styles]
    found = worklist.album_pieces(batch.sources[0], chosen, batch.endings, None, 0, "1")
    return [piece.key for piece in found if piece.style is not None]
