"""What the commands write: results to the standard output, what happens meanwhile to the standard error."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator

from corpus.errors import PlanqaError


@contextlib.contextmanager
def stdout_errors() -> Iterator[None]:
    """A reader of our output that has gone, as `| head` does, is no fault; a full disk is one."""
    try:
        yield
    except OSError as error:
        # what is still buffered would fail once more at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise PlanqaError(f"标准输出写不进（{error.strerror}）；请检查空间和权限") from error


def say(text: str = "") -> None:
    """A line of the result."""
    with stdout_errors():
        sys.stdout.write(text + "\n")


def say_json(value: object) -> None:
    """A value of the result, as one line."""
    say(json.dumps(value, ensure_ascii=False))


def note(text: str) -> None:
    """A line beside the result."""
    sys.stderr.write(text + "\n")


_CLEAR = "\x1b[K"  # what a longer line before has left


def _span(seconds: float) -> str:
    """A time to wait, in the unit that one would name it in."""
    return (
        f"{seconds:.0f} 秒" if seconds < 90 else f"{seconds / 60:.0f} 分钟" if seconds < 5400 else f"{seconds / 3600:.1f} 小时"
    )


def progress(label: str) -> Callable[[int, int], None]:
    """Shows how far something has come, and about how long it still takes: on a terminal each step, elsewhere only the end."""
    each, begin = sys.stderr.isatty(), time.monotonic()

    def show(done: int, total: int) -> None:
        if done >= total:
            sys.stderr.write(f"{chr(13) + _CLEAR if each else ''}{label} {done}/{total}\n")
        elif each:
            left = (time.monotonic() - begin) / max(done, 1) * (total - done)
            sys.stderr.write(f"\r{_CLEAR}{label} {done}/{total}，约还需 {_span(left)}")
            sys.stderr.flush()

    return show
