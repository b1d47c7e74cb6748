"""The web application: all pages and interfaces under one roof."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import QuestionsError
from qa.web.guard import FrontPage, Guard, NotFound
from qa.web.service import Service, TurnedAwayError
from qa.web.words import Words

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

SPARE_THREADS = 16  # for pages that ask nothing
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


def build_app(service: Service, page: "gr.Blocks | None" = None) -> "FastAPI":
    """All routes; `page` answers under `/`."""
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError

    from qa.web import api, desk, reading, shelf
    from qa.web.publish import Publisher

    app = FastAPI(title="planqa", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=_lifespan)
    app.state.service = service
    app.state.publisher = Publisher(service)
    app.add_exception_handler(TurnedAwayError, api.say_turned_away)
    app.add_exception_handler(RequestValidationError, api.say_invalid)
    app.add_exception_handler(QuestionsError, api.say_fault)
    app.add_middleware(FrontPage, title=lambda language: page_title(service, Words(language)))
    app.add_middleware(NotFound, page=reading.not_found)
    app.add_middleware(Guard)
    _add_files(app)
    for router in (api.build_api(), reading.build_reading(), desk.build_desk(), shelf.build_shelf()):
        app.include_router(router)
    if page is not None:
        _mount(app, page)
    return app


def page_title(service: Service, words: Words) -> str:
    """The page's name, after that of the plan where there is one only."""
    plans = [plan.title for plan in service.listed.values()]
    return f"{plans[0]} · {words.site}" if len(plans) == 1 else words.site


@asynccontextmanager
async def _lifespan(app: "FastAPI") -> AsyncIterator[None]:
    import anyio.to_thread

    # each waiting question holds a thread, and whoever is turned away must be told so at once
    settings = app.state.service.settings
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.workers + settings.queue + SPARE_THREADS
    app.state.publisher.watch()
    yield
    app.state.publisher.close()


def _style(name: str) -> str:
    """A page's style, with that of what all pages draw alike."""
    return "".join(Path(__file__).with_name(file).read_text(encoding="utf-8") for file in (name, "targets.css"))


def _add_files(app: "FastAPI") -> None:
    from fastapi import Response

    css = _style("site.css")
    kept = {"cache-control": "max-age=3600"}

    def serve(path: str, text: str, kind: str) -> None:
        file = Response(text, media_type=kind, headers=kept)
        app.add_api_route(path, lambda: file, include_in_schema=False, response_model=None)

    serve("/favicon.ico", FAVICON, "image/svg+xml")
    serve("/site.css", css, "text/css")


def _mount(app: "FastAPI", page: "gr.Blocks") -> None:
    import gradio as gr

    gr.mount_gradio_app(
        app,
        page,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        css=_style("page.css"),
        max_file_size=1,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=FONTS, font_mono=FONTS),
    )
