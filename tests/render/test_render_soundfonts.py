from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from render_help import soundfont_bytes, write_soundfont

from remixkit.errors import SoundFontError
from remixkit.render.soundfonts import lookup
from remixkit.render.soundfonts.lookup import open_soundfont


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "soundfonts"
    folder.mkdir()
    monkeypatch.setattr(lookup, "user_folder", lambda: folder)
    monkeypatch.delenv(lookup.VARIABLE, raising=False)
    return folder


def test_the_default_is_a_whole_general_midi_set(own_folder: Path) -> None:
    font = lookup.find()
    assert font.name == "TimGM6mb"
    assert {p.program for p in font.presets if p.bank == 0} == set(range(128))
    assert font.choose(0, 0, is_drum=True)[1]


def test_finding_does_not_import_pretty_midi() -> None:
    code = (
        "import sys; from remixkit.render.soundfonts import lookup; lookup.find(); "
        "sys.exit('pretty_midi' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_means_the_users_file_first(own_folder: Path) -> None:
    mine = write_soundfont(own_folder / "TimGM6mb.sf2", [("Mine", 0, 0)])
    assert lookup.find("timgm6mb").path == mine
    assert lookup.find("TimGM6mb.sf2").path == mine


def test_the_environment_names_one(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_soundfont(own_folder / "Grand.sf2", [("Grand", 0, 0)])
    monkeypatch.setenv(lookup.VARIABLE, "grand")
    assert lookup.find().name == "Grand"
    assert lookup.find("TimGM6mb").name == "TimGM6mb"


def test_a_mistyped_name_gets_the_nearest(own_folder: Path) -> None:
    with pytest.raises(SoundFontError, match="did you mean 'TimGM6mb'"):
        lookup.find("TimGM6")


def test_a_missing_path_is_said(tmp_path: Path) -> None:
    with pytest.raises(SoundFontError, match=r"gone\.sf2: does not exist"):
        lookup.find(tmp_path / "gone.sf2")


WHOLE = soundfont_bytes([("Piano", 0, 0)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"MThd\0\0\0\6", "is not a SoundFont"),
        (WHOLE[:4] + b"\0\0\0\0WAVE", "is not a SoundFont"),
        (WHOLE[:-20], "is cut short"),
        (soundfont_bytes([]), "holds no presets"),
        (soundfont_bytes([("Piano", 0, 0)], samples=b""), "holds no samples"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.sf2"
    path.write_bytes(content)
    with pytest.raises(SoundFontError, match=f"bad.sf2.*{reason}"):
        open_soundfont(path)


def test_an_odd_list_without_padding_is_read(tmp_path: Path) -> None:
    content = WHOLE.replace(b"smpl\x80\0\0\0", b"smpl\x7f\0\0\0").replace(b"\0" * 128 + b"LIST", b"\0" * 127 + b"LIST")
    content = content.replace(
        len(b"sdtasmpl1234" + b"\0" * 128).to_bytes(4, "little") + b"sdta", (139).to_bytes(4, "little") + b"sdta"
    )
    path = tmp_path / "odd.sf3"
    path.write_bytes(content[:4] + (len(content) - 8).to_bytes(4, "little") + content[8:])
    assert [p.name for p in open_soundfont(path).presets] == ["Piano"]


def test_a_folder_is_no_soundfont(tmp_path: Path) -> None:
    with pytest.raises(SoundFontError):
        open_soundfont(tmp_path)


def test_the_broken_ones_are_told_apart(own_folder: Path) -> None:
    write_soundfont(own_folder / "Good.sf2", [("Piano", 0, 0)])
    (own_folder / "Bad.sf2").write_bytes(b"RIFF")
    good, bad = lookup.available_soundfonts()
    assert {"Good", "TimGM6mb"} <= {f.name for f in good}
    assert [Path(str(b.file)).name for b in bad] == ["Bad.sf2"]


def test_what_plays_instead(tmp_path: Path) -> None:
    font = open_soundfont(
        write_soundfont(
            tmp_path / "some.sf2",
            [
                ("Piano", 0, 0),
                ("Soft Piano", 0, 8),
                ("Violin", 40, 0),
                ("Strings", 48, 0),
                ("Kit", 0, 128),
                ("Jazz", 32, 128),
            ],
        )
    )

    def played(bank: int, program: int, is_drum: bool = False) -> tuple[str, bool]:
        preset, exact = font.choose(bank, program, is_drum=is_drum)
        assert preset is not None
        return preset.name, exact

    assert played(0, 40) == ("Violin", True)
    assert played(8, 0) == ("Soft Piano", True)
    assert played(8 << 7, 0) == ("Soft Piano", True)
    assert played(5, 40) == ("Violin", True)
    assert played(0, 42) == ("Violin", False)
    assert played(0, 52) == ("Strings", False)
    assert played(0, 47) == ("Violin", False)
    assert played(0, 32, is_drum=True) == ("Jazz", True)
    assert played(0, 16, is_drum=True) == ("Kit", False)


def test_without_a_kit_drums_have_nothing(tmp_path: Path) -> None:
    font = open_soundfont(write_soundfont(tmp_path / "piano.sf2", [("Piano", 0, 0)]))
    assert font.choose(0, 0, is_drum=True)[0] is None
