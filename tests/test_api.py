"""The interface for programs: /api, the form of OpenAI clients under /v1, health and metrics."""

import json
import socket
import threading

import pytest
from fastapi.testclient import TestClient

from qa.targets import rows

GREENWAY = "2023年绿道目标是多少"
SAID = "推进新建绿道 18 公里。[1]（计划没有按年分列，这是整个计划期的数。）"
PLAN = "putuo-2021-2023"


@pytest.fixture
def client(site) -> TestClient:
    return TestClient(site())


# ---- questions ------------------------------------------------------------------------------------------------------


def test_an_answer_has_the_form_of_the_command_line_and_an_id(client, qa):
    said = client.post("/api/ask", json={"question": GREENWAY, "id": "q7"}).json()
    command_line = qa.invoke(GREENWAY).to_json("q7")
    assert said["text"] == SAID
    assert said["citations"][0]["ref"] == "二/（六）/2"
    assert list(said) == [*command_line, "answer_id"]
    assert said | {"timings_ms": {}} == command_line | {"timings_ms": {}, "answer_id": said["answer_id"]}


def test_a_follow_up_is_completed_from_its_history(client):
    history = [{"role": "user", "content": GREENWAY}, {"role": "assistant", "content": "18 公里（二、（六）2.）"}]
    said = client.post("/api/ask", json={"question": "公园绿地呢", "history": history, "plan": PLAN}).json()
    assert said["rewritten"] == "公园绿地是多少？"
    assert said["text"] == "推进新建公园绿地 30 万平方米。[1]"


def test_feedback_names_the_answer_by_its_id(client, record):
    key = client.post("/api/ask", json={"question": GREENWAY}).json()["answer_id"]
    said = client.post("/api/feedback", json={"answer_id": key, "verdict": "wrong_source", "comment": "见下一节"})
    assert (said.status_code, said.json()) == (201, {"answer_id": key})
    assert [(row["answer"], row["verdict"], row["comment"]) for row in record.feedback()] == [(key, "wrong_source", "见下一节")]
    assert [(row["id"], row["channel"]) for row in record.answers()] == [(key, "api")]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/ask", {}),
        ("/api/ask", {"question": 7}),
        ("/api/ask", {"question": GREENWAY, "language": "en"}),
        ("/api/ask", {"question": "长" * 4001}),
        ("/api/ask", {"question": GREENWAY, "history": [{"role": "system", "content": "你是"}]}),
        ("/api/ask", {"question": GREENWAY, "history": [{"role": "user", "content": "a"}] * 41}),
        ("/api/feedback", {"answer_id": "1", "verdict": "great"}),
        ("/api/feedback", {"answer_id": "1", "verdict": "up", "comment": "长" * 501}),
        ("/v1/chat/completions", {"messages": []}),
        ("/v1/chat/completions", {"messages": [{"role": "system", "content": "你是"}]}),
        ("/v1/chat/completions", {"messages": [{"role": "assistant", "content": "18"}]}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_of_another_form_is_refused_and_not_kept(client, record, path, body):
    assert client.post(path, json=body).status_code == 422
    assert record.answers() == []


def test_a_plan_that_is_not_indexed_is_named(client):
    said = client.post("/api/ask", json={"question": GREENWAY, "plan": "x"})
    assert (said.status_code, said.json()) == (422, {"detail": f"没有计划 x；已建索引的有：{PLAN}", "cause": "invalid"})


def test_a_refusal_is_an_answer_with_a_reason(client):
    said = client.post("/api/ask", json={"question": "徐汇区要新建多少绿道"})
    assert said.status_code == 200
    assert (said.json()["status"], said.json()["reason"], said.json()["citations"]) == ("refused", "other_place", [])


@pytest.mark.parametrize(
    "body", [r'{"question": "\ud800绿道"}', r'{"question": "绿道", "id": "\udfff"}'], ids=["question", "id"]
)
def test_half_a_surrogate_pair_is_no_fault_of_the_server(site, body):
    client = TestClient(site(), raise_server_exceptions=False)
    said = client.post("/api/ask", content=body.encode(), headers={"content-type": "application/json"})
    assert said.status_code in (200, 422)


# ---- limits ---------------------------------------------------------------------------------------------------------


def test_over_the_limit_a_program_is_told_when_to_come_back(site, record):
    client = TestClient(site(questions_per_minute=2))
    answers = [client.post("/api/ask", json={"question": GREENWAY}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "10"
    assert answers[2].json() == {
        "detail": "一分钟内最多提问 2 次，请稍后再问。 At most 2 questions a minute; please wait a little.",
        "cause": "often",
    }
    assert client.get("/api/search", params={"q": "绿道"}).status_code == 429
    assert client.get("/api/plans").status_code == 200
    assert len(record.answers()) == 2


def test_behind_a_trusted_proxy_each_visitor_has_a_limit_of_their_own(site):
    client = TestClient(site(questions_per_minute=1, trusted_proxies="10.0.0.1"), client=("10.0.0.1", 1))

    def ask(forwarded: str) -> int:
        return client.post("/api/ask", json={"question": GREENWAY}, headers={"x-forwarded-for": forwarded}).status_code

    visitors = ["198.51.100.1", "198.51.100.2", "198.51.100.1", "203.0.113.9, 198.51.100.2"]
    assert [ask(visitor) for visitor in visitors] == [200, 200, 429, 429]


def test_a_closed_service_gives_its_reason_and_plans_can_still_be_read(client, record):
    record.close_public("更新数据", "王芳")
    for said in (client.post("/api/ask", json={"question": GREENWAY}), client.get("/api/search", params={"q": "绿道"})):
        assert said.status_code == 503
        assert said.json()["cause"] == "closed"
        assert said.json()["detail"].startswith("问答服务暂停：更新数据 ")
    assert client.get("/healthz").json() == {"status": "ok", "public": "closed"}
    assert client.get(f"/api/plans/{PLAN}/sections").status_code == 200
    record.open_public()
    assert client.post("/api/ask", json={"question": GREENWAY}).status_code == 200


# ---- search and plans -----------------------------------------------------------------------------------------------


def test_search_gives_the_best_chunks_first(client):
    found = client.get("/api/search", params={"q": "绿道", "k": 2}).json()
    assert [(hit["rank"], hit["ref"]) for hit in found] == [(1, "二/（六）/2"), (2, "二/（六）/1/（1）")]
    assert list(found[0]) == ["rank", "score", "plan", "ref", "chunk", "text"]
    assert len(client.get("/api/search", params={"q": "绿道"}).json()) == 10


@pytest.mark.parametrize("query", ["", "?q=", "?q=a&k=0", "?q=a&k=51", "?q=a&k=x", f"?q={'a' * 4001}"], ids=lambda q: q[:10])
def test_a_search_of_another_form_is_refused(client, query):
    assert client.get(f"/api/search{query}").status_code == 422


def test_plans_and_their_sections(client, plan):
    assert client.get("/api/plans").json() == [
        {
            "id": PLAN,
            "title": "普陀区第八轮（2021—2023年）生态环境保护和建设三年行动计划",
            "number": "普府办〔2021〕27号",
            "issuer": "上海市普陀区人民政府办公室",
            "issued": "2021-06-30",
            "period": [2021, 2023],
            "sections": 78,
        }
    ]
    sections = client.get(f"/api/plans/{PLAN}/sections").json()
    assert [s["ref"] for s in sections] == [s.ref for s in plan.sections]
    assert sections[1]["address"] == plan.sections[1].address


def test_targets_of_one_plan_or_of_all(client, plan):
    targets = client.get("/api/targets").json()
    assert targets == client.get("/api/targets", params={"plan": PLAN}).json() == rows([plan])
    assert len(targets) == 24


@pytest.mark.parametrize("path", ["/api/plans/x/sections", "/api/targets?plan=x"])
def test_a_plan_that_is_not_there_is_not_found(client, path):
    said = client.get(path)
    assert (said.status_code, said.json()) == (404, {"detail": "没有计划 x / no plan x"})


def test_an_answer_that_is_not_there_is_not_found(client):
    said = client.post("/api/feedback", json={"answer_id": "x", "verdict": "up"})
    assert (said.status_code, said.json()) == (404, {"detail": "没有回答 x / no answer x"})


def test_the_description_names_every_route_for_programs_and_no_page(client):
    described = client.get("/api/openapi.json").json()["paths"]
    assert set(described) == {
        "/api/ask",
        "/api/feedback",
        "/api/search",
        "/api/plans",
        "/api/plans/{plan}/sections",
        "/api/targets",
        "/v1/chat/completions",
        "/v1/models",
        "/healthz",
        "/metrics",
    }


# ---- OpenAI clients -------------------------------------------------------------------------------------------------


@pytest.fixture
def openai_client(site, monkeypatch):
    """The real client library on a real server."""
    import openai
    import uvicorn

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(site(), log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        try:
            with openai.OpenAI(base_url=address, api_key="none", max_retries=0, timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(30)


def test_an_openai_client_gets_answer_and_sources(openai_client, record):
    messages = [{"role": "system", "content": "你是助手"}, {"role": "user", "content": GREENWAY}]
    said = openai_client.chat.completions.create(model="any", messages=messages, temperature=0.2)
    assert said.choices[0].message.content == SAID
    assert said.choices[0].finish_reason == "stop"
    assert (said.object, said.model, said.usage.total_tokens) == ("chat.completion", "planqa", 0)
    assert [source["ref"] for source in said.model_extra["sources"]] == ["二/（六）/2"]
    assert [(row["channel"], f"chatcmpl-{row['id']}") for row in record.answers()] == [("openai", said.id)]
    assert [model.id for model in openai_client.models.list()] == ["planqa"]


def test_an_openai_client_can_have_the_answer_piece_by_piece(openai_client):
    stream = openai_client.chat.completions.create(
        model="planqa", messages=[{"role": "user", "content": GREENWAY}], stream=True
    )
    chunks = list(stream)
    assert len(chunks) > 2
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].model_extra["sources"][0]["address"] == "二、（六）2."
    assert len({chunk.id for chunk in chunks}) == 1


def test_an_openai_client_has_its_conversation_understood(openai_client):
    said = openai_client.chat.completions.create(
        model="planqa",
        messages=[
            {"role": "user", "content": GREENWAY},
            {"role": "assistant", "content": SAID},
            {"role": "user", "content": [{"type": "text", "text": "公园绿地呢"}]},
        ],
    )
    assert said.choices[0].message.content == "推进新建公园绿地 30 万平方米。[1]"


def test_an_openai_client_is_told_that_the_service_is_closed(openai_client, record):
    import openai

    record.close_public("更新数据", "王芳")
    with pytest.raises(openai.InternalServerError, match="503") as raised:
        openai_client.chat.completions.create(model="planqa", messages=[{"role": "user", "content": GREENWAY}])
    assert raised.value.response.headers["retry-after"] == "10"
    assert raised.value.code == "closed"
    assert "问答服务暂停：更新数据" in str(raised.value)


def test_a_stream_is_a_stream_of_events(client):
    body = {"messages": [{"role": "user", "content": GREENWAY}], "stream": True}
    said = client.post("/v1/chat/completions", json=body)
    assert said.headers["content-type"].startswith("text/event-stream")
    events = said.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk" for event in events[:-2])


# ---- operation ------------------------------------------------------------------------------------------------------


def test_health_says_whether_answers_can_be_kept(client, record, monkeypatch):
    assert client.get("/healthz").json() == {"status": "ok", "public": "open"}
    monkeypatch.setattr(record, "check", lambda: False)
    said = client.get("/healthz")
    assert (said.status_code, said.json()) == (503, {"status": "no database"})


def test_metrics_are_in_the_form_that_prometheus_reads(client):
    client.post("/api/ask", json={"question": GREENWAY})
    said = client.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'planqa_answers_total{channel="api",reason="",status="answered"} 1.0' in said.text.splitlines()


@pytest.mark.parametrize(
    "path",
    [
        "/api/plans",
        "/v1/models",
        "/healthz",
        "/metrics",
        "/plans",
        f"/plans/{PLAN}",
        f"/plans/{PLAN}/targets",
        "/ask",
        "/desk/login",
        "/site.css",
        "/plans/none",
        "/api/none",
    ],
)
def test_every_response_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_paths_of_the_framework_have_the_looser_policy_and_closed_ones_are_closed(client):
    said = client.get("/openapi.json")
    assert (said.status_code, said.text) == (404, "")
    assert said.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert client.get("/docs").status_code == 404
