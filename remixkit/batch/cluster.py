"""Workers of a Dask scheduler, on any number of machines.

Songs travel with their jobs; what is made goes to the album's store, which every worker must reach: a folder they
share, or a URL. A worker that is lost loses no song, because the scheduler gives its jobs to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from remixkit.batch.manifest import Failure
from remixkit.batch.worker import Outcome, do_job
from remixkit.batch.worklist import SongJob
from remixkit.errors import OutputError

CONNECT_S = 10
# So many jobs a worker are with the scheduler at once: none waits for the next one, and few songs are in memory.
_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scheduler with workers; calling it does jobs, as `worker_pool.work_here` does them on this machine."""

    client: Any
    workers: int

    def __call__(self, jobs: Iterable[SongJob]) -> Iterator[Outcome]:
        """Do jobs, in any order.

        Raises
        ------
        OutputError, SoundFontError, SynthError
            As `worker.do_job`.
        """
        from distributed import as_completed

        waiting = iter(jobs)
        songs: dict[Any, str] = {}

        def submit(job: SongJob) -> Any:
            future = self.client.submit(do_job, job, pure=False)
            songs[future.key] = job.song
            return future

        try:
            first = [submit(job) for job in islice(waiting, _AHEAD * self.workers)]
            futures = as_completed(first, loop=self.client.loop)
            for future in futures:
                for job in islice(waiting, 1):
                    futures.add(submit(job))
                yield _outcome(future, songs.pop(future.key))
        finally:
            self.client.close()


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
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        raise OutputError(
            "no Dask scheduler answers there", file=address, remedy="start one: dask scheduler, dask worker ADDRESS"
        ) from problem
    threads = client.nthreads()
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
    return Cluster(client, len(threads))


def _outcome(future: Any, song: str) -> Outcome:
    from distributed import KilledWorker

    try:
        outcome: Outcome = future.result()
    except KilledWorker:
        reason = "its workers were ended several times; is there enough memory?"
        return Outcome(song, failed=(Failure(song, "", reason),))
    return outcome
