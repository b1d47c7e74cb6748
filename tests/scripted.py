"""Chat models that follow a script, and the engine with one of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from qa.model.chat import Chat
from qa.model.engine import ModelQA
from qa.pipeline import PlanQA

PIECE = 25  # characters that are streamed at a time
Script = Callable[[dict[str, Any]], object]
"""From what a model is given (the question, the evidence or the turns before) to what it writes; an exception is raised."""


class Scripted(BaseChatModel):
    """Writes what the script says: text as it is, anything else as JSON."""

    script: Any
    seen: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], stop=None, run_manager=None, **_: object) -> ChatResult:
        given = json.loads(messages[-1].content)
        self.seen.append(given)
        written = self.script(given)
        if isinstance(written, Exception):
            raise written
        if not isinstance(written, AIMessage):
            written = AIMessage(written if isinstance(written, str) else json.dumps(written, ensure_ascii=False))
        return ChatResult(generations=[ChatGeneration(message=written)])

    def _stream(self, messages: list[BaseMessage], stop=None, run_manager=None, **_: object) -> Iterator[ChatGenerationChunk]:
        written = self._generate(messages).generations[0].message
        for begin in range(0, max(1, len(written.content)), PIECE):
            piece = AIMessageChunk(
                written.content[begin : begin + PIECE], additional_kwargs={} if begin else written.additional_kwargs
            )
            yield ChatGenerationChunk(message=piece)


def model_qa(base: PlanQA, script: Script, home, **settings: object) -> ModelQA:
    """The engine with a model that follows a script; `home` keeps what was spent."""
    chosen = replace(base.settings, **{"chat_model": "scripted:model", "home": home, **settings})
    return ModelQA(PlanQA(base.shelf, chosen), Chat(Scripted(script=script), chosen))


def statements(*pairs: tuple[str, list[str]]) -> dict[str, Any]:
    """A reply in the form that is asked for."""
    return {"statements": [{"text": text, "keys": keys} for text, keys in pairs]}


def copied(given: dict[str, Any], count: int = 1) -> dict[str, Any]:
    """What an obedient model writes: the first sentences of the evidence, each with its key."""
    return statements(*((e["text"], [e["key"]]) for e in given.get("evidence", [])[:count]))
