"""Where an album lies: a folder, or any place fsspec knows by a URL (``memory://``, ``s3://``, ``sftp://``).

A file comes into place whole: it is made in a scratch folder and then moved (a folder) or uploaded (a URL). The scratch
folder is of our own making and marked as ours; what is not marked is never touched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from remixkit.batch.guards.album_lock import locked
from remixkit.batch.guards.album_names import SOURCES
from remixkit.errors import OutputError

LOCK = "lock"
SCRATCH = ".remixkit"
MARK = "CACHEDIR.TAG"
_MARK_TEXT = """\
Signature: 8a477f597d28d172789f06886806bc55
# The scratch folder of RemixKit's `batch`, by which backups know that it need not be kept (bford.info/cachedir).
"""
FOLDERS = ("facts", SOURCES)
# No file that is read whole is longer.
_MOST_BYTES = 1 << 28
_TRIES = 5
_ANOTHER = "move it away, or name another folder with -o"
REMEDY = "look at the disk's space and the folder's rights; what is done is kept, the same command goes on"


class Store(Protocol):
    """A folder of files with names such as ``sources/song.flac``."""

    @property
    def place(self) -> str:
        """What a user calls it."""
        ...

    def open(self) -> None:
        """Make it, and find out whether it can be written to and holds nothing of others where ours would be."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """A context in which no other batch works in it, where the place has locks; what killed ones left goes."""
        ...

    def scratch(self) -> Any:
        """A context manager: a local folder to work in, gone afterwards."""
        ...

    def adopt(self, local: Path, name: str) -> None:
        """Move a finished local file into place."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file's content; None if there is no such file."""
        ...

    def size(self, name: str) -> int | None:
        """A file's length in bytes; None if there is no such file."""
        ...

    def has(self, name: str) -> bool:
        """Whether anything at all is called so."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        ...


def store_at(place: str | Path) -> Store:
    """The store at a path or a URL.

    Raises
    ------
    OutputError
        If it is a URL and fsspec is not installed.
    """
    return Remote(str(place)) if "://" in str(place) else Folder(Path(place))


def write(store: Store, name: str, data: bytes) -> None:
    """Put bytes into a file of the store, whole or not at all."""
    with store.scratch() as folder:
        local = folder / Path(name).name
        with saying(store):
            local.write_bytes(data)
        store.adopt(local, name)


@contextmanager
def saying(store: Store) -> Iterator[None]:
    """Turn what the system says about a full or read-only disk into an error that names the store."""
    try:
        yield
    except OSError as problem:
        raise OutputError(problem.strerror or str(problem), file=store.place, remedy=REMEDY) from problem


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, or one that several machines share."""

    path: Path

    @property
    def place(self) -> str:
        """The folder's path."""
        return str(self.path)

    def open(self) -> None:
        """Make the folder, and its scratch folder.

        Raises
        ------
        OutputError
            If it cannot be made or written to, or what others made stands where ours would.
        """
        if os.path.lexists(self.path) and not self.path.is_dir():
            raise OutputError("is a file, not a folder", file=self.path, remedy="name another with -o")
        for name in FOLDERS:
            inside = self.path / name
            if os.path.lexists(inside) and (inside.is_symlink() or not inside.is_dir()):
                raise OutputError("is in the way: it is no folder of an album", file=inside, remedy=_ANOTHER)
        self._check_scratch()
        with saying(self):
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock the album; the scratch folder is empty at the beginning and gone at the end."""
        with ExitStack() as stack:
            stack.callback(self._leave)
            for left in reversed(range(_TRIES)):
                with saying(self):
                    try:
                        stack.enter_context(locked(self._marked() / LOCK, self.path))
                        break
                    except FileNotFoundError:  # another batch has ended and taken the scratch folder away
                        if not left:
                            raise
            stack.callback(self._sweep)
            self._sweep()
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder inside the album, so that finished files are only renamed."""
        with saying(self):
            made = Path(tempfile.mkdtemp(dir=self._marked()))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def adopt(self, local: Path, name: str) -> None:
        """Rename a finished file into place; its content is on the disk before its name is."""
        target = self.path / name
        with saying(self):
            target.parent.mkdir(parents=True, exist_ok=True)
            with local.open("rb+") as file:
                os.fsync(file.fileno())
            local.replace(target)

    def read(self, name: str) -> bytes | None:
        """A file's content.

        Raises
        ------
        OutputError
            If it is there and cannot be read, is no file, or longer than any of ours.
        """
        path = self.path / name
        if not self.has(name):
            return None
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise OutputError("is no file of an album", file=path, remedy=_ANOTHER)
        with saying(self):
            return path.read_bytes()

    def size(self, name: str) -> int | None:
        """A file's length; None if there is none that can be reached."""
        try:
            return (self.path / name).stat().st_size
        except OSError:
            return None

    def has(self, name: str) -> bool:
        """Whether anything is called so: a folder, a link to nothing."""
        return os.path.lexists(self.path / name)

    def remove(self, name: str) -> None:
        """Take a file away."""
        with saying(self):
            (self.path / name).unlink(missing_ok=True)

    def _marked(self) -> Path:
        """The scratch folder, made if it is not there. It comes into place with its mark in it."""
        inside = self.path / SCRATCH
        if not self._is_ours():
            made = self.path / f"{SCRATCH}-{uuid.uuid4().hex}"
            made.mkdir(parents=True)
            (made / MARK).write_text(_MARK_TEXT, encoding="utf-8", newline="\n")
            try:
                made.rename(inside)
            except OSError:
                shutil.rmtree(made)
                self._check_scratch()
        return inside

    def _check_scratch(self) -> None:
        inside = self.path / SCRATCH
        if os.path.lexists(inside) and not self._is_ours() and not _is_empty(inside):
            raise OutputError("is not RemixKit's, and in its way", file=inside, remedy=_ANOTHER)

    def _is_ours(self) -> bool:
        mark = self.path / SCRATCH / MARK
        try:
            return not mark.parent.is_symlink() and mark.read_text(encoding="utf-8") == _MARK_TEXT
        except (OSError, ValueError):
            return False

    def _sweep(self) -> None:
        """Take away what is in the scratch folder, but its mark and the lock."""
        inside = self.path / SCRATCH
        for path in inside.iterdir() if self._is_ours() else ():
            if path.name not in (MARK, LOCK):
                shutil.rmtree(path, ignore_errors=True)
                with suppress(OSError):
                    path.unlink()

    def _leave(self) -> None:
        """Take the scratch folder away if nobody works in it."""
        inside = self.path / SCRATCH
        if self._is_ours() and {path.name for path in inside.iterdir()} == {MARK}:
            with suppress(OSError):
                (inside / MARK).unlink()
                inside.rmdir()


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())


@dataclass(frozen=True, slots=True)
class Remote:
    """A place that fsspec knows by its URL."""

    url: str

    @property
    def place(self) -> str:
        """The URL."""
        return self.url

    def open(self) -> None:
        """Make the folder, where the place has folders."""
        system, root = self._system()
        with saying(self):
            system.makedirs(root, exist_ok=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A temporary folder of this machine."""
        with saying(self):
            made = Path(tempfile.mkdtemp(prefix="remixkit-"))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def adopt(self, local: Path, name: str) -> None:
        """Upload a finished file."""
        system, root = self._system()
        target = f"{root}/{name}"
        with saying(self):
            system.makedirs(target.rpartition("/")[0], exist_ok=True)
            system.put_file(str(local), target)
            local.unlink()

    def read(self, name: str) -> bytes | None:
        """A file's content."""
        system, root = self._system()
        try:
            content: bytes = system.cat_file(f"{root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def size(self, name: str) -> int | None:
        """A file's length."""
        system, root = self._system()
        try:
            length: int = system.info(f"{root}/{name}")["size"]
        except FileNotFoundError:
            return None
        return length

    def remove(self, name: str) -> None:
        """Take a file away."""
        system, root = self._system()
        if system.exists(f"{root}/{name}"):
            system.rm_file(f"{root}/{name}")

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return self.size(name) is not None

    def held(self) -> AbstractContextManager[None]:
        """Nothing is locked there, and nothing is ever left."""
        return nullcontext()

    def _system(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError as problem:
            raise OutputError(
                "URLs need fsspec", file=self.url, remedy="pip install 'remixkit[cluster]', or name a folder"
            ) from problem
        system, root = fsspec.core.url_to_fs(self.url)
        return system, root.rstrip("/")
