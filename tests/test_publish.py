"""Approved plans on their way into the index, beside readers who ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from small import NEWER, QINGXI, WALK, approve, quiet, serving

from corpus.errors import IndexBusyError, IndexError_
from index.shelf import _lock, folder_of
from qa.library import Library
from qa.pipeline import Ask
from qa.web import publish as module
from qa.web.publish import Progress, Publisher

LONG_S = 60  # no thread is waited for longer, should a test fail
BEDS = "青溪县新增养老床位多少张"


@pytest.fixture
def service(own_home, record):
    return serving(own_home(), record)


@pytest.fixture
def publisher(service):
    return Publisher(service)


def said(service, question):
    return service.answer_inside(Ask(question)).text


def test_what_is_approved_is_asked_without_a_restart(service, publisher):
    approve(service.library, "青溪.txt", QINGXI, place="青溪县")
    assert set(service.plans) == {"云岭"}
    publisher.start()
    assert publisher.progress.running
    publisher.wait(LONG_S)
    assert publisher.progress == Progress()
    assert set(service.plans) == {"云岭", "青溪"}
    assert said(service, BEDS) == "新增养老床位520张。[1]"
    assert service.library.drafts() == []


def test_with_nothing_approved_nothing_happens(service, publisher):
    before = service.engine
    publisher.start()
    publisher.wait(LONG_S)
    assert (publisher.progress, service.engine) == (Progress(), before)
    assert not service.refresh()


def test_an_answer_kept_before_is_not_given_after(service, publisher):
    assert said(service, WALK) == "新建健身步道61公里。[1]"
    approve(service.library, "云岭.txt", NEWER, place="云岭县")
    publisher.start()
    publisher.wait(LONG_S)
    assert said(service, WALK) == "新建健身步道72公里。[1]"


def test_an_answer_begun_before_is_not_kept_after(service, publisher):
    begun, go_on = threading.Event(), threading.Event()
    old = service.engine

    class Slow:
        shelf = old.shelf

        def invoke(self, ask):
            begun.set()
            assert go_on.wait(LONG_S)
            return old.invoke(ask)

        def reopened(self):
            return old.reopened()

    service.engine = Slow()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(said, service, WALK)
        assert begun.wait(LONG_S)
        approve(service.library, "云岭.txt", NEWER, place="云岭县")
        service.library.publish(quiet)
        assert service.refresh()
        go_on.set()
        assert asked.result(LONG_S) == "新建健身步道61公里。[1]"
    assert said(service, WALK) == "新建健身步道72公里。[1]"


def test_whoever_asks_while_the_index_is_changed_is_answered(service, publisher):
    done, answers = threading.Event(), []

    def ask(number):
        turn = 0
        while not done.wait(0.02):
            turn += 1
            question = f"{WALK}{'？' * (number * 1000 + turn)}"[:300] if number else WALK
            answers.append(said(service, question))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(ask, number) for number in range(2)]
        for file, content, place in (("云岭.txt", NEWER, "云岭县"), ("青溪.txt", QINGXI, "青溪县")):
            approve(service.library, file, content, place=place)
            publisher.start()
            publisher.wait(LONG_S)
        done.set()
        for reader in readers:
            reader.result(LONG_S)
    assert set(answers) == {"新建健身步道61公里。[1]", "新建健身步道72公里。[1]"}


def test_what_is_approved_meanwhile_is_looked_at_in_the_end(service, publisher, monkeypatch):
    approve(service.library, "青溪.txt", QINGXI)
    refresh = service.refresh

    def approve_another():
        monkeypatch.setattr(service, "refresh", refresh)
        approve(service.library, "云岭二.txt", NEWER)
        publisher.start()
        return refresh()

    monkeypatch.setattr(service, "refresh", approve_another)
    publisher.start()
    publisher.wait(LONG_S)
    assert set(service.plans) == {"云岭", "青溪", "云岭二"}


def test_another_process_that_builds_is_waited_for(service, publisher, monkeypatch):
    monkeypatch.setattr(module, "BUSY_S", 0.01)
    approve(service.library, "青溪.txt", QINGXI)
    with _lock(folder_of(service.settings)):
        with pytest.raises(IndexBusyError):
            service.library.publish(quiet)
        publisher.start()
        publisher.wait(0.2)
        assert publisher.progress.running
        assert set(service.library.live()) == {"云岭"}
    publisher.wait(LONG_S)
    assert set(service.plans) == {"云岭", "青溪"}


def test_one_that_builds_too_long_is_named(service, publisher, monkeypatch, capsys):
    monkeypatch.setattr(module, "BUSY_S", 0)
    monkeypatch.setattr(module, "BUSY_TIMES", 3)
    approve(service.library, "青溪.txt", QINGXI)
    with _lock(folder_of(service.settings)):
        publisher.start()
        publisher.wait(LONG_S)
    line = f"{folder_of(service.settings)}：另一个进程正在建立索引；请等它结束后再试"
    assert publisher.progress == Progress(fault=line)
    assert capsys.readouterr().err == f"{line}\n"
    publisher.start()  # as the next approval does
    publisher.wait(LONG_S)
    assert publisher.progress == Progress()
    assert set(service.plans) == {"云岭", "青溪"}


def test_what_is_no_fault_of_a_user_does_not_block_the_next(service, publisher, monkeypatch):
    approve(service.library, "青溪.txt", QINGXI)
    faults = []
    with monkeypatch.context() as patch:
        patch.setattr(threading, "excepthook", lambda args: faults.append(args.exc_type))
        patch.setattr(service, "refresh", lambda: 1 / 0)
        publisher.start()
        publisher.wait(LONG_S)
    assert faults == [ZeroDivisionError]
    assert publisher.progress == Progress()
    publisher.start()
    publisher.wait(LONG_S)
    assert publisher.progress == Progress()


def test_after_a_restart_what_was_approved_goes_live_by_itself(service, publisher):
    approve(service.library, "青溪.txt", QINGXI)
    publisher.watch()
    publisher.wait(LONG_S)
    publisher.close()
    assert set(service.plans) == {"云岭", "青溪"}


def test_an_index_that_another_process_has_published_is_noticed(service, publisher, monkeypatch):
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    seen, refresh = threading.Event(), service.refresh
    monkeypatch.setattr(service, "refresh", lambda: refresh() and seen.set())
    publisher.watch()
    elsewhere = Library(service.settings)
    approve(elsewhere, "青溪.txt", QINGXI)
    elsewhere.publish(quiet)
    assert seen.wait(LONG_S)
    publisher.close()
    assert set(service.plans) == {"云岭", "青溪"}


def test_an_index_that_cannot_be_used_is_told_once_and_the_one_in_use_stays(service, publisher, monkeypatch, capsys):
    monkeypatch.setattr(module, "LOOK_S", 0.001)
    looks, enough = [], threading.Event()

    def fail():
        looks.append(1)
        if len(looks) >= 3:
            enough.set()
        raise IndexError_("索引不完整")

    monkeypatch.setattr(service, "refresh", fail)
    publisher.watch()
    assert enough.wait(LONG_S)
    publisher.close()
    assert capsys.readouterr().err == "索引不完整\n"
    assert said(service, WALK) == "新建健身步道61公里。[1]"
