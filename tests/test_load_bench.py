"""What the load benchmark claims: how many were answered, and that no answer was lost or mixed up. Never how fast."""

from dataclasses import replace

import pytest

from corpus.errors import SettingError, SourceError
from qa.load import MAX_VISITORS, MIN_QUESTIONS, ROUNDS, Client, Crowd, Reply, audit, make_questions, report, running
from qa.web.service import KEPT_ANSWERS

GREENWAY = "2023年绿道目标是多少"


def reply(asked, key="1", status=200, **body):
    return Reply(asked, status, {"question": asked, "answer_id": key, **body}, 0.1)


def row(question, key="1"):
    return {"id": key, "question": question}


# ---- a real run -----------------------------------------------------------------------------------------------------


def test_a_short_run_loses_nothing_and_mixes_nothing_up(settings):
    lines = report(settings, 1, 5).splitlines()
    assert [line[:20].strip() for line in lines[1:4]] == ["one client", "8 clients", "5 visitors at once"]
    assert [line.split()[-1] for line in lines[1:4]] == ["0", "0", "0"]  # none that was not answered
    assert lines[1].split()[-2] == "1.00×"
    assert lines[4] == f"5 visitors, {ROUNDS} times: {5 * ROUNDS} × 200, 0 × 429, 0 × 503"
    asked, kept = (int(part.split()[0]) for part in lines[-1].split(", ")[:2])
    assert asked == kept > 5 * ROUNDS
    assert lines[-1].endswith("on record: lost 0, mixed up 0")


@pytest.fixture(scope="module")
def crowded(settings, tmp_path_factory):
    """A server with room for two, twelve visitors who came at one instant; and it has ended."""
    database = f"sqlite:///{tmp_path_factory.mktemp('crowded') / 'r.db'}"
    with running(replace(settings, database_url=database, workers=1, queue=1)) as server:
        assert server.process.poll() is None
        crowd = Crowd(server.port, [GREENWAY])
        crowd.at_one_instant(12)
    return server, crowd.replies


def test_who_is_turned_away_is_told_why(crowded):
    _, replies = crowded
    assert {r.status for r in replies} == {200, 503}
    assert all(r.turned_away for r in replies if not r.answered)
    assert {r.body["cause"] for r in replies if not r.answered} == {"busy"}


def test_a_server_that_has_ended_gives_no_answer_and_is_not_asked_again(crowded):
    server, _ = crowded
    assert server.process.returncode == 0
    done = Crowd(server.port, [GREENWAY]).without_pause(2, 60)
    assert [(r.status, r.answered, r.turned_away) for r in done.replies] == [(0, False, False)] * 2
    with Client(server.port) as client, pytest.raises(SettingError, match=r"没有给出 /api/plans（HTTP 0）"):
        client.get("/api/plans")


def test_a_server_that_cannot_start_says_why(settings):
    with (
        pytest.raises(SettingError, match=r"没有启动（退出码 1，.*PLANQA_DATABASE_URL"),
        running(replace(settings, database_url="nosuch://x")),
    ):
        pass


def test_too_many_visitors(settings):
    with pytest.raises(SettingError, match=f"同时提问的人数为 {MAX_VISITORS + 1}，最多 {MAX_VISITORS}；请改小"):
        report(settings, 1, MAX_VISITORS + 1)


# ---- questions ------------------------------------------------------------------------------------------------------


def test_questions_are_so_many_that_no_answer_is_known_already(plan):
    made = make_questions(text for section in plan.sections for text in (section.title, section.text))
    assert len(set(made)) == len(made) >= MIN_QUESTIONS >= 2 * KEPT_ANSWERS
    assert made == make_questions(text for section in plan.sections for text in (section.title, section.text))


def test_a_plan_too_short_for_so_many():
    with pytest.raises(SourceError, match=f"计划只够造 96 个不同的问题，压测需要 {MIN_QUESTIONS} 个"):
        make_questions(["建设数字农田", "建设数字农田。"])


# ---- the check itself -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replies", "rows", "found"),
    [
        ([], [], (0, 0)),
        ([reply("甲"), reply("乙", "2")], [row("甲"), row("乙", "2")], (0, 0)),
        ([reply("甲"), reply("甲", "2")], [row("甲"), row("甲", "2")], (0, 0)),
        ([Reply("甲", 503, {"detail": "忙", "cause": "busy"}, 0.1)], [], (0, 0)),
        ([Reply("甲", 429, {}, 0.1)], [], (1, 0)),  # turned away without a reason
        ([Reply("甲", 500, {"detail": "错", "cause": "x"}, 0.1)], [], (1, 0)),
        ([Reply("甲", 0, {}, 9.0)], [row("甲")], (1, 0)),  # on record, but it never arrived
        ([reply("甲")], [], (1, 0)),
        ([reply("甲"), reply("甲")], [row("甲")], (1, 0)),  # two answers, one row
        ([reply("甲", question="乙")], [row("甲")], (0, 1)),
        ([reply("甲"), reply("乙", "2")], [row("乙"), row("甲", "2")], (0, 2)),
        ([reply("甲")], [row("甲"), row("甲", "2")], (0, 1)),  # one answer, two rows
        ([reply("甲")], [row("甲"), row("丙", "3")], (0, 1)),
    ],
)
def test_what_is_lost_and_what_is_mixed_up(replies, rows, found):
    assert audit(replies, rows) == found
