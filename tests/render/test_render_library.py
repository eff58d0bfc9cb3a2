from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from remixkit.render.synth import native_library

CODE = """
import ctypes.util
ctypes.util.find_library = lambda name: None
from render_help import arrangement, part
from remixkit.render.mix import summing
from remixkit.render.soundfonts import lookup
from remixkit.render.synth import synthesis
sound = summing.mixdown(arrangement(part((0, 1, 69))), lookup.find("TimGM6mb"), 44100).sound
print(synthesis.synth_library().path, float(abs(sound).max()), ctypes.util.find_library("m"), sep="\\n")
"""


def test_without_the_systems_library_the_one_from_pip_plays() -> None:
    if native_library.bundled() is None:
        pytest.skip(f"{native_library.BUNDLE} is not installed")
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    path, loudest, after = done.stdout.splitlines()
    assert path == str(native_library.bundled())
    assert float(loudest) > 0.01
    assert after == "None"


def test_without_the_bundle_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_library, "BUNDLE", "no-such-package")
    assert native_library.bundled() is None
