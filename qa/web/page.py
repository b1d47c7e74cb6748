"""The chat page: a conversation on one side, the cited section on the other."""

import contextlib
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import PlanqaError, SettingError
from corpus.parse import Plan
from index.settings import Settings
from qa.pipeline import PlanQA
from qa.web import render
from qa.web.render import LABELS, Exchange, Labels

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_TURNS = 30  # what a reader still scrolls back to; older turns leave the page and the memory
HISTORY = 4  # turns handed to the engine, which reads the last question and the last answer
BOX_FACTOR = 10  # the box takes this many times the longest question, so that the engine can say that it is too long
CONCURRENT = 4
GRACE_S = 5  # for answers that are being written when the server stops
SESSION_S = 3600.0  # a conversation is forgotten this long after its page was closed
LANGUAGES = {"中文": "zh", "English": "en"}

# nothing is loaded from, and nothing is sent to, any other host
SECURITY = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
# the framework's routes for files, media, editing and descriptions of the interface, none of which this page has
CLOSED = re.compile(
    r"/gradio_api/(?:upload|file|proxy|stream|process_recording|runs(?:/|$)|run-history|deep_link|vibe"
    r"|undo-vibe|info|openapi|profiling|component_server|custom_component)|/monitoring|/pwa_icon|/openapi"
)
FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#9f1f1b"/>'
    '<path d="M9 8h14v11a3 3 0 0 1-3 3h-5l-4 4v-4H9z" fill="#fff"/>'
    '<path d="M12 13h8M12 17h5" stroke="#9f1f1b" stroke-width="2"/></svg>'
)
FONTS = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)

# clicks on the buttons of render.py become events; the newest turn, or the section that was asked for, comes into view
SCRIPT = """
const copy = async (button) => {
  const area = Object.assign(document.createElement('textarea'), {value: button.dataset.quote});
  area.style.cssText = 'position:fixed;opacity:0';
  document.body.append(area); area.select();
  document.execCommand('copy'); area.remove(); button.focus();
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 1500);
};
const show = (target, block) => target && target.scrollIntoView(
  {block, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'});
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const {act, ...data} = button.dataset;
  if (act === 'copy') return copy(button);
  if (act === 'back') return show([...document.querySelectorAll('#pq-log, .pq-turn')].pop(), 'start');
  if (act === 'cite') window.pqOpened = true;
  trigger(act === 'ask' ? 'ask' : 'cite', data);
});
"""
LOG_SCRIPT = (
    SCRIPT
    + """
const speak = () => { document.documentElement.lang = element.querySelector('.pq-log').lang; };
let seen = '';
speak();
watch('value', () => {
  speak();
  const last = [...element.querySelectorAll('.pq-turn')].pop();
  const number = last ? last.dataset.number : '';
  if (last && number !== seen) show(last, 'start');
  seen = number;
});
"""
)
PANEL_SCRIPT = (
    SCRIPT
    + """
watch('value', () => {
  const frame = document.querySelector('#pq-panel');
  const heading = element.querySelector('h2'), mark = element.querySelector('mark') || heading;
  frame.scrollTop = 0;
  const below = mark.getBoundingClientRect().bottom - frame.getBoundingClientRect().bottom;
  if (below > 0) frame.scrollTop = below + frame.clientHeight / 3;
  if (!window.pqOpened) return;
  window.pqOpened = false;
  heading.focus({preventScroll: true});
  if (!matchMedia('(max-width: 899px)').matches) return show(frame, 'nearest');
  const far = mark.getBoundingClientRect().top - heading.getBoundingClientRect().top > innerHeight * 0.7;
  show(far ? mark : heading, far ? 'center' : 'start');
});
"""
)
# the framework's own language, and its name and address on the card that a link to the page becomes in a chat
FRAMEWORK = re.compile(r'(?<=<html\n\tlang=")en(?=")|<meta\s+(?:property="og:|name="twitter:)[^>]*>')


@dataclass(frozen=True)
class View:
    """The section beside the conversation: opened by a reader, or as a source (`turn`, `mark`) of an answer."""

    plan: str
    ref: str
    turn: int = 0
    mark: int = 0


@dataclass(frozen=True)
class Talk:
    """All that one reader's page shows. `view` is None for the table of contents; `opened` counts what was opened."""

    plan: str
    language: str = "zh"
    exchanges: tuple[Exchange, ...] = ()
    view: View | None = None
    asked: int = 0
    opened: int = 0

    @property
    def labels(self) -> Labels:
        """The page's words in the reader's language."""
        return LABELS[self.language]

    def exchange(self, number: int) -> Exchange | None:
        """Find the turn with this number, unless it has been dropped."""
        return next((e for e in self.exchanges if e.number == number), None)


class Desk:
    """What the page does: from one state to the next, and from a state to its HTML."""

    def __init__(self, qa: PlanQA, settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
        self.qa = qa
        self.plans = qa.index.plans
        self._limit = settings.max_question
        self._ready = ready
        self._english = qa.index.rendering

    def start(self) -> Talk:
        """Show a page on which nothing has been asked."""
        return Talk(next(iter(self.plans)))

    # ---- from state to state ----------------------------------------------------------------------------------------

    def ask(self, question: str, talk: Talk) -> Talk:
        """Add a turn and open its first source. A fault that a user can cause is shown as its line."""
        self._ready()
        number = talk.asked + 1
        asked = {
            "question": question,
            "history": render.history(talk.exchanges[-HISTORY:]),
            "plan": talk.plan if len(self.plans) > 1 else None,
        }
        shown = question if len(question) <= self._limit else question[: self._limit] + "…"
        try:
            answer = replace(self.qa.invoke(asked), question=shown, hits=())
        except PlanqaError as error:
            return self._with(talk, Exchange(number, shown, fault=str(error)), None)
        first = answer.citations[0] if answer.citations else None
        view = View(first.plan, first.ref, number, first.mark) if first else None
        return self._with(talk, Exchange(number, shown, answer), view)

    @staticmethod
    def _with(talk: Talk, exchange: Exchange, view: View | None) -> Talk:
        kept = (*talk.exchanges, exchange)[-MAX_TURNS:]
        return replace(talk, exchanges=kept, view=view, asked=exchange.number)

    def open(self, wanted: dict[str, str], talk: Talk) -> Talk:
        """Open another section; what the browser names and is not there opens the table of contents."""
        view = self._source(talk, wanted) if "mark" in wanted else self._section(wanted)
        return replace(talk, view=view, opened=talk.opened + 1)

    def _section(self, wanted: dict[str, str]) -> View | None:
        plan, ref = wanted.get("plan", ""), wanted.get("ref", "")
        return View(plan, ref) if plan in self.plans and ref in self.plans[plan].by_ref else None

    @staticmethod
    def _source(talk: Talk, wanted: dict[str, str]) -> View | None:
        exchange = next((e for e in talk.exchanges if str(e.number) == wanted.get("turn")), None)
        citations = exchange.answer.citations if exchange and exchange.answer else ()
        cited = next((c for c in citations if str(c.mark) == wanted["mark"]), None)
        return View(cited.plan, cited.ref, exchange.number, cited.mark) if exchange and cited else None

    def switch(self, name: str, talk: Talk) -> Talk:
        """Change to the other language."""
        return replace(talk, language=LANGUAGES.get(name, "zh"))

    def choose(self, plan: str, talk: Talk) -> Talk:
        """Change to another plan, from the beginning."""
        return Talk(plan if plan in self.plans else talk.plan, talk.language)

    def clear(self, talk: Talk) -> Talk:
        """Begin again."""
        return Talk(talk.plan, talk.language)

    # ---- from state to HTML -----------------------------------------------------------------------------------------

    def plan(self, talk: Talk) -> Plan:
        """Name the plan that is asked about."""
        return self.plans[talk.plan]

    def header(self, talk: Talk) -> str:
        """Show the plan's title and what is known about it."""
        return render.header_html(self.plan(talk), talk.labels)

    def log(self, talk: Talk) -> str:
        """Show the conversation."""
        examples = render.example_questions(self.plan(talk), talk.labels, self._english)
        return render.log_html(talk.exchanges, examples, talk.labels, self._english)

    def panel(self, talk: Talk) -> str:
        """Show the section beside the conversation, or the table of contents."""
        view, labels = talk.view, talk.labels
        if view is None:
            title, body = labels.outline, render.outline_html(self.plan(talk), labels, self._english)
        else:
            title, body = self._opened(talk, view)
        return render.panel_html(title, body, labels, talk.opened)

    def _opened(self, talk: Talk, view: View) -> tuple[str, str]:
        plan, labels, exchange = self.plans[view.plan], talk.labels, talk.exchange(view.turn)
        if exchange is None or exchange.answer is None:
            return labels.section, render.section_html(plan, view.ref, labels, self._english)
        citation = next(c for c in exchange.answer.citations if c.mark == view.mark)
        section = render.section_html(plan, view.ref, labels, self._english, citation)
        return labels.sources, render.tabs_html(exchange, view.mark, labels) + section


# ---- the page -------------------------------------------------------------------------------------------------------


def build_page(qa: PlanQA, settings: Settings, ready: Callable[[], None] = lambda: None) -> "gr.Blocks":
    """Lay the page out as Gradio blocks. `ready` returns once the engine has been warmed; questions wait for it."""
    import gradio as gr

    desk = Desk(qa, settings, ready)
    page = gr.Blocks(title=f"{desk.plan(desk.start()).title} · {desk.start().labels.name}", analytics_enabled=False)
    with page:
        parts = _lay_out(desk, settings.max_question * BOX_FACTOR)
        _wire(desk, parts)
    return page


@dataclass(frozen=True)
class _Parts:
    """The page's components."""

    talk: "gr.State"
    header: "gr.HTML"
    language: "gr.Radio"
    plan: "gr.Dropdown"
    log: "gr.HTML"
    box: "gr.Textbox"
    submit: "gr.Button"
    clear: "gr.Button"
    panel: "gr.HTML"


def _lay_out(desk: Desk, max_length: int) -> _Parts:
    import gradio as gr

    talk = desk.start()
    words = talk.labels
    bare: dict[str, Any] = {"apply_default_css": False}
    with gr.Row(elem_id="pq-top"):
        header = gr.HTML(desk.header(talk), elem_id="pq-header", js_on_load=None, **bare)
        language = gr.Radio(list(LANGUAGES), value="中文", label=words.switch, container=False, elem_id="pq-language")
    plan = gr.Dropdown(
        [(p.title, p.id) for p in desk.plans.values()],
        value=talk.plan,
        label=words.plan,
        visible=len(desk.plans) > 1,
        elem_id="pq-plan",
    )
    with gr.Row(elem_id="pq-desk"):
        with gr.Column(elem_id="pq-talk"):
            log = gr.HTML(desk.log(talk), elem_id="pq-log", js_on_load=LOG_SCRIPT, **bare)
            with gr.Row(elem_id="pq-ask"):
                box = gr.Textbox(
                    label=words.box,
                    placeholder=words.placeholder,
                    lines=1,
                    max_lines=5,
                    elem_id="pq-box",
                    max_length=max_length,
                )
                submit = gr.Button(words.submit, variant="primary", elem_id="pq-submit")
            clear = gr.Button(words.clear, visible=False, elem_id="pq-clear")
        panel = gr.HTML(desk.panel(talk), elem_id="pq-panel", js_on_load=PANEL_SCRIPT, **bare)
    return _Parts(gr.State(talk, time_to_live=SESSION_S), header, language, plan, log, box, submit, clear, panel)


def _wire(desk: Desk, parts: _Parts) -> None:
    """Let each event make a new state and draw what it changes."""
    import gradio as gr

    def asked(question: str, talk: Talk) -> list[Any]:
        talk = desk.ask(question, talk)
        return [talk, "", desk.log(talk), desk.panel(talk), gr.update(visible=True)]

    def asked_by_button(event: gr.EventData, talk: Talk) -> list[Any]:
        return asked(str(event._data.get("question", "")), talk)

    def opened(event: gr.EventData, talk: Talk) -> list[Any]:
        talk = desk.open({name: str(value) for name, value in event._data.items()}, talk)
        return [talk, desk.panel(talk)]

    def redrawn(talk: Talk) -> list[Any]:
        words = talk.labels
        return [
            talk,
            desk.header(talk),
            desk.log(talk),
            desk.panel(talk),
            gr.update(label=words.plan),
            gr.update(label=words.box, placeholder=words.placeholder),
            gr.update(value=words.submit),
            gr.update(value=words.clear, visible=bool(talk.exchanges)),
        ]

    talk, p = parts.talk, parts
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    answering: dict[str, Any] = {**quiet, "concurrency_limit": CONCURRENT, "concurrency_id": "ask"}
    turn = [talk, p.box, p.log, p.panel, p.clear]
    everything = [talk, p.header, p.log, p.panel, p.plan, p.box, p.submit, p.clear]
    gr.on([p.box.submit, p.submit.click], asked, [p.box, talk], turn, **answering)
    p.log.ask(asked_by_button, talk, turn, **answering)
    for side in (p.log, p.panel):
        side.cite(opened, talk, [talk, p.panel], queue=False, **quiet)
    p.language.input(lambda name, talk: redrawn(desk.switch(name, talk)), [p.language, talk], everything, **quiet)
    p.plan.input(lambda name, talk: redrawn(desk.choose(name, talk)), [p.plan, talk], everything, **quiet)
    p.clear.click(lambda talk: redrawn(desk.clear(talk)), talk, everything, **quiet)


class Guard:
    """ASGI middleware: adds the security headers and closes the framework's routes that the page has no use for."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in SECURITY.items())]
            await send(message)

        if scope["type"] == "http" and CLOSED.match(scope["path"]):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("", 404)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


class FrontPage:
    """ASGI middleware: gives the page's frame its own language and title instead of the framework's."""

    def __init__(self, app: "ASGIApp", title: str) -> None:
        self._app = app
        self._title = title

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def rewritten(message: "Message") -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                html = self._rewrite(body.decode()).encode()
                kept = [(k, v) for k, v in start["headers"] if k != b"content-length"]
                await send({**start, "headers": [*kept, (b"content-length", str(len(html)).encode())]})
                await send({"type": "http.response.body", "body": html})

        await self._app(scope, receive, rewritten)

    def _rewrite(self, html: str) -> str:
        html = FRAMEWORK.sub(lambda found: "zh-CN" if found[0] == "en" else "", html)
        return html.replace("</head>", f"<title>{escape(self._title)}</title></head>", 1)


def build_app(page: "gr.Blocks") -> "FastAPI":
    """Make the page a web application that answers under `/` and sends its reader nowhere else."""
    import gradio as gr
    from fastapi import FastAPI, Response

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(FrontPage, title=str(page.title))
    app.add_middleware(Guard)
    app.add_api_route("/favicon.ico", lambda: Response(FAVICON, media_type="image/svg+xml"))
    css = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        app,
        page,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        css=css,
        max_file_size=1,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),
    )
    return app


# ---- serving --------------------------------------------------------------------------------------------------------


def serve(settings: Settings, *, open_index: Callable[[Settings], PlanQA] = PlanQA.open) -> None:
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


def _build_and_run(settings: Settings, open_index: Callable[[Settings], PlanQA], listening: socket.socket) -> None:
    from qa.setup import ensure_index

    ensure_index(settings, _show_progress)
    qa = open_index(settings)
    warming = threading.Thread(target=_warm, args=(qa,), daemon=True)
    warming.start()
    _run(build_app(build_page(qa, settings, ready=warming.join)), settings, listening)


def _show_progress(done: int, total: int) -> None:
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r建立索引 {done}/{total}{end}")
    sys.stderr.flush()


def _warm(qa: PlanQA) -> None:
    """Ask one question in each language, so that no reader waits for models and word lists to load."""
    try:
        for labels in LABELS.values():
            qa.invoke(labels.welcome)
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

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S)
    Server(config).run(sockets=[listening])
