"""pyfluidsynth on the FluidSynth of this system or, where there is none, on the one in pygame-ce's wheel."""

from __future__ import annotations

import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import PackageNotFoundError, distribution
from io import StringIO
from pathlib import Path
from types import ModuleType

BUNDLE = "pygame-ce"
_ENDINGS = (".so", ".dylib", ".dll")


def pyfluidsynth() -> ModuleType:
    """Pyfluidsynth, with a library under it.

    Raises
    ------
    ImportError, OSError, AttributeError
        If there is no library, or one that it cannot use.
    """
    try:
        return _imported()
    except (ImportError, OSError, AttributeError):
        path = bundled()
        if path is None:
            raise
        with _found_at(path):
            return _imported()


def bundled() -> Path | None:
    """The library in pygame-ce's wheel, if that is installed and has one."""
    try:
        files = distribution(BUNDLE).files or []
    except PackageNotFoundError:
        return None
    for file in files:
        if "fluidsynth" in file.name.lower() and any(e in _ENDINGS for e in file.suffixes):
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    return None


def _imported() -> ModuleType:
    with redirect_stdout(StringIO()):  # where $CI is set, pyfluidsynth prints what library it found
        import fluidsynth
    module: ModuleType = fluidsynth
    return module


@contextmanager
def _found_at(path: Path) -> Iterator[None]:
    """What pyfluidsynth asks for its library, when it is imported, answers this path."""
    asked = ctypes.util.find_library
    ctypes.util.find_library = lambda name: str(path)
    try:
        yield
    finally:
        ctypes.util.find_library = asked
