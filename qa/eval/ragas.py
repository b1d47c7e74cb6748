"""Answers in the form that RAGAS reads, for those who want a judge model's opinion too."""

from collections.abc import Iterator
from typing import Any

from qa.eval.answers import AnswerResult
from qa.eval.questions import GivenAnswer, GoldQuestion


def _reference(question: GoldQuestion) -> str:
    """What is right, in words: the passage that the gold comes from, else its keys, the first of each's alternatives."""
    return "".join(question.quote) or "；".join(key.split("|")[0] for key in question.answer)


def _contexts(answer: GivenAnswer) -> list[str]:
    """What was found, else what was quoted."""
    return [hit.text for hit in answer.hits if hit.text] or [c.quote for c in answer.citations]


def ragas_rows(result: AnswerResult) -> Iterator[dict[str, Any]]:
    """`user_input`, `retrieved_contexts`, `response` and `reference` of each question that was answered at all."""
    for question in result.gold:
        answer = result.answers.get(question.id)
        if answer:
            yield {
                "user_input": question.question,
                "retrieved_contexts": _contexts(answer),
                "response": answer.text,
                "reference": _reference(question),
            }
