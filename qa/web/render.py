"""From answers and sections to HTML: pure functions, and everything that a plan or a reader wrote is escaped."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from urllib.parse import quote

from corpus.parse import CLOSING, NOTICE, PREAMBLE, Plan, Section
from qa.answer import Answer, Citation, Reason
from qa.export import SUBSCRIPT, official

Spans = Iterable[tuple[int, int]]
English = Callable[[str, str, str], str]
"""The unofficial English of (plan id, ref, Chinese); "" where there is none."""

EXAMPLES = 6
_EXAMPLE_TITLE = (4, 16)  # characters: shorter titles say too little for a question, longer ones do not fit a button
_SPECIFIC_DEPTH = 2  # above it titles are as general as “basic principles”
_CHIPS_MAX = 8  # a longer list of sources is the answer's own list
_OUTLINE_DEPTH = 2
_NOT_ASKED = frozenset({Reason.EMPTY, Reason.TOO_LONG})  # nothing that a next question could refer to
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Labels:
    """What the page says in its own words, in one language."""

    language: str
    html_lang: str
    name: str
    switch: str
    number: str
    issuer: str
    issued: str
    period: str
    scope: str
    plan: str
    all_plans: str
    box: str
    placeholder: str
    submit: str
    clear: str
    welcome: str
    examples: str
    example: str
    you: str
    empty: str
    made: str
    made_english: str
    rewritten: str
    sources: str
    source: str
    section: str
    switch_source: str
    nearest: str
    outline: str
    outline_hint: str
    below: str
    english: str
    copy: str
    copied: str
    back: str
    useful: str
    useless: str
    wrong_answer: str
    wrong_source: str
    why: str
    report: str
    thanks: str
    further: str
    whole: str
    targets: str
    plain: str
    size: str
    parts: dict[str, str] = field(default_factory=dict)
    """The names of the parts outside numbered headings, where they differ from the refs."""


LABELS = {
    "zh": Labels(
        language="zh",
        html_lang="zh-CN",
        name="计划问答",
        switch="语言 / Language",
        number="文号",
        issuer="发文机关",
        issued="成文日期",
        period="计划期",
        scope="文中的目标是计划期内要做到的，不是已经做到的结果。",
        plan="计划",
        all_plans="全部计划",
        box="您的问题",
        placeholder="例如：某项指标是多少",
        submit="提问",
        clear="清空对话",
        welcome="请就这份计划提问。回答只用计划原文，并注明出处；计划没有写的，会如实说明。",
        examples="可以这样问",
        example="{title}有哪些要求？",
        you="您问：",
        empty="（空）",
        made="自动生成，以计划原文为准",
        made_english="自动生成，以计划原文为准；英文为非正式译文",
        rewritten="按此理解：{}",
        sources="出处",
        source="出处 {}：{}",
        section="章节原文",
        switch_source="切换出处",
        nearest="去看最接近的章节",
        outline="计划目录",
        outline_hint="点选章节可读原文。",
        below="下设章节",
        english="非正式英译",
        copy="复制引文",
        copied="已复制",
        back="返回对话",
        useful="有用",
        useless="没用",
        wrong_answer="答案有误",
        wrong_source="出处有误",
        why="哪里有误（可不填）",
        report="报告错误",
        thanks="已记下，谢谢。",
        further="还可以问",
        whole="全文",
        targets="指标一览",
        plain="简单表单",
        size="大字 / 标准字号",
    ),
    "en": Labels(
        language="en",
        html_lang="en",
        name="Ask the plan",
        switch="语言 / Language",
        number="Document no.",
        issuer="Issued by",
        issued="Dated",
        period="Period",
        scope="Targets in the plan are what was to be reached in that period, not results.",
        plan="Plan",
        all_plans="All plans",
        box="Your question",
        placeholder="For example: a target",
        submit="Ask",
        clear="Clear conversation",
        welcome="Ask about this plan, in English or Chinese. Answers are made of the plan's own words and say where "
        "they stand; where the plan is silent, they say so.",
        examples="Questions to start with",
        example="What does the plan require on {title}?",
        you="You asked: ",
        empty="(empty)",
        made="Made automatically; the plan's own text is authoritative",
        made_english="Made automatically; the English is an unofficial translation, the Chinese is authoritative",
        rewritten="Understood as: {}",
        sources="Sources",
        source="Source {}: {}",
        section="Section",
        switch_source="Switch between sources",
        nearest="Go to the nearest section",
        outline="Contents of the plan",
        outline_hint="Choose a section to read it.",
        below="Sections below this one",
        english="Unofficial English",
        copy="Copy quote",
        copied="Copied",
        back="Back to the conversation",
        useful="Useful",
        useless="Not useful",
        wrong_answer="The answer is wrong",
        wrong_source="The source is wrong",
        why="What is wrong (optional)",
        report="Report a mistake",
        thanks="Noted, thank you.",
        further="You may also ask",
        whole="The whole plan",
        targets="All targets",
        plain="Plain form",
        size="Large / normal type",
        parts={NOTICE: "Covering notice", PREAMBLE: "Preamble", CLOSING: "Closing"},
    ),
}


@dataclass(frozen=True)
class Exchange:
    """A question and what came of it: an answer, or the one line of a fault."""

    number: int
    question: str
    answer: Answer | None = None
    fault: str = ""
    id: str = ""
    said: tuple[str, ...] = ()
    """What its reader has said of it."""
    further: tuple[str, ...] = ()
    """Questions that lead on to the sections beside the one that answers."""


# ---- text -----------------------------------------------------------------------------------------------------------


_QUOTED, _FIGURE = 1, 2


def _styles(text: str, quotes: Spans, figures: Spans) -> list[int]:
    """For each character the sum of _QUOTED and _FIGURE that it is part of; a subscript is never cut in two."""
    styles = [0] * len(text)
    for style, spans in ((_QUOTED, quotes), (_FIGURE, figures)):
        for start, end in spans:
            styles[start:end] = [s | style for s in styles[start:end]]
    for m in SUBSCRIPT.finditer(text):
        styles[m.start() : m.end()] = [max(styles[m.start() : m.end()])] * len(m[0])
    return styles


def _typeset(text: str) -> str:
    """Escaped text in which the source's own markup is set and not shown."""
    return SUBSCRIPT.sub(r"<sub>\1</sub>", escape(text)).replace("**", "")


def highlight(text: str, quotes: Spans = (), figures: Spans = ()) -> str:
    """Escape text and put quotes in <mark> and figures in <strong>; spans are offsets in `text`.

    >>> highlight("推进新建绿道 18 公里。", [(0, 13)], [(7, 12)])
    '<mark>推进新建绿道 <strong>18 公里</strong>。</mark>'
    """
    styled = zip(_styles(text, quotes, figures), text, strict=True)
    runs = [(style, _typeset("".join(c for _, c in run))) for style, run in groupby(styled, key=lambda pair: pair[0])]
    html = []
    for quoted, group in groupby(runs, key=lambda run: run[0] & _QUOTED):
        inner = "".join(f"<strong>{run}</strong>" if style & _FIGURE else run for style, run in group)
        html.append(f"<mark>{inner}</mark>" if quoted else inner)
    return "".join(html)


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


def _button(act: str, text: str, *, css: str = "", label: str = "", **data: object) -> str:
    """Make a button that the page's script hands to the server; `text` is HTML, all else is escaped."""
    attributes = "".join(f' data-{k}="{escape(str(v))}"' for k, v in data.items())
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<button type="button" class="{escape(css)}" data-act="{escape(act)}"{named}{attributes}>{text}</button>'


# ---- the conversation -----------------------------------------------------------------------------------------------


def _mark_button(citation: Citation, number: int, labels: Labels) -> str:
    name = labels.source.format(citation.mark, f"{citation.address} {citation.title}")
    return _button("cite", f"[{citation.mark}]", css="pq-mark", label=name, turn=number, mark=citation.mark)


def _answer_line(line: str, answer: Answer, number: int, labels: Labels) -> str:
    """Let a line's figures stand out and make its marks buttons; a mark without a source stays text."""
    by_mark = {str(c.mark): c for c in answer.citations}
    html = []
    for i, part in enumerate(_MARK.split(line)):
        if i % 2 == 0:
            html.append(highlight(part, figures=_figures(part, answer)))
        elif part in by_mark:
            html.append(_mark_button(by_mark[part], number, labels))
        else:
            html.append(f"[{escape(part)}]")
    return "".join(html)


def _figures(text: str, answer: Answer) -> list[tuple[int, int]]:
    """Find in a text the figures that the answer's quotes have marked."""
    figures = {c.quote[start:end] for c in answer.citations for start, end in c.marks}
    return [m.span() for figure in sorted(figures) if figure.strip() for m in re.finditer(re.escape(figure), text)]


def _answer_text(answer: Answer, number: int, labels: Labels) -> str:
    first, *rest = (_answer_line(line, answer, number, labels) for line in answer.text.strip().split("\n"))
    listed = "".join(f"<li>{line}</li>" for line in rest)
    return f'<p class="pq-said">{first}</p>' + (f'<ul class="pq-list">{listed}</ul>' if listed else "")


def _translated(plan: str, ref: str, chinese: str, labels: Labels, english: English) -> str:
    """Give the text in the page's language, where it has been translated."""
    return (labels.language == "en" and english(plan, ref, chinese)) or chinese


def _chips(answer: Answer, number: int, labels: Labels, english: English) -> str:
    """One button for each cited section, with all its marks."""
    if not answer.citations or "\n" in answer.text or len(answer.citations) > _CHIPS_MAX:
        return ""
    items = []
    by_ref = {c.ref: [d for d in answer.citations if d.ref == c.ref] for c in answer.citations}
    for cited in by_ref.values():
        marks, first = "".join(f"[{c.mark}]" for c in cited), cited[0]
        title = _translated(first.plan, first.ref, first.title, labels, english)
        text = f"<b>{marks}</b> <span>{escape(first.address)} {_typeset(title)}</span>"
        items.append(f"<li>{_button('cite', text, css='pq-chip', turn=number, mark=first.mark)}</li>")
    return f'<div class="pq-cited"><span>{escape(labels.sources)}</span><ul>{"".join(items)}</ul></div>'


def _nearest(answer: Answer, labels: Labels) -> str:
    near = answer.nearest
    if near is None:
        return ""
    text = f"{escape(labels.nearest)}<span>{escape(near.address)} {_typeset(near.title)}</span>"
    return _button("cite", text, css="pq-near", plan=near.plan, ref=near.ref)


def answer_html(answer: Answer, number: int, labels: Labels, english: English) -> str:
    """Show an answer or a refusal, its sources and how it was made. `number` counts the conversation's turns."""
    lang = "zh-CN" if answer.language == "zh" else "en"
    rewritten = f'<p class="pq-read">{escape(labels.rewritten.format(answer.rewritten))}</p>' if answer.rewritten else ""
    made = labels.made_english if answer.language == "en" and answer.citations else labels.made
    note = f"{answer.note} {made}" if answer.note else made
    return (
        f'<div class="pq-answer pq-{answer.status}">{rewritten}'
        f'<div lang="{lang}">{_answer_text(answer, number, labels)}</div>'
        f'{_chips(answer, number, labels, english)}{_nearest(answer, labels)}<p class="pq-made">{escape(note)}</p></div>'
    )


def _say(exchange: Exchange, labels: Labels) -> str:
    """Let a reader say whether the answer is right; once said, thank."""
    if not exchange.id:
        return ""
    if exchange.said:
        return f'<p class="pq-thanks">{escape(labels.thanks)}</p>'
    number, field_id = exchange.number, f"pq-why-{exchange.number}"

    def button(verdict: str, text: str) -> str:
        return _button("say", escape(text), css="pq-say", turn=number, verdict=verdict)

    thumbs = button("up", labels.useful) + button("down", labels.useless)
    wrong = button("wrong_answer", labels.wrong_answer) + button("wrong_source", labels.wrong_source)
    reason = f'<label for="{field_id}">{escape(labels.why)}</label><input id="{field_id}" maxlength="500">'
    report = f"<details><summary>{escape(labels.report)}</summary>{reason}{wrong}</details>"
    return f'<div class="pq-feedback">{thumbs}{report}</div>'


def _further(exchange: Exchange, labels: Labels) -> str:
    """Offer the questions that lead on."""
    items = "".join(f"<li>{_button('ask', escape(q), css='pq-example', question=q)}</li>" for q in exchange.further)
    return f'<div class="pq-further"><span>{escape(labels.further)}</span><ul>{items}</ul></div>' if items else ""


def further_questions(plan: Plan, ref: str, labels: Labels, english: English) -> tuple[str, ...]:
    """Questions on the sections before and after the one that answers, under the same heading."""
    above = plan.path(ref)[-2:-1]
    beside = [s for s in (plan.children(above[0].ref) if above else ()) if s.title and s.text]
    at = next((i for i, s in enumerate(beside) if s.ref == ref), None)
    near = [] if at is None else [*beside[at + 1 : at + 2], *beside[max(0, at - 1) : at]]
    return tuple(_example(plan, s, labels, english) for s in near)


def exchange_html(exchange: Exchange, labels: Labels, english: English) -> str:
    """Show a question and what came of it."""
    question = escape(exchange.question.strip()) or f"<i>{escape(labels.empty)}</i>"
    said = (
        answer_html(exchange.answer, exchange.number, labels, english)
        if exchange.answer
        else f'<div class="pq-answer pq-fault"><p class="pq-said">{escape(exchange.fault)}</p></div>'
    )
    return (
        f'<div class="pq-turn" data-number="{exchange.number}">'
        f'<p class="pq-asked"><span class="pq-hidden">{escape(labels.you)}</span>{question}</p>'
        f"{said}{_say(exchange, labels)}{_further(exchange, labels)}</div>"
    )


def log_html(exchanges: Sequence[Exchange], examples: Sequence[tuple[str, str]], labels: Labels, english: English) -> str:
    """Show the conversation, and before it begins what can be asked."""
    body = "".join(exchange_html(e, labels, english) for e in exchanges) or _welcome(examples, labels)
    return f'<div class="pq-log" role="log" aria-live="polite" lang="{labels.html_lang}">{body}</div>'


def _welcome(examples: Sequence[tuple[str, str]], labels: Labels) -> str:
    items = "".join(
        f'<li><span class="pq-theme">{_typeset(theme)}</span>{_button("ask", escape(e), css="pq-example", question=e)}</li>'
        for theme, e in examples
    )
    return (
        f'<div class="pq-welcome"><p>{escape(labels.welcome)}</p>'
        f'<h2>{escape(labels.examples)}</h2><ul class="pq-examples">{items}</ul></div>'
    )


def example_questions(plan: Plan, labels: Labels, english: English) -> list[tuple[str, str]]:
    """Make questions of the plan's own section titles, spread over its themes: each theme's title with a question."""
    least, most = _EXAMPLE_TITLE
    usable = [s for s in plan.sections if s.text and least <= len(s.title) <= most and s.ref not in (NOTICE, PREAMBLE, CLOSING)]
    leaves = [s for s in usable if not plan.children(s.ref)] or usable
    deep = [s for s in leaves if s.ref.count("/") >= _SPECIFIC_DEPTH]
    of = deep if len(deep) >= EXAMPLES else leaves
    themes: dict[str, list[Section]] = {}
    for section in of:
        themes.setdefault(_theme(plan, section), []).append(section)
    names = list(themes)
    count = min(len(names), EXAMPLES)
    chosen = [names[(2 * i + 1) * len(names) // (2 * count)] for i in range(count)]
    return [
        (_translated(plan.id, ref, plan.heading(ref), labels, english), _example(plan, themes[ref][0], labels, english))
        for ref in chosen
    ]


def _theme(plan: Plan, section: Section) -> str:
    """The ref of the heading above a section that says what it is about: of the second level where there is one."""
    path = plan.path(section.ref)
    return path[min(1, max(len(path) - 2, 0))].ref


def _example(plan: Plan, section: Section, labels: Labels, english: English) -> str:
    title = english(plan.id, section.ref, section.title) if labels.language == "en" else ""
    if not title:
        return LABELS["zh"].example.format(title=section.title)
    return labels.example.format(title=title[:1].lower() + title[1:])


# ---- the sections ---------------------------------------------------------------------------------------------------


def _path(plan: Plan, ref: str, labels: Labels, english: English) -> str:
    """Show the headings above a section, as buttons."""
    above = [s for s in plan.path(ref) if s.ref != ref]
    items = "".join(f"<li>{_link(plan, s, labels, english, css='')}</li>" for s in above)
    top = f"<li>{_button('cite', escape(labels.outline), view='outline', plan=plan.id)}</li>"
    return f'<nav class="pq-path" aria-label="{escape(labels.outline)}"><ol>{top}{items}</ol></nav>'


def _body(section: Section, citation: Citation | None) -> str:
    printed, *paragraphs = _lines(section, citation)
    if section.title:
        heading = f"<h3>{printed or _typeset(section.title)}</h3>"
    else:  # the text runs on behind the number
        heading = ""
        paragraphs[0] = f"{printed} {paragraphs[0]}" if printed else paragraphs[0]
    return heading + "".join(f"<p>{p}</p>" for p in paragraphs if p)


def _below(plan: Plan, ref: str, labels: Labels, english: English) -> str:
    items = "".join(f"<li>{_link(plan, s, labels, english)}</li>" for s in plan.children(ref))
    return f'<div class="pq-below"><h4>{escape(labels.below)}</h4><ul>{items}</ul></div>' if items else ""


def _link(plan: Plan, section: Section, labels: Labels, english: English, css: str = "pq-link") -> str:
    return _button("cite", _typeset(_name(plan, section, labels, english)), css=css, plan=plan.id, ref=section.ref)


def _name(plan: Plan, section: Section, labels: Labels, english: English) -> str:
    """Name a section by its heading as printed; where the text runs on behind the number, by what stands for a title."""
    if section.ref in (NOTICE, PREAMBLE, CLOSING):
        return labels.parts.get(section.ref, section.address)
    heading = plan.heading(section.ref)
    title = _translated(plan.id, section.ref, heading, labels, english)
    if section.title and title == heading:
        return section.printed
    return f"{section.printed.removesuffix(section.title).strip()} {title}".strip()


def _english(plan: Plan, section: Section, labels: Labels, english: English) -> str:
    """Show the unofficial English of the section to a reader of the English page."""
    if labels.language == "zh":
        return ""
    title = english(plan.id, section.ref, section.title) if section.title else ""
    said = " ".join(filter(None, (english(plan.id, section.ref, s.text) for s in section.sentences)))
    if not title and not said:
        return ""
    heading = f"<h4>{_typeset(title)}</h4>" if title else ""
    return (
        f'<div class="pq-english" lang="en"><p class="pq-tag">{escape(labels.english)}</p>'
        f"{heading}{f'<p>{_typeset(said)}</p>' if said else ''}</div>"
    )


def _copy(plan: Plan, citation: Citation, labels: Labels) -> str:
    """Offer the quote as it goes into a memo: with the plan, its number and the address."""
    return _button("copy", escape(labels.copy), css="pq-copy", quote=official(citation, plan), done=labels.copied)


def section_html(plan: Plan, ref: str, labels: Labels, english: English, citation: Citation | None = None) -> str:
    """Show a section: its address, the headings above it, its full text with the quote highlighted, what is below it."""
    section = plan.by_ref[ref]
    copy = _copy(plan, citation, labels) if citation else ""
    number = f"<span>{escape(plan.meta.number)}</span>" if plan.meta.number else ""
    return (
        f"{_path(plan, ref, labels, english)}"
        f'<div class="pq-where"><span class="pq-address" lang="zh-CN">{escape(section.address)}</span>{copy}</div>'
        f'<div class="pq-text" lang="zh-CN">{_body(section, citation)}</div>'
        f"{_english(plan, section, labels, english)}{_below(plan, ref, labels, english)}"
        f'<p class="pq-origin" lang="zh-CN"><span>《{escape(plan.title)}》</span>{number}</p>'
    )


def tabs_html(exchange: Exchange, mark: int, labels: Labels) -> str:
    """Show a button for each source of an answer; the one that is open is pressed."""
    citations = exchange.answer.citations if exchange.answer else ()
    buttons = "".join(_tab(c, exchange.number, labels, pressed=c.mark == mark) for c in citations)
    return f'<div class="pq-tabs" role="group" aria-label="{escape(labels.switch_source)}">{buttons}</div>'


def _tab(citation: Citation, number: int, labels: Labels, *, pressed: bool) -> str:
    name = labels.source.format(citation.mark, f"{citation.address} {citation.title}")
    button = _button("cite", f"[{citation.mark}]", css="pq-tab", label=name, turn=number, mark=citation.mark)
    return button.replace("<button", f'<button aria-pressed="{str(pressed).lower()}"', 1)


def panel_html(title: str, body: str, labels: Labels, opened: int) -> str:
    """Frame what stands beside the conversation. `opened` makes the same section, asked for again, come into view again."""
    back = _button("back", escape(labels.back), css="pq-back")
    return (
        f'<section class="pq-panel" aria-label="{escape(title)}" lang="{labels.html_lang}" data-opened="{opened}">'
        f'<h2 tabindex="-1">{escape(title)}</h2>{body}{back}</section>'
    )


def outline_html(plan: Plan, labels: Labels, english: English) -> str:
    """Show the plan's table of contents, two levels deep."""

    def items(sections: Iterable[Section]) -> str:
        return "".join(f"<li>{_link(plan, s, labels, english)}{nested(s)}</li>" for s in sections)

    def nested(section: Section) -> str:
        below = items(plan.children(section.ref)) if section.ref.count("/") + 1 < _OUTLINE_DEPTH else ""
        return f"<ul>{below}</ul>" if below else ""

    top = [s for s in plan.sections if "/" not in s.ref]
    return f'<p class="pq-hint">{escape(labels.outline_hint)}</p><ul class="pq-outline">{items(top)}</ul>'


def header_html(plan: Plan | None, labels: Labels) -> str:
    """Show the plan's title, number, period, and that targets are not results; without a plan the page's name alone."""
    if plan is None:
        top = f'<h1>{escape(labels.name)}</h1><p class="pq-scope">{escape(labels.scope)}</p>{_ways(None, labels)}'
        return f'<header class="pq-header" lang="{labels.html_lang}">{top}</header>'
    meta = plan.meta
    title = meta.english_title if labels.language == "en" and meta.english_title else plan.title
    span = ("{}—{}年" if labels.language == "zh" else "{}–{}").format(*meta.period) if meta.period else ""
    facts = [(labels.number, meta.number), (labels.issuer, meta.issuer), (labels.issued, meta.issued), (labels.period, span)]
    items = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in facts if v)
    return (
        f'<header class="pq-header" lang="{labels.html_lang}"><p class="pq-name">{escape(labels.name)}</p>'
        f'<h1>{escape(title)}</h1><dl>{items}</dl><p class="pq-scope">{escape(labels.scope)}</p>{_ways(plan, labels)}</header>'
    )


def _ways(plan: Plan | None, labels: Labels) -> str:
    """Lead to the pages that need no script: the whole plan, or all plans, its targets, the plain form."""
    lang = f"?lang={labels.language}"
    reading = (
        [(f"/plans/{quote(plan.id)}{lang}", labels.whole), (f"/plans/{quote(plan.id)}/targets{lang}", labels.targets)]
        if plan
        else []
    )
    size = (f"/size{lang}&back=/", labels.size)
    ways = [*(reading or [(f"/plans{lang}", labels.all_plans)]), (f"/ask{lang}", labels.plain), size]
    items = "".join(f'<li><a href="{escape(address)}">{escape(name)}</a></li>' for address, name in ways)
    return f'<ul class="pq-ways">{items}</ul>'


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
