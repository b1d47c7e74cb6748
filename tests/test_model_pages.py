"""What a reader is told of a model on every page and in every form, and what is kept of it."""

import json

import pytest
from fastapi.testclient import TestClient
from scripted import copied, model_qa
from servers import until

from qa.pipeline import Ask
from qa.web.conversation import answer_html
from qa.web.markup import Reader
from qa.web.page import PublicPage
from qa.web.serve import _warm
from qa.web.service import Service
from qa.web.site import build_app
from qa.web.words import Words

READER = Reader(Words("zh"), lambda *_: "")
QUESTION = "噪声扰民有什么要求？"
USED = "由语言模型从计划原文中选句连接，逐句核对过。"
DOWN = "语言模型连接不上，这是不用模型的回答。"


@pytest.fixture
def serving(qa, record, tmp_path):
    def make(script):
        engine = model_qa(qa, script, tmp_path, chat_retries=0)
        return Service(engine, record, engine.settings)

    return make


def test_every_page_and_form_tells_how_the_answer_was_made(serving):
    client = TestClient(build_app(serving(copied)))
    assert client.post("/api/ask", json={"question": QUESTION}).json()["note"] == USED
    chat = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": QUESTION}]}).json()
    assert chat["note"] == USED
    assert f"{USED} 自动生成，以计划原文为准" in client.post("/ask?lang=zh", data={"question": QUESTION}).text


def test_the_chat_page_tells_it_too(qa, tmp_path):
    html = answer_html(model_qa(qa, copied, tmp_path).invoke(QUESTION), 1, READER)
    assert f'<p class="pq-made">{USED} 自动生成，以计划原文为准</p>' in html
    html = answer_html(qa.invoke(QUESTION), 1, READER)
    assert '<p class="pq-made">自动生成，以计划原文为准</p>' in html


def test_an_answer_without_the_help_of_a_model_that_was_down_is_not_given_again(serving):
    tries = []

    def script(given):
        tries.append(given)
        return ConnectionRefusedError("refused") if len(tries) == 1 else copied(given)

    service = serving(script)
    notes = [service.ask(Ask(QUESTION), "192.0.2.1", "api").answer.note for _ in range(3)]
    assert (notes, len(tries)) == ([DOWN, USED, USED], 2)


def test_a_reader_who_leaves_while_it_is_being_written_leaves_the_whole_on_record(serving, record):
    page = PublicPage(serving(lambda given: copied(given, 3)))
    asking = page.asking(QUESTION, page.start(), "192.0.2.1")
    looking, first = next(asking), next(asking)
    asking.close()
    until(record.answers)
    assert 'class="pq-answer pq-looking"' in page.log(looking)
    shown = first.exchanges[-1]
    assert (shown.growing, shown.id) == (True, "")
    row = record.answers()[0]
    assert row["text"].startswith(shown.answer.text)
    assert json.loads(row["model"])["growing"] is False


def test_warming_up_costs_no_token_and_waits_for_no_model(qa, tmp_path):
    engine = model_qa(qa, copied, tmp_path)
    _warm(engine)
    assert engine.chat.model.seen == []
    assert engine.chat.budget.spent() == 0


def test_what_the_model_wrote_and_what_was_shown_are_on_record(serving, record):
    service = serving(lambda given: {"statements": [{"text": "噪声限值为99分贝", "keys": [given["evidence"][0]["key"]]}]})
    kept = service.ask(Ask(QUESTION), "192.0.2.1", "page")
    row = record.answers()[0]
    assert row["text"] == kept.answer.text
    assert "99" not in row["text"]
    model = json.loads(row["model"])
    assert "噪声限值为99分贝" in model["raw"]
    assert model["dropped"] == ["not what the cited sentence says: 噪声限值为99分贝"]
