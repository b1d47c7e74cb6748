"""The chat page: a conversation on one side, what it is about on the other: contents, targets, the cited section."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.errors import PlanqaError
from corpus.parse import Plan
from qa.answer import Answer
from qa.pipeline import Ask
from qa.steps import steps
from qa.targets import source
from qa.web import conversation, panel
from qa.web.conversation import Exchange
from qa.web.markup import Reader
from qa.web.panel import CONTENTS, OUTLINE, SECTION, TARGETS, View
from qa.web.service import Service, TurnedAwayError
from qa.web.site import page_title
from qa.web.visitors import language_of_reader
from qa.web.words import Words

if TYPE_CHECKING:
    import gradio as gr
    from starlette.requests import HTTPConnection

ALL = ""  # the choice of no plan: the question finds its own
MAX_TURNS = 30  # what a reader still scrolls back to; older turns leave the page and the memory
HISTORY = 4  # turns handed to the engine, which reads the last question and the last answer
BOX_FACTOR = 10  # the box takes this many times the longest question, so that the engine can say that it is too long
CONCURRENT = 4
SESSION_S = 3600.0  # a conversation is forgotten this long after its page was closed
MAX_DIGITS = 7  # of a number that a browser names
LANGUAGES = {"中文": "zh", "English": "en"}

# what markup.button makes becomes an event; the newest turn, or the section that was asked for, comes into view
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
  const button = event.target.closest('[data-act]');
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (document.querySelector('#pq-box textarea').disabled) return;
  event.preventDefault();
  const {act, ...data} = button.dataset;
  if (act === 'copy') return copy(button);
  if (act === 'back') return show([...document.querySelectorAll('#pq-log, .pq-turn')].pop(), 'start');
  if (act === 'cite') window.pqOpened = true;
  if (act === 'say') data.comment = element.querySelector(`#pq-why-${data.turn}`)?.value ?? '';
  trigger(['ask', 'say'].includes(act) ? act : 'cite', data);
});
"""
# on a touch screen the keyboard goes away with the focus, and does not cover the answer
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
  if (last && number !== seen) {
    if (matchMedia('(pointer: coarse)').matches) document.activeElement.blur();
    show(last, 'start');
  }
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
  show(far ? mark : heading.parentElement, far ? 'center' : 'start');
});
"""
)


@dataclass(frozen=True)
class Talk:
    """All that one reader's page shows. `section` is the last one that was opened; `opened` counts what was opened."""

    plan: str
    language: str = "zh"
    exchanges: tuple[Exchange, ...] = ()
    view: View = CONTENTS
    section: View | None = None
    asked: int = 0
    opened: int = 0

    @property
    def words(self) -> Words:
        """The page's words in the reader's language."""
        return Words(self.language)

    def exchange(self, number: int) -> Exchange | None:
        """Find the turn with this number, unless it has been dropped."""
        return next((e for e in self.exchanges if e.number == number), None)


class PublicPage:
    """What the page does: from one state to the next, and from a state to its HTML."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._limit = service.settings.max_question

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The plans that can be asked now."""
        return self.service.plans

    def _reader(self, talk: Talk) -> Reader:
        """Whom the page is drawn for; who asks all plans is told of each source which plan it is in."""
        titles = {p.id: p.title for p in self.service.listed.values()} if self.current(talk).plan == ALL else {}
        return Reader(talk.words, self.service.rendering, titles)

    def current(self, talk: Talk) -> Talk:
        """The same talk, on a plan that can still be asked."""
        return talk if talk.plan in self.plans else replace(talk, plan=self._all)

    @property
    def _all(self) -> str:
        """What stands for all plans: nothing, where there are several."""
        return ALL if len(self.plans) > 1 else next(iter(self.plans))

    def _readable(self, plan: str) -> Plan | None:
        return self.service.plan(plan)

    def start(self) -> Talk:
        """Show a page on which nothing has been asked."""
        return Talk(self._all)

    # ---- from state to state ----------------------------------------------------------------------------------------

    def asking(self, question: str, talk: Talk, address: str = "", plan: str = ALL) -> Iterator[Talk]:
        """The talk as its newest turn grows, `ask`'s at last: one step where no language model is set."""

        def work(seen: Callable[[Talk], None]) -> Talk:
            return self.ask(question, talk, address, plan, seen)

        yield (yield from steps(work))

    def ask(
        self, question: str, talk: Talk, address: str = "", plan: str = ALL, seen: Callable[[Talk], None] = lambda talk: None
    ) -> Talk:
        """Add a turn and open its first source. Why one is turned away, and a user's own fault, is told in a line.

        `plan` is the one that the page itself puts a question to, such as one of its examples. `seen` is shown the turn while
        a language model is at it.
        """
        talk, number = self.current(talk), talk.asked + 1
        put_to = plan if plan in self.plans else talk.plan
        named = put_to or None if len(self.plans) > 1 else None  # the only plan is not named: so others' answers serve
        asked = {"question": question, "history": conversation.history(talk.exchanges[-HISTORY:]), "plan": named}
        shown = question if len(question) <= self._limit else question[: self._limit] + "…"
        if self.service.settings.chat_model:
            seen(self._with(talk, Exchange(number, shown), talk.view))

        def grown(answer: Answer) -> None:
            seen(self._with(talk, Exchange(number, shown, replace(answer, question=shown, hits=())), talk.view))

        try:
            kept = self.service.ask(Ask.of(asked), address, "page", grown)
        except TurnedAwayError as turned:
            return self._with(talk, Exchange(number, shown, fault=turned.said(talk.language)))
        except PlanqaError as error:
            return self._with(talk, Exchange(number, shown, fault=str(error)))
        answer = replace(kept.answer, question=shown, hits=())
        first = answer.citations[0] if answer.citations else None
        view = View(SECTION, first.plan, first.ref, number, first.mark) if first else CONTENTS
        exchange = Exchange(number, shown, answer, id=kept.id, further=self._further(talk, view))
        return self._with(talk, exchange, view)

    def _further(self, talk: Talk, view: View) -> tuple[str, ...]:
        plan = self.plans.get(view.plan)  # it may have been retired meanwhile
        return conversation.further_questions(plan, view.ref, self._reader(talk)) if plan and view.mark else ()

    def say(self, wanted: dict[str, str], talk: Talk) -> Talk:
        """Keep what a reader says of an answer, and show that it was kept."""
        exchange = next((e for e in talk.exchanges if str(e.number) == wanted.get("turn")), None)
        verdict = wanted.get("verdict", "")
        if exchange is None or not self.service.say(exchange.id, verdict, wanted.get("comment", "")):
            return talk
        said = replace(exchange, said=(*exchange.said, verdict))
        return replace(talk, exchanges=tuple(said if e is exchange else e for e in talk.exchanges))

    @staticmethod
    def _with(talk: Talk, exchange: Exchange, view: View = CONTENTS) -> Talk:
        kept = (*talk.exchanges, exchange)[-MAX_TURNS:]
        section = view if view.shows == SECTION else talk.section
        return replace(talk, exchanges=kept, view=view, section=section, asked=exchange.number)

    def open(self, wanted: dict[str, str], talk: Talk) -> Talk:
        """Open something else; what the browser names and is not there opens the table of contents."""
        view = self._source(talk, wanted) if "mark" in wanted else self._wanted(wanted)
        section = view if view.shows == SECTION else talk.section
        return replace(talk, view=view, section=section, opened=talk.opened + 1)

    def _wanted(self, wanted: dict[str, str]) -> View:
        name, ref = wanted.get("plan", ""), wanted.get("ref", "")
        found = self._readable(name)
        if wanted.get("view") in (OUTLINE, TARGETS):
            return View(wanted["view"], name if found else ALL)
        if found is None or ref not in found.by_ref:
            return CONTENTS
        number = wanted.get("target", "")
        return View(SECTION, name, ref, target=int(number) if number.isdecimal() and len(number) < MAX_DIGITS else 0)

    @staticmethod
    def _source(talk: Talk, wanted: dict[str, str]) -> View:
        exchange = next((e for e in talk.exchanges if str(e.number) == wanted.get("turn")), None)
        citations = exchange.answer.citations if exchange and exchange.answer else ()
        cited = next((c for c in citations if str(c.mark) == wanted["mark"]), None)
        return View(SECTION, cited.plan, cited.ref, exchange.number, cited.mark) if exchange and cited else CONTENTS

    def switch(self, name: str, talk: Talk) -> Talk:
        """Change to the other language."""
        return replace(self.current(talk), language=LANGUAGES.get(name, "zh"))

    def choices(self, words: Words) -> list[tuple[str, str]]:
        """The plans to choose from: title and name."""
        every = [(words.plans, ALL)] if len(self.plans) > 1 else []
        return [*every, *((p.title, p.id) for p in self.service.listed.values())]

    def choose(self, plan: str, talk: Talk) -> Talk:
        """Change to another plan, from the beginning."""
        return Talk(plan if plan in self.plans else self._all, talk.language)

    def clear(self, talk: Talk) -> Talk:
        """Begin again."""
        return Talk(self.current(talk).plan, talk.language)

    # ---- from state to HTML -----------------------------------------------------------------------------------------

    def plan(self, talk: Talk) -> Plan | None:
        """The plan that is asked about; None where all are."""
        return self.plans.get(self.current(talk).plan)

    def header(self, talk: Talk) -> str:
        """Show the plan's title and what is known about it, or the name of the page where all plans are asked."""
        return panel.header_html(self.plan(talk), self._reader(talk))

    def log(self, talk: Talk) -> str:
        """Show the conversation."""
        reader = self._reader(talk)
        examples = conversation.example_questions(self._exemplary(talk), reader)
        return conversation.log_html(talk.exchanges, examples, reader)

    def _exemplary(self, talk: Talk) -> list[Plan]:
        plan = self.plan(talk)
        return [plan] if plan else [self.plans[name] for name in islice(self.plans, conversation.EXAMPLES)]

    def panel(self, talk: Talk) -> str:
        """Show what stands beside the conversation."""
        view = replace(talk.view, plan=talk.view.plan or self.current(talk).plan)
        title, body = self._shown(talk, view)
        return panel.panel_html(title, panel.views_html(view, talk.section, talk.words), body, talk.words, talk.opened)

    def _shown(self, talk: Talk, view: View) -> tuple[str, str]:
        plan, words, reader = self._readable(view.plan), talk.words, self._reader(talk)
        if plan is None:  # none has been chosen, or it was taken away while this page was open
            shows = TARGETS if view.shows == TARGETS else OUTLINE
            return words.targets if shows == TARGETS else words.plans, panel.plans_html(
                self.service.listed.values(), shows, reader
            )
        if view.shows == OUTLINE:
            return words.outline, panel.outline_html(plan, reader)
        if view.shows == TARGETS:
            return words.targets, panel.plan_targets_html(plan, reader)
        exchange = talk.exchange(view.turn)
        if exchange is None or exchange.answer is None:
            return words.passage, panel.section_html(plan, view.ref, reader, source(plan, view.target))
        citation = next(c for c in exchange.answer.citations if c.mark == view.mark)
        section = panel.section_html(plan, view.ref, reader, citation)
        return words.sources, panel.tabs_html(exchange, view.mark, reader) + section


# ---- the page -------------------------------------------------------------------------------------------------------


def build_page(service: Service) -> "gr.Blocks":
    """Lay the page out as Gradio blocks."""
    import gradio as gr

    public = PublicPage(service)
    page = gr.Blocks(title=page_title(service, public.start().words), analytics_enabled=False)
    with page:
        parts = _lay_out(public, service.settings.max_question * BOX_FACTOR)
        _wire(page, public, parts)
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


def _lay_out(public: PublicPage, max_length: int) -> _Parts:
    import gradio as gr

    talk = public.start()
    words = talk.words
    bare: dict[str, Any] = {"apply_default_css": False}
    # until the page is drawn for its reader: what is done before would be drawn over where the answer to that is late
    waiting: dict[str, Any] = {"interactive": False}
    with gr.Row(elem_id="pq-top"):
        header = gr.HTML(public.header(talk), elem_id="pq-header", js_on_load=SCRIPT, **bare)
        language = gr.Radio(
            list(LANGUAGES), value="中文", label=words.switch_language, container=False, elem_id="pq-language", **waiting
        )
    plan = gr.Dropdown(
        public.choices(words), value=talk.plan, label=words.plan, visible=len(public.plans) > 1, elem_id="pq-plan", **waiting
    )
    with gr.Row(elem_id="pq-desk"):
        with gr.Column(elem_id="pq-talk"):
            log = gr.HTML(public.log(talk), elem_id="pq-log", js_on_load=LOG_SCRIPT, **bare)
            with gr.Row(elem_id="pq-ask"):
                box = gr.Textbox(
                    label=words.question,
                    placeholder=words.placeholder,
                    lines=1,
                    max_lines=5,
                    elem_id="pq-box",
                    max_length=max_length,
                    **waiting,
                )
                submit = gr.Button(words.ask, variant="primary", elem_id="pq-submit", **waiting)
            clear = gr.Button(words.clear, visible=False, elem_id="pq-clear")
        panel = gr.HTML(public.panel(talk), elem_id="pq-panel", js_on_load=PANEL_SCRIPT, **bare)
    return _Parts(gr.State(talk, time_to_live=SESSION_S), header, language, plan, log, box, submit, clear, panel)


def _connection(request: "gr.Request") -> "HTTPConnection":
    connection = request.request
    assert connection is not None
    return connection


def _wire(page: "gr.Blocks", public: PublicPage, parts: _Parts) -> None:
    """Let each event make a new state and draw what it changes."""
    import gradio as gr

    def asked(question: str, talk: Talk, request: gr.Request, plan: str = ALL) -> Iterator[list[Any]]:
        box: Any = ""  # emptied once: the next question may be typed while this one is being answered
        for now in public.asking(question, talk, public.service.address(_connection(request)), plan):
            panel = gr.skip() if now.exchanges[-1].growing else public.panel(now)
            yield [now, box, public.log(now), panel, gr.update(visible=True)]
            box = gr.skip()

    def asked_by_button(event: gr.EventData, talk: Talk, request: gr.Request) -> Iterator[list[Any]]:
        yield from asked(str(event._data.get("question", "")), talk, request, str(event._data.get("plan", ALL)))

    def said(event: gr.EventData, talk: Talk) -> list[Any]:
        talk = public.say({name: str(value) for name, value in event._data.items()}, talk)
        return [talk, public.log(talk)]

    def begun(talk: Talk, request: gr.Request) -> list[Any]:
        talk = replace(public.current(talk), language=language_of_reader(_connection(request)))
        name = next(name for name, language in LANGUAGES.items() if language == talk.language)
        return [gr.update(value=name, interactive=True), *redrawn(talk)]

    def opened(event: gr.EventData, talk: Talk) -> list[Any]:
        talk = public.open({name: str(value) for name, value in event._data.items()}, talk)
        return [talk, public.panel(talk)]

    def redrawn(talk: Talk) -> list[Any]:
        words, several = talk.words, len(public.plans) > 1
        return [
            talk,
            public.header(talk),
            public.log(talk),
            public.panel(talk),
            gr.update(label=words.plan, choices=public.choices(words), value=talk.plan, visible=several, interactive=True),
            gr.update(label=words.question, placeholder=words.placeholder, interactive=True),
            gr.update(value=words.ask, interactive=True),
            gr.update(value=words.clear, visible=bool(talk.exchanges)),
        ]

    talk, p = parts.talk, parts
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    answering: dict[str, Any] = {**quiet, "concurrency_limit": CONCURRENT, "concurrency_id": "ask"}
    turn = [talk, p.box, p.log, p.panel, p.clear]
    everything = [talk, p.header, p.log, p.panel, p.plan, p.box, p.submit, p.clear]
    gr.on([p.box.submit, p.submit.click], asked, [p.box, talk], turn, **answering)
    p.log.ask(asked_by_button, talk, turn, **answering)
    for side in (p.header, p.log, p.panel):
        side.cite(opened, talk, [talk, p.panel], queue=False, **quiet)
    p.log.say(said, talk, [talk, p.log], queue=False, **quiet)
    page.load(begun, talk, [p.language, *everything], queue=False, **quiet)
    p.language.input(lambda name, talk: redrawn(public.switch(name, talk)), [p.language, talk], everything, **quiet)
    p.plan.input(lambda name, talk: redrawn(public.choose(name, talk)), [p.plan, talk], everything, **quiet)
    p.clear.click(lambda talk: redrawn(public.clear(talk)), talk, everything, **quiet)
