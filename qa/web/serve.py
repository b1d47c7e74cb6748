"""Serves the web application until it is told to stop."""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from corpus.errors import PlanqaError, SettingError
from index.settings import Settings
from qa.model.engine import Engine, ModelQA, open_engine
from qa.record import Record
from qa.terminal import progress
from qa.web.words import Words

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE_S = 5  # for answers that are being written when the server stops


# ---- serving --------------------------------------------------------------------------------------------------------


def serve(settings: Settings, *, open_index: Callable[[Settings], Engine] = open_engine) -> None:
    """Serve the page until SIGINT or SIGTERM; only from the main thread. Raises: SettingError, IndexError_, ModelError."""
    _prepare_environment()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _listen(settings) as listening:
            _build_and_run(settings, open_index, listening)
    except KeyboardInterrupt:
        pass  # asked to stop: not a fault
    finally:
        signal.signal(signal.SIGTERM, before)


def _prepare_environment() -> None:
    # both libraries read these when they are imported
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _listen(settings: Settings) -> socket.socket:
    """Take the page's address before anything slow is begun. Raises: SettingError."""
    import errno

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere this would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingError(f"端口 {settings.port} 被占用；请用 --port 指定别的端口") from error
        where = f"{settings.host}:{settings.port}"
        raise SettingError(f"无法监听 {where}（{error.strerror}）；请用 --host 和 --port 指定别的地址") from error
    return listening


def _build_and_run(settings: Settings, open_index: Callable[[Settings], Engine], listening: socket.socket) -> None:
    from qa.setup import ensure_index
    from qa.web.page import build_page
    from qa.web.service import Service
    from qa.web.site import build_app
    from qa.web.visitors import trusted

    trusted(settings)  # a fault in the settings is told before anything slow is begun
    record = Record.open(settings)
    try:
        ensure_index(settings, progress("建立索引"))
        qa = open_index(settings)
        warming = threading.Thread(target=_warm, args=(qa,), daemon=True)
        warming.start()
        service = Service(qa, record, settings, ready=warming.join)
        _run(build_app(service, build_page(service)), settings, listening)
        warming.join()  # a library that is left half loaded complains of it
    finally:
        record.close()


def _warm(qa: Engine) -> None:
    """Ask one question in each language, so that no reader waits for what is loaded then; a language model is not asked."""
    base = qa.base if isinstance(qa, ModelQA) else qa
    try:
        for language in ("zh", "en"):
            base.invoke(Words(language).welcome)
    except PlanqaError as error:
        sys.stderr.write(f"{error}\n")


def _run(app: "FastAPI", settings: Settings, listening: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            sys.stdout.write(f"planqa 已启动：http://{host}:{settings.port}\n")
            sys.stdout.flush()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own raises them again in the end, and a second one tears the ending apart
            def stop(*_: object) -> None:
                self.should_exit = True

            before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # each open page holds a stream that never ends by itself
            for connection in list(self.server_state.connections):
                connection.transport.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=GRACE_S)
    Server(config).run(sockets=[listening])
