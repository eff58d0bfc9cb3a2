"""Style files of schema 1: the same covers, and what to change in them said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from charts import arrange, song

from remixkit import style
from remixkit.errors import StyleError
from remixkit.style.role_table import with_role_table

NEW = """\
schema = 2
title = "Band"

[form]
endings = { all = "fill", chorus = "build", last_chorus = "half" }
down = { before_last_chorus = 1.0 }

[roles.lead]
kind = "melody"
program = 73
settings = { transpose_semitones = 12 }
bus = "lead"

[roles.second]
kind = "harmony_voice"
program = 48
sections = ["verse", "chorus"]
settings = { velocity_below = 20 }

[roles.drums]
kind = "drums"
patterns = { all = "kick", chorus = ["kick", "kick_busy"] }
settings = { fill_every_bars = 8 }

[roles.bass]
kind = "bass"
program = 33
settings = { home_pitch = 35 }

[roles.counter]
kind = "countermelody"
program = 42

[roles.pad]
kind = "pad"
program = 89
settings = { voice = 1, transpose_semitones = -12 }

[patterns.kick]
kick = "X...x..."
snare = "....X..."
[patterns.kick.meter."3/4"]
kick = "X...x...x..."
[patterns.kick_busy]
kick = "X.x.x.x."

[buses.lead]
loudness_offset_lu = [2, 6]
sections = { chorus = { gain_db = [0, 1] } }

[master]
sections = { chorus = { gain_db = [0, 1] } }
"""
OLD_WORDS = {
    "schema = 2": "schema = 1",
    "last_chorus": "last_sabi",
    "chorus": "sabi",
    "countermelody": "counter",
    "harmony_voice": "second",
    "-12 }": "-12 }",
    "voice = 1, transpose_semitones": "voice = 1, octave",
    "transpose_semitones": "transpose",
    "velocity_below": "below",
    "fill_every_bars": "fill_every",
    "home_pitch": "home",
    '[patterns.kick.meter."3/4"]': "[patterns.kick_3_4]",
    "loudness_offset_lu": "above_lu",
}


def old() -> str:
    text = NEW
    for new, before in OLD_WORDS.items():
        text = text.replace(new, before)
    return text


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_an_old_file_gives_the_same_cover(write: Callable[[str, str], Path]) -> None:
    before, after = style.load(write("band.toml", old())), style.load(write("band2.toml", NEW))
    assert before.model_dump(exclude={"name"}) == after.model_dump(exclude={"name"})
    for original in (song(form="ABSABS"), song(form="AS", meter=(3, 4))):
        assert arrange(original, before, seed=2) == arrange(original, after, seed=2)


def test_what_to_change_is_said(write: Callable[[str, str], Path]) -> None:
    said = style.outdated(write("band.toml", old()))
    for line in (
        "schema: 1 is now 2",
        "roles.second.kind: second is now harmony_voice",
        "roles.second.sections[1]: sabi is now chorus",
        "roles.counter.kind: counter is now countermelody",
        "roles.drums.settings.fill_every: fill_every is now fill_every_bars",
        "roles.pad.settings.octave: octave is now transpose_semitones",
        'patterns.kick_3_4: kick_3_4 is now kick.meter."3/4"',
        "buses.lead.above_lu: above_lu is now loudness_offset_lu",
        "form.endings.sabi: sabi is now chorus",
    ):
        assert line in said
    assert style.outdated(write("band.toml", NEW)) == ()


def test_check_says_it_and_the_file_is_good(write: Callable[[str, str], Path], cli: Callable[..., object]) -> None:
    done = cli("styles", "check", write("band.toml", old()))
    assert done.status == 0  # type: ignore[attr-defined]
    assert "roles.bass.settings.home: home is now home_pitch" in done.err  # type: ignore[attr-defined]


def test_an_old_file_may_change_a_setting_of_a_new_one(write: Callable[[str, str], Path]) -> None:
    write("base.toml", NEW)
    text = 'schema = 1\ntitle = "Child"\nextends = "base.toml"\n[roles.pad.settings]\noctave = 0\n'
    child = style.load(write("child.toml", text))
    assert child.roles["pad"].settings == {"voice": 1, "transpose_semitones": 0}


def test_in_a_new_file_old_words_are_mistakes(write: Callable[[str, str], Path]) -> None:
    with pytest.raises(StyleError, match=r"no bass setting is called 'home'; did you mean 'home_pitch'"):
        style.load(write("band.toml", NEW.replace("home_pitch", "home")))


def test_a_style_without_the_word_plays_bridges_like_interludes(write: Callable[[str, str], Path]) -> None:
    text = NEW.replace('sections = ["verse", "chorus"]', 'sections = ["verse", "interlude"]')
    text = text.replace('{ all = "kick", ', '{ all = "kick", interlude = "kick_busy", ')
    text = text.replace("down = { ", "down = { interlude = 0.5, ")
    plain = style.load(write("plain.toml", text))
    assert plain.roles["second"].sections == ("verse", "interlude", "bridge")
    assert plain.roles["drums"].patterns["bridge"] == "kick_busy"
    assert plain.form.down["bridge"] == 0.5
    own = style.load(write("own.toml", text.replace("interlude = 0.5", "bridge = 0.1, interlude = 0.5")))
    assert own.roles["second"].sections == ("verse", "interlude")
    assert "bridge" not in own.roles["drums"].patterns


def test_the_documents_table_of_roles_is_current() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "arranging.md").read_text(encoding="utf-8")
    assert with_role_table(text) == text, "run `python -m remixkit.style.role_table` and put it between the marks"
