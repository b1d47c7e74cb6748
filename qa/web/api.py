"""The interface for programs: JSON under `/api`, the form that OpenAI clients speak under `/v1`, health and metrics."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from corpus.parse import Plan
from qa.followup import Turn
from qa.pipeline import Ask
from qa.targets import rows
from qa.web.reading import message
from qa.web.service import Kept, TurnedAwayError, service_of
from qa.web.visitors import language_of_reader
from qa.web.words import Words

MAX_TEXT, MAX_TURNS, MAX_HITS = 4000, 40, 50
MODEL = "planqa"
RETRY_S = "10"
_STREAM_PIECE = 24  # characters


class TurnIn(BaseModel):
    """One message of the conversation before the question."""

    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_TEXT)]


class AskIn(BaseModel):
    """A question. `id` comes back with the answer; `plan` limits it to one plan."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=MAX_TEXT)]
    history: Annotated[list[TurnIn], Field(max_length=MAX_TURNS)] = []
    plan: str | None = None
    id: Annotated[str, Field(max_length=200)] | None = None


class FeedbackIn(BaseModel):
    """What a reader says of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: Annotated[str, Field(max_length=32)]
    verdict: Literal["up", "down", "wrong_answer", "wrong_source"]
    comment: Annotated[str, Field(max_length=500)] = ""


class PartIn(BaseModel):
    """A part of a message in the form that OpenAI clients speak; only text is read."""

    type: str
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class MessageIn(BaseModel):
    """A message in the form that OpenAI clients speak."""

    role: str
    content: Annotated[str, Field(max_length=MAX_TEXT)] | Annotated[list[PartIn], Field(max_length=MAX_TURNS)] | None = None

    @property
    def text(self) -> str:
        """The message's text."""
        return self.content if isinstance(self.content, str) else "".join(p.text for p in self.content or ())


class ChatIn(BaseModel):
    """A request in the form that OpenAI clients speak; what a language model would need is read over."""

    model: str = MODEL
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=MAX_TURNS)]
    stream: bool = False


def _asked(body: AskIn) -> Ask:
    return Ask.of({"question": body.question, "history": [t.model_dump() for t in body.history], "plan": body.plan})


def _chat_ask(body: ChatIn) -> Ask:
    said = [m for m in body.messages if m.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        raise HTTPException(422, "the last message has to be the user's")
    turns = tuple(Turn(m.role, m.text) for m in said[:-1])
    return Ask(Ask.of(said[-1].text).question, turns)


def _completion(kept: Kept, kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    head = {"id": f"chatcmpl-{kept.id}", "object": kind, "created": int(time.time()), "model": MODEL}
    return {**head, "choices": [{"index": 0, **choice}]}


def _stream(kept: Kept) -> Iterator[str]:
    answer = kept.answer
    kind, text = "chat.completion.chunk", answer.text
    pieces = [text[i : i + _STREAM_PIECE] for i in range(0, len(text), _STREAM_PIECE)]
    for i, piece in enumerate(pieces):
        delta = {"role": "assistant", "content": piece} if i == 0 else {"content": piece}
        yield f"data: {json.dumps(_completion(kept, kind, {'delta': delta, 'finish_reason': None}), ensure_ascii=False)}\n\n"
    last = _completion(kept, kind, {"delta": {}, "finish_reason": "stop"}) | _extra(kept)
    yield f"data: {json.dumps(last, ensure_ascii=False)}\n\ndata: [DONE]\n\n"


def _extra(kept: Kept) -> dict[str, Any]:
    answer = kept.answer.to_json()
    kept_fields = ("status", "reason", "note")
    return {"sources": answer["citations"], **{name: answer[name] for name in kept_fields if name in answer}}


# ---- questions ------------------------------------------------------------------------------------------------------


def ask(body: AskIn, request: Request) -> dict[str, Any]:
    """Ask a question; the answer in the form of `planqa ask --json`, and the id by which feedback names it."""
    kept = service_of(request).ask(_asked(body), service_of(request).address(request), "api")
    return kept.answer.to_json(body.id) | {"answer_id": kept.id}


def feedback(body: FeedbackIn, request: Request) -> dict[str, str]:
    """Say whether an answer or its source was right."""
    if not service_of(request).say(body.answer_id, body.verdict, body.comment):
        raise HTTPException(404, f"没有回答 {body.answer_id} / no answer {body.answer_id}")
    return {"answer_id": body.answer_id}


def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=MAX_TEXT)],
    k: Annotated[int, Query(ge=1, le=MAX_HITS)] = 10,
) -> list[dict[str, Any]]:
    """The best chunks for a question, the best first."""
    return [
        {"rank": h.rank, "score": round(h.score, 4), "plan": h.plan, "ref": h.ref, "chunk": h.chunk.id, "text": h.chunk.text}
        for h in service_of(request).search(q, k, service_of(request).address(request))
    ]


def chat(body: ChatIn, request: Request) -> Response:
    """Ask in the form that OpenAI clients speak; the sources stand in `sources`."""
    kept = service_of(request).ask(_chat_ask(body), service_of(request).address(request), "openai")
    if body.stream:
        return StreamingResponse(_stream(kept), media_type="text/event-stream")
    message = {"message": {"role": "assistant", "content": kept.answer.text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return JSONResponse(_completion(kept, "chat.completion", message) | {"usage": usage} | _extra(kept))


def models() -> dict[str, Any]:
    """The one model, for clients that ask."""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "planqa"}]}


# ---- plans ----------------------------------------------------------------------------------------------------------


def _chosen(request: Request, plan: str | None) -> list[Plan]:
    known = service_of(request).plans
    if plan is not None and plan not in known:
        raise HTTPException(404, f"没有计划 {plan} / no plan {plan}")
    return list(known.values()) if plan is None else [known[plan]]


def plans(request: Request) -> list[dict[str, Any]]:
    """The plans that can be asked."""
    return [
        {
            "id": p.id,
            "title": p.title,
            "number": p.meta.number,
            "issuer": p.meta.issuer,
            "issued": p.meta.issued,
            "period": list(p.meta.period) if p.meta.period else None,
            "sections": p.sections,
        }
        for p in service_of(request).listed.values()
    ]


def sections(plan: str, request: Request) -> list[dict[str, Any]]:
    """The sections of a plan, in reading order."""
    return [
        {"ref": s.ref, "address": s.address, "title": s.title, "text": s.text, "start": s.start}
        for p in _chosen(request, plan)
        for s in p.sections
    ]


def targets(request: Request, plan: str | None = None) -> list[dict[str, Any]]:
    """The quantified targets of one plan, or of all."""
    return [dict(row) for row in rows(_chosen(request, plan))]


# ---- operation ------------------------------------------------------------------------------------------------------


def health(request: Request) -> Response:
    """200 while questions can be answered and kept."""
    record = service_of(request).record
    if not record.check():
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok", "public": "open" if record.closed() is None else "closed"})


def metrics(request: Request) -> Response:
    """Counts in the form that Prometheus reads."""
    return Response(service_of(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def build_api() -> APIRouter:
    """The routes; the application's state holds the service."""
    router = APIRouter()
    router.add_api_route("/api/ask", ask, methods=["POST"], tags=["questions"])
    router.add_api_route("/api/feedback", feedback, methods=["POST"], tags=["questions"], status_code=201)
    router.add_api_route("/api/search", search, tags=["questions"])
    router.add_api_route("/api/plans", plans, tags=["plans"])
    router.add_api_route("/api/plans/{plan}/sections", sections, tags=["plans"])
    router.add_api_route("/api/targets", targets, tags=["plans"])
    router.add_api_route("/v1/chat/completions", chat, methods=["POST"], tags=["openai"], response_model=None)
    router.add_api_route("/v1/models", models, tags=["openai"])
    router.add_api_route("/healthz", health, tags=["operation"], response_model=None)
    router.add_api_route("/metrics", metrics, tags=["operation"], response_model=None)
    return router


def _fault(request: Request, status: int, text: str, cause: str, detail: object = None) -> Response:
    """What went wrong, in the form in which the one who asked reads it."""
    if request.url.path.startswith("/v1/"):
        return JSONResponse({"error": {"message": text, "type": cause, "code": cause, "param": None}}, status)
    return JSONResponse({"detail": detail or text, "cause": cause}, status)


def say_turned_away(request: Request, error: Exception) -> Response:
    """A question that is not answered now."""
    assert isinstance(error, TurnedAwayError)
    response = _fault(request, error.status, str(error), error.cause)
    response.headers["Retry-After"] = RETRY_S
    return response


def say_invalid(request: Request, error: Exception) -> Response:
    """A request of the wrong form: where and why, without what was sent, which may be no text at all."""
    assert isinstance(error, RequestValidationError)
    detail = [{k: e[k] for k in ("type", "loc", "msg")} for e in error.errors()]
    if not request.url.path.startswith(("/api/", "/v1/")):
        return message(request, Words(language_of_reader(request)).invalid, 422)
    return _fault(request, 422, "; ".join(e["msg"] for e in detail), "invalid", detail)


def say_fault(request: Request, error: Exception) -> Response:
    """A question that cannot be used."""
    return _fault(request, 422, str(error), "invalid")
