"""The officials' desk, behind a login: all that is known about an answer, what readers could not get, and the off switch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from corpus.parse import Plan
from qa.accounts import SESSION_MS
from qa.answer import Answer
from qa.database import now_ms
from qa.export import to_csv, to_docx, to_xlsx
from qa.followup import Turn
from qa.pipeline import Ask
from qa.privacy import masked
from qa.record import DAY_MS
from qa.web.conversation import told
from qa.web.reading import MAX_FIELD, page
from qa.web.service import Service, service_of
from qa.web.visitors import language_of_reader
from qa.web.words import Words

COOKIE = "planqa_session"
MAX_TURNS = 30
SHOWN_DAYS = 30
_Writer = Callable[[Sequence[Answer], Mapping[str, Plan]], bytes]
_EXPORTS: dict[str, tuple[_Writer, str]] = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "xlsx": (to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (to_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


# ---- who is at the desk ---------------------------------------------------------------------------------------------


def account(request: Request) -> str | None:
    """The account that asks: named by a trusted proxy where one is set up for it, else that of the session."""
    service, peer = service_of(request), request.client.host if request.client else ""
    header = service.settings.user_header
    if header and peer in service.proxies:
        return request.headers.get(header) or None
    token = request.cookies.get(COOKIE, "")
    return service.record.accounts.who(token) if token else None


def official(request: Request) -> str:
    """The account, or a way to the login. Raises: HTTPException."""
    name = account(request)
    if name is None:
        raise HTTPException(303, headers={"Location": f"/desk/login?lang={language_of_reader(request)}"})
    return name


def same_site(request: Request) -> None:
    """A form is taken from our own pages only. Raises: HTTPException."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "来自别的网站的表单不予受理 / forms of other sites are not taken")


Official = Annotated[str, Depends(official)]


def login_page(request: Request) -> Response:
    """The login."""
    return page("login.html", request, failed=False)


def log_in(
    request: Request, name: Annotated[str, Form(max_length=64)], password: Annotated[str, Form(max_length=200)]
) -> Response:
    """To the desk with a session, or the login again."""
    token = service_of(request).record.accounts.log_in(name, password)
    if token is None:
        return page("login.html", request, 401, failed=True)
    response = RedirectResponse(f"/desk?lang={language_of_reader(request)}", 303)
    response.set_cookie(COOKIE, token, SESSION_MS // 1000, path="/desk", secure=True, httponly=True, samesite="strict")
    return response


def log_out(request: Request) -> Response:
    """Out, back to the login."""
    service_of(request).record.accounts.log_out(request.cookies.get(COOKIE, ""))
    response = RedirectResponse(f"/desk/login?lang={language_of_reader(request)}", 303)
    response.delete_cookie(COOKIE, path="/desk", secure=True, httponly=True, samesite="strict")
    return response


# ---- asking ---------------------------------------------------------------------------------------------------------

Questions = Annotated[list[Annotated[str, Query(max_length=MAX_FIELD)]], Query(max_length=MAX_TURNS)]


def _asks(service: Service, questions: Sequence[str]) -> list[tuple[Ask, Answer]]:
    """Each question with the turns before it, and its answer: the same questions always give the same conversation."""
    turns: tuple[Turn, ...] = ()
    found = []
    for question in questions:
        ask = Ask(Ask.of(question).question, turns)
        answer = service.answer_inside(ask)
        turns = (*turns, Turn("user", ask.question), Turn("assistant", told(answer)))
        found.append((ask, answer))
    return found


def desk(request: Request, name: Official, q: Questions = []) -> Response:  # noqa: B006 - never changed
    """The conversation, the newest turn with all that is known about it."""
    service = service_of(request)
    asked = _asks(service, q)
    understood = service.engine.understood(asked[-1][0]) if asked and any(c.isalnum() for c in q[-1]) else None
    query = urlencode([*(("q", question) for question in q), ("lang", language_of_reader(request))])
    return page("desk.html", request, name=name, turns=[a for _, a in asked], understood=understood, questions=q, query=query)


def ask_at_desk(
    request: Request,
    name: Official,
    question: Annotated[str, Form(max_length=MAX_FIELD)],
    q: Annotated[list[Annotated[str, Form(max_length=MAX_FIELD)]], Form(max_length=MAX_TURNS)] = [],  # noqa: B006
) -> Response:
    """Answer, keep, and show the conversation with the new turn."""
    service, questions = service_of(request), [*q, question][-MAX_TURNS:]
    service.keep_inside(_asks(service, questions)[-1][1], name)
    questions = [masked(each) for each in questions]  # the address is remembered by browsers and proxies
    query = urlencode([*(("q", each) for each in questions), ("lang", language_of_reader(request))])
    return RedirectResponse(f"/desk?{query}", 303)


def export(request: Request, form: str, name: Official, q: Questions = []) -> Response:  # noqa: B006 - never changed
    """The conversation, or its citations, as a file."""
    if form not in _EXPORTS:
        raise HTTPException(404, f"没有格式 {form} / no format {form}")
    write, kind = _EXPORTS[form]
    service = service_of(request)
    answers = [answer for _, answer in _asks(service, q)]
    body = write(answers, service.plans)
    return Response(body, media_type=kind, headers={"content-disposition": f'attachment; filename="planqa.{form}"'})


# ---- what readers could not get, and the off switch -----------------------------------------------------------------


def troubles(request: Request, name: Official) -> Response:
    """The questions that were refused or marked wrong, and the counts of the last days."""
    record, since = service_of(request).record, now_ms() - SHOWN_DAYS * DAY_MS
    days = record.days(since)
    most = max((d.answered + d.refused for d in days), default=1)
    return page("troubles.html", request, name=name, troubles=record.troubles(since), days=days, most=most)


def switch(request: Request, name: Official) -> Response:
    """Whether the public page is in service."""
    return page("switch.html", request, name=name, closed=service_of(request).record.closed())


def turn_switch(
    request: Request,
    name: Official,
    to: Annotated[str, Form(pattern="^(?:open|closed)$")],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Close the public page with a reason, or open it again."""
    record = service_of(request).record
    if to == "open":
        record.open_public()
    else:
        record.close_public(reason.strip() or Words("zh").close, name)
    return RedirectResponse(f"/desk/switch?lang={language_of_reader(request)}", 303)


def build_desk() -> APIRouter:
    """The routes; the application's state holds the service."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(same_site)])
    router.get("/desk/login")(login_page)
    router.post("/desk/login")(log_in)
    router.post("/desk/logout")(log_out)
    router.get("/desk")(desk)
    router.post("/desk")(ask_at_desk)
    router.get("/desk/export/{form}")(export)
    router.get("/desk/troubles")(troubles)
    router.get("/desk/switch")(switch)
    router.post("/desk/switch")(turn_switch)
    return router
