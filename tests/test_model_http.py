"""A model over HTTP, in the form of OpenAI: each failure of a server ends in the default answer, within the time-out."""

import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa.model.chat import Chat, open_model
from qa.model.engine import ModelQA
from qa.pipeline import PlanQA

QUESTION = "生活垃圾分类达标率要维持在多少？"
USED = "由语言模型从计划原文中选句连接，逐句核对过。"
WITHOUT = "，这是不用模型的回答。"


def completion(content, **usage):
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage})


def obedient(request):
    """Copies the first sentence that it is shown."""
    first = json.loads(request["messages"][-1]["content"])["evidence"][0]
    written = json.dumps({"statements": [{"text": first["text"], "keys": [first["key"]]}]}, ensure_ascii=False)
    return completion(written, prompt_tokens=900, completion_tokens=60, total_tokens=960)


class Server(ThreadingHTTPServer):
    """Answers with (status, body) by its mode; keeps the requests."""

    daemon_threads = True
    mode = "right"

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.released = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        getattr(self, self.server.mode)(request)

    def _send(self, status, body):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def right(self, request):
        self._send(200, obedient(request))

    def plain_only(self, request):
        if "response_format" in request or "tools" in request:
            return self._send(400, '{"error": {"message": "response_format is not supported"}}')
        return self._send(200, obedient(request))

    def limited_once(self, request):
        many = len(self.server.requests) > 1
        self._send(200, obedient(request)) if many else self._send(429, '{"error": {"message": "slow down"}}')

    def limited(self, request):
        self._send(429, '{"error": {"message": "slow down"}}')

    def broken(self, request):
        self._send(500, "oops")

    def denied(self, request):
        self._send(401, '{"error": {"message": "wrong key"}}')

    def prose(self, request):
        self._send(200, completion("达标率是99%。"))

    def html(self, request):
        self._send(200, "<html>proxy error</html>")

    def half(self, request):
        data = obedient(request).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True

    def hangs(self, request):
        self.server.released.wait(60)
        self.close_connection = True

    def drips(self, request):
        # a byte now and then keeps a client's own time-out from ever coming
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.released.wait(0.1):
            self.wfile.write(b" ")
        self.close_connection = True


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def engine(qa, server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    address = f"http://127.0.0.1:{server.server_address[1]}/v1"
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
def test_a_server_that_fails_leaves_the_default_answer_in_time(qa, engine, server, mode, why):
    server.mode = mode
    if mode in ("hangs", "drips"):
        engine.chat.seconds = 1
    begun = time.monotonic()
    answer = engine.invoke(QUESTION)
    assert time.monotonic() - begun < 30  # the bound is the time-out; the rest is for a busy machine
    assert (answer.text, answer.citations) == (lambda a: (a.text, a.citations))(qa.invoke(QUESTION))
    assert answer.note == why + WITHOUT


def test_nobody_listening_leaves_the_default_answer(qa, engine, server):
    server.shutdown()
    server.server_close()
    assert engine.invoke(QUESTION).note == "语言模型连接不上" + WITHOUT
