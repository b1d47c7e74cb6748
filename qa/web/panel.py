"""What the chat page shows of plans: the head above the conversation, and beside it contents, targets or a section."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from corpus.parse import Plan, Section
from qa.answer import Citation
from qa.export import official
from qa.route import Titled
from qa.targets import Row
from qa.web.conversation import Exchange, source_name
from qa.web.markup import Reader, Spans, button, highlight, typeset
from qa.web.targets import targets_html
from qa.web.words import Words

OUTLINE, TARGETS, SECTION = "outline", "targets", "section"  # what the panel can show
_OUTLINE_DEPTH = 2


@dataclass(frozen=True)
class View:
    """What stands beside the conversation. Without a plan, where there are several, it is the choice of one.

    A section is opened by itself, as the source (`turn`, `mark`) of an answer, or as that of a target, counted from 1.
    """

    shows: str = OUTLINE
    plan: str = ""
    ref: str = ""
    turn: int = 0
    mark: int = 0
    target: int = 0

    def asked(self) -> dict[str, Any]:
        """What a button asks for that opens this view again."""
        if self.mark:
            return {"turn": self.turn, "mark": self.mark}
        if self.shows != SECTION:
            return {"view": self.shows, "plan": self.plan}
        return {"plan": self.plan, "ref": self.ref} | ({"target": self.target} if self.target else {})


CONTENTS = View()


# ---- a section ------------------------------------------------------------------------------------------------------


def quote_start(section: Section, citation: Citation) -> int | None:
    """Where in `section.whole` the quote begins: a plan may say the same twice, so its place in the source decides."""
    head = len(section.printed) + 1
    found = [m.start() for m in re.finditer(re.escape(citation.quote), section.whole)]
    exact = (at for at in found if (section.place(at - head) if at >= head else section.start + at) == citation.start)
    return next(exact, found[0] if found else None)


def _spans(section: Section, citation: Citation | None) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    at = quote_start(section, citation) if citation else None
    if citation is None or at is None:
        return [], []
    return [(at, at + len(citation.quote))], [(at + start, at + end) for start, end in citation.marks]


def _within(spans: Spans, start: int, end: int) -> list[tuple[int, int]]:
    """Cut the spans to a line; offsets are then those in the line."""
    return [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]


def _lines(section: Section, citation: Citation | None) -> list[str]:
    """Highlight the heading as printed and each paragraph."""
    quotes, figures = _spans(section, citation)
    html, at = [], 0
    for line in section.whole.split("\n"):
        end = at + len(line)
        html.append(highlight(line, _within(quotes, at, end), _within(figures, at, end)))
        at = end + 1
    return html


def _body(section: Section, citation: Citation | None) -> str:
    printed, *paragraphs = _lines(section, citation)
    if section.title:
        heading = f"<h3>{printed or typeset(section.title)}</h3>"
    else:  # the text runs on behind the number
        heading = ""
        paragraphs[0] = f"{printed} {paragraphs[0]}" if printed else paragraphs[0]
    return heading + "".join(f"<p>{p}</p>" for p in paragraphs if p)


def _below(plan: Plan, ref: str, reader: Reader) -> str:
    items = "".join(f"<li>{_link(plan, s, reader)}</li>" for s in plan.children(ref))
    return f'<div class="pq-below"><h4>{escape(reader.words.below)}</h4><ul>{items}</ul></div>' if items else ""


def _link(plan: Plan, section: Section, reader: Reader, css: str = "pq-link") -> str:
    return button("cite", typeset(reader.heading(plan, section)), css=css, plan=plan.id, ref=section.ref)


def _english(plan: Plan, section: Section, reader: Reader) -> str:
    """Show the unofficial English of the section to a reader of the English page."""
    if reader.words.language == "zh":
        return ""
    title = reader.english(plan.id, section.ref, section.title) if section.title else ""
    said = " ".join(filter(None, (reader.english(plan.id, section.ref, s.text) for s in section.sentences)))
    if not title and not said:
        return ""
    heading = f"<h4>{typeset(title)}</h4>" if title else ""
    return (
        f'<div class="pq-english" lang="en"><p class="pq-tag">{escape(reader.words.unofficial)}</p>'
        f"{heading}{f'<p>{typeset(said)}</p>' if said else ''}</div>"
    )


def _copy(plan: Plan, citation: Citation, words: Words) -> str:
    """Offer the quote as it goes into a memo: with the plan, its number and the address."""
    return button("copy", escape(words.copy), css="pq-copy", quote=official(citation, plan), done=words.copied)


def section_html(plan: Plan, ref: str, reader: Reader, citation: Citation | None = None) -> str:
    """Show a section: the headings above it, its address, its full text with the quote highlighted, what is below it."""
    section = plan.by_ref[ref]
    copy = _copy(plan, citation, reader.words) if citation else ""
    number = f"<span>{escape(plan.meta.number)}</span>" if plan.meta.number else ""
    above = [_link(plan, s, reader, css="") for s in plan.path(ref) if s.ref != ref]
    return (
        f"{path_html(plan, reader, SECTION, above)}"
        f'<div class="pq-where"><span class="pq-address" lang="zh-CN">{escape(section.address)}</span>{copy}</div>'
        f'<div class="pq-text" lang="zh-CN">{_body(section, citation)}</div>'
        f"{_english(plan, section, reader)}{_below(plan, ref, reader)}"
        f'<p class="pq-origin" lang="zh-CN"><span>《{escape(plan.title)}》</span>{number}</p>'
    )


def tabs_html(exchange: Exchange, mark: int, reader: Reader) -> str:
    """Show a button for each source of an answer; the one that is open is pressed."""
    citations = exchange.answer.citations if exchange.answer else ()
    buttons = "".join(_tab(c, exchange.number, reader, pressed=c.mark == mark) for c in citations)
    return f'<div class="pq-tabs" role="group" aria-label="{escape(reader.words.switch_source)}">{buttons}</div>'


def _tab(citation: Citation, number: int, reader: Reader, *, pressed: bool) -> str:
    name = source_name(citation, reader)
    return button("cite", f"[{citation.mark}]", css="pq-tab", label=name, pressed=pressed, turn=number, mark=citation.mark)


# ---- contents and targets -------------------------------------------------------------------------------------------


def path_html(plan: Plan, reader: Reader, shows: str, above: Iterable[str] = ()) -> str:
    """Show the way down to what is open: of several plans which, and the headings above a section."""
    back = button("cite", escape(reader.words.plans), view=OUTLINE if shows == SECTION else shows, plan="")
    top = [back, f"<span>{typeset(reader.title(plan))}</span>"] if reader.titles else []
    items = "".join(f"<li>{step}</li>" for step in (*top, *above))
    return f'<nav class="pq-path" aria-label="{escape(reader.words.path)}"><ol>{items}</ol></nav>' if items else ""


def outline_html(plan: Plan, reader: Reader) -> str:
    """Show the plan's table of contents, two levels deep."""

    def items(sections: Iterable[Section]) -> str:
        return "".join(f"<li>{_link(plan, s, reader)}{nested(s)}</li>" for s in sections)

    def nested(section: Section) -> str:
        below = items(plan.children(section.ref)) if section.ref.count("/") + 1 < _OUTLINE_DEPTH else ""
        return f"<ul>{below}</ul>" if below else ""

    top = [s for s in plan.sections if "/" not in s.ref]
    hint = f'<p class="pq-hint">{escape(reader.words.outline_hint)}</p>'
    return f'{path_html(plan, reader, OUTLINE)}{hint}<ul class="pq-outline">{items(top)}</ul>'


def plan_targets_html(plan: Plan, reader: Reader) -> str:
    """Show the plan's targets, each of which opens its section in place."""

    def place(row: Row, number: int) -> str:
        address = str(row["address"])
        name = f"{address} {row['indicator']}"
        return button("cite", escape(address), css="pq-place", label=name, plan=plan.id, ref=row["ref"], target=number)

    return path_html(plan, reader, TARGETS) + targets_html(plan, reader, place)


def plans_html(plans: Iterable[Titled], shows: str, reader: Reader) -> str:
    """Offer the plans, each of which opens its contents or its targets."""
    items = "".join(
        f"<li>{button('cite', typeset(reader.title(p)), css='pq-link', view=shows, plan=p.id)}{_number(p)}</li>" for p in plans
    )
    return f'<p class="pq-hint">{escape(reader.words.plans_hint)}</p><ul class="pq-plans">{items}</ul>'


def _number(plan: Titled) -> str:
    return f'<span class="soft" lang="zh-CN">{escape(plan.meta.number)}</span>' if plan.meta.number else ""


# ---- the panel ------------------------------------------------------------------------------------------------------


def views_html(view: View, section: View | None, words: Words) -> str:
    """Offer contents, targets and, once one has been opened, the section; what is shown is pressed."""
    offered = [(words.outline, View(OUTLINE, view.plan)), (words.targets, View(TARGETS, view.plan))]
    offered += [(words.passage, section)] if section else []
    buttons = "".join(
        button("cite", escape(name), css="pq-tab", pressed=each.shows == view.shows, **each.asked()) for name, each in offered
    )
    return f'<div class="pq-views" role="group" aria-label="{escape(words.beside)}">{buttons}</div>'


def panel_html(title: str, views: str, body: str, words: Words, opened: int) -> str:
    """Frame what stands beside the conversation. `opened` makes the same section, asked for again, come into view again."""
    back = button("back", escape(words.back), css="pq-back")
    return (
        f'<section class="pq-panel" aria-label="{escape(title)}" lang="{words.html_lang}" data-opened="{opened}">'
        f'{views}<h2 tabindex="-1">{escape(title)}</h2>{body}{back}</section>'
    )


# ---- the head -------------------------------------------------------------------------------------------------------


def header_html(plan: Plan | None, reader: Reader) -> str:
    """Show the plan's title, number, period, and that targets are not results; without a plan the page's name alone."""
    words = reader.words
    below = f'<p class="pq-scope">{escape(words.scope)}</p>{_ways(plan, words)}</header>'
    if plan is None:
        return f'<header class="pq-header" lang="{words.html_lang}"><h1>{escape(words.site)}</h1>{below}'
    meta = plan.meta
    span = ("{}—{}年" if words.language == "zh" else "{}–{}").format(*meta.period) if meta.period else ""
    facts = [(words.number, meta.number), (words.issuer, meta.issuer), (words.issued, meta.issued), (words.period, span)]
    items = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts if v)
    return (
        f'<header class="pq-header" lang="{words.html_lang}"><p class="pq-name">{escape(words.site)}</p>'
        f"<h1>{escape(reader.title(plan))}</h1><dl>{items}</dl>{below}"
    )


def _ways(plan: Plan | None, words: Words) -> str:
    """Lead to the pages that need no script: the whole plan, or all plans, the plain form. Targets are shown in place too."""
    lang = f"?lang={words.language}"
    own = f"/plans/{quote(plan.id)}" if plan else "/plans"
    here = f' data-act="cite" data-view="{TARGETS}" data-plan="{escape(plan.id if plan else "")}"'
    ways = [
        (own + lang, words.whole if plan else words.plans, ""),
        (f"{own}/targets{lang}" if plan else own + lang, words.targets, here),
        (f"/ask{lang}", words.form, ""),
        (f"/size{lang}&back=/", words.size, ""),
    ]
    items = "".join(f'<li><a href="{escape(address)}"{data}>{escape(name)}</a></li>' for address, name, data in ways)
    return f'<ul class="pq-ways">{items}</ul>'
