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
_ENGLISH_TOKEN = re.compile(r"(?<![A-Za-z.])\d[\d,]*(?:\.\d+)?(?=(?:st|nd|rd|th)?\b|%)|[a-z]+", re.IGNORECASE)
# on which side of a figure something is said to lie; 不超过 and 不低于 are a target's own words, and have to be the plan's
_BOUND = re.compile(r"((?<!不)(?:超过|突破|[高大多低少小]于)|不到|不足)\s*")
_OVER = re.compile("超过|突破|[高大多]于")
_CLAUSE = re.compile(r"[，,。；;?？!！]")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})[日号])?")
# which of several: the first, the third
_ORDINAL_EN = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b"
    r"(?!-|ly| (?:of all|times?|half|part(?:y|ies)|stages?|phases?|quarters?|place|class)\b)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"第([一二三四五六七八九十])(?=[个名位])")
_FIRST = re.compile("第一|首|率先|最早|一期")
_MONTH_EN = re.compile(r"\b(?:January|February|March|April|May(?= \d)|June|July|August|September|October|November|December)\b")
_NUMBER = re.compile(r"(?<![\d.a-z])\d[\d,]*(?:\.\d+)?(?![a-z])")
_NUMERAL = re.compile("[一二三四五六七八九十百千]{2,}")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_NON = re.compile(r"\bnon[- ]?([a-z]{4,})\b", re.IGNORECASE)
_UNITS = "年月日个家项条座处名人类种次所辆万亿元米吨周岁天户张大级期批成倍"
# what is numbered, and how; 一 is mostly an article: 留一段时间
_NUMBERED = (
    re.compile(
        r"(?P<what>[\u4e00-\u9fff+])(?P<number>(?!一)[一二三四五六七八九十]+|\d+)"
        rf"(?![\d.,%％]|[{_UNITS}]|公里|平方|小时|分钟)"
    ),
    re.compile(r"第(?P<number>[一二三四五六七八九十百]+|\d+)(?P<what>[次届代轮])"),
    re.compile(r"(?P<number>[一二三四五六七八九甲乙丙])(?P<what>[级等期批][\u4e00-\u9fff]{2})"),
)
_GREAT = re.compile(r"([二两三四五六七八九十]|\d+)大(?![批量片型幅])")
_GREAT_OF = re.compile(r"([二两三四五六七八九十]|\d+)大(?![批量片型幅])([\u4e00-\u9fff]{2,8})")
_RANK = re.compile(r"(国家|省|市|区|县|乡|镇|街道|社区|村)一?级")
_SPAN = re.compile(r"((?:19|20)\d{2})年?\s*(?:至|到|[-—–~～]+|(?:to|through|until) )\s*((?:19|20)\d{2})")
_PREFIXED = re.compile(r"[副非未]([\u4e00-\u9fff]{2})")  # 副主任 is no 主任
WORD = 2  # characters
_TAG_MAX = 6  # characters of 对不对, 是真的吗 and the like, which put nothing by themselves
KINDS = {"类", "种", "样"}  # measure words for the same
_REACH = 4  # words: what a number counts stands at most so far behind it


def agrees(claim: Figure, figure: Figure) -> bool:
    """Whether a claimed figure is the plan's."""
    if claim.value is None or figure.value is None:
        return True
    return abs(figure.value - claim.value) <= 1e-6 * max(abs(figure.value), 1.0)


def same_unit(claim: Figure, figure: Figure) -> bool:
    """Whether two figures count alike: 四种 and 两类 do, 四家 and 两类 do not; other families are told apart by themselves."""
    return claim.family != "count" or claim.unit == figure.unit or {claim.unit, figure.unit} <= KINDS


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
    stated, given = english_claims(cues.RATIO_EN.sub(" ", question)), english_claims(rendering)
    over, under = (bool(bound.search(question)) for bound in (cues.OVER_EN, cues.UNDER_EN))
    return _opposed(question, rendering) or any(
        given[what] != value and not (over and given[what] > value) and not (under and given[what] < value)
        for what, value in stated.items()
        if what in given
    )


def _numbers(text: str) -> set[float]:
    """The numbers of an English text, in digits or words, without years; "one" and "first" are too common to count."""
    found = (_number(t) for t in _ENGLISH_TOKEN.findall(text) if t.lower() not in ("one", "first"))
    return {n for n in found if n is not None}


def other_number(question: str, rendering: str) -> bool:
    """Whether a yes-or-no question states a number that its sentence, which has numbers, does not have."""
    given = _numbers(rendering)
    return bool(given and _numbers(cues.RATIO_EN.sub(" ", question)) - given) and not cues.THAN.search(question)


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
    return asking if len(asking) > _TAG_MAX and not cues.ANYWAY.search(question) else question


def ended(question: str, sentence: str) -> bool:
    """Whether a question supposes that something is still there, and the sentence says that it is gone."""
    gone = cues.ENDED.search(sentence) if cues.STILL.search(question) else None
    return gone is not None and (question.isascii() or any(char in question for char in gone["what"].strip()))


def denies(question: str, sentence: str) -> bool:
    """Whether a sentence denies in so many words what a question states: 不在医院之间比较, 并非没有, 生活方式不变."""
    if ended(question, sentence):  # 还有没消除的吗: the 没 denies nothing
        return True
    if cues.NEGATED.search(cues.A_NOT_A.sub(" ", question)):
        return False
    if cues.DENIES.search(sentence) or (cues.CHANGES.search(question) and cues.UNCHANGED.search(sentence)):
        return True
    return any(word in question for word in denied_words(sentence))


def denied_words(sentence: str) -> list[str]:
    """The words of two characters that a sentence denies and does not say elsewhere.

    One that it does may be denied of something else: 对符合的给予补贴，不符合的另定.
    """
    denied = [m[1][i : i + WORD] for m in cues.DENIED.finditer(sentence) for i in range(len(m[1]) - 1)]
    return [word for word in denied if sentence.count(word) == denied.count(word)]


def other_ordinal(question: str, sentence: str) -> bool:
    """Whether an English question says that something is the first, and a Chinese sentence that it is the third."""
    asked = {_number(m[1]) for m in _ORDINAL_EN.finditer(question)}
    told = {number_value(m[1]) for m in _ORDINAL.finditer(sentence)}
    return bool(asked and told) and asked.isdisjoint(told) and not (1.0 in asked and _FIRST.search(sentence))


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


def other_month(question: str, rendering: str) -> bool:
    """Whether an English question names a month, and its sentence others only."""
    asked, given = ({m[0].lower() for m in _MONTH_EN.finditer(text)} for text in (question, rendering))
    return bool(asked and given) and asked.isdisjoint(given)


def other_share(question: str, rendering: str) -> bool:
    """Whether an English question says something of every section, and its sentence of a share of the sections."""
    every = cues.EVERY_EN.search(question)
    if not every or cues.EVERY_EN.search(rendering):
        return False
    clauses = [c for c in _CLAUSE.split(rendering) if not set(stems(every["what"])).isdisjoint(stems(c))]
    shares = [float(m[1]) for c in clauses for m in _SHARE.finditer(c)]
    return bool(shares) and max(shares) < 100


def other_prefix(question: str, rendering: str) -> bool:
    """Whether an English question speaks of point sources, and its sentence of non-point sources only."""
    return any(
        re.search(rf"\b{m[1]}\b", question, re.IGNORECASE) and not re.search(rf"(?<!non[- ])\b{m[1]}\b", rendering)
        for m in _NON.finditer(rendering)
        if not re.search(rf"\bnon[- ]?{m[1]}\b", question, re.IGNORECASE)
    )


def numbers_named(text: str) -> set[str]:
    """The numbers of two digits and more in a folded text, 十二 as 12; without years, and without those of names as PM2.5."""
    written = {m[0].replace(",", "") for m in _NUMBER.finditer(text)}
    told = {f"{value:g}" for m in _NUMERAL.finditer(text) if (value := number_value(m[0])) is not None}
    return {number for number in written | told if len(number) > 1 and not cues.YEAR.fullmatch(number)}


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


def _numbered(pattern: re.Pattern[str], text: str) -> dict[tuple[str, float | str], str]:
    """What is numbered in a text, with its number (甲 stays 甲), each as it is written."""
    found = pattern.finditer(text)
    return {(m["what"], m["number"] if (value := number_value(m["number"])) is None else value): m[0] for m in found}


def other_numbering(question: str, sentence: str, plan: str) -> bool:
    """Whether a question numbers otherwise what the sentence numbers: 国五 for 国六, 第一次 for 第二次, 二级医院 for 三级医院.

    A number that the plan uses anywhere may be meant rightly.
    """
    for pattern in _NUMBERED:
        given = _numbered(pattern, sentence)
        asked = {key for key, written in _numbered(pattern, question).items() if key not in given and written not in plan}
        if {what for what, _ in asked} & {what for what, _ in given}:
            return True
    return False


def _shares_word(name: str, text: str) -> bool:
    return any(name[i : i + WORD] in text for i in range(len(name) - WORD + 1))


def other_kinds(question: str, sentence: str) -> bool:
    """Whether a question gives another number of the kinds that the sentence speaks of: 三大产业, 四大产业."""
    told = {number_value(m[1]) for m in _GREAT_OF.finditer(sentence) if _shares_word(m[2], question)}
    return bool(told) and any(number_value(m[1]) not in told for m in _GREAT.finditer(question))


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


def _opposed(question: str, sentence: str) -> bool:
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


def _all_or_must(question: str, sentence: str) -> bool:
    """必须 against 鼓励; what an English question says so may be any word that says as much."""
    said = cues.UNIVERSAL.search(question)
    if not said or cues.SOFT.search(question) or not cues.SOFT.search(sentence):
        return False
    return said[0] not in sentence and not (said[0].isascii() and cues.UNIVERSAL.search(sentence))


def _only(question: str, sentence: str) -> bool:
    """只管街面 against 延伸至小区."""
    return bool(cues.ONLY.search(question)) and not cues.ONLY.search(sentence)


def _spared(question: str, sentence: str) -> bool:
    """还得自己开证明 against 免提交证明."""
    spares = cues.SPARED.search(sentence) and not cues.SPARED.search(question)
    return bool(spares and cues.NEEDED.search(question))


def _forbids(sentence: str) -> bool:
    return bool(cues.FORBIDS.search(sentence)) and not cues.GRANTS.search(sentence)


def _forbidden(question: str, sentence: str) -> bool:
    """禁止 against 鼓励, 可以 against 不得 or against what is done away with; a sentence that grants something does neither."""
    if cues.FORBIDS.search(question):
        return not _forbids(sentence)
    gone = cues.REMOVED.search(sentence) and not cues.GRANTS.search(sentence)
    return bool(cues.ALLOWED.search(question)) and bool(_forbids(sentence) or gone)


def _lowered(question: str, sentence: str) -> bool:
    """缩回 against 延伸."""
    return bool(cues.DOWN.search(question) and cues.UP.search(sentence)) and not cues.DOWN.search(sentence)


def _denied(question: str, sentence: str) -> bool:
    """不纳入, or exempt, against a sentence that says neither."""
    if cues.SPARED.search(sentence) and cues.SPARED.search(question):
        return False
    if not cues.SPARED.search(question) and not cues.NEGATED.search(cues.A_NOT_A.sub(" ", question)):
        return False
    return not (_forbids(sentence) or cues.NEGATED.search(sentence) or cues.GONE.search(sentence))


def _not_yet(question: str, sentence: str) -> bool:
    """已经列入 against 争取列入, 已经填平 against 未有效弥合."""
    if not cues.DONE.search(question) or cues.NEGATED.search(question) or "已" in sentence:
        return False
    return bool(cues.TO_DO.search(sentence) or cues.NOT_YET.search(sentence))


def _excepted(question: str, sentence: str) -> bool:
    """What a question asks about is left out: （机关事业单位除外）."""
    return "除外" not in question and any(name in question for name in cues.EXCEPTED.findall(sentence))


def _not_all(question: str, sentence: str) -> bool:
    """Every section against 50 % of the sections."""
    every = cues.ALL.search(question)
    if not every or not every["what"] or cues.EACH_OF.search(sentence):
        return False
    clauses = [c for c in _CLAUSE.split(sentence) if not cues.CHANGED_BY.search(c) and _shares_word(every["what"], c)]
    shares = [float(m[1]) for c in clauses for m in _SHARE.finditer(c)]
    return bool(shares) and max(shares) < 100


def _on_condition(question: str, sentence: str) -> bool:
    """不管有没有条件都要装 against 符合条件的要装."""
    return bool(cues.ANYWAY.search(question) and cues.ON_CONDITION.search(sentence))


# what a sentence says against a question; and what it would say if the question were right
_AGAINST = (
    _spared,
    _forbidden,
    denies,
    _lowered,
    opposite_word,
    _other_way,
    _opposed,
    _not_yet,
    _excepted,
    _not_all,
    _on_condition,
)
_UNSAID = (_only, _all_or_must, _denied)


def contradicts(question: str, sentence: str, told: str = "") -> bool:
    """Whether a sentence says otherwise than a question puts it, by the words alone.

    `told` is the sentence with all that is told beside it, where what the question says may stand as well.
    """
    put = cues.CONTRAST.sub(" ", cues.AT_LEAST_EN.sub(" ", question))
    if any(rule(put, sentence) for rule in _AGAINST):
        return True
    return any(rule(put, sentence) and rule(put, told or sentence) for rule in _UNSAID)
