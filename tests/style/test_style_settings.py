# ruff: noqa: E501
"""Settings of role kinds: a wrong name or value is named with the nearest right one, whoever wrote the kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from remixkit import plugins, style
from remixkit.errors import StyleError
from remixkit.plugin import declaration_of
from remixkit.style.settings import settings_in

BAND = """\
schema = 2
title = "Band"

[roles.drums]
kind = "drums"
settings = { fills = "fill_snare_1 fill_toms_1", ghosts = 0.5 }

[roles.bass]
kind = "bass"
program = 33
settings = { lock = "drums", home_pitch = 35 }

[roles.lead]
kind = "melody"
settings = { octaves = "last_chorus", swell = true }
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ghosts =", "gosts =", "roles.drums.settings.gosts: no drums setting is called 'gosts'; did you mean 'ghosts'?"),
        ("ghosts = 0.5", "ghosts = 5", "roles.drums.settings.ghosts: 5 is not between 0 and 1"),
        ("ghosts = 0.5", 'ghosts = "few"', "roles.drums.settings.ghosts: must be a number"),
        ("fill_toms_1", "fill_tom_1", "roles.drums.settings.fills: no pattern is called 'fill_tom_1'; did you mean 'fill_toms_1'?"),
        ("fill_toms_1", "chug_eighths", "roles.drums.settings.fills: 'chug_eighths' is a pitched pattern"),
        ('"drums", home', '"drum", home', "roles.bass.settings.lock: no role before this one is called 'drum'; did you mean 'drums'?"),
        ('"drums", home', '"lead", home', "roles.bass.settings.lock: no role before this one is called 'lead'"),
        ('"last_chorus"', '"last-chorus"', "roles.lead.settings.octaves: no choice is called 'last-chorus'; did you mean 'last_chorus'?"),
        ("swell = true", "swell = 1", "roles.lead.settings.swell: must be true or false"),
        ("swell = true", 'swell = true, dropout = 0.5', "roles.lead.settings.dropout: no melody setting is called 'dropout'"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "band.toml"
    file.write_text(BAND, encoding="utf-8")
    style.load(file)
    file.write_text(BAND.replace(old, new), encoding="utf-8")
    with pytest.raises(StyleError) as caught:
        style.load(file)
    assert str(caught.value).startswith(f"{file}: {said}")


def test_a_kind_that_declares_nothing_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "load", lambda group, name: lambda task: None)
    file = tmp_path / "band.toml"
    file.write_text(BAND.replace("ghosts", "anything"), encoding="utf-8")
    assert style.load(file).roles["drums"].settings["anything"] == 0.5


@pytest.mark.parametrize("kind", plugins.names(plugins.ROLES))
def test_every_kind_of_ours_explains_its_settings(kind: str) -> None:
    known = declaration_of(plugins.load(plugins.ROLES, kind)).settings
    assert known is not None
    for name, setting in settings_in(known).items():
        assert setting.help, f"{name} is not explained"
        assert setting.default is None or not setting.wrong(setting.default)
