"""Work in a thread of its own, and what it shows on its way, as a generator."""

import queue
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

S = TypeVar("S")
T = TypeVar("T")


def steps(work: Callable[[Callable[[S], None]], T], until: float | None = None) -> Generator[S, None, T]:
    """Yields all that the work shows to its argument, and returns what it returns; what it raises is raised here.

    The work comes to its end though nobody waits for it any more. Raises: TimeoutError at `until`, in seconds of the
    monotonic clock, where it is still at it then.
    """
    box: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(("returned", work(lambda step: box.put(("shown", step)))))
        except BaseException as error:  # handed over to the one who waits
            box.put(("raised", error))

    threading.Thread(target=run, daemon=True).start()
    while True:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:  # however fast the work shows one thing after another
            raise TimeoutError
        try:
            kind, value = box.get(timeout=left)
        except queue.Empty as empty:
            raise TimeoutError from empty
        if kind == "raised":
            raise value
        if kind == "returned":
            result: T = value
            return result
        yield value


def returned(steps: Generator[Any, None, T]) -> T:
    """What a generator returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: T = end.value
            return value
