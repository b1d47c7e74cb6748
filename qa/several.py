"""Questions that ask for several figures at once: 甲和乙分别是多少, what are the targets for A and B."""

import re

from corpus.fold import fold
from qa import cues
from qa.understand import Kind, Question

MOST = 5  # more are a list
_ZH = re.compile(rf"^(?P<items>.+?)(?:{cues.NUMBER_ASKED}|[？?]?$)")
# that each is asked for alone: without it a question of two nouns is one question
_EACH_ZH = "(?:分别|各自?)"
_TAIL_ZH = re.compile(
    rf"[，,]?(?:的|其)*(?:目标值?|指标值?|数值|标准|任务量?)?{_EACH_ZH}(?:应|要|需|须|定|是|为|达到?|有|能|控制|维持|保持|新建|在|到|了|设)*$"
)
_LEAD_ZH = re.compile(r"^(?:请问|计划(?:里|中)?|(?:到|至)?\d{4}年底?(?:前|的)?|[三五]年(?:里|内|中)|本轮)+[，,]?")
_BETWEEN_ZH = re.compile(r"、|，|,|以及|和|与|及|跟")
_EN = re.compile(
    r"\b(?:targets?|figures?|goals?|values?|levels?|numbers?|rates?|limits?)(?: (?:are|is))?(?: set)? (?:for|of) "
    r"(?P<items>.+? and .+?)(?:,? respectively)?(?:,? (?:by|in|for) (?:the end of )?\d{4})?\W*$",
    re.IGNORECASE,
)
_BETWEEN_EN = re.compile(r",? and |, ")


def read_several(question: Question) -> tuple[str, ...]:
    """The questions for one figure each that a question stands for; () for any other question."""
    if question.kind is not Kind.FIGURE or cues.RESULT.search(fold(question.text)):
        return ()
    text = question.text.strip()
    if question.language == "en":
        match = _EN.search(text)
        parts = _BETWEEN_EN.split(match["items"]) if match else []
        asked = [f"What is the target for {part.strip()}?" for part in parts if part.strip()]
    else:
        match = _ZH.match(text)
        tail = _TAIL_ZH.search(match["items"]) if match else None
        items = match["items"][: tail.start()] if match and tail else ""
        parts = [_LEAD_ZH.sub("", part.strip()) for part in _BETWEEN_ZH.split(items)]
        asked = [f"{part}是多少？" for part in parts if len(part) > 1]
    return tuple(asked) if 1 < len(asked) <= MOST else ()
