"""What a question states, held against the sentence that it is about: yes, no, or not as put."""

import re
from collections.abc import Collection
from difflib import SequenceMatcher

from corpus.figures import Figure, number_value
from corpus.places import apart
from index.bilingual import stems
from qa import cues

# the same word with one of these turned is its opposite: 低能耗, 高能耗
_PAIRS = (
    ("高", "低"),
    ("大", "小"),
    ("多", "少"),
    ("增", "减"),
    ("升", "降"),
    ("严", "宽"),
    ("快", "慢"),
    ("优", "劣"),
    ("左", "右"),
    ("内", "外"),
    ("上", "下"),
    ("前", "后"),
)
_TURNED = {a: b for first, second in _PAIRS for a, b in ((first, second), (second, first))}
_NUMBER_WORDS = {
    word: value
    for value, words in enumerate(
        (
            ("zero",), ("one", "first"), ("two", "second"), ("three", "third"), ("four", "fourth"), ("five", "fifth"),
            ("six", "sixth"), ("seven", "seventh"), ("eight", "eighth"), ("nine", "ninth"), ("ten", "tenth"),
            ("eleven", "eleventh"), ("twelve", "twelfth"),
        )
    )
    for word in words
}  # fmt: skip
_ROMAN = {"II": 2.0, "III": 3.0, "IV": 4.0, "V": 5.0, "VI": 6.0}
_OPPOSITE_EN = tuple(
    (re.compile(rf"\b(?:{a})\b", re.IGNORECASE), re.compile(rf"\b(?:{b})\b", re.IGNORECASE))
    for first, second in (("the left", "the right"), ("left bank", "right bank"), ("north\\w*", "south\\w*"),
                          ("east\\w*", "west\\w*"), ("upstream", "downstream"), ("indoor", "outdoor"))
    for a, b in ((first, second), (second, first))
)  # fmt: skip
_ENGLISH_TOKEN = re.compile(r"(?<![A-Za-z.])\d[\d,]*(?:\.\d+)?(?=(?:st|nd|rd|th)?\b|%)|[a-z]+", re.IGNORECASE)
# on which side of a figure something is said to lie; 不超过 and 不低于 are a target's own words, and have to be the plan's
_BOUND = re.compile(r"((?<!不)(?:超过|突破|[高大多低少小]于)|不到|不足)\s*")
_OVER = re.compile("超过|突破|[高大多]于")
_CLAUSE = re.compile(r"[，,。；;?？!！]")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})[日号])?")
# a character and the number behind it; 一 is mostly an article: 留一段时间
_CODE = re.compile(
    r"([\u4e00-\u9fff+])((?!一)[一二三四五六七八九十]+|\d+)(?![\d.,%％]|[年月日个家项条座处名人类种次所辆万亿元米吨周岁天户张大级期批成倍]|公里|平方|小时|分钟)"
)
_GREAT = re.compile(r"([二两三四五六七八九十]|\d+)大(?![批量片型幅])")
_GREAT_OF = re.compile(r"([二两三四五六七八九十]|\d+)大(?![批量片型幅])([\u4e00-\u9fff]{2,8})")
_LEVEL = re.compile(r"([一二三四五六七八九甲乙丙])([级等期批][\u4e00-\u9fff]{2})")
_TURN = re.compile(r"第([一二三四五六七八九十百]+|\d+)([次届代轮])")
_RANK = re.compile(r"(国家|省|市|区|县|乡|镇|街道|社区|村)一?级")
_SPAN = re.compile(r"((?:19|20)\d{2})年?\s*(?:至|到|[-—–~～]+|(?:to|through|until) )\s*((?:19|20)\d{2})")
_PREFIXED = re.compile(r"[副非未]([\u4e00-\u9fff]{2})")  # 副主任 is no 主任
WORD = 2  # characters
_TAG_MAX = 6  # characters of 对不对, 是真的吗 and the like, which put nothing by themselves
_KINDS = {"类", "种", "样"}  # measure words for the same
_REACH = 4  # words: what a number counts stands at most so far behind it


def agrees(claim: Figure, figure: Figure) -> bool:
    """Whether a claimed figure is the plan's."""
    if claim.value is None or figure.value is None:
        return True
    return abs(figure.value - claim.value) <= 1e-6 * max(abs(figure.value), 1.0)


def same_unit(claim: Figure, figure: Figure) -> bool:
    """Whether two figures count alike: 四种 and 两类 do, 四家 and 两类 do not; other families are told apart by themselves."""
    return claim.family != "count" or claim.unit == figure.unit or {claim.unit, figure.unit} <= _KINDS


def met(claim: Figure, figure: Figure, question: str) -> bool:
    """Whether the plan's figure is the claimed one, or lies where the question puts it: 有没有超过1亿吨, 不到50%吗."""
    before = next((m[1] for m in _BOUND.finditer(question) if question.startswith(claim.text, m.end())), "")
    bound = claim.comparator if _BOUND.fullmatch(claim.comparator) else before
    if not bound or claim.value is None or figure.value is None or agrees(claim, figure):
        return agrees(claim, figure)
    return (figure.value > claim.value) == bool(_OVER.match(bound))


def _number(token: str) -> float | None:
    if token in _ROMAN:
        return _ROMAN[token]
    token = token.lower().replace(",", "")
    if token[0].isdigit():
        # the 2023 target is not 2023 of them
        return None if cues.YEAR.fullmatch(token) else float(token)
    value = _NUMBER_WORDS.get(token)
    return None if value is None else float(value)


def english_claims(text: str) -> dict[str, float]:
    """What is counted or measured (as a stem) → the number that an English text gives for it; the first number wins."""
    found: dict[str, float] = {}
    value, reach = None, 0
    for token in _ENGLISH_TOKEN.findall(text):
        number = _number(token)
        if number is not None:
            value, reach = number, _REACH
        elif value is not None and reach:
            reach -= 1
            for stem in stems(token):
                found.setdefault(stem, value)
    return found


def english_contradiction(question: str, rendering: str) -> bool:
    """Whether a number in an English question differs from the one that the sentence gives for the same thing."""
    stated, given = english_claims(question), english_claims(rendering)
    if any(given[what] != value for what, value in stated.items() if what in given):
        return True
    return any(
        word.search(question) and other.search(rendering) and not word.search(rendering) and not other.search(question)
        for word, other in _OPPOSITE_EN
    )


def _numbers(text: str) -> set[float]:
    """The numbers of an English text, in digits or words, without years; "one" and "first" are too common to count."""
    found = (_number(t) for t in _ENGLISH_TOKEN.findall(text) if t.lower() not in ("one", "first"))
    return {n for n in found if n is not None}


def other_number(question: str, rendering: str) -> bool:
    """Whether a yes-or-no question states a number that its sentence, which has numbers, does not have."""
    given = _numbers(rendering)
    return bool(given and _numbers(question) - given) and not cues.THAN.search(question)


def opposite_word(question: str, sentence: str) -> bool:
    """Whether the question turns a word of the sentence around: it says 高能耗 where the plan says 低能耗, 副主任 for 主任."""
    if any(m[0] not in sentence and m[1] in sentence for m in _PREFIXED.finditer(question)):
        return True
    turning = (i for i, char in enumerate(question) if char in _TURNED)
    words = (question[i : i + size] for i in turning for size in (2, 3) if i + size <= len(question))
    return any(word not in sentence and _alone(_TURNED[word[0]], word[1:], sentence) for word in words)


def _alone(turned: str, rest: str, sentence: str) -> bool:
    """Whether a sentence says a turned word, and not as the second of two that go together: 中小学 is no opposite of 大学."""
    return bool(re.search(f"(?<![中{_TURNED[turned]}]){turned}{re.escape(rest)}", sentence))


def stated(question: str) -> str:
    """What a question puts: its last asking clause, without the grievance before it, or the whole where that is but 对吗."""
    clauses = [c for c in _CLAUSE.split(question) if c.strip()]
    asking = next((c for c in reversed(clauses) if cues.YES_NO.search(c + "?")), "")
    return asking if len(asking) > _TAG_MAX else question


def ended(question: str, sentence: str) -> bool:
    """Whether a question supposes that something is still there, and the sentence says that it is gone."""
    gone = cues.ENDED.search(sentence) if cues.STILL.search(question) else None
    return gone is not None and (question.isascii() or any(char in question for char in gone["what"].strip()))


def denies(question: str, sentence: str) -> bool:
    """Whether a sentence denies in so many words what a question states: 不在医院之间比较, 并非没有, 生活方式不变."""
    if cues.NEGATED.search(cues.A_NOT_A.sub(" ", question)):
        return False
    if (
        ended(question, sentence)
        or cues.DENIES.search(sentence)
        or (cues.CHANGES.search(question) and cues.UNCHANGED.search(sentence))
    ):
        return True
    denied = [m[1][i : i + WORD] for m in cues.DENIED.finditer(sentence) for i in range(len(m[1]) - 1)]
    # a word that is said elsewhere too may be denied of something else: 对符合的给予补贴，不符合的另定
    return any(word in question and sentence.count(word) == denied.count(word) for word in denied)


_Date = tuple[int | None, int | None, int | None]


def _dates(text: str) -> list[_Date]:
    """The dates of a text that name a month: year, month and day, None for what is not said."""
    found = (m.groups() for m in _DATE.finditer(text))
    return [(int(y) if y else None, int(m), int(d) if d else None) for y, m, d in found]


def _same_day(one: _Date, other: _Date) -> bool:
    return all(a == b for a, b in zip(one, other, strict=True) if a is not None and b is not None)


def other_date(question: str, sentence: str) -> bool:
    """Whether a question states a month or day, and the sentence gives another."""
    given = _dates(sentence)
    return bool(given) and any(not any(_same_day(date, d) for d in given) for date in _dates(question))


def other_span(question: str, sentence: str) -> bool:
    """Whether a question states from when to when something runs, and the sentence, which does so too, says otherwise."""
    asked, given = (set(_SPAN.findall(text)) for text in (question, sentence))
    return bool(asked and given) and asked.isdisjoint(given)


def other_frequency(question: str, sentence: str) -> bool:
    """Whether a question says that something is done every so many years, and the sentence that it is every year."""
    yearly = cues.EVERY_YEAR.search(sentence) and not cues.EVERY_YEARS.search(sentence)
    return bool(yearly and cues.EVERY_YEARS.search(question))


def other_rank(question: str, sentence: str) -> bool:
    """Whether a question puts something on a level of government, 街道一级, and the sentence puts it on others only."""
    asked, given = (set(_RANK.findall(text)) for text in (question, sentence))
    return bool(asked and given) and not any(rank in sentence for rank in asked)


def other_code(question: str, sentence: str, plan: str) -> bool:
    """Whether a question numbers something that the sentence numbers otherwise: 国五 for 国六, “1+6” for “1+4”.

    A number that the plan uses anywhere may be meant rightly.
    """
    given = {(m[1], number_value(m[2])) for m in _CODE.finditer(sentence)}
    asked = [m for m in _CODE.finditer(question) if (m[1], number_value(m[2])) not in given and m[0] not in plan]
    return any(m[1] == name for m in asked for name, _ in given) or _other_turn(question, sentence, plan)


def _other_turn(question: str, sentence: str, plan: str) -> bool:
    """The same of turns: 第129次 for 第119次."""
    given = {(m[2], number_value(m[1])) for m in _TURN.finditer(sentence)}
    asked = [m for m in _TURN.finditer(question) if (m[2], number_value(m[1])) not in given and m[0] not in plan]
    return any(m[2] == unit for m in asked for unit, _ in given)


def _shares_word(name: str, text: str) -> bool:
    return any(name[i : i + WORD] in text for i in range(len(name) - WORD + 1))


def other_level(question: str, sentence: str, plan: str) -> bool:
    """Whether a question is about another level than the sentence, one that the plan does not know: 二级医院, 三级医院.

    Or about another number of kinds: 三大产业, 四大产业.
    """
    told = [(number_value(m[1]), m[2]) for m in _GREAT_OF.finditer(sentence) if _shares_word(m[2], question)]
    if told and any(number_value(m[1]) not in [number for number, _ in told] for m in _GREAT.finditer(question)):
        return True
    return any(
        m[0] not in plan and any(o[2] == m[2] and o[1] != m[1] for o in _LEVEL.finditer(sentence))
        for m in _LEVEL.finditer(question)
    )


def reworded(question: str, sentence: str) -> bool:
    """Whether the question says what the sentence does, with another word of the same length in its place.

    打造全球领先的基地 against 打造国内知名的基地: that may be a synonym, so it is no contradiction, but no yes either.
    """
    steps = SequenceMatcher(None, question, sentence, autojunk=False).get_opcodes()
    return any(
        step[0] == "replace"
        and step[2] - step[1] == step[4] - step[3] >= WORD
        and all(s[0] == "equal" and s[2] - s[1] >= WORD for s in (before, after))
        for before, step, after in zip(steps, steps[1:], steps[2:], strict=False)
    )


def _other_way(question: str, sentence: str) -> bool:
    """Whether something is said to have risen since a time before, and the sentence says that it fell, or the reverse.

    Or to cost more, where the sentence lowers what is paid. Else what rises in one may be another thing than what falls.
    """
    if cues.COSTS_MORE.search(question):
        return bool(cues.FELL.search(sentence)) and not cues.ROSE.search(sentence)
    if not cues.SINCE.search(question):
        return False
    asked, told = (tuple(bool(way.search(text)) for way in (cues.ROSE, cues.FELL)) for text in (question, sentence))
    return asked != told and sum(asked) == 1 and sum(told) == 1


def _other_end(question: str, sentence: str) -> bool:
    """Whether the question says one of two things that cannot both be so, and the sentence the other: 往上收, 下移."""
    pairs = ((one, other) for pair in cues.OPPOSITES for one, other in (pair, pair[::-1]))
    return any(
        one.search(question) and not other.search(question) and other.search(sentence) and not one.search(sentence)
        for one, other in pairs
    )


def other_quoted(question: str, sentence: str, plan: str) -> bool:
    """Whether a question quotes a name that the plan does not know, and the sentence another: “甲区经验”, “乙区经验”."""
    asked, given = ({(m[2], m[1]) for m in cues.SO_CALLED.finditer(text)} for text in (question, sentence))
    unknown = [(end, name) for end, name in asked if name + end not in plan]
    return any(end == other_end and name != other for end, name in unknown for other_end, other in given)


def other_city(asked: Collection[str], given: Collection[str]) -> bool:
    """Whether a question names cities or provinces, and the sentence only others."""
    return bool(asked and given) and all(apart(one, other) for one in asked for other in given)


def _as_universal(word: str, sentence: str) -> bool:
    """Whether the sentence says the same word; of an English one, any that says as much."""
    return word in sentence or (word.isascii() and bool(cues.UNIVERSAL.search(sentence)))


def _not_allowed(question: str, sentence: str) -> bool:
    """Whether it is asked if something may be, and the sentence does away with it, granting nothing."""
    return bool(cues.ALLOWED.search(question) and cues.REMOVED.search(sentence)) and not cues.GRANTS.search(sentence)


def contradicts(question: str, sentence: str) -> bool:
    """Whether a sentence says otherwise than a question puts it, by the words alone.

    只…不… against 延伸至, 必须 against 鼓励, 禁止 against 鼓励, 缩回 against 延伸, 高能耗 against 低能耗.
    """
    question = cues.AT_LEAST_EN.sub(" ", question)
    universal = cues.UNIVERSAL.search(question)
    if cues.ONLY.search(question) and not cues.ONLY.search(sentence):
        return True
    if (
        universal
        and cues.SOFT.search(sentence)
        and not _as_universal(universal[0], sentence)
        and not cues.SOFT.search(question)
    ):
        return True
    if cues.NEEDED.search(question) and cues.SPARED.search(sentence) and not cues.SPARED.search(question):
        return True
    forbidden = bool(cues.FORBIDS.search(sentence)) and not cues.GRANTS.search(sentence)
    if forbidden != bool(cues.FORBIDS.search(question)) and (not forbidden or cues.ALLOWED.search(question)):
        return True
    if denies(question, sentence) or _not_allowed(question, sentence):
        return True
    down = cues.DOWN.search(question)
    if down and not cues.DOWN.search(sentence) and cues.UP.search(sentence):
        return True
    if opposite_word(question, sentence) or _other_way(question, sentence) or _other_end(question, sentence):
        return True
    spared = cues.SPARED.search(question) and not cues.SPARED.search(sentence)
    denied = spared or cues.NEGATED.search(cues.A_NOT_A.sub(" ", question))
    return bool(denied) and not forbidden and not cues.NEGATED.search(sentence) and not cues.GONE.search(sentence)
