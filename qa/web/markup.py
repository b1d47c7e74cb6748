"""What all HTML of the chat page is made of: text as it is set, buttons, and whose eyes it is for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from corpus.parse import CLOSING, NOTICE, PREAMBLE, Plan, Section
from qa.export import SUBSCRIPT, plain_text
from qa.route import Titled
from qa.web.words import Words

Spans = Iterable[tuple[int, int]]
English = Callable[[str, str, str], str]
"""The unofficial English of (plan id, ref, Chinese); "" where there is none."""


@dataclass(frozen=True)
class Reader:
    """Whom a page is drawn for. `titles` are those of the plans by id, where all are asked: then each source names its own."""

    words: Words
    english: English
    titles: Mapping[str, str] = field(default_factory=dict)

    def translated(self, plan: str, ref: str, chinese: str) -> str:
        """The text in the reader's language, where it has been translated."""
        return (self.words.language == "en" and self.english(plan, ref, chinese)) or chinese

    def title(self, plan: Titled) -> str:
        """The plan's title in the reader's language, where it is known."""
        return (self.words.language == "en" and plan.meta.english_title) or plain_text(plan.title)

    def named(self, plan: str) -> str:
        """The title of a plan in 《》 where there are several, else nothing."""
        return f"《{self.titles[plan]}》" if plan in self.titles else ""

    def heading(self, plan: Plan, section: Section) -> str:
        """A section's heading as printed; where the text runs on behind the number, with what stands for a title."""
        if section.ref in (NOTICE, PREAMBLE, CLOSING):
            return self.words.part(section.ref, section.address)
        heading = plan.heading(section.ref)
        title = self.translated(plan.id, section.ref, heading)
        if section.title and title == heading:
            return section.printed
        return f"{section.printed.removesuffix(section.title).strip()} {title}".strip()


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


def typeset(text: str) -> str:
    """Escaped text in which the source's own markup is set and not shown."""
    return SUBSCRIPT.sub(r"<sub>\1</sub>", escape(text)).replace("**", "")


def highlight(text: str, quotes: Spans = (), figures: Spans = ()) -> str:
    """Escape text and put quotes in <mark> and figures in <strong>; spans are offsets in `text`.

    >>> highlight("推进新建绿道 18 公里。", [(0, 13)], [(7, 12)])
    '<mark>推进新建绿道 <strong>18 公里</strong>。</mark>'
    """
    styled = zip(_styles(text, quotes, figures), text, strict=True)
    runs = [(style, typeset("".join(c for _, c in run))) for style, run in groupby(styled, key=lambda pair: pair[0])]
    html = []
    for quoted, group in groupby(runs, key=lambda run: run[0] & _QUOTED):
        inner = "".join(f"<strong>{run}</strong>" if style & _FIGURE else run for style, run in group)
        html.append(f"<mark>{inner}</mark>" if quoted else inner)
    return "".join(html)


def button(act: str, text: str, *, css: str = "", label: str = "", pressed: bool | None = None, **data: object) -> str:
    """Make a button that the page's script hands to the server; `text` is HTML, all else is escaped."""
    attributes = "".join(f' data-{k}="{escape(str(v))}"' for k, v in data.items())
    named = f' aria-label="{escape(label)}"' if label else ""
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return f'<button type="button" class="{escape(css)}" data-act="{escape(act)}"{named}{state}{attributes}>{text}</button>'
