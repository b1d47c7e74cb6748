"""Evidence in the asker's language: the plan's own Chinese, or its unofficial English rendering where there is one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.figures import Figure, english_forms
from corpus.sentences import Sentence
from index.retrieve import Index
from qa.answer import Citation
from qa.compose import MAX_TEXT, figure_text, shorten

FIGURE_CLAUSE_MAX = 240  # characters of an English clause that gives a figure
_AND = re.compile(r"^(?:and|but|or) ")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Draft:
    """Text and citations before they are checked; `allowed` are numbers that no quote need hold, such as a count."""

    text: str
    citations: tuple[Citation, ...]
    allowed: frozenset[str] = frozenset()


def _whole(clause: str) -> str:
    clause = _AND.sub("", clause)
    return clause[:1].upper() + clause[1:]


class Speaker:
    """Says what a plan says, in one of two languages."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def title(self, ref: str, language: str) -> str:
        """A section's title in the asker's language, where it has one."""
        if language == "zh":
            return self._index.plan.heading(ref)
        path = [self._index.rendering(s.ref, s.title) for s in self._index.plan.path(ref) if s.title]
        return (path[-1] if path else "") or self._index.plan.heading(ref)

    def sentence(self, sentence: Sentence, language: str) -> str:
        """A whole sentence."""
        return (self._index.rendering(sentence.ref, sentence.text) if language == "en" else "") or sentence.text

    def shortened(self, sentence: Sentence, language: str, wanted: Sequence[str]) -> str:
        """A sentence, or of a long one the clauses around the wanted words."""
        return shorten(self.sentence(sentence, language), wanted, MAX_TEXT[language])

    def figure(self, sentence: Sentence, figure: Figure, language: str) -> str:
        """The clause of a sentence that gives a figure, with its subject and horizon."""
        english = self._index.rendering(sentence.ref, sentence.text) if language == "en" else ""
        if not english:
            return figure_text(sentence.text, figure)
        return shorten(english, english_forms(figure), FIGURE_CLAUSE_MAX)

    @staticmethod
    def marked(parts: Sequence[str], language: str, marks: Sequence[int] = ()) -> str:
        """The parts in one run, each with the mark of its source, by default the first with [1] and so on."""
        joiner = " " if language == "en" else ""
        # a clause cut out of an English sentence is told as one of its own
        whole = [_whole(part) for part in parts] if language == "en" else parts
        numbered = zip(marks or range(1, len(parts) + 1), whole, strict=True)
        return joiner.join(f"{part.rstrip('。.')}{'。' if _CHINESE.search(part) else '.'}[{mark}]" for mark, part in numbered)
