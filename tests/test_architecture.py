"""Floors, owners, sizes, names and MIDI's numbers, as the documents promise them, read from the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import remixkit
from remixkit.midi import spec

PACKAGE = Path(remixkit.__file__).parent

FLOORS = {
    "errors": 0, "seeding": 0, "plugin": 0, "files": 0, "file_names": 0, "texts": 0, "toml_text": 0,
    "model": 1, "search": 1, "midi.spec": 1, "plugins": 1, "targets": 2,
    "midi": 2, "theory": 2, "patterns": 2,
    "notation": 3, "style": 3, "analysis": 3, "render": 3,
    "arrange": 4,
    "remix": 5,
    "export": 6, "batch": 6, "evaluate": 6, "film": 6,
    "cli": 7, "studio": 7, "__main__": 8, "__init__": 8,
}  # fmt: skip

OWNERS = {
    "mido": {"midi"}, "chardet": {"midi"},
    "music21": {"theory", "notation"},
    "pydantic": {"style"}, "pydantic_core": {"style"},
    "pretty_midi": {"analysis"},
    "fluidsynth": {"render"}, "pedalboard": {"render"}, "soundfile": {"render"}, "pyloudnorm": {"render"},
    "pooch": {"render"}, "requests": {"render"},
    "matplotlib": {"export"}, "rpp": {"export"},
    "verovio": {"export"}, "typst": {"export"}, "fontTools": {"export"},
    "jinja2": {"export"}, "mutagen": {"render", "batch"}, "fsspec": {"batch"}, "distributed": {"batch"},
    "typer": {"cli"}, "rich": {"cli"}, "watchfiles": {"cli"},
    "scipy": {"analysis", "render", "evaluate"},
}  # fmt: skip
EVERYBODYS = {"numpy"}

MOST_FILES = 15
MOST_LINES = 350
LONG_TABLES: set[str] = set()
"""Modules that may be longer, because they are data."""

VERBS = {"read", "write", "load", "run", "find", "check", "list_"}
"""What several modules do, and are called by their module's name: `manifest.read`, `plan_file.read`."""
HOMONYMS = VERBS | {
    "Bars",
    "analyze",
    "moved",
    "places",
}
"""Names that two modules share today; none may be added."""

OTHER_BYTES = {
    "remixkit.midi.reading.text": "lead bytes of Shift JIS",
    "remixkit.texts": "Unicode",
    "remixkit.export.letters": "kana in Unicode",
}
"""Modules whose hexadecimal numbers are not MIDI's."""


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name; a package's is that of its ``__init__.py``."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def floor(module: str) -> int:
    """The floor of a module, or of the part it belongs to."""
    return FLOORS.get(module.removeprefix("remixkit."), FLOORS[part(module)])


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def imports(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of each import that happens when the program runs, wherever it stands."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and is_type_checking(node.test):
            for other in node.orelse:
                yield from imports(ast.Module([other], []))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or "", tuple(alias.name for alias in node.names)
        else:
            yield from imports(node)


@cache
def imported(module: str) -> frozenset[str]:
    """What a module imports: our own modules by full name, others by their top name."""
    found = set()
    for target, names in imports(parsed(module)):
        if target.split(".")[0] != "remixkit":
            found.add(target.split(".")[0])
            continue
        for name in names or ("",):
            found.add(f"{target}.{name}" if f"{target}.{name}" in MODULES else target)
    return frozenset(found - {module})


def own(module: str) -> set[str]:
    return {m for m in imported(module) if m.split(".")[0] == "remixkit"}


def test_the_walk_through_the_code_sees_imports() -> None:
    code = "import a\nif TYPE_CHECKING:\n    import b\nelse:\n    import c\ndef f():\n    from remixkit import d\n"
    assert dict(imports(ast.parse(code))) == {"a": (), "c": (), "remixkit": ("d",)}
    assert "numpy" in imported("remixkit.model.timing")
    assert "remixkit.model.timing" in imported("remixkit.model.song")


def test_every_part_has_a_floor() -> None:
    assert {part(m) for m in MODULES} <= FLOORS.keys()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down(module: str) -> None:
    here = floor(module)
    allowed = {m for m in own(module) if floor(m) < here or (floor(m) == here and part(m) == part(module))}
    if here == 0:
        allowed |= {"remixkit.errors"}
    wrong = own(module) - allowed
    assert not wrong, f"{module} (floor {here}) imports {sorted(wrong)}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_libraries_have_one_owner(module: str) -> None:
    foreign = {m for m in imported(module) if m != "remixkit" and not m.startswith("remixkit.")}
    foreign -= set(sys.stdlib_module_names) | EVERYBODYS
    wrong = {m for m in foreign if part(module) not in OWNERS.get(m, set())}
    assert not wrong, f"{module} imports {sorted(wrong)}"


def test_no_circles() -> None:
    try:
        TopologicalSorter({m: own(m) for m in MODULES}).prepare()
    except CycleError as problem:
        pytest.fail(" -> ".join(problem.args[1]))


def test_a_folder_fits_on_a_page() -> None:
    count = Counter(path.parent for path in MODULES.values())
    full = {str(folder.relative_to(PACKAGE)): n for folder, n in count.items() if n > MOST_FILES}
    assert not full


def test_a_module_fits_in_the_head() -> None:
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    assert not {module: n for module, n in lines.items() if n > MOST_LINES and module not in LONG_TABLES}


def public_names(tree: ast.Module) -> Iterator[str]:
    """The classes and functions that a module offers."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return (node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_"))


def test_no_two_things_have_one_name() -> None:
    where: dict[str, list[str]] = {}
    for module in MODULES:
        for name in public_names(parsed(module)):
            where.setdefault(name, []).append(module)
    assert not {name: modules for name, modules in where.items() if len(modules) > 1 and name not in HOMONYMS}


SPEC_NAMES = {re.sub(r"^(CC|META|RPN|GS|XG|GM2|SF2)_", "", name) for name in vars(spec) if name.isupper()}
DRUM_NAME = re.compile("KICK|SNARE|HAT|CRASH|RIDE|CYMBAL|KIT|DRUM|TOM")
WIRE_BYTES = re.compile(rb"\xff[\x00-\x7f]|^[\xf0\xf7]|MThd|MTrk")


def whole_numbers(node: ast.expr) -> list[int]:
    """A number, or those of a tuple, list, set or the keys of a dictionary, as they are written there."""
    if isinstance(node, ast.Constant):
        return [node.value] if type(node.value) is int else []
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return whole_numbers(node.args[0])
    if isinstance(node, ast.Dict):
        return [n for key in (*node.keys, *node.values) if key is not None for n in whole_numbers(key)]
    return (
        [n for item in node.elts for n in whole_numbers(item)]
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        else []
    )


def constants(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[str, ast.expr]]:
    """The constants that an assignment makes, each with its value."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for name, value in pairs:
            if isinstance(name, ast.Name) and name.id.isupper() and value is not None:
                yield name.id.lstrip("_"), value


def is_midi_number(node: ast.AST, source: str) -> bool:
    """Whether a piece of code writes a number of MIDI: a byte in hexadecimal, a controller, a channel, a drum key."""
    match node:
        case ast.Constant(value=bytes(data)):
            return bool(WIRE_BYTES.search(data))
        case ast.Constant(value=int()):
            return (ast.get_source_segment(source, node) or "").lower().startswith("0x")
        case ast.Call(func=ast.Name("Control"), args=[_, ast.Constant("cc" | "rpn"), number, *_]):
            return bool(whole_numbers(number))
        case ast.Call(func=ast.Name("range"), args=[ast.Constant(spec.CHANNELS)]):
            return True
        case ast.keyword(arg="channel" | "control", value=value):
            return any(whole_numbers(value))
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            numbers = [n for side in sides for n in whole_numbers(side)]
            if any("channel" in ast.unparse(side) for side in sides if isinstance(side, ast.Name | ast.Attribute)):
                return any(numbers)
            is_keyed = isinstance(left, ast.Attribute) and left.attr in ("number", "pitch")
            return is_keyed and bool(numbers) and any(isinstance(side, ast.Tuple | ast.Set) for side in others)
        case ast.Assign() | ast.AnnAssign():
            return any(
                (name in SPEC_NAMES and whole_numbers(value))
                or (DRUM_NAME.search(name) and len(set(whole_numbers(value)) & set(spec.DRUM_VOICES.values())) > 1)
                for name, value in constants(node)
            )
    return False


@pytest.mark.parametrize(
    "code",
    [
        'Control(0, "cc", 11, 64)',
        "part.channel == 9",
        "Track(channel=9)",
        "EXPRESSION = 11",
        "_VOLUME, _PAN = 7, 10",
        "KICKS = (35, 36)",
        "KIT = frozenset({35, 38, 42})",
        "PLACES_OF_DRUMS = {36: 1, 38: 2}",
        "[n for n in notes if n.pitch in (35, 36)]",
        "status & 0xF0",
        r"data.startswith(b'\xff\x03')",
        "[c for c in range(16)]",
    ],
)
def test_a_midi_number_is_seen(code: str) -> None:
    assert any(is_midi_number(node, code) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {spec.__name__} - OTHER_BYTES.keys()))
def test_only_the_spec_writes_midi_numbers(module: str) -> None:
    source = MODULES[module].read_text(encoding="utf-8")
    found = [node for node in ast.walk(parsed(module)) if is_midi_number(node, source)]
    assert not [f"line {node.lineno}: {ast.unparse(node)}" for node in found if hasattr(node, "lineno")]


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["cover", "--help"], ["styles", "--help"]])
def test_help_is_light(command: list[str]) -> None:
    code = (
        "import sys, remixkit.cli\n"
        f"status = remixkit.cli.main({command!r})\n"
        "heavy = {'numpy', 'music21', 'scipy', 'mido', 'matplotlib', 'pedalboard', 'pretty_midi'}\n"
        "print(status, *sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0"


def test_importing_the_package_is_light() -> None:
    code = "import sys, remixkit; before = 'numpy' in sys.modules; remixkit.load; print(before, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
