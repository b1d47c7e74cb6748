"""What every response passes: security headers, closed routes, the page's own frame, and a page where there is none."""

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from corpus.read import MAX_BYTES
from qa.web.visitors import language_of_reader, wants_large

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# nothing is loaded from, and nothing is sent to, any other host; the framework's page needs scripts and styles inside it
LOOSE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
STRICT = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# the paths that the framework has no part in
OWN = re.compile(r"/(?:plans|ask|size|desk|api|v1|healthz|metrics|site\.css)(?:/|$)")
# not no-referrer: with it a browser names no origin in its own forms, and they could not be told from those of other sites
UPLOAD = "/desk/plans"
MAX_UPLOAD = MAX_BYTES + 100_000  # with the form around the file
MAX_BODY = 1_000_000  # of everything else: questions with their conversation
SECURITY = {"referrer-policy": "same-origin", "x-content-type-options": "nosniff"}
# the framework's routes for files, media, editing and descriptions of the interface, none of which this page has
CLOSED = re.compile(
    r"/gradio_api/(?:upload|file|proxy|stream|process_recording|runs(?:/|$)|run-history|deep_link|vibe"
    r"|undo-vibe|info|openapi|profiling|component_server|custom_component)|/monitoring|/pwa_icon|/openapi"
)
PROGRAMS = re.compile(r"/(?:api|v1|gradio_api)(?:/|$)")  # paths whose readers are programs
# the framework's own language, and its name and address on the card that a link to the page becomes in a chat
FRAMEWORK = re.compile(r'(?<=<html\n\tlang=")en(?=")|<meta\s+(?:property="og:|name="twitter:)[^>]*>')


def _too_large(scope: "Scope") -> bool:
    """Whether a request says that it brings more than its path takes, or does not say how much."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0").decode("ascii", "replace")
    chunked = b"transfer-encoding" in headers
    most = MAX_UPLOAD if scope["path"] == UPLOAD else MAX_BODY
    return chunked or not length.isdecimal() or int(length) > most


class Guard:
    """ASGI middleware: adds the security headers and closes the framework's routes that the page has no use for."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                policy = STRICT if OWN.match(scope["path"]) else LOOSE
                added = {**SECURITY, "content-security-policy": policy}
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in added.items())]
            await send(message)

        from starlette.responses import PlainTextResponse

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif CLOSED.match(scope["path"]):
            await PlainTextResponse("", 404)(scope, receive, guarded)
        elif _too_large(scope):
            await PlainTextResponse("内容太大 / too large", 413)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


class NotFound:
    """ASGI middleware: what is not there, which the framework says in JSON, is a page for whoever reads pages."""

    def __init__(self, app: "ASGIApp", page: "Callable[[Request], ASGIApp]") -> None:
        """`page` is made for each request."""
        self._app = app
        self._page = page

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        from starlette.datastructures import Headers
        from starlette.requests import Request

        if (
            scope["type"] != "http"
            or PROGRAMS.match(scope["path"])
            or "text/html" not in Headers(scope=scope).get("accept", "")
        ):
            await self._app(scope, receive, send)
            return
        asked = Request({**scope})  # the framework, to which the request is handed on, writes itself into the scope
        missing = False

        async def shown(message: "Message") -> None:
            nonlocal missing
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                missing = message["status"] in (404, 405) and kind.startswith("application/json")
                if missing:
                    await self._page(asked)(scope, receive, send)
            if not missing:
                await send(message)

        await self._app(scope, receive, shown)


class FrontPage:
    """ASGI middleware: gives the page's frame its own language and title instead of the framework's."""

    def __init__(self, app: "ASGIApp", title: Callable[[str], str]) -> None:
        self._app = app
        self._title = title

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        from starlette.requests import HTTPConnection

        start: Message = {}
        body = b""

        async def rewritten(message: "Message") -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                reader = HTTPConnection(scope)
                html = self._rewrite(body.decode(), language_of_reader(reader), large=wants_large(reader)).encode()
                kept = [(k, v) for k, v in start["headers"] if k != b"content-length"]
                await send({**start, "headers": [*kept, (b"content-length", str(len(html)).encode())]})
                await send({"type": "http.response.body", "body": html})

        await self._app(scope, receive, rewritten)

    def _rewrite(self, html: str, language: str, *, large: bool) -> str:
        own = ("zh-CN" if language == "zh" else "en") + ('" class="large' if large else "")
        html = FRAMEWORK.sub(lambda found: own if found[0] == "en" else "", html)
        return html.replace("</head>", f"<title>{escape(self._title(language))}</title></head>", 1)
