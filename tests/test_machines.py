"""Several app processes on one Chroma server and one database: what they share, and what happens when something dies."""

import json
import os
import re
import signal
import threading
import urllib.request
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from servers import chroma, free_port, until
from small import IDS, QINGXI, WALK, YUNLING, quiet, write

from corpus.errors import SettingError, StoreDownError
from corpus.load import load_source, load_sources
from index.settings import Settings
from index.shelf import Shelf, build, folder_of, read_catalogue
from qa.library import Library
from qa.load import Client, running
from qa.pipeline import PlanQA
from qa.record import Record

CURE = "请检查那台服务器和 PLANQA_CHROMA_URL，稍后再试"
DOWN = "检索服务暂时连不上，请过几分钟再试。"


@pytest.fixture
def server(tmp_path):
    """Starts a Chroma server, always on the same data and port."""
    port = free_port()
    return lambda: chroma(tmp_path / "chroma", port)


def sources(folder):
    contents = dict(zip(IDS, (YUNLING, QINGXI), strict=True))
    return load_sources([write(folder, name, text, text[:3]) for name, text in contents.items()])


def collections(url):
    address = f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    with urllib.request.urlopen(address) as reply:
        return sorted(collection["name"] for collection in json.load(reply))


def test_the_vectors_lie_on_the_server_and_go_with_their_plan(server, tmp_path, embedder):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    with server() as url:
        settings = replace(settings, chroma_url=url)
        build(sources(tmp_path), settings, embedder, quiet)
        parts = [entry.part for entry in read_catalogue(settings)[1].plans]
        assert collections(url) == sorted(f"{part}-{kind}" for part in parts for kind in ("ways", "questions"))
        assert list(folder_of(settings).glob("p-*/vectors")) == []
        engine = PlanQA(Shelf.open(settings, embedder), settings)
        assert engine.invoke(WALK).text == "新建健身步道61公里。[1]"
        library = Library(settings)
        for name in IDS[1:]:
            library.retire(name, "", quiet)
        build([load_source(tmp_path / "云岭.txt")], settings, embedder, quiet)
        assert collections(url) == sorted(f"{parts[0]}-{kind}" for kind in ("ways", "questions"))


def test_a_server_that_is_not_there_is_named_and_leaves_the_index_as_it_was(server, tmp_path, embedder):
    with server() as url:
        settings = Settings.load(environ={"PLANQA_CHROMA_URL": url}, home=tmp_path / "home")
        before = build(sources(tmp_path)[:1], settings, embedder, quiet)
    line = rf"{url}：Chroma 服务器没有回应（[^\n]+）；{CURE}"
    for attempt in (lambda: Shelf.open(settings, embedder), lambda: Library(settings).add(sources(tmp_path)[1:], quiet)):
        with pytest.raises(StoreDownError) as error:
            attempt()
        assert re.fullmatch(line, str(error.value))
    assert read_catalogue(settings)[1] == before
    with server():
        Library(settings).add(sources(tmp_path)[1:], quiet)
        assert list(Shelf.open(settings, embedder).plans) == list(IDS)


@pytest.mark.parametrize("url", ["chroma:8000", "http://", "ftp://127.0.0.1:8000"])
def test_an_address_that_is_none(url, tmp_path, embedder):
    settings = Settings.load(environ={"PLANQA_CHROMA_URL": url}, home=tmp_path / "home")
    line = f"PLANQA_CHROMA_URL={url}：应如 http://127.0.0.1:8000；请改正"
    with pytest.raises(SettingError, match=f"^{re.escape(line)}$"):
        build(sources(tmp_path), settings, embedder, quiet)


class Reader(threading.Thread):
    """A visitor who asks again and again until told to stop; `replies` are what came."""

    def __init__(self, port, visitor, questions):
        super().__init__()
        self._port, self._visitor, self._questions = port, visitor, questions
        self.replies, self._stop_now = [], threading.Event()

    def run(self):
        number = 0
        while not self._stop_now.is_set():
            with Client(self._port) as client:
                self.replies.append(client.post("/api/ask", self._questions[number % len(self._questions)], self._visitor))
            number += 1

    def stop(self):
        self._stop_now.set()
        self.join()
        return self.replies


def test_two_apps_share_a_server_and_a_database_and_lose_nothing(server, tmp_path, embedder):
    """One app is killed, then the Chroma server is away: each answer that was given is on record, and each fault is told."""
    database = f"sqlite:///{tmp_path / 'r.db'}"
    asked = [{"question": f"{p}新建健身步道多少公里（{i}）"} for i in range(500) for p in ("云岭县", "青溪县")]
    figures = {"云岭县": "61公里", "青溪县": "47公里"}
    with ExitStack() as stack:
        away = stack.enter_context(ExitStack())
        url = away.enter_context(server())
        # each app holds one plan only, so that it must turn to the server at every change of plan
        settings = Settings(tmp_path / "home", database_url=database, chroma_url=url, open_plans=1, questions_per_minute=10_000)
        build(sources(tmp_path), settings, embedder, quiet)
        first, second = (stack.enter_context(running(settings)) for _ in range(2))
        readers = [Reader(app.port, f"10.0.0.{i}", asked[i::2]) for i, app in enumerate((first, second))]
        for reader in readers:
            reader.start()
        until(lambda: all(len(reader.replies) >= 6 for reader in readers))
        os.kill(first.process.pid, signal.SIGKILL)
        given = readers[0].stop()
        before = len(readers[1].replies)
        until(lambda: len(readers[1].replies) >= before + 4)  # the other goes on
        away.close()
        until(lambda: any(reply.status == 503 for reply in readers[1].replies))
        stack.enter_context(server())
        seen = len(readers[1].replies)
        until(lambda: any(reply.status == 200 for reply in readers[1].replies[seen:]))
        given += readers[1].stop()
    assert {reply.status for reply in given} <= {0, 200, 503}
    assert {reply.body["detail"].partition(" ")[0] for reply in given if reply.status == 503} == {DOWN}
    with closing(Record(database)) as record:
        kept = {row["id"]: row for row in record.answers()}
    for reply in given:
        if reply.status == 200:
            assert kept[reply.body["answer_id"]]["text"] == reply.body["text"]
            assert figures[reply.body["question"][:3]] in reply.body["text"]
