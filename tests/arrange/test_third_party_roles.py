"""Roles of other packages: one that leads and one that is a kit, offered as an installed package offers them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from charts import arrange, song

from remixkit import plugins, style
from remixkit.errors import PluginError, StyleError
from remixkit.model.arrangement import Arrangement, Part
from remixkit.plugin import Note, Origin, RoleOutput, RoleTask, Traits, role, setting

STYLE = """\
schema = 2
title = "Ours and theirs"

[roles.whistler]
kind = "whistle"
program = 78
settings = { octave_shift = 1 }
bus = "lead"

[roles.boxes]
kind = "boxes"
patterns = { all = "lofi_one" }
register = [0, 10]

[roles.bass]
kind = "bass"
program = 33
settings = { lock = "boxes" }

[roles.keys]
kind = "chords"
program = 4

[buses.lead]
loudness_offset_lu = [2, 6]
"""


@dataclass(frozen=True, slots=True)
class WhistleSettings:
    octave_shift: int = setting(0, "octaves above the singer", low=-2, high=2)


@role(settings=WhistleSettings, traits=Traits(leads=True))
def whistle(task: RoleTask[WhistleSettings]) -> RoleOutput:
    """Whistle the melody."""
    up = 12 * task.settings.octave_shift
    origin = Origin(task.name, function="melody")
    return RoleOutput(tuple(Note(n.start_tick, n.end_tick, n.pitch + up, 90, origin) for n in task.chart.melody))


@role(traits=Traits(plays_drums=True, patterns="steps"))
def boxes(task: RoleTask[None]) -> RoleOutput:
    """Kick every bar, and a key that no instrument has."""
    return RoleOutput(
        tuple(
            Note(start, start + 120, key, 90, Origin(task.name, function="groove"))
            for start, _ in task.chart.grid.meter.bars(task.chart.end_tick)
            for key in (36, 3)
        )
    )


def two_arguments(task: RoleTask[None], style: object) -> RoleOutput:
    return RoleOutput()


def mono(sample_rate_hz: int) -> None: ...


def no_path(cover: object) -> tuple[str, ...]:
    return ()


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, object], None]:
    """Offer a function under an entry point, as an installed package would."""
    module = ModuleType("their_package")
    monkeypatch.setitem(sys.modules, "their_package", module)
    known = {group: dict(plugins._points(group)) for group in (plugins.ROLES, plugins.EFFECTS, plugins.EXPORTS)}
    monkeypatch.setattr(plugins, "_points", known.__getitem__)

    def offer(group: str, name: str, function: object) -> None:
        setattr(module, name, function)
        known[group][name] = EntryPoint(name, f"their_package:{name}", group)

    return offer


@pytest.fixture
def file(package: Callable[[str, str, object], None], tmp_path: Path) -> Path:
    package(plugins.ROLES, "whistle", whistle)
    package(plugins.ROLES, "boxes", boxes)
    path = tmp_path / "theirs.toml"
    path.write_text(STYLE, encoding="utf-8")
    return path


def parts(made: Arrangement) -> dict[str, Part]:
    return {part.role: part for part in made.parts}


def test_a_lead_of_theirs_has_the_melody(file: Path) -> None:
    original = song(form="ABS")
    made = parts(arrange(original, style.load(file), seed=1))
    lead = made["whistler"]
    assert lead.name == "Whistler (Melody)"
    assert lead.bus == "lead"
    assert len(lead.notes) == len(original.melody)
    assert {n.pitch % 12 for n in lead.notes} == {n.pitch % 12 for n in original.melody}


def test_the_others_hear_their_lead(file: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep.toml"
    deep.write_text(STYLE.replace("octave_shift = 1", "octave_shift = -2"), encoding="utf-8")
    high, low = (parts(arrange(song(form="AS"), style.load(f), seed=1))["keys"].notes for f in (file, deep))
    assert [n.pitch for n in high] != [n.pitch for n in low], "chords are voiced under the melody as it is played"


def test_a_kit_of_theirs_is_drums(file: Path) -> None:
    made = parts(arrange(song(form="AS"), style.load(file), seed=1))
    kit = made["boxes"]
    assert kit.is_drum
    assert {n.pitch for n in kit.notes} == {36, 3}, "no octave moves a drum"
    bars = {round(n.start_tick / 3840) for n in made["bass"].notes if abs(n.start_tick % 3840) < 60}
    assert bars, "a bass may lock to it"


def test_styles_check_knows_them(file: Path) -> None:
    style.check(file)
    file.write_text(STYLE.replace("octave_shift", "octave_shft"), encoding="utf-8")
    with pytest.raises(StyleError, match=r"no whistle setting is called 'octave_shft'; did you mean 'octave_shift'\?"):
        style.check(file)
    file.write_text(STYLE.replace('"lofi_one"', '"chug_eighths"'), encoding="utf-8")
    with pytest.raises(StyleError, match="'chug_eighths' is a pitched pattern; boxes play patterns of steps"):
        style.check(file)


@pytest.mark.parametrize(
    ("group", "function", "said"),
    [
        (plugins.ROLES, two_arguments, r"the role 'it' of the package their_package is called as it\(task\), and is"),
        (plugins.EFFECTS, mono, r"the effect 'it' .* is called as it\(sample_rate_hz, seed, \*\*parameters\), and is"),
        (plugins.EXPORTS, no_path, r"the exporter 'it' .* is called as it\(cover, path\), and is"),
        (plugins.ROLES, "a word", r"the role 'it' .*, no function; see Role in remixkit.plugin"),
    ],
)
def test_a_wrong_signature_is_named(
    package: Callable[[str, str, object], None], group: str, function: object, said: str
) -> None:
    package(group, "it", function)
    with pytest.raises(PluginError, match=said):
        plugins.load(group, "it")


@pytest.mark.parametrize("group", [plugins.ROLES, plugins.EFFECTS, plugins.EXPORTS])
def test_ours_keep_to_the_protocols(group: str) -> None:
    assert all(callable(plugins.load(group, name)) for name in plugins.names(group))


def test_settings_must_be_a_dataclass() -> None:
    with pytest.raises(TypeError, match="int is not a dataclass"):
        role(settings=int)
