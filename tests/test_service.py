"""Who may ask, in what order, and what becomes of a question on its way to the record."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from servers import until

from index.settings import Settings
from qa.answer import Answer, Reason
from qa.pipeline import Ask
from qa.record import Record
from qa.web import service as module
from qa.web.service import KEPT_ANSWERS, Gate, Service, TurnedAwayError

SHORT_S = 10  # no thread waits longer, should a test fail


class Engine:
    """Counts what it is asked."""

    def __init__(self, fail=None):
        self.asked = []
        self.fail = fail

    def invoke(self, ask):
        self.asked.append(ask)
        if self.fail:
            raise self.fail
        reason = Reason.NOT_IN_PLAN if "房价" in ask.question else None
        return Answer(ask.question, "zh", "18公里", reason=reason)

    def search(self, question, k):
        return [SimpleNamespace(rank=1)][:k]


@pytest.fixture
def record(tmp_path):
    record = Record(f"sqlite:///{tmp_path / 'r.db'}")
    yield record
    record.close()


def serving(record, engine=None, ready=lambda: None, **settings):
    return Service(engine or Engine(), record, Settings.load({}, **settings), ready)


def turned_away(gate, visitor):
    """Why a visitor is turned away; None for one who is not."""
    try:
        with gate.place(visitor):
            return None
    except TurnedAwayError as turned:
        return turned.cause


class Holding:
    """Threads that hold places until they are let go."""

    def __init__(self, gate):
        self._gate = gate
        self._pool = ThreadPoolExecutor(8)
        self._let_go = threading.Event()
        self._held = []

    def hold(self, visitor, *, waits=False):
        """Take a place; `waits` for one that has to queue for it."""
        entered, inside = threading.Event(), self._gate.inside

        def stay():
            with self._gate.place(visitor):
                entered.set()
                assert self._let_go.wait(SHORT_S)

        self._held.append(self._pool.submit(stay))
        if not waits:
            assert entered.wait(SHORT_S)
        until(lambda: self._gate.inside > inside)
        return entered

    def release(self):
        self._let_go.set()
        for held in self._held:
            held.result(SHORT_S)
        self._pool.shutdown()


# ---- the gate -------------------------------------------------------------------------------------------------------


def test_so_many_a_minute_and_no_more(monkeypatch):
    now = SimpleNamespace(s=1000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now.s))
    gate = Gate(per_minute=3, workers=1, queue=0)
    assert [turned_away(gate, "a") for _ in range(4)] == [None, None, None, "often"]
    assert turned_away(gate, "b") is None
    now.s += 59.9
    assert turned_away(gate, "a") == "often"
    now.s += 0.1
    assert turned_away(gate, "a") is None


def test_being_turned_away_does_not_count_as_a_question(monkeypatch):
    now = SimpleNamespace(s=1000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now.s))
    gate = Gate(per_minute=1, workers=1, queue=0)
    assert turned_away(gate, "a") is None
    for now.s in (1020.0, 1040.0, 1059.0):
        assert turned_away(gate, "a") == "often"
    now.s = 1060.0
    assert turned_away(gate, "a") is None


def test_one_question_at_a_time_of_each_visitor():
    gate = Gate(per_minute=100, workers=2, queue=0)
    holding = Holding(gate)
    holding.hold("a")
    assert turned_away(gate, "a") == "still"
    assert turned_away(gate, "b") is None
    holding.release()
    assert turned_away(gate, "a") is None


def test_the_queue_has_a_bound_and_whoever_waits_in_it_gets_a_place():
    gate = Gate(per_minute=100, workers=1, queue=2)
    holding = Holding(gate)
    holding.hold("a")
    waiting = [holding.hold(visitor, waits=True) for visitor in "bc"]
    assert gate.inside == 3
    assert not any(entered.is_set() for entered in waiting)
    assert turned_away(gate, "d") == "busy"
    holding.release()
    assert all(entered.is_set() for entered in waiting)
    assert gate.inside == 0
    assert turned_away(gate, "d") is None


def test_whoever_waits_too_long_is_turned_away_and_leaves_the_queue(monkeypatch):
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    gate = Gate(per_minute=100, workers=1, queue=5)
    holding = Holding(gate)
    holding.hold("a")
    assert turned_away(gate, "b") == "busy"
    assert gate.inside == 1
    holding.release()
    assert turned_away(gate, "b") is None


def test_a_place_is_free_again_after_a_fault():
    gate = Gate(per_minute=100, workers=1, queue=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.place("a"):
            raise ZeroDivisionError
    assert gate.inside == 0
    assert turned_away(gate, "a") is None


def test_of_visitors_the_oldest_are_forgotten_first(monkeypatch):
    monkeypatch.setattr(module, "MAX_VISITORS", 2)
    gate = Gate(per_minute=1, workers=1, queue=0)
    assert [turned_away(gate, visitor) for visitor in "abca"] == [None, None, None, None]
    assert turned_away(gate, "c") == "often"


# ---- the service ----------------------------------------------------------------------------------------------------


def test_the_same_question_is_answered_once_and_kept_each_time(record):
    engine = Engine()
    service = serving(record, engine)
    kept = [service.ask(Ask("绿道"), f"192.0.2.{i}", "api") for i in range(3)]
    service.ask(Ask("绿道", plan="p"), "192.0.2.1", "page")
    assert engine.asked == [Ask("绿道"), Ask("绿道", plan="p")]
    assert {row["id"] for row in record.answers()} > {k.id for k in kept}
    assert sorted(row["channel"] for row in record.answers()) == ["api", "api", "api", "page"]
    assert len({row["visitor"] for row in record.answers()}) == 3


def test_of_known_answers_the_one_asked_longest_ago_is_forgotten(record, monkeypatch):
    assert KEPT_ANSWERS == 2048
    monkeypatch.setattr(module, "KEPT_ANSWERS", 2)
    engine = Engine()
    service = serving(record, engine)
    for question in "甲乙甲丙甲乙":
        service.answer_inside(Ask(question))
    assert [ask.question for ask in engine.asked] == ["甲", "乙", "丙", "乙"]


def test_a_closed_service_turns_everybody_away_with_its_reason(record):
    engine = Engine()
    service = serving(record, engine)
    record.close_public("更新数据", "王芳")
    with pytest.raises(TurnedAwayError) as asked:
        service.ask(Ask("绿道"), "192.0.2.1", "api")
    with pytest.raises(TurnedAwayError):
        service.search("绿道", 1, "192.0.2.1")
    assert (asked.value.status, asked.value.cause) == (503, "closed")
    assert asked.value.said("zh") == "问答服务暂停：更新数据"
    assert asked.value.said("en") == "The service is paused. The office in charge writes: 更新数据"
    assert engine.asked == []
    assert record.answers() == []
    assert service.answer_inside(Ask("绿道")).text == "18公里"  # the desk goes on


def test_over_the_limit_the_visitor_is_told_it_in_both_languages(record):
    service = serving(record, questions_per_minute=1)
    service.ask(Ask("绿道"), "192.0.2.1", "api")
    with pytest.raises(TurnedAwayError) as turned:
        service.ask(Ask("绿地"), "192.0.2.1", "api")
    assert turned.value.status == 429
    assert turned.value.said("zh") == "一分钟内最多提问 1 次，请稍后再问。"
    assert turned.value.said("en") == "At most 1 questions a minute; please wait a little."


def test_questions_wait_until_the_engine_is_warm(record):
    warm, engine = threading.Event(), Engine()
    service = serving(record, engine, ready=lambda: warm.wait(SHORT_S))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(service.ask, Ask("绿道"), "192.0.2.1", "page")
        until(lambda: service.gate.inside == 1)
        assert engine.asked == []
        warm.set()
        assert asked.result(SHORT_S).answer.text == "18公里"


def test_a_fault_of_the_engine_is_neither_kept_nor_remembered(record):
    engine = Engine(fail=ZeroDivisionError())
    service = serving(record, engine)
    with pytest.raises(ZeroDivisionError):
        service.ask(Ask("绿道"), "192.0.2.1", "api")
    assert record.answers() == []
    engine.fail = None
    assert service.ask(Ask("绿道"), "192.0.2.1", "api").answer.text == "18公里"


def test_everything_is_counted(record):
    service = serving(record, questions_per_minute=2)
    key = service.ask(Ask("绿道"), "192.0.2.1", "api").id
    service.ask(Ask("房价"), "192.0.2.1", "page")
    with pytest.raises(TurnedAwayError):
        service.ask(Ask("绿道"), "192.0.2.1", "api")
    assert service.say(key, "up")
    assert not service.say("nobody", "up")
    lines = service.metrics.text().decode().splitlines()
    for line in (
        'planqa_answers_total{channel="api",reason="",status="answered"} 1.0',
        'planqa_answers_total{channel="page",reason="not_in_plan",status="refused"} 1.0',
        'planqa_turned_away_total{cause="often"} 1.0',
        'planqa_feedback_total{verdict="up"} 1.0',
        "planqa_answer_seconds_count 2.0",
        "planqa_questions_inside 0.0",
    ):
        assert line in lines
