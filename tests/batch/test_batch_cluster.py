"""The same album from a real Dask scheduler and worker processes on loopback, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from albums import asked, hashes, made, write_song
from conftest import Done

from remixkit.batch import make_album
from remixkit.errors import OutputError

Cli = Callable[..., Done]

distributed = pytest.importorskip("distributed")
cluster = pytest.importorskip("remixkit.batch.cluster")


@contextmanager
def processes(folder: Path, threads: int = 1, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers, as `dask scheduler` and `dask worker` start them; its address."""
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    note = folder / "scheduler.json"
    head = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(note)]
    options = ["--nthreads", str(threads), "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    started = [subprocess.Popen([*head, "--no-dashboard", "--scheduler-file", str(note)], **quiet)]  # type: ignore[call-overload]
    try:
        started += [subprocess.Popen([*worker, *options], **quiet) for _ in range(workers)]  # type: ignore[call-overload]
        with distributed.Client(scheduler_file=str(note), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            address = client.scheduler.address
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_cluster_makes_the_same_album_and_loses_no_song(tmp_path: Path) -> None:
    for k in range(4):
        write_song(tmp_path / "themes" / f"song{k}.mid", up=k)
    batch = asked(tmp_path / "themes", tmp_path / "album", "lofi", "rock")
    with processes(tmp_path) as (address, workers):
        pool = cluster.connect(address)
        steps = make_album(batch, pool.workers, pool)
        first = next(steps)
        workers[0].send_signal(signal.SIGKILL)
        rest = list(steps)
    assert sorted(s.song for s in (first, *rest)) == [f"song{k}" for k in range(4)]
    assert not [f for s in (first, *rest) for f in s.failed]
    made(tmp_path / "themes", tmp_path / "alone", "lofi", "rock")
    assert hashes(tmp_path / "album") == hashes(tmp_path / "alone")


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(OutputError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers there"):
        cluster.connect("tcp://127.0.0.1:9")


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 4096])
def test_what_answers_is_no_scheduler(monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = listening.accept()
                    callers.append(caller)
                    caller.sendall(says)

        callers: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(OutputError, match="no Dask scheduler answers there"):
            cluster.connect(f"tcp://127.0.0.1:{listening.getsockname()[1]}")


@pytest.mark.parametrize("lost", ["workers", "scheduler"])
def test_when_all_are_lost_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    monkeypatch.setattr(cluster, "LOOK_S", 0.5)
    monkeypatch.setattr(cluster, "LOST_S", 1.0)
    for k in range(3):
        write_song(tmp_path / "themes" / f"song{k}.mid", up=k)
    batch = asked(tmp_path / "themes", tmp_path / "album")
    with processes(tmp_path, workers=1) as (address, workers):
        pool = cluster.connect(address)
        steps = make_album(batch, pool.workers, pool)
        next(steps)
        if lost == "workers":
            workers[0].kill()
        else:
            os.kill(pool.client.run_on_scheduler(os.getpid), signal.SIGKILL)
        with pytest.raises(OutputError, match=r"(are|is) lost"):
            list(steps)
    assert [len(s.made) for s in made(tmp_path / "themes", tmp_path / "album")].count(1) == 2


def test_a_relative_folder_is_where_it_was_asked_for(cli: Cli, tmp_path: Path) -> None:
    write_song(tmp_path / "themes" / "one.mid")
    (tmp_path / "elsewhere").mkdir()
    with processes(tmp_path / "elsewhere", workers=1) as (address, _):
        done = cli("batch", "themes", "-s", "lofi", "--formats", "mid", "-o", "album", "--cluster", address)
    assert done.status == 0, done.err
    assert (tmp_path / "album" / "one.lofi.mid").exists()
    assert not (tmp_path / "elsewhere" / "album").exists()
