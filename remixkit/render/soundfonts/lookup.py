"""Which SoundFonts there are, and which one is meant.

A name is looked up in the user's folder, then in the system's folders, then among what comes with RemixKit's own
dependencies. Without a name it is ``$REMIXKIT_SOUNDFONT``, else the default: the same small one everywhere, so that
a cover sounds the same on every machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from remixkit.errors import SoundFontError
from remixkit.files import expanded
from remixkit.midi.spec import SF2_DRUM_BANK, two_bytes
from remixkit.render.soundfonts.sf2 import Preset, read_presets

VARIABLE = "REMIXKIT_SOUNDFONT"
DEFAULT = "TimGM6mb"
ENDINGS = (".sf2", ".sf3")

_FAMILY = 8


@dataclass(frozen=True)
class SoundFont:
    """A SoundFont that has been looked into.

    Parameters
    ----------
    path : Path
        Its file.
    name : str
        The file's name without the ending.
    size_bytes : int
        Of the file.
    presets : tuple of Preset
        By bank and program.
    """

    path: Path
    name: str
    size_bytes: int
    presets: tuple[Preset, ...]

    @cached_property
    def _by_number(self) -> dict[tuple[int, int], Preset]:
        return {(p.bank, p.program): p for p in reversed(self.presets)}

    def choose(self, bank: int, program: int, *, is_drum: bool = False) -> tuple[Preset | None, bool]:
        """The preset that stands for a bank and program, and whether it is the one that was asked for.

        A variation bank that is missing gives way to bank 0. A missing instrument gives way to the nearest of its
        General MIDI family (eight programs), then to the nearest of all; a missing kit to the standard kit. Only a
        SoundFont without any kit has none for drums.
        """
        banks = (SF2_DRUM_BANK,) if is_drum else (bank, *two_bytes(bank), 0)
        for number in banks:
            if (found := self._by_number.get((number, program))) is not None:
                return found, True
        usable = [p for p in self.presets if (p.bank == SF2_DRUM_BANK) == is_drum]
        if is_drum:
            return min(usable, key=lambda p: p.program, default=None), False
        return min(
            usable,
            key=lambda p: (p.program // _FAMILY != program // _FAMILY, abs(p.program - program), p.bank),
            default=None,
        ), False


def open_soundfont(path: Path) -> SoundFont:
    """Look into a SoundFont.

    Raises
    ------
    SoundFontError
        If it is missing, broken or empty.
    """
    return SoundFont(path, path.stem, path.stat().st_size if path.is_file() else 0, read_presets(path))


def find(name: str | Path | None = None) -> SoundFont:
    """The SoundFont that is meant by a name or a path; by default ``$REMIXKIT_SOUNDFONT`` or TimGM6mb.

    Raises
    ------
    SoundFontError
        If there is none of that name, or it is broken.
    """
    wanted = str(name or os.environ.get(VARIABLE) or "")
    files = tuple(_files())
    if not wanted:
        default = next((f for f in files if f.stem == DEFAULT), None) or next(iter(files), None)
        if default is None:
            raise SoundFontError("no SoundFont was found", remedy=f"put an .sf2 file into {user_folder()}")
        return open_soundfont(default)
    path = expanded(wanted)
    if os.path.isfile(path):
        return open_soundfont(path)
    if path.suffix.lower() in ENDINGS and path.parent != Path():
        raise SoundFontError("does not exist", file=path, remedy="check the path")
    by_name = {f.stem.lower(): f for f in reversed(files)}
    word = wanted.removesuffix(path.suffix).lower() if path.suffix.lower() in ENDINGS else wanted.lower()
    if word in by_name:
        return open_soundfont(by_name[word])
    hint = get_close_matches(word, by_name, n=1, cutoff=0.5)
    there_are = ", ".join(sorted(f.stem for f in by_name.values())) or "none"
    raise SoundFontError(
        f"no SoundFont is called {wanted!r}",
        remedy=f"did you mean {by_name[hint[0]].stem!r}?" if hint else f"there are: {there_are}",
    )


def available_soundfonts() -> tuple[tuple[SoundFont, ...], tuple[SoundFontError, ...]]:
    """Every SoundFont that can be found, by name, and what is wrong with those that cannot be used."""
    good: dict[Path, SoundFont] = {}
    bad: list[SoundFontError] = []
    for path in _files():
        real = path.resolve()
        if real in good:
            continue
        try:
            good[real] = open_soundfont(real if real.suffix.lower() in ENDINGS else path)
        except SoundFontError as problem:
            bad.append(problem)
    return tuple(sorted(good.values(), key=lambda s: s.name.lower())), tuple(bad)


def user_folder() -> Path:
    """Where a user puts SoundFonts for RemixKit. It need not exist."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "remixkit" / "soundfonts"


def folders() -> tuple[Path, ...]:
    """The folders that are looked into, first match first."""
    home = Path.home()
    if sys.platform == "win32":
        shared = [Path("C:/soundfonts")]
    elif sys.platform == "darwin":
        shared = [
            home / "Library/Audio/Sounds/Banks",
            Path("/Library/Audio/Sounds/Banks"),
            Path("/opt/homebrew/share/soundfonts"),
            Path("/usr/local/share/soundfonts"),
        ]
    else:
        shared = [
            home / ".local/share/soundfonts",
            home / ".local/share/sounds/sf2",
            *(Path(base) / part for base in ("/usr/local/share", "/usr/share") for part in _LINUX_PARTS),
        ]
    return (user_folder(), *shared, *_bundled())


_LINUX_PARTS = ("sounds/sf2", "sounds/sf3", "soundfonts")


def _bundled() -> tuple[Path, ...]:
    """pretty_midi's folder, which holds TimGM6mb; the package itself is not imported."""
    spec = find_spec("pretty_midi")
    return tuple(Path(p) for p in spec.submodule_search_locations or ()) if spec else ()


def _files() -> Iterator[Path]:
    for folder in folders():
        try:
            inside = sorted(folder.iterdir())
        except OSError:
            continue
        yield from (p for p in inside if p.suffix.lower() in ENDINGS and p.is_file())
