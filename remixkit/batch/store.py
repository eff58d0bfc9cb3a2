"""Where an album lies: a folder, or any place fsspec knows by a URL (``memory://``, ``s3://``, ``sftp://``).

A file comes into place whole: it is made in a scratch folder and then moved (a folder) or uploaded (a URL).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from remixkit.errors import OutputError

SCRATCH = ".work"
REMEDY = "look at the disk's space and the folder's rights; what is done is kept, the same command goes on"


class Store(Protocol):
    """A folder of files with names such as ``sources/song.flac``."""

    @property
    def place(self) -> str:
        """What a user calls it."""
        ...

    def open(self) -> None:
        """Make it, and find out whether it can be written to."""
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

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        ...

    def close(self) -> None:
        """Take away what killed workers have left."""
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
            If it cannot be made or written to.
        """
        if self.path.exists() and not self.path.is_dir():
            raise OutputError("is a file, not a folder", file=self.path, remedy="name another with -o")
        self.close()
        with saying(self), self.scratch():
            pass

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder inside the album, so that finished files are only renamed."""
        inside = self.path / SCRATCH
        with saying(self):
            inside.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(dir=inside))
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
        """A file's content."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int | None:
        """A file's length."""
        try:
            return (self.path / name).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Take a file away."""
        with saying(self):
            (self.path / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Take the scratch folder away."""
        shutil.rmtree(self.path / SCRATCH, ignore_errors=True)


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

    def close(self) -> None:
        """Nothing is ever left."""

    def _system(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError as problem:
            raise OutputError(
                "URLs need fsspec", file=self.url, remedy="pip install 'remixkit[cluster]', or name a folder"
            ) from problem
        system, root = fsspec.core.url_to_fs(self.url)
        return system, root.rstrip("/")
