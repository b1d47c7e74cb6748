"""The plans at the desk: upload, a look at how a document was read, approval, retirement."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from corpus.errors import PlanqaError, SourceError
from corpus.meta import PlanMeta
from corpus.parse import Plan
from corpus.read import MAX_BYTES, SUFFIXES
from qa.library import Draft
from qa.web.desk import Official, same_site
from qa.web.publish import Publisher
from qa.web.reading import MAX_FIELD, message, page
from qa.web.service import service_of
from qa.web.visitors import language_of_reader
from qa.web.words import Words

Line = Annotated[str, Field(max_length=MAX_FIELD)]
_SHOWN = 60  # characters of a section's text in the tree


def publisher_of(request: Request) -> Publisher:
    """The publisher of the application that a request was sent to."""
    publisher: Publisher = request.app.state.publisher
    return publisher


def _back(request: Request, draft: str = "") -> Response:
    query = urlencode({"lang": language_of_reader(request)} | ({"id": draft} if draft else {}))
    return RedirectResponse(f"/desk/plans{'/draft' if draft else ''}?{query}", 303)


def _shelf(request: Request, name: str, status: int = 200, fault: str = "") -> Response:
    service = service_of(request)
    return page(
        "shelf.html",
        request,
        status,
        name=name,
        plans=service.listed,
        drafts=service.library.drafts(),
        retired=service.retired,
        progress=publisher_of(request).progress,
        suffixes=",".join(SUFFIXES),
        fault=fault,
    )


def shelf(request: Request, name: Official) -> Response:
    """All plans: in use, waiting for approval, retired."""
    return _shelf(request, name)


def upload(request: Request, name: Official, file: Annotated[UploadFile, File()]) -> Response:
    """Keep a document until it is approved, and show how it was read."""
    if (file.size or 0) > MAX_BYTES:
        return _shelf(request, name, 413, f"{file.filename}：超过 {MAX_BYTES // 1_000_000} MB；请拆分后再提供")
    try:
        draft = service_of(request).library.submit(file.filename or "", file.file.read(), name)
    except PlanqaError as error:
        return _shelf(request, name, 422, str(error))
    return _back(request, draft.id)


# ---- a draft --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A section in the tree that is shown for approval."""

    address: str
    title: str
    level: int
    characters: int
    opening: str


def tree(plan: Plan) -> list[Branch]:
    """The sections of a plan as their reader checks them: number, heading, how much text, and how it begins."""
    return [
        Branch(s.address, s.title, s.ref.count("/") + 1, len(s.text), " ".join(s.text[:_SHOWN].split())) for s in plan.sections
    ]


def _draft_page(request: Request, name: str, draft: Draft, status: int = 200, fault: str = "") -> Response:
    service = service_of(request)
    source = service.library.source(draft)
    others = {key: plan.title for key, plan in service.listed.items()}
    shown = {"draft": draft, "plan": source.plan, "tree": tree(source.plan), "others": others, "fault": fault}
    return page("draft.html", request, status, name=name, **shown)


def show_draft(request: Request, name: Official, id: str = "") -> Response:
    """How a document was read, what is known about it, and the buttons that decide."""
    draft = service_of(request).library.draft(id)
    return _draft_page(request, name, draft) if draft else message(request, Words(language_of_reader(request)).not_found, 404)


class DraftIn(BaseModel):
    """What an official decides about a draft, and writes about it."""

    id: Line
    action: Literal["save", "approve", "discard"]
    title: Line = ""
    number: Line = ""
    issuer: Line = ""
    issued: Line = ""
    begins: Line = ""
    ends: Line = ""
    place: Line = ""
    replaces: Line = ""

    def meta(self, before: PlanMeta) -> PlanMeta:
        """What is known about the plan now. Raises: SourceError."""
        years = [y.strip() for y in (self.begins, self.ends) if y.strip()]
        if any(not (y.isdecimal() and len(y) == 4) for y in years) or len(years) == 1:
            raise SourceError(f"计划期 {'—'.join(years)}：起止年份应各为四位数字，或都不填；请改正")
        lines = {key: getattr(self, key).strip() for key in ("title", "number", "issuer", "issued")}
        value = {**before.to_json(), **lines, "period": [int(y) for y in years] or None, "place": self.place.split()}
        value["english_place"] = list(before.english_place)
        try:
            return PlanMeta.from_json(value)
        except ValueError as error:
            raise SourceError(f"计划信息有误（{error}）；请改正") from error


def decide(request: Request, name: Official, form: Annotated[DraftIn, Form()]) -> Response:
    """Save what is known about a draft; approve it, or forget it."""
    library, draft = service_of(request).library, service_of(request).library.draft(form.id)
    if draft is None:
        return message(request, Words(language_of_reader(request)).not_found, 404)
    if draft.approved and publisher_of(request).progress.running:  # it is being built as it was approved
        return _back(request)
    if form.action == "discard":
        library.discard(draft)
        return _back(request)
    try:
        draft = library.edit(draft, form.meta(library.source(draft).plan.meta), form.replaces)
        if form.action == "save":
            return _back(request, draft.id)
        library.approve(draft)
    except PlanqaError as error:
        return _draft_page(request, name, draft, 422, str(error))
    publisher_of(request).start()
    return _back(request)


# ---- retirement -----------------------------------------------------------------------------------------------------


def _quiet(done: int, total: int) -> None:
    """What the index is built from is all in its cache: there is no progress to show."""


def move(
    request: Request,
    name: Official,
    id: Annotated[str, Form(max_length=MAX_FIELD)],
    to: Annotated[Literal["retired", "live"], Form()],
) -> Response:
    """Retire a plan, or take a retired one into use again."""
    service = service_of(request)

    def change() -> object:
        library = service.library
        return library.retire(id, name, _quiet) if to == "retired" else library.restore(id, _quiet)

    try:
        publisher_of(request).patiently(change)
        service.refresh()
    except PlanqaError as error:
        return _shelf(request, name, 409, str(error))
    return _back(request)


def build_shelf() -> APIRouter:
    """The routes; the application's state holds the service and the publisher."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(same_site)])
    router.get("/desk/plans")(shelf)
    router.post("/desk/plans")(upload)
    router.get("/desk/plans/draft")(show_draft)
    router.post("/desk/plans/draft")(decide)
    router.post("/desk/plans/move")(move)
    return router
