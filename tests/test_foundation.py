"""Seeding, plug-in look-up, errors, and files that are whole or not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from remixkit import plugins
from remixkit.errors import OutputError, PluginError, UserError
from remixkit.files import replacing
from remixkit.seeding import child_rng


def test_a_decision_is_the_same_in_every_process() -> None:
    code = "from remixkit.seeding import child_rng; print(child_rng(7, 'bass', 'chorus', 3).integers(1 << 40))"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(there) == child_rng(7, "bass", "chorus", 3).integers(1 << 40)


def test_decisions_are_independent() -> None:
    drawn = {
        int(child_rng(seed, *path).integers(1 << 60)) for seed in (0, 1) for path in (("a", "b"), ("ab",), ("a",), ())
    }
    assert len(drawn) == 8


def test_an_error_says_file_place_reason_remedy_in_one_line() -> None:
    problem = UserError("is no number", file=Path("a/my.toml"), place="form.intro_bars", remedy="write 4")
    assert str(problem) == "a/my.toml: form.intro_bars: is no number; write 4"


def test_a_mistyped_role_is_answered_with_the_nearest() -> None:
    with pytest.raises(PluginError, match=r"no role is called 'melodie'; did you mean 'melody'\?"):
        plugins.load(plugins.ROLES, "melodie")


def test_a_target_is_whole_or_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "x.mid"
    target.write_text("old")

    def interrupted() -> None:
        with replacing(target) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    with replacing(target) as beside:
        beside.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "x.mid"
    with pytest.raises(OutputError, match=r"x\.mid: No such file"), replacing(target):
        pass
