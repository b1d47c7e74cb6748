"""Chunks: what is stored and retrieved. A chunk never crosses a section and never cuts a sentence."""

from dataclasses import dataclass

from corpus.parse import Plan, Section
from corpus.sentences import Sentence, says_something

MAX_CHARS = 400  # `planqa eval tune tuning --constants max_chars`: recall@1 .85 from 200 to 600, .84 at 800


@dataclass(frozen=True)
class Chunk:
    """A run of whole sentences of one section; `id` is the section's ref and a running number: `二/（六）/2#0`."""

    id: str
    ref: str
    heading: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The sentences joined."""
        return "".join(s.text for s in self.sentences)


def _runs(section: Section, max_chars: int) -> list[list[Sentence]]:
    runs: list[list[Sentence]] = []
    size = 0
    # what says nothing is read with its section, but never found or quoted as an answer
    for sentence in [s for s in section.sentences if says_something(s.text)] or section.sentences:
        if runs and size + len(sentence.text) <= max_chars:
            runs[-1].append(sentence)
            size += len(sentence.text)
        else:
            runs.append([sentence])
            size = len(sentence.text)
    return runs


def chunk_plan(plan: Plan, max_chars: int = MAX_CHARS) -> tuple[Chunk, ...]:
    """The chunks of a plan in reading order; a sentence longer than `max_chars` characters is a chunk by itself."""
    chunks: list[Chunk] = []
    for section in plan.sections:
        heading = " ".join(s.title for s in plan.path(section.ref) if s.title)
        chunks += [
            Chunk(f"{section.ref}#{i}", section.ref, heading, tuple(run)) for i, run in enumerate(_runs(section, max_chars))
        ]
    return tuple(chunks)
