"""The floors of the house and the owners of its libraries, read from the code's own imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import remixkit

PACKAGE = Path(remixkit.__file__).parent

FLOORS = {
    "errors": 0, "seeding": 0, "plugins": 0, "files": 0,
    "model": 1,
    "midi": 2, "theory": 2, "patterns": 2,
    "notation": 3, "style": 3, "analyse": 3, "render": 3,
    "arrange": 4,
    "remix": 5,
    "export": 6, "batch": 6, "evaluate": 6,
    "cli": 7, "__main__": 8, "__init__": 8,
}  # fmt: skip

OWNERS = {
    "mido": {"midi"},
    "music21": {"theory", "notation"},
    "pydantic": {"style"}, "pydantic_core": {"style"},
    "pretty_midi": {"analyse"},
    "fluidsynth": {"render"}, "pedalboard": {"render"}, "soundfile": {"render"}, "pyloudnorm": {"render"},
    "pooch": {"render"}, "requests": {"render"},
    "matplotlib": {"export"}, "rpp": {"export"},
    "verovio": {"export"}, "typst": {"export"}, "fontTools": {"export"},
    "jinja2": {"export"}, "mutagen": {"render", "batch"}, "fsspec": {"batch"}, "distributed": {"batch"},
    "typer": {"cli"}, "rich": {"cli"}, "watchfiles": {"cli"},
    "scipy": {"analyse", "render", "evaluate"},
}  # fmt: skip
EVERYBODYS = {"numpy"}


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
    for target, names in imports(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
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
    here = part(module)
    allowed = {m for m in own(module) if part(m) == here or FLOORS[part(m)] < FLOORS[here]}
    if FLOORS[here] == 0:
        allowed |= {"remixkit.errors"}
    wrong = own(module) - allowed
    assert not wrong, f"{module} (floor {FLOORS[here]}) imports {sorted(wrong)}"


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
