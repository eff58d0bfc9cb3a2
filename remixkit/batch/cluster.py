"""Workers of a Dask scheduler, on any number of machines.

Songs travel with their jobs; what is made goes to the album's store, which every worker must reach: a folder they
share, or a URL. A worker that is lost loses no song, because the scheduler gives its jobs to another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import Thread
from typing import Any

from remixkit.batch.manifest import Failure
from remixkit.batch.worker import Outcome, do_job
from remixkit.batch.worklist import SongJob
from remixkit.errors import OutputError

CONNECT_S = 10
# So often it is looked whether there still are workers, and so long they may all be away.
LOOK_S = 5.0
LOST_S = 30.0
REMEDY = "start it again, and the same command goes on"
# So many jobs a worker are with the scheduler at once: none waits for the next one, and few songs are in memory.
_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scheduler with workers; calling it does jobs, as `worker_pool.work_here` does them on this machine."""

    client: Any
    workers: int
    address: str

    def __call__(self, jobs: Iterable[SongJob]) -> Iterator[Outcome]:
        """Do jobs, in any order.

        Raises
        ------
        OutputError, SoundFontError, SynthError
            As `worker.do_job`, or if the scheduler or all of its workers are lost.
        """
        waiting = iter(jobs)
        songs: dict[Any, str] = {}

        def submit(job: SongJob) -> Any:
            future = self.client.submit(do_job, job, pure=False)
            songs[future.key] = job.song
            return future

        try:
            going = {submit(job) for job in islice(waiting, _AHEAD * self.workers)}
            while going:
                done = self._finished(going)
                going -= done
                going |= {submit(job) for job in islice(waiting, len(done))}
                for future in done:
                    yield _outcome(future, songs.pop(future.key))
        except (OSError, CancelledError) as problem:
            raise OutputError("the scheduler is lost", file=self.address, remedy=REMEDY) from problem
        finally:
            with suppress(OSError, TimeoutError):
                self.client.close(timeout=LOOK_S)

    def _finished(self, going: Collection[Any]) -> set[Any]:
        """Wait for one or more to be done, as long as there is a worker."""
        from distributed import wait

        alone_s = 0.0
        while True:
            try:
                with self.client.as_current():
                    done: set[Any] = wait(list(going), timeout=LOOK_S, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                alone_s = 0.0 if self.client.nthreads() else alone_s + LOOK_S
                if alone_s >= LOST_S:
                    raise OutputError("all of its workers are lost", file=self.address, remedy=REMEDY) from None
            else:
                return done


def connect(address: str) -> Cluster:
    """Find a scheduler and its workers.

    Parameters
    ----------
    address : str
        As in ``tcp://host:8786``.

    Raises
    ------
    OutputError
        If Dask is not installed, nobody answers there, or the scheduler has no worker.
    """
    try:
        from distributed import Client
    except ImportError as problem:
        raise OutputError("a cluster needs Dask", remedy="pip install 'remixkit[cluster]'") from problem

    class Quiet(Client):  # type: ignore[misc]
        """One that says nothing when it is given up."""

        def __del__(self) -> None:
            with suppress(Exception):
                super().__del__()

    try:
        client = _within(CONNECT_S + LOOK_S, lambda: Quiet(address, timeout=CONNECT_S, set_as_default=False))
        threads = client.nthreads()
    except Exception as problem:  # whatever answers there may say anything
        raise OutputError(
            "no Dask scheduler answers there", file=address, remedy="start one: dask scheduler, dask worker ADDRESS"
        ) from problem
    if not threads:
        client.close()
        raise OutputError("the scheduler has no worker", file=address, remedy=f"start some: dask worker {address}")
    if max(threads.values()) > 1:
        client.close()
        raise OutputError(
            "its workers do several jobs in one process",
            file=address,
            remedy=f"start them with one thread each: dask worker {address} --nworkers auto --nthreads 1",
        )
    return Cluster(client, len(threads), address)


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """What is made, if it is made in time: to one that takes a call and says nothing Dask listens for ever."""
    made: list[Any] = []

    def run() -> None:
        try:
            made.append(make())
        except Exception as problem:
            made.append(problem)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not made or isinstance(made[0], Exception):
        raise TimeoutError from (made[0] if made else None)
    return made[0]


def _outcome(future: Any, song: str) -> Outcome:
    from distributed import KilledWorker

    try:
        outcome: Outcome = future.result()
    except KilledWorker:
        reason = "its workers were ended several times; is there enough memory?"
        return Outcome(song, failed=(Failure(song, "", reason),))
    return outcome
