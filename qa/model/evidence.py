"""What a model is shown of a plan: sentences, each under a key that says nothing of its place."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.parse import Plan
from corpus.sentences import Sentence
from index.shelf import Shelf
from qa import cues
from qa.answer import Answer
from qa.model.verify import plain

MAX_SENTENCES = 20  # of retrieval: the answer is among the first; the whole plan has no bound but the model's own
_KEY = 4  # characters; longer only where two would be the same


@dataclass(frozen=True)
class Shown:
    """A sentence as evidence: `text` is in the asker's language, `heading` that of its section, `cited` by the default path."""

    key: str
    plan: Plan
    sentence: Sentence
    text: str
    heading: str
    cited: bool = False

    def to_json(self) -> dict[str, str]:
        """As the model sees it."""
        return {"key": self.key, "section": self.heading, "text": plain(self.text)}


Place = tuple[str, Sentence]


def _cited(answer: Answer, shelf: Shelf) -> Iterator[Place]:
    """The sentences that an answer quotes; a heading that it quotes is none."""
    for citation in answer.citations:
        plan = shelf.plans[citation.plan]
        section = plan.by_ref[citation.ref]
        places = ((s, section.place(s.start)) for s in section.sentences)
        yield from ((plan.id, s) for s, start in places if s.text == citation.quote and start == citation.start)


def _found(answer: Answer) -> Iterator[Place]:
    for hit in answer.hits:
        yield from ((hit.plan, sentence) for sentence in hit.chunk.sentences)


def _whole(answer: Answer, shelf: Shelf) -> Iterator[Place]:
    names = dict.fromkeys([*(c.plan for c in answer.citations), *(hit.plan for hit in answer.hits)])
    for name in names:
        yield from ((name, s) for section in shelf.plans[name].sections for s in section.sentences)


def gather(answer: Answer, shelf: Shelf, *, whole: bool = False) -> tuple[Shown, ...]:
    """The evidence for an answer in its language: what it cites, then what was found, or all that the plan says.

    In English only what has an English rendering: nothing else could be checked.
    """
    cited = list(_cited(answer, shelf))
    places = [*cited, *(_whole(answer, shelf) if whole else _found(answer))]
    shown: list[Shown] = []
    for name, sentence in dict.fromkeys(places):
        plan = shelf.plans[name]
        english = shelf.rendering(name, sentence.ref, sentence.text)
        text = sentence.text if answer.language == "zh" else english
        ordering = bool(cues.ORDER.search(text)) and (name, sentence) not in cited  # addressed to machines, not to citizens
        if text and not ordering:
            key = _key(answer.question, name, sentence, {s.key for s in shown})
            heading = plan.heading(sentence.ref) if answer.language == "zh" else _english_heading(shelf, plan, sentence.ref)
            shown.append(Shown(key, plan, sentence, text, heading, (name, sentence) in cited))
    return tuple(shown if whole else shown[:MAX_SENTENCES])


def _english_heading(shelf: Shelf, plan: Plan, ref: str) -> str:
    titles = (shelf.rendering(plan.id, s.ref, s.title) for s in plan.path(ref) if s.title)
    return ([""] + [t for t in titles if t])[-1]


def _key(question: str, plan: str, sentence: Sentence, taken: Iterable[str]) -> str:
    place = f"{question}\n{plan}\n{sentence.ref}\n{sentence.start}"
    full = "k" + base64.b32encode(hashlib.sha256(place.encode()).digest()).decode().lower()
    return next(full[:n] for n in range(_KEY, len(full)) if full[:n] not in set(taken))


def by_key(shown: Sequence[Shown]) -> dict[str, Shown]:
    """The evidence by its keys."""
    return {s.key: s for s in shown}
