# ruff: noqa: E501
"""Style files: found, inherited, checked; every mistake named with file, key and the nearest right word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from remixkit import plugins, style
from remixkit.errors import StyleError
from remixkit.style.pattern_library import shipped_patterns

PLAIN = """\
schema = 2
title = "Plain"
description = "For tests."

[roles.keys]
kind = "chords"
program = 4
register = [50, 70]
voicing = "rootless"
patterns = { verse = "push", chorus = ["push", "push2"] }
fx = [{ name = "tremolo", rate_hz = 4.5, depth = 0.25 }]

[roles.kit]
kind = "drums"
patterns = { all = "beat" }

[patterns.push]
events = "1:all/1.5@70  2.5:all/1@58"
[patterns.push2]
events = "1:all/4"
[patterns.beat]
kick = "X......x..X....."
"""


def tremolo(sample_rate_hz: int, seed: int, /, rate_hz: float, depth: float = 0.3) -> None:
    """Stands for an effect."""
    if depth > 1:
        raise StyleError(f"depth is {depth:g}", place="depth", remedy="use 0 to 1")


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, an empty user's folder, and a known set of plugins."""
    known = {plugins.ROLES: ("bass", "chords", "drums", "melody"), plugins.EFFECTS: ("lowpass", "tremolo")}
    monkeypatch.setattr(plugins, "names", known.__getitem__)
    real = plugins.load
    monkeypatch.setattr(plugins, "load", lambda group, name: real(group, name) if group == plugins.ROLES else tremolo)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REMIXKIT_CONFIG", str(tmp_path / "config"))


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str, path: str = "mine.toml") -> Path:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    return _write


def complaint(path: Path | str) -> str:
    with pytest.raises(StyleError) as caught:
        style.check(path)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_style_has_what_its_file_says(write: Write) -> None:
    loaded = style.check(write(PLAIN))
    keys = loaded.roles["keys"]
    assert (loaded.name, loaded.title) == ("mine", "Plain")
    assert (keys.kind, keys.program, keys.register_, keys.voicing) == ("chords", 4, (50, 70), "rootless")
    assert keys.patterns == {"verse": "push", "chorus": ("push", "push2")}
    assert keys.fx[0].__pydantic_extra__ == {"rate_hz": 4.5, "depth": 0.25}
    assert list(loaded.roles) == ["keys", "kit"]


def test_the_library_has_the_styles_own_patterns_over_the_shipped_ones(write: Write) -> None:
    library = style.library(style.load(write(PLAIN)))
    assert library["push"].events[1].start_beats == 1.5
    assert len(library) > 3, "shipped patterns are there, too"
    name = next(n for n in sorted(library) if n not in ("push", "push2", "beat"))
    over = style.library(style.load(write(PLAIN + f'[patterns.{name}]\nevents = "1:9/1"\n')))
    assert over[name].events[0].degrees == ("9",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "chords"', 'kind = "chord"', "roles.keys.kind: no role kind is called 'chord'; did you mean 'chords'?"),
        ("program = 4", "programm = 4", "roles.keys.programm: there is no such key; did you mean 'program'?"),
        ("[roles.keys]", "[rolls.keys]", "rolls: there is no such key; did you mean 'roles'?"),
        ("program = 4", "program = 400", "roles.keys.program: should be less than or equal to 127"),
        ("program = 4", 'program = "4"', "roles.keys.program: must be a whole number"),
        ("program = 4", "program = 4.5", "roles.keys.program: must be a whole number"),
        ("program = 4", "program = true", "roles.keys.program: must be a whole number"),
        ("[50, 70]", "[70, 50]", "roles.keys: register must rise, as in [48, 72]"),
        ("[50, 70]", "[50]", "roles.keys.register: the list has the wrong length; it takes a low and a high value"),
        ("[50, 70]", "[5, 70]", "roles.keys.register: 5-70 is outside what electric piano (program 4) can play; stay within 28-103"),
        ('"rootless"', '"rotless"', "roles.keys.voicing: 'rotless' is not one of the choices; did you mean 'rootless'?"),
        ("verse =", "vers =", "roles.keys.patterns.vers: 'vers' is not one of the choices; did you mean 'verse'?"),
        ('"push2"]', '"pusch"]', "roles.keys.patterns.chorus: no pattern is called 'pusch'; did you mean 'push'?"),
        ('verse = "push"', "verse = 3", "roles.keys.patterns.verse: must be text in quotes"),
        ('verse = "push"', 'verse = "beat"', "roles.keys.patterns.verse: 'beat' is a drum pattern; chords play patterns of events"),
        ('all = "beat"', 'all = "push"', "roles.kit.patterns.all: 'push' is a pitched pattern; drums play patterns of steps"),
        ('"tremolo"', '"tremulo"', "roles.keys.fx[0].name: no effect is called 'tremulo'; did you mean 'tremolo'?"),
        ("depth = 0.25", "deep = 0.25", "roles.keys.fx[0].deep: no tremolo parameter is called 'deep'; did you mean 'depth'?"),
        ("rate_hz = 4.5, ", "", "roles.keys.fx[0]: tremolo needs rate_hz; add rate_hz = ..."),
        ("rate_hz = 4.5", 'rate_hz = "fast"', "roles.keys.fx[0].rate_hz: must be a number"),
        ("depth = 0.25", "depth = 2", "roles.keys.fx[0].depth: depth is 2; use 0 to 1"),
        ("1.5@70", "1.5@700", "patterns.push.events: '1:all/1.5@700' has a velocity of 700; use 1 to 127"),
        ("kick =", "kik =", "patterns.beat: 'kik' is not a drum voice; did you mean 'kick'?"),
        ("schema = 2", "schema = 3", "schema: 3 is not one of the choices; there are: 2"),
        ('title = "Plain"\n', "", "title: is missing"),
        ("schema = 2", 'schema = 2\nname = "x"', "name: there is no such key; a style's name is its file's; set title"),
        ("schema = 2", 'schema = 2\nextends = "lofy"', "extends: no style is called 'lofy'; did you mean 'lofi'?"),
        ("schema = 2", "schema = 2\n[groove]\nlate_ms = { sanre = 3 }", "groove.late_ms.sanre: no role or drum voice is called 'sanre'; did you mean 'snare'?"),
        ("schema = 2", "schema = 2\n[form]\ntempo_range_bpm = [90, 60]", "form: tempo_range_bpm = [90, 60] must rise, within 20 to 400"),
        ("schema = 2", "schema = 2\n[master]\nceiling_db = nan", "master.ceiling_db: must be a finite number"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_key_and_remedy(write: Write, old: str, new: str, said: str) -> None:
    assert old in PLAIN
    text = PLAIN.replace(old, new)
    if new.startswith("schema = 2\n["):
        head, _, rest = new.partition("\n")
        text = PLAIN.replace(old, head) + rest + "\n"
    path = write(text)
    assert complaint(path) == f"{path}: {said}"


def test_several_mistakes_are_counted(write: Write) -> None:
    text = complaint(write(PLAIN.replace("program = 4", "programm = 4").replace("voicing", "voiceing")))
    assert text.endswith("(1 more like this)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"schema = 2\ntitle \n", "line 2, column 7: not TOML: "),
        (b'title = "\xff"', "byte 9 is not UTF-8"),
        (b"a = " + b"[" * 4000, "nested too deep"),
    ],
)
def test_a_file_that_is_no_toml(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(text)
    assert complaint(path).startswith(f"{path}: ")
    assert said in complaint(path)


def test_a_style_without_roles_is_only_a_base(write: Write) -> None:
    base = write('schema = 2\ntitle = "Base"\n', "styles/basis.toml")
    assert (
        complaint("basis")
        == f"{base.relative_to(Path.cwd())}: roles: the style has no roles; add a [roles.NAME] table with a kind"
    )
    assert "basis" not in {i.name for i in style.available()}


def test_tables_are_inherited_and_arrays_replaced(write: Write) -> None:
    write(PLAIN, "styles/first.toml")
    child = write(
        'schema = 2\ntitle = "Child"\nextends = "first"\n[roles.keys]\nprogram = 5\nfx = []\n'
        '[roles.keys.patterns]\nchorus = "push"\n[roles.low]\nkind = "bass"\n[patterns.push]\nevents = "1:1/1"\n'
    )
    loaded = style.check(child)
    keys = loaded.roles["keys"]
    assert (keys.kind, keys.program, keys.register_, keys.fx) == ("chords", 5, (50, 70), ())
    assert keys.patterns == {"verse": "push", "chorus": "push"}
    assert list(loaded.roles) == ["keys", "kit", "low"]
    assert (loaded.title, loaded.description) == ("Child", "")
    assert style.library(loaded)["push"].events[0].degrees == ("1",)


def test_an_inherited_role_can_be_taken_out(write: Write) -> None:
    write(PLAIN, "styles/first.toml")
    child = write('schema = 2\ntitle = "Child"\nextends = "first"\n[roles.kit]\nkind = "none"\n')
    assert list(style.load(child).roles) == ["keys"]


def test_a_mistake_in_a_base_names_the_base(write: Write) -> None:
    base = write(PLAIN.replace("program = 4", "program = 400"), "styles/first.toml")
    child = write('schema = 2\ntitle = "Child"\nextends = "first"\n')
    assert complaint(child).startswith(f"{base.relative_to(Path.cwd())}: roles.keys.program: ")


def test_a_circle_is_an_error(write: Write) -> None:
    write(PLAIN.replace("schema = 2", 'schema = 2\nextends = "b"'), "styles/a.toml")
    write(PLAIN.replace("schema = 2", 'schema = 2\nextends = "a"'), "styles/b.toml")
    assert "extends: styles extend each other in a circle: a -> b -> a" in complaint("a")


def test_a_style_may_extend_the_one_it_hides(write: Write) -> None:
    write(PLAIN, "config/styles/twice.toml")
    write('schema = 2\ntitle = "Mine"\nextends = "twice"\n', "styles/twice.toml")
    loaded = style.load("twice")
    assert (loaded.title, list(loaded.roles)) == ("Mine", ["keys", "kit"])


def test_extends_may_name_a_file_beside(write: Write) -> None:
    write(PLAIN, "folder/first.toml")
    child = write('schema = 2\ntitle = "Child"\nextends = "first.toml"\n', "folder/child.toml")
    assert list(style.load(child).roles) == ["keys", "kit"]


def test_names_are_looked_up_here_then_in_the_users_folder_then_shipped(write: Write) -> None:
    write(PLAIN.replace("Plain", "Users"), "config/styles/plain.toml")
    assert style.load("plain").title == "Users"
    write(PLAIN.replace("Plain", "Here"), "styles/plain.toml")
    assert style.load("plain").title == "Here"
    assert [i.title for i in style.available() if i.name == "plain"] == ["Here"]


def test_an_unknown_name_gets_the_nearest() -> None:
    assert complaint("lo-fi") == "no style is called 'lo-fi'; did you mean 'lofi'?"
    assert "there are: " in complaint("zzzzzz")
    assert "there is no such file" in complaint("nowhere.toml")


def test_a_broken_style_is_listed_with_its_problem(write: Write) -> None:
    write("title = ", "styles/broken.toml")
    (info,) = [i for i in style.available() if i.name == "broken"]
    assert "not TOML" in info.problem


def test_a_loaded_style_cannot_be_changed(write: Write) -> None:
    loaded = style.load(write(PLAIN))
    with pytest.raises(ValueError, match="frozen"):
        loaded.title = "Other"  # type: ignore[misc]


DOCS = Path(__file__).parents[2] / "docs" / "styles.md"


def test_the_page_on_styles_names_every_key_voice_and_degree() -> None:
    from remixkit.midi.spec import DRUM_VOICES
    from remixkit.patterns import DEGREES
    from remixkit.style import schema

    page = DOCS.read_text(encoding="utf-8")
    tables = (schema.FormSpec, schema.HarmonySpec, schema.GrooveSpec, schema.RoleSpec, schema.MasterSpec)
    keys = [f.alias or name for table in tables for name, f in table.model_fields.items()]
    missing = [word for word in (*keys, *DEGREES, *DRUM_VOICES) if f"`{word}`" not in page]
    assert not missing


def test_the_pages_patterns_can_be_read(write: Write) -> None:
    blocks = [b for b in DOCS.read_text(encoding="utf-8").split("\n\n") if b.startswith("    [patterns.")]
    assert len(blocks) >= 4
    text = "\n".join(line.removeprefix("    ") for block in blocks for line in block.splitlines())
    library = style.library(style.load(write(PLAIN + text + "\n")))
    assert library["rolling"].in_meters["6/8"].beats == 3
    assert library["lofi_beat"].beats == 4


def test_a_styles_own_meter_joins_the_shipped_pattern_of_its_name(write: Write) -> None:
    shipped = shipped_patterns(style.data_dir())["chords_quarters"]
    own = '[patterns.chords_quarters]\nmeter."3/4".events = "1:all/1 3:all/1"\n'
    made = style.library(style.load(write(PLAIN + own)))["chords_quarters"]
    assert made.events == shipped.events
    assert [e.start_beats for e in made.in_meters["3/4"].events] == [0, 2]


def test_a_wrong_event_of_a_meter_is_named_by_its_place(write: Write) -> None:
    with pytest.raises(StyleError, match=r'patterns\.quick\.meter\."6/8"\.events'):
        style.load(write(PLAIN + '[patterns.quick]\nmeter."6/8".events = "1:al"\n'))
