"""A model over HTTP, in the form of OpenAI: each failure of a server ends in the default answer, within the time-out."""

import itertools
import time
from dataclasses import replace

import pytest
from chat_server import chat_server

from qa.model.chat import Chat, open_model
from qa.model.engine import ModelQA
from qa.pipeline import PlanQA

QUESTION = "生活垃圾分类达标率要维持在多少？"
USED = "由语言模型从计划原文中选句连接，逐句核对过。"
WITHOUT = "，这是不用模型的回答。"


@pytest.fixture
def server():
    with chat_server() as server:
        yield server


@pytest.fixture
def engine(qa, server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    address = server.address
    chosen = replace(qa.settings, home=tmp_path, chat_model="openai:m", chat_base_url=address, chat_timeout=60)
    return ModelQA(PlanQA(qa.shelf, chosen), Chat(open_model(chosen), chosen))


@pytest.mark.parametrize("mode", ["right", "plain_only", "limited_once"])
def test_a_server_that_answers_is_used(qa, engine, server, mode):
    server.mode = mode
    answer = engine.invoke(QUESTION)
    assert answer.note == USED
    assert "维持95%" in answer.text
    assert (answer.model.tokens_in, answer.model.tokens_out) == (900, 60)
    assert server.requests[0]["temperature"] == 0
    assert [("response_format" in r) for r in server.requests] == {
        "right": [True],
        "plain_only": [True, False],
        "limited_once": [True, True],
    }[mode]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("limited", "语言模型限制了调用次数"),
        ("broken", "语言模型连接不上"),
        ("denied", "语言模型拒绝了密钥"),
        ("prose", "语言模型的答复无法使用"),
        ("html", "语言模型的答复无法使用"),
        ("half", "语言模型连接不上"),
        ("hangs", "语言模型没有及时答复"),
        ("drips", "语言模型没有及时答复"),
    ],
)
def test_a_server_that_fails_leaves_the_default_answer_in_time(qa, engine, server, mode, why, streamed):
    server.mode = mode
    if mode in ("hangs", "drips"):
        engine.chat.seconds = 1
    begun = time.monotonic()
    (answer,) = engine.stream(QUESTION) if streamed else (engine.invoke(QUESTION),)
    assert time.monotonic() - begun < 30  # the bound is the time-out; the rest is for a busy machine
    assert (answer.text, answer.citations) == (lambda a: (a.text, a.citations))(qa.invoke(QUESTION))
    assert answer.note == why + WITHOUT


def test_nobody_listening_leaves_the_default_answer(qa, engine, server):
    server.shutdown()
    server.server_close()
    assert engine.invoke(QUESTION).note == "语言模型连接不上" + WITHOUT


# ---- while it is being written --------------------------------------------------------------------------------------

MEASURES = "噪声扰民有什么要求？"


def test_checked_statements_are_told_while_the_model_is_still_writing(qa, engine, server):
    server.mode = "pauses"
    grown = []
    for answer in engine.stream(MEASURES):
        grown.append(answer)
        server.released.set()
    assert server.requests[0]["stream"]
    first, last = grown[0], grown[-1]
    assert [a.growing for a in grown] == [True] * (len(grown) - 1) + [False]
    assert len(grown) > 2
    assert first.citations == qa.invoke(MEASURES).citations[:1]
    assert first.note == "语言模型正在从计划原文中选句，已显示的逐句核对过。"
    assert all(later.text.startswith(earlier.text) for earlier, later in itertools.pairwise(grown))
    assert last.note == USED


def test_streamed_or_not_the_answer_is_the_same(engine):
    assert list(engine.stream(QUESTION))[-1] == engine.invoke(QUESTION)


def test_a_stream_that_breaks_off_leaves_the_default_answer(qa, engine, server):
    server.mode = "breaks_off"
    *grown, last = engine.stream(QUESTION)
    assert ["维持95%" in a.text for a in grown] == [True]
    assert (last.text, last.note) == (qa.invoke(QUESTION).text, "语言模型的答复无法使用" + WITHOUT)


@pytest.mark.parametrize("mode", ["no_stream", "plain_only"])
def test_a_server_that_cannot_stream_or_hold_to_a_form_is_used(engine, server, mode):
    server.mode = mode
    assert list(engine.stream(QUESTION))[-1].note == USED
    before = len(server.requests)
    assert list(engine.stream(QUESTION))[-1].note == USED
    assert len(server.requests) == before + 1  # it is remembered
