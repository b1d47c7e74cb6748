"""What work shows on its way, what it returns and raises, and when it is waited for no longer."""

import threading
import time

import pytest

from qa.steps import returned, steps


def counting(show):
    show(1)
    show(2)
    return "done"


def test_what_is_shown_comes_first_and_then_what_is_returned():
    shown = []

    def all_of_it():
        shown.append((yield from steps(counting)))

    assert [*all_of_it(), *shown] == [1, 2, "done"]
    assert returned(steps(counting)) == "done"


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), SystemExit(3)])
def test_what_is_raised_is_raised_here(error):
    def fail(show):
        show(1)
        raise error

    waiting = steps(fail)
    assert next(waiting) == 1
    with pytest.raises(type(error)) as raised:
        next(waiting)
    assert raised.value is error


def test_the_end_comes_though_the_work_hangs():
    free = threading.Event()
    with pytest.raises(TimeoutError):
        returned(steps(lambda show: free.wait(60), time.monotonic() + 0.05))
    free.set()


def test_the_end_comes_though_the_work_shows_one_thing_after_another():
    free = threading.Event()

    def chatter(show):
        while not free.is_set():
            show(1)

    with pytest.raises(TimeoutError):
        returned(steps(chatter, time.monotonic() + 0.05))
    free.set()


def test_work_that_nobody_waits_for_comes_to_its_end():
    ended = threading.Event()

    def work(show):
        show(1)
        ended.set()

    waiting = steps(work)
    next(waiting)
    waiting.close()
    assert ended.wait(60)
