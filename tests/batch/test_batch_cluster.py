"""The same album from a real Dask scheduler and worker processes on loopback, one of which is killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from albums import asked, hashes, made, write_song

from remixkit.batch import make_album
from remixkit.errors import OutputError

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
