"""The conversation of the chat page as HTML, and as the engine reads it: all that a plan or a reader wrote is escaped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from corpus.parse import CLOSING, NOTICE, PREAMBLE, Plan, Section
from qa.answer import Answer, Citation, Reason
from qa.web.markup import Reader, button, highlight, typeset
from qa.web.words import Words

EXAMPLES = 6
_EXAMPLE_TITLE = (4, 16)  # characters: shorter titles say too little for a question, longer ones do not fit a button
_SPECIFIC_DEPTH = 2  # above it titles are as general as “basic principles”
_CHIPS_MAX = 8  # a longer list of sources is the answer's own list
_NOT_ASKED = frozenset({Reason.EMPTY, Reason.TOO_LONG})  # nothing that a next question could refer to
_MARK = re.compile(r"\[(\d+)\]")
_NEVER_FIRST = "，。；：、！？）》”,.;:!?)"  # no line begins with these: they stay with the mark before them


@dataclass(frozen=True)
class Exchange:
    """A question and what came of it: an answer, the one line of a fault, or nothing yet."""

    number: int
    question: str
    answer: Answer | None = None
    fault: str = ""
    id: str = ""
    said: tuple[str, ...] = ()
    """What its reader has said of it."""
    further: tuple[str, ...] = ()
    """Questions that lead on to the sections beside the one that answers."""

    @property
    def growing(self) -> bool:
        """Whether more is to come."""
        return self.answer.growing if self.answer else not self.fault


@dataclass(frozen=True)
class Example:
    """A question to start with, the plan that it is put to, and the heading that it stands under."""

    theme: str
    question: str
    plan: str


# ---- an answer ------------------------------------------------------------------------------------------------------


def source_name(citation: Citation, reader: Reader) -> str:
    """What a button that opens a source is called."""
    where = f"{reader.named(citation.plan)}{citation.address} {citation.title}"
    return reader.words.source.format(citation.mark, where)


def _mark_button(citation: Citation, number: int, reader: Reader) -> str:
    name = source_name(citation, reader)
    return button("cite", f"[{citation.mark}]", css="pq-mark", label=name, turn=number, mark=citation.mark)


def _answer_line(line: str, answer: Answer, number: int, reader: Reader) -> str:
    """Let a line's figures stand out and make its marks buttons; a mark without a source stays text."""
    by_mark = {str(c.mark): c for c in answer.citations}
    text, *rest = _MARK.split(line)
    html = [highlight(text, figures=_figures(text, answer))]
    for mark, after in zip(rest[::2], rest[1::2], strict=True):
        shown = _mark_button(by_mark[mark], number, reader) if mark in by_mark else f"[{escape(mark)}]"
        text = after.lstrip(_NEVER_FIRST)
        kept = escape(after[: len(after) - len(text)])
        html += [
            f'<span class="pq-kept">{shown}{kept}</span>' if kept else shown,
            highlight(text, figures=_figures(text, answer)),
        ]
    return "".join(html)


def _figures(text: str, answer: Answer) -> list[tuple[int, int]]:
    """Find in a text the figures that the answer's quotes have marked."""
    figures = {c.quote[start:end] for c in answer.citations for start, end in c.marks}
    return [m.span() for figure in sorted(figures) if figure.strip() for m in re.finditer(re.escape(figure), text)]


def _answer_text(answer: Answer, number: int, reader: Reader) -> str:
    first, *rest = (_answer_line(line, answer, number, reader) for line in answer.text.strip().split("\n"))
    listed = "".join(f"<li>{line}</li>" for line in rest)
    return f'<p class="pq-said">{first}</p>' + (f'<ul class="pq-list">{listed}</ul>' if listed else "")


def _chips(answer: Answer, number: int, reader: Reader) -> str:
    """One button for each cited section, with all its marks."""
    if not answer.citations or "\n" in answer.text or len(answer.citations) > _CHIPS_MAX:
        return ""
    items = []
    by_section: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        by_section.setdefault((citation.plan, citation.ref), []).append(citation)
    for cited in by_section.values():
        marks, first = "".join(f"[{c.mark}]" for c in cited), cited[0]
        title = typeset(reader.translated(first.plan, first.ref, first.title))
        place = f'<span lang="zh-CN">{escape(reader.named(first.plan))}{escape(first.address)}</span>'
        text = f"<b>{marks}</b> <span>{place} {title}</span>"
        items.append(f"<li>{button('cite', text, css='pq-chip', turn=number, mark=first.mark)}</li>")
    return f'<div class="pq-cited"><span>{escape(reader.words.sources)}</span><ul>{"".join(items)}</ul></div>'


def _nearest(answer: Answer, reader: Reader) -> str:
    near = answer.nearest
    if near is None:
        return ""
    where = f"{escape(reader.named(near.plan))}{escape(near.address)} {typeset(near.title)}"
    text = f'{escape(reader.words.to_nearest)}<span lang="zh-CN">{where}</span>'
    return button("cite", text, css="pq-near", plan=near.plan, ref=near.ref)


def answer_html(answer: Answer, number: int, reader: Reader) -> str:
    """Show an answer or a refusal, its sources and how it was made. `number` counts the conversation's turns."""
    words = reader.words
    lang = "zh-CN" if answer.language == "zh" else "en"
    rewritten = f'<p class="pq-read">{escape(words.understood.format(answer.rewritten))}</p>' if answer.rewritten else ""
    made = words.made_english if answer.language == "en" and answer.citations else words.made
    note = f"{answer.note} {made}" if answer.note else made
    return (
        f'<div class="pq-answer pq-{answer.status}">{rewritten}'
        f'<div lang="{lang}">{_answer_text(answer, number, reader)}</div>'
        f'{_chips(answer, number, reader)}{_nearest(answer, reader)}<p class="pq-made">{escape(note)}</p></div>'
    )


# ---- a turn ---------------------------------------------------------------------------------------------------------


def _say(exchange: Exchange, words: Words) -> str:
    """Let a reader say whether the answer is right; once said, thank."""
    if not exchange.id:
        return ""
    if exchange.said:
        return f'<p class="pq-thanks">{escape(words.thanks)}</p>'
    number, field_id = exchange.number, f"pq-why-{exchange.number}"

    def verdict(name: str, text: str) -> str:
        return button("say", escape(text), css="pq-say", turn=number, verdict=name)

    thumbs = verdict("up", words.useful) + verdict("down", words.useless)
    wrong = verdict("wrong_answer", words.wrong_answer) + verdict("wrong_source", words.wrong_source)
    reason = f'<label for="{field_id}">{escape(words.why)}</label><input id="{field_id}" maxlength="500">'
    report = f"<details><summary>{escape(words.report)}</summary>{reason}{wrong}</details>"
    return f'<div class="pq-feedback">{thumbs}{report}</div>'


def _further(exchange: Exchange, words: Words) -> str:
    """Offer the questions that lead on, put to the plan that answered."""
    if exchange.answer is None or not exchange.further:
        return ""
    plan = exchange.answer.citations[0].plan
    items = "".join(f"<li>{button('ask', escape(q), css='pq-example', question=q, plan=plan)}</li>" for q in exchange.further)
    return f'<div class="pq-further"><span>{escape(words.further)}</span><ul>{items}</ul></div>'


def exchange_html(exchange: Exchange, reader: Reader) -> str:
    """Show a question and what came of it."""
    words = reader.words
    question = escape(exchange.question.strip()) or f"<i>{escape(words.empty)}</i>"
    if exchange.answer:
        said = answer_html(exchange.answer, exchange.number, reader)
    else:
        css, line = ("pq-fault", exchange.fault) if exchange.fault else ("pq-looking", words.looking)
        said = f'<div class="pq-answer {css}"><p class="pq-said">{escape(line)}</p></div>'
    return (
        f'<div class="pq-turn" data-number="{exchange.number}">'
        f'<p class="pq-asked"><span class="pq-hidden">{escape(words.asked)} </span>{question}</p>'
        f"{said}{_say(exchange, words)}{_further(exchange, words)}</div>"
    )


def log_html(exchanges: Sequence[Exchange], examples: Sequence[Example], reader: Reader) -> str:
    """Show the conversation, and before it begins what can be asked."""
    body = "".join(exchange_html(e, reader) for e in exchanges) or _welcome(examples, reader.words)
    busy = ' aria-busy="true"' if exchanges and exchanges[-1].growing else ""  # it is read out once it is whole
    return f'<div class="pq-log" role="log" aria-live="polite"{busy} lang="{reader.words.html_lang}">{body}</div>'


# ---- what can be asked ----------------------------------------------------------------------------------------------


def _welcome(examples: Sequence[Example], words: Words) -> str:
    items = "".join(
        f'<li><span class="pq-theme">{typeset(e.theme)}</span>'
        f"{button('ask', escape(e.question), css='pq-example', question=e.question, plan=e.plan)}</li>"
        for e in examples
    )
    asked = f'<h2>{escape(words.examples)}</h2><ul class="pq-examples">{items}</ul>' if items else ""
    return f'<div class="pq-welcome"><p>{escape(words.welcome)}</p>{asked}</div>'


def further_questions(plan: Plan, ref: str, reader: Reader) -> tuple[str, ...]:
    """Questions on the sections before and after the one that answers, under the same heading."""
    above = plan.path(ref)[-2:-1]
    beside = [s for s in (plan.children(above[0].ref) if above else ()) if s.title and s.text]
    at = next((i for i, s in enumerate(beside) if s.ref == ref), None)
    near = [] if at is None else [*beside[at + 1 : at + 2], *beside[max(0, at - 1) : at]]
    return tuple(_example(plan, s, reader) for s in near)


def example_questions(plans: Sequence[Plan], reader: Reader) -> list[Example]:
    """Questions to start with, spread over the themes of the plan; of several plans over the plans, each under its title."""
    if len(plans) == 1:
        return _examples_of(plans[0], reader, EXAMPLES)
    each = max(1, EXAMPLES // len(plans))
    found = [Example(reader.title(plan), e.question, e.plan) for plan in plans for e in _examples_of(plan, reader, each)]
    return found[:EXAMPLES]


def _examples_of(plan: Plan, reader: Reader, most: int) -> list[Example]:
    """Make questions of a plan's own section titles, spread over its themes: each theme's title with a question."""
    least, longest = _EXAMPLE_TITLE
    named = [s for s in plan.sections if s.text and s.ref not in (NOTICE, PREAMBLE, CLOSING)]
    usable = [s for s in named if least <= len(s.title) <= longest]
    leaves = [s for s in usable if not plan.children(s.ref)] or usable
    deep = [s for s in leaves if s.ref.count("/") >= _SPECIFIC_DEPTH]
    of = deep if len(deep) >= EXAMPLES else leaves
    themes: dict[str, list[Section]] = {}
    for section in of:
        themes.setdefault(_theme(plan, section), []).append(section)
    names = list(themes)
    count = min(len(names), most)
    chosen = [names[(2 * i + 1) * len(names) // (2 * count)] for i in range(count)]
    return [
        Example(reader.translated(plan.id, ref, plan.heading(ref)), _example(plan, themes[ref][0], reader), plan.id)
        for ref in chosen
    ]


def _theme(plan: Plan, section: Section) -> str:
    """The ref of the heading above a section that says what it is about: of the second level where there is one."""
    path = plan.path(section.ref)
    return path[min(1, max(len(path) - 2, 0))].ref


def _example(plan: Plan, section: Section, reader: Reader) -> str:
    title = reader.english(plan.id, section.ref, section.title) if reader.words.language == "en" else ""
    if not title:
        return Words("zh").example.format(section.title)
    return reader.words.example.format(title[:1].lower() + title[1:])


# ---- as the engine reads it -----------------------------------------------------------------------------------------


def told(answer: Answer) -> str:
    """An answer as the engine reads it in a conversation: its text and, in brackets, the addresses that it cites."""
    addresses = "；".join(dict.fromkeys(c.address for c in answer.citations))
    text = _MARK.sub("", answer.text)
    return f"{text}（{addresses}）" if addresses else text


def history(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """Give the conversation as the engine reads it."""
    turns = []
    for exchange in exchanges:
        answer = exchange.answer
        if answer is None or answer.reason in _NOT_ASKED:
            continue
        turns += [{"role": "user", "content": exchange.question}, {"role": "assistant", "content": told(answer)}]
    return turns
