"""A server that is killed without warning while it answers: what it had acknowledged is kept, and it starts again."""

import http.client
import os
import signal
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from servers import LONG_S, until
from small import text

from qa.library import Library
from qa.load import Client, make_questions, running
from qa.record import Record

CLIENTS, ACKNOWLEDGED = 6, 30  # the server is killed once so many answers have arrived
SAID = "出处不对"


class Readers:
    """Clients that ask without a pause, say something of each answer, and note what the server has acknowledged."""

    def __init__(self, port, questions):
        self._port = port
        self._questions = questions
        self.answers, self.feedback, self.unanswered = [], [], []
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(CLIENTS)]

    def _read(self, number):
        visitor = f"10.0.0.{number + 1}"
        with Client(self._port) as client:
            for question in self._questions[number::CLIENTS]:
                reply = client.post("/api/ask", {"question": question}, visitor)
                if not reply.status:
                    self.unanswered.append(question)
                    return
                assert reply.status == 200
                self.answers.append(reply.body)
                if len(self.answers) >= ACKNOWLEDGED:
                    self._enough.set()
                said = {"answer_id": reply.body["answer_id"], "verdict": "wrong_source", "comment": SAID}
                if client.post("/api/feedback", said, visitor).status == 201:
                    self.feedback.append(said["answer_id"])

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()

    def wait(self):
        """Until enough answers have arrived."""
        assert self._enough.wait(60)


@pytest.fixture
def lasting(settings, tmp_path):
    """Settings with a database of their own, and no limit that the readers would reach."""
    return replace(settings, database_url=f"sqlite:///{tmp_path / 'r.db'}", questions_per_minute=10_000)


def test_what_was_acknowledged_survives_a_kill(lasting, plan, tmp_path):
    questions = make_questions(section.text for section in plan.sections)
    with running(lasting) as server:
        with Readers(server.port, questions) as readers:
            readers.wait()
            os.kill(server.process.pid, signal.SIGKILL)
        assert server.process.wait() == -signal.SIGKILL
    assert len(readers.unanswered) == CLIENTS  # each was in the middle of something
    assert len(readers.answers) >= ACKNOWLEDGED
    assert readers.feedback

    assert_kept(lasting, readers)
    with closing(sqlite3.connect(tmp_path / "r.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    with running(lasting) as server, Client(server.port) as client:
        assert client.get("/healthz") == {"status": "ok", "public": "open"}
        again = client.post("/api/ask", {"question": readers.unanswered[0]}, "10.0.0.1")
        assert (again.status, again.body["question"]) == (200, readers.unanswered[0])
        # an answer from before the kill can still be spoken of
        said = {"answer_id": readers.answers[0]["answer_id"], "verdict": "up"}
        assert client.post("/api/feedback", said, "10.0.0.1").status == 201
        readers.answers.append(again.body)
    assert_kept(lasting, readers)


def assert_kept(settings, readers):
    """Every acknowledged answer and every acknowledged word on one is on record, as it was."""
    with closing(Record.open(settings)) as record:
        rows = {row["id"]: row for row in record.answers()}
        said = {row["answer"]: row for row in record.feedback() if row["verdict"] == "wrong_source"}
    for answer in readers.answers:
        kept = rows[answer["answer_id"]]
        assert [kept[name] for name in ("question", "status", "reason", "text")] == [
            answer[name] for name in ("question", "status", "reason", "text")
        ]
    assert {key: said[key]["comment"] for key in readers.feedback} == dict.fromkeys(readers.feedback, SAID)


# ---- uploaded plans -------------------------------------------------------------------------------------------------

NAME, PASSWORD = "王芳", "correct horse"
# sentences enough that the server is still building when it is killed
LARGE = text("青溪县", 47, 520, extra="".join(f"\n（{i}）在{i}号河段修建栈道{i}米。" for i in range(1, 100)) + "\n")


class Official:
    """An official's browser, as far as forms go."""

    def __init__(self, port):
        self._port = port
        self._cookie = ""
        reply = self.send("/desk/login", urlencode({"name": NAME, "password": PASSWORD}))
        self._cookie = reply.getheader("set-cookie").partition(";")[0]

    def send(self, path, body, kind="application/x-www-form-urlencoded"):
        """The reply to a form."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONG_S)) as connection:
            connection.request("POST", path, body.encode(), {"Content-Type": kind, "Cookie": self._cookie})
            reply = connection.getresponse()
            reply.read()
            assert reply.status == 303
            return reply

    def upload(self, name, content):
        """Where the draft is to be looked at."""
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        reply = self.send("/desk/plans", f"{head}{content}\r\n--x--\r\n", "multipart/form-data; boundary=x")
        return reply.getheader("location")

    def approve(self, name):
        form = urlencode({"id": name, "action": "approve", "title": name})
        return self.send("/desk/plans/draft", form).getheader("location")


@pytest.fixture
def county(own_home):
    """Settings of a home with one small plan and an account."""
    settings = own_home()
    with closing(Record.open(settings)) as record:
        record.accounts.add(NAME, PASSWORD)
    return settings


def kill(server):
    os.kill(server.process.pid, signal.SIGKILL)
    assert server.process.wait() == -signal.SIGKILL


def test_an_acknowledged_upload_and_an_approved_plan_survive_a_kill(county):
    library = Library(county)
    with running(county) as server:
        assert Official(server.port).upload("青溪.txt", LARGE).startswith("/desk/plans/draft?")
        kill(server)
    (draft,) = library.drafts()
    assert (draft.id, draft.by, draft.approved) == ("青溪", NAME, False)
    assert library.source(draft).plan.text == LARGE

    with running(county) as server:
        versions = county.home / "index"
        before = set(versions.glob("*p-*"))
        assert Official(server.port).approve("青溪") == "/desk/plans?lang=zh"
        until(lambda: set(versions.glob("*p-*")) - before)
        kill(server)
    assert set(library.live()) == {"云岭"}
    assert [d.id for d in library.approved()] == ["青溪"]

    with running(county) as server, Client(server.port) as client:
        until(lambda: len(client.get("/api/plans")) == 2)
        asked = client.post("/api/ask", {"question": "青溪县新增养老床位多少张", "plan": "青溪"}, "10.0.0.1")
        assert asked.body["text"] == "新增养老床位520张。[1]"
    assert library.drafts() == []
