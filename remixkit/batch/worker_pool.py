"""Workers on this machine: a process each, started afresh (never forked: a fork with a SoundFont loaded can hang).

A worker that dies takes only its job with it; the job is tried once more on a new worker. Workers end with the process
that started them, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from remixkit.batch.manifest import Failure
from remixkit.batch.worker import Outcome, do_job
from remixkit.batch.worklist import SongJob

TRIES = 2

Work = Callable[[SongJob], Outcome]


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    job: SongJob | None = None
    tries: int = 0


def work_here(jobs: Iterable[SongJob], workers: int, work: Work = do_job) -> Iterator[Outcome]:
    """Do jobs on this machine.

    Parameters
    ----------
    jobs : iterable of SongJob
        They are drawn one by one as workers become free.
    workers : int
        How many processes, 1 or more.
    work : callable
        What is done with each.

    Yields
    ------
    Outcome
        In the order in which they are finished.

    Raises
    ------
    OutputError, SoundFontError, SynthError
        As `do_job`; the other workers are ended.
    """
    pool: list[_Worker] = []
    waiting = iter(jobs)
    again: deque[tuple[SongJob, int]] = deque()
    try:
        while True:
            while again or len(pool) < workers or any(w.job is None for w in pool):
                job, tries = again.popleft() if again else (next(waiting, None), 0)
                if job is None:
                    break
                worker = next((w for w in pool if w.job is None), None)
                if worker is None:
                    worker = _start(work)
                    pool.append(worker)
                worker.job, worker.tries = job, tries + 1
                _send(worker)
            busy = {w.pipe: w for w in pool if w.job is not None}
            if not busy:
                return
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                job, worker.job = worker.job, None
                assert job is not None
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError):
                    pool.remove(worker)
                    worker.process.join()
                    if worker.tries < TRIES:
                        again.append((job, worker.tries))
                    else:
                        yield _lost(job, worker.process.exitcode)
                    continue
                if isinstance(answer, BaseException):
                    raise answer
                yield answer
    finally:
        _end(pool)


def _lost(job: SongJob, exit_code: int | None) -> Outcome:
    how = f"was ended by signal {-exit_code}" if exit_code and exit_code < 0 else f"ended with status {exit_code}"
    reason = f"its worker {how} {TRIES} times; is there enough memory?"
    return Outcome(job.song, failed=(Failure(job.song, "", reason),))


def _start(work: Work) -> _Worker:
    # With an arena for every thread, glibc's malloc would hold half as much again, and more with each song.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _send(worker: _Worker) -> None:
    with suppress(OSError):  # it has died; what waits for its answer will find out
        worker.pipe.send(worker.job)


def _end(pool: list[_Worker]) -> None:
    for worker in pool:
        worker.pipe.close()
        if worker.job is not None:
            worker.process.kill()
    for worker in pool:
        worker.process.join()


def _serve(pipe: Connection, work: Work) -> None:
    """A worker's life: it leaves Ctrl-C to the process that started it, and ends when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Outcome | BaseException = work(job)
        except Exception as problem:
            answer = problem
        pipe.send(answer)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
