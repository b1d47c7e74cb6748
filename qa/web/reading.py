"""The pages that need no script: a plan to read, its targets, and a plain form to ask with."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpus.fold import fold_each
from corpus.parse import Plan, Section
from corpus.tables import is_row, read_table
from qa.answer import Citation, Nearest
from qa.export import plain_text
from qa.followup import Turn
from qa.pipeline import Ask
from qa.targets import Row
from qa.web.conversation import told
from qa.web.markup import Reader, Spans, highlight
from qa.web.service import Service, TurnedAwayError, service_of
from qa.web.targets import targets_html
from qa.web.visitors import LARGE, SIZE_COOKIE, language_of_reader, wants_large
from qa.web.words import Words

MAX_FIELD = 4000
SIZE_S = 365 * 24 * 3600  # how long a reader's choice of type is kept
_LEVELS = 5  # headings below the page's own
_BROKEN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # where a title was broken over two lines
_BRACKETS = re.compile(r"[（）()\s]")


@functools.cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["plain"] = plain_text
    return environment


def page(template: str, request: Request, status: int = 200, **values: object) -> HTMLResponse:
    """A page from its template, in the reader's language."""
    words = Words(language_of_reader(request))
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    other = urlencode([*kept, ("lang", words.other_language)])
    links = Links(words.language, service_of(request))
    here = f"{request.url.path}?{request.url.query}" if request.method == "GET" else request.url.path
    own = {"words": words, "other": other, "links": links, "large": wants_large(request), "here": here}
    html = _templates().get_template(template).render(**own, **values)
    return HTMLResponse(html, status)


def message(request: Request, text: str, status: int) -> HTMLResponse:
    """A page that says one thing."""
    return page("message.html", request, status, message=text)


# ---- addresses ------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=256)
def _anchors(refs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ref in refs:
        anchor = "-".join(_BRACKETS.sub("", part) for part in ref.split("/"))
        # 1 and （1） under one heading: the second keeps its brackets
        found[ref] = ref.replace("/", "-") if anchor in found.values() else anchor
    return found


def anchors(plan: Plan) -> dict[str, str]:
    """Ref → the name of the section on the reading page: made of the printed numbers alone, so that links last.

    `二/（六）/2` → `二-六-2`.
    """
    return _anchors(tuple(s.ref for s in plan.sections))


class Links:
    """Where what is cited is to be read, in one language."""

    def __init__(self, language: str, service: Service) -> None:
        self._language = language
        self._service = service

    def __call__(self, cited: Citation | Nearest | Row) -> str:
        """The address of the section that is cited; a quote of it is highlighted there."""
        place = cited if isinstance(cited, dict) else vars(cited)
        name, ref = str(place["plan"]), str(place["ref"])
        plan = self._service.plan(name)  # None where it has been taken away since
        query = urlencode({"lang": self._language} | ({"text": place["quote"]} if "quote" in place else {}))
        return f"/plans/{quote(name)}?{query}#{quote(anchors(plan).get(ref, '') if plan else '')}"

    def title(self, cited: Citation) -> str:
        """The plan that is cited, where there are several."""
        plan = self._service.plan(cited.plan)
        return f"《{plain_text(plan.title)}》" if plan and len(self._service.plans) > 1 else ""


# ---- a plan to read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """A table as the reading page shows it: cells with what is wanted highlighted."""

    header: tuple[Markup, ...]
    rows: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True)
class Shown:
    """A section as the reading page shows it."""

    anchor: str
    level: int
    name: str
    heading: Markup
    paragraphs: tuple[Markup | Grid, ...]


def _found(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where a text holds what was looked for, whatever its width and case."""
    sought = fold_each(wanted).strip()
    return [m.span() for m in re.finditer(re.escape(sought), fold_each(text))] if sought else []


def _paragraphs(lines: Sequence[tuple[str, Spans]]) -> list[Markup | Grid]:
    """Lines with what is wanted in each, as paragraphs; rows of a table are drawn together."""
    shown: list[Markup | Grid] = []
    for row, group in groupby(lines, key=lambda line: is_row(line[0])):
        together = list(group)
        if row and len(together) > 1:
            shown.append(_grid(together))
        else:
            shown += [Markup(highlight(line, spans)) for line, spans in together if line]
    return shown


def _grid(lines: Sequence[tuple[str, Spans]]) -> Grid:
    """A row in which anything is wanted is marked as a whole: what was found may reach over several cells."""
    table = read_table([line for line, _ in lines])

    def cells(row: Sequence[str], wanted: bool) -> tuple[Markup, ...]:
        return tuple(Markup(highlight(cell, [(0, len(cell))] if wanted and cell else ())) for cell in row)

    marked = [bool(spans) for _, spans in lines]
    rows = tuple(cells(row, wanted) for row, wanted in zip(table.rows, marked[1:], strict=True))
    return Grid(cells(table.header, marked[0]), rows)


def _shown(plan: Plan, section: Section, wanted: str) -> tuple[Shown, int]:
    spans = _found(section.whole, wanted)
    lines: list[tuple[str, Spans]] = []
    at = 0
    for line in section.whole.split("\n"):
        inside = [(max(a, at) - at, min(b, at + len(line)) - at) for a, b in spans if a < at + len(line) and b > at]
        lines.append((line, inside))
        at += len(line) + 1
    heading, paragraphs = Markup(highlight(*lines[0])), _paragraphs(lines[1:])
    if not section.title and section.printed and paragraphs and isinstance(paragraphs[0], Markup):
        paragraphs[0] = Markup("{} {}").format(heading, paragraphs[0])  # the text runs on behind the number
    titled = section.title or not section.printed
    printed = _BROKEN.sub("", section.printed)
    name = printed if section.title else "" if printed else section.address
    level = min(section.ref.count("/") + 1, _LEVELS)
    shown = heading if section.title else Markup.escape(section.address)
    return Shown(anchors(plan)[section.ref], level, name if titled else "", shown, tuple(paragraphs)), len(spans)


def shown_sections(plan: Plan, wanted: str = "") -> tuple[list[Shown], int]:
    """All sections in reading order, with what is wanted highlighted, and how often it is found."""
    shown = [_shown(plan, s, wanted) for s in plan.sections]
    return [s for s, _ in shown], sum(count for _, count in shown)


def _facts(plan: Plan, words: Words) -> list[tuple[str, str]]:
    meta = plan.meta
    period = f"{meta.period[0]}—{meta.period[1]}" if meta.period else ""
    facts = [(words.number, meta.number), (words.issuer, meta.issuer), (words.issued, meta.issued), (words.period, period)]
    return [(name, value) for name, value in facts if value]


def _plan(request: Request, plan: str) -> Plan | None:
    return service_of(request).plan(plan)


def not_found(request: Request) -> Response:
    """A page that says that there is none."""
    return message(request, Words(language_of_reader(request)).not_found, 404)


def list_plans(request: Request) -> Response:
    """All plans."""
    service = service_of(request)
    return page("plans.html", request, plans=service.listed, retired=service.retired)


def read_plan(request: Request, plan: str, q: str = "", text: str = "") -> Response:
    """The whole plan; `q` is looked for in it, `text` is the quote that a citation's link brings."""
    found = _plan(request, plan)
    if found is None:
        return not_found(request)
    sections, count = shown_sections(found, q[:MAX_FIELD] or text[:MAX_FIELD])
    words = Words(language_of_reader(request))
    service, facts = service_of(request), _facts(found, words)
    in_force = plan in service.plans
    newer = None if in_force else service.plans.get(service.library.replaced_by(plan))
    return page(
        "plan.html", request, plan=found, sections=sections, q=q[:100], count=count, facts=facts, in_force=in_force, newer=newer
    )


def read_targets(request: Request, plan: str) -> Response:
    """The plan's targets, as a table that draws those in per cent."""
    found = _plan(request, plan)
    if found is None:
        return not_found(request)
    words, service = Words(language_of_reader(request)), service_of(request)
    links = Links(words.language, service)

    def place(row: Row, number: int) -> str:
        name = f"{row['address']} {row['indicator']}"
        return Markup('<a href="{}" aria-label="{}">{}</a>').format(links(row), name, row["address"])

    table = targets_html(found, Reader(words, service.rendering), place)
    return page("targets.html", request, plan=found, table=Markup(table))


# ---- the size of type -------------------------------------------------------------------------------------------------


def change_size(request: Request, back: str = "/") -> Response:
    """From normal type to large or back again, for a year; then to the page that the reader came from, of this site only."""
    path = urlsplit(back)
    safe = back.startswith("/") and not path.netloc and not path.scheme and "\\" not in back and not back.startswith("//")
    response = RedirectResponse(back if safe else "/", 303)
    if wants_large(request):
        response.delete_cookie(SIZE_COOKIE)
    else:
        response.set_cookie(SIZE_COOKIE, LARGE, SIZE_S, httponly=True, samesite="lax")
    return response


# ---- the plain form -------------------------------------------------------------------------------------------------


def ask_form(request: Request) -> Response:
    """The form, before anything has been asked."""
    return page("ask.html", request, asked="", answer=None, fault="", answer_id="", said="")


def ask_by_form(
    request: Request,
    question: Annotated[str, Form(max_length=MAX_FIELD)] = "",
    before: Annotated[str, Form(max_length=MAX_FIELD)] = "",
    said: Annotated[str, Form(max_length=MAX_FIELD)] = "",
) -> Response:
    """An answer below the question; the turn before comes with the form."""
    history = (Turn("user", before), Turn("assistant", said)) if before else ()
    ask = Ask(Ask.of(question).question, history)
    try:
        kept = service_of(request).ask(ask, service_of(request).address(request), "form")
    except TurnedAwayError as turned:
        fault = turned.said(language_of_reader(request))
        return page("ask.html", request, turned.status, asked=question, answer=None, fault=fault, answer_id="", said="")
    answer = kept.answer
    return page("ask.html", request, asked=answer.question, answer=answer, fault="", answer_id=kept.id, said=told(answer))


def say_by_form(
    request: Request,
    answer_id: Annotated[str, Form(max_length=32)],
    verdict: Annotated[str, Form(max_length=16)],
    comment: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Thanks, once what a reader says has been kept."""
    if not service_of(request).say(answer_id, verdict, comment):
        return not_found(request)
    return message(request, Words(language_of_reader(request)).thanks, 200)


def build_reading() -> APIRouter:
    """The routes; the application's state holds the service."""
    router = APIRouter(include_in_schema=False)
    router.get("/plans")(list_plans)
    router.get("/plans/{plan}")(read_plan)
    router.get("/plans/{plan}/targets")(read_targets)
    router.get("/size")(change_size)
    router.get("/ask")(ask_form)
    router.post("/ask")(ask_by_form)
    router.post("/ask/feedback")(say_by_form)
    return router
