"""Known free SoundFonts: where they come from, under which licence, and how to fetch one.

A file is fetched from its makers' own release at an address that does not change, and kept only if its SHA-256 is the
one written here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from remixkit.errors import SoundFontError
from remixkit.plugins import nearest
from remixkit.render.soundfonts.lookup import SoundFont, open_soundfont, user_folder

_TIMEOUT_S = 30
# Within so many seconds at least so much must come.
_LOOK_S = 60.0
_LEAST_BYTES = 60_000
_CHUNK_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Known:
    """A SoundFont we know.

    Parameters
    ----------
    name : str
        Its file's name without the ending.
    licence : str
        In a few words.
    why : str
        What it is good for.
    url, sha256 : str
        Where its file is and what it must be; "" if it cannot be fetched by us.
    size_bytes : int
        Of the file, 0 if unknown.
    """

    name: str
    licence: str
    why: str
    url: str = ""
    sha256: str = ""
    size_bytes: int = 0

    @property
    def filename(self) -> str:
        """What it is called in the user's folder."""
        return f"{self.name}{Path(self.url).suffix}"


KNOWN: tuple[Known, ...] = (
    Known("TimGM6mb", "GPL 2", "small; comes with a dependency, so it is the same everywhere"),
    Known(
        "FluidR3_GM",
        "MIT",
        "stereo grand piano, sampled strings, brass and choirs; 25 times the size of the default",
        "https://github.com/pianobooster/fluid-soundfont/releases/download/v3.1/FluidR3_GM.sf2",
        "74594e8f4250680adf590507a306655a299935343583256f3b722c48a1bc1cb0",
        148_398_306,
    ),
    Known(
        "GeneralUser-GS",
        "free for any music (GeneralUser GS 2.0)",
        "balanced, with fine electric pianos, guitars and drum kits at a fifth of the size",
        "https://raw.githubusercontent.com/mrbumpy409/GeneralUser-GS/684543d5e5efaef08d02be50dcda8d552478fa60/GeneralUser-GS.sf2",
        "9575028c7a1f589f5770fccc8cff2734566af40cd26ed836944e9a5152688cfe",
        32_319_396,
    ),
    Known("MuseScore_General", "MIT", "FluidR3 made smaller, with new orchestral instruments"),
)


def known(name: str) -> Known | None:
    """What is known of a SoundFont by its name, upper and lower case alike; ``NAME_Full`` counts as NAME."""
    word = name.casefold()
    return next((k for k in KNOWN if word == k.name.casefold() or word.startswith(f"{k.name.casefold()}_")), None)


def fetchable(name: str) -> Known:
    """The SoundFont of that name.

    Raises
    ------
    SoundFontError
        If we know none, or not where it is.
    """
    found = known(name)
    names = [k.name for k in KNOWN if k.url]
    if found is None:
        hint = nearest(name, names)
        remedy = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(names)}"
        raise SoundFontError(f"no SoundFont called {name!r} is known", remedy=remedy)
    if not found.url:
        raise SoundFontError(f"{found.name} cannot be fetched", remedy=f"those that can: {', '.join(names)}")
    return found


def fetch(font: Known, folder: Path | None = None, progress: Callable[[float], None] = lambda _: None) -> SoundFont:
    """Fetch a SoundFont into the user's folder, if it is not there yet.

    Parameters
    ----------
    font : Known
        From `fetchable`.
    folder : Path, optional
        Another folder than `soundfonts.user_folder`.
    progress : callable
        Called with the share that is here, 0-1.

    Raises
    ------
    SoundFontError
        If there is no network, or what came is not the file that was meant; nothing is left of it then.
    """
    import pooch
    import requests

    where = folder or user_folder()
    target = where / font.filename
    remedy = f"fetch {font.url} by other means and put it into {where}"
    try:
        if target.is_file() and pooch.file_hash(str(target)) == font.sha256:
            return open_soundfont(target)
        where.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".fetch-", dir=where, ignore_cleanup_errors=True) as room:
            _download(font, Path(room), _Bar(progress, font.size_bytes))
            Path(room, font.filename).replace(target)
    except _GoesWrong as problem:
        raise SoundFontError(f"{font.name} could not be fetched: {problem}", remedy=remedy) from problem
    except requests.RequestException as problem:
        reason = "no answer" if isinstance(problem, requests.ConnectionError) else str(problem)
        raise SoundFontError(f"{font.name} could not be fetched: {reason}", remedy=remedy) from problem
    except ValueError as problem:
        raise SoundFontError(f"what came is not {font.name}: its SHA-256 differs", remedy=remedy) from problem
    except OSError as problem:
        reason = problem.strerror or "cannot be written"
        raise SoundFontError(reason, file=where, remedy="look at the disk's space and rights") from problem
    return open_soundfont(target)


def _download(font: Known, room: Path, bar: _Bar) -> None:
    """Fetch into a folder; given up if more comes than the file has, or for a minute hardly anything."""
    import pooch

    went_wrong: list[BaseException] = []

    def run() -> None:
        try:
            downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT_S)
            pooch.retrieve(font.url, f"sha256:{font.sha256}", font.filename, room, downloader=downloader)
        except BaseException as problem:
            went_wrong.append(problem)

    pooch.get_logger().setLevel("ERROR")
    loading = Thread(target=run, daemon=True)
    loading.start()
    before = -1
    while loading.is_alive():
        loading.join(_LOOK_S)
        if loading.is_alive() and not bar.is_whole and bar.done - before < _LEAST_BYTES:
            raise _GoesWrong("it comes too slowly")
        before = bar.done
    if went_wrong:
        raise went_wrong[0]


class _GoesWrong(Exception):
    """A download that would never end."""


class _Bar:
    """What pooch tells about a download, as shares; more than the file has is not taken."""

    def __init__(self, progress: Callable[[float], None], most: int) -> None:
        self._progress, self._most = progress, most
        self.done = 0
        self.total = 0
        self.is_whole = False

    def update(self, count: int) -> None:
        self.done += count
        if self._most and self.done > self._most + _CHUNK_BYTES:
            raise _GoesWrong(f"more comes than its {self._most} bytes")
        self._progress(min(1.0, self.done / self.total) if self.total else 0.0)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.is_whole = True
