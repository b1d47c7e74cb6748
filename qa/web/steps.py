"""What a piece of work shows on its way, as an iterator."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def steps(work: Callable[[Callable[[T], None]], T]) -> Iterator[T]:
    """All that the work shows to its argument, and then what it returns; what it raises is raised here.

    The work runs in a thread of its own: it comes to its end, and what it keeps is kept, when nobody waits for it any more.
    """
    box: queue.SimpleQueue[T] = queue.SimpleQueue()
    outcome: list[T | Exception] = []
    done: object = object()

    def run() -> None:
        try:
            outcome.append(work(box.put))
        except Exception as error:  # handed over to the one who waits
            outcome.append(error)
        finally:
            box.put(done)  # type: ignore[arg-type]

    threading.Thread(target=run, daemon=True).start()
    while (step := box.get()) is not done:
        yield step
    (last,) = outcome
    if isinstance(last, Exception):
        raise last
    yield last
