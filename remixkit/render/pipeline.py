"""Work in a row of stages, each on a thread of its own, so that one block is made while the one before goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_AHEAD = 2


def stage(
    make: Callable[[Given], Made], given: Iterable[Given], ahead: int = _AHEAD
) -> AbstractContextManager[Iterator[Made]]:
    """What `make` makes of each thing given, in order; it works so many things ahead of who takes them.

    `given` is asked in the thread that takes. Leaving the context drops what has not been begun and waits for the rest.
    """
    return closing(_staged(make, given, ahead))


def _staged(make: Callable[[Given], Made], given: Iterable[Given], ahead: int) -> Generator[Made]:
    waiting: deque[Future[Made]] = deque()
    own = ThreadPoolExecutor(1)
    try:
        for thing in given:
            waiting.append(own.submit(make, thing))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        own.shutdown(cancel_futures=True)
