"""What the commands write: results to the standard output, what happens meanwhile to the standard error."""

import contextlib
import json
import os
import sys
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


def progress(label: str) -> Callable[[int, int], None]:
    """Shows how far something has come: on a terminal each step in one line, elsewhere only the end."""
    each = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        if each or done >= total:
            sys.stderr.write(f"{chr(13) if each else ''}{label} {done}/{total}{chr(10) if done >= total else ''}")
            sys.stderr.flush()

    return show
