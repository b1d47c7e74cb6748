"""A chat model's server in the form of OpenAI that does right or wrong, by its mode."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


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
        self.address = f"http://127.0.0.1:{self.server_address[1]}/v1"
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
        if request.get("stream"):
            return self._written(json.loads(obedient(request))["choices"][0]["message"]["content"])
        return self._send(200, obedient(request))

    def _written(self, text, pause_at=None):
        """The text, a few characters at a time; before `pause_at` it waits until it is released."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for begin in range(0, len(text), 7):
            if pause_at is not None and begin <= pause_at < begin + 7:
                self.server.released.wait(60)
            self._piece({"content": text[begin : begin + 7]})
        self._piece({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _piece(self, delta, finish=None):
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
        piece = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(piece, ensure_ascii=False)}\n\n".encode())
        self.wfile.flush()

    def pauses(self, request):
        """Copies all sentences that it is shown, and rests in the middle of the second."""
        evidence = json.loads(request["messages"][-1]["content"])["evidence"]
        listed = [{"text": e["text"], "keys": [e["key"]]} for e in evidence]
        written = json.dumps({"statements": listed}, ensure_ascii=False)
        self._written(written, pause_at=written.index(listed[1]["text"]) + 3)

    def breaks_off(self, request):
        """Writes one statement, and half of another."""
        evidence = json.loads(request["messages"][-1]["content"])["evidence"]
        first = json.dumps({"text": evidence[0]["text"], "keys": [evidence[0]["key"]]}, ensure_ascii=False)
        self._written(f'{{"statements": [{first}, {{"text": "绿道目标是')

    def no_stream(self, request):
        if request.get("stream"):
            return self._send(400, '{"error": {"message": "stream is not supported"}}')
        return self._send(200, obedient(request))

    def plain_only(self, request):
        if "response_format" in request or "tools" in request:
            return self._send(400, '{"error": {"message": "response_format is not supported"}}')
        return self.right(request)

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


@contextlib.contextmanager
def chat_server() -> Iterator[Server]:
    """A server of its own, ended at last."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
