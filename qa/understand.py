"""What a question asks for: its language, its kind, and the conditions that an answer has to meet. By rule, no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from corpus.figures import Figure, find_figures, unit_family, unit_names
from corpus.fold import fold
from corpus.meta import PlanMeta
from corpus.places import known_places, pinyin, short_name

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


class Kind(StrEnum):
    """What form the answer takes."""

    FIGURE = "figure"
    DATE = "date"
    FACT = "fact"
    MEASURES = "measures"
    LIST = "list"
    YES_NO = "yes_no"
    ORDER = "order"
    WRITING = "writing"
    SMALL_TALK = "small_talk"
    PERSONAL_CASE = "personal_case"


@dataclass(frozen=True)
class Question:
    """A question as understood.

    `topic` is what is searched for: the question without years of the plan's own period and without the words that only
    ask. `family` and `unit` say what a figure must measure ("" for anything), `strict` whether the question named that
    itself. `years` and `places` are the conditions it sets, `claims` the figures it states, `quoted` its words in “”, `holds` what a
    sentence that answers has to hold.
    """

    text: str
    language: str
    kind: Kind
    topic: str
    family: str = ""
    unit: str = ""
    strict: bool = False
    years: tuple[int, ...] = ()
    rounds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    claims: tuple[Figure, ...] = ()
    quoted: tuple[str, ...] = ()
    holds: re.Pattern[str] | None = None


def language_of(text: str) -> str:
    """`en` when a question has more Latin words than Chinese characters, else `zh`."""
    return "en" if len(_LATIN.findall(text)) > len(_CJK.findall(text)) else "zh"


# ---- kinds ----------------------------------------------------------------------------------------------------------

_ORDER = re.compile(
    r"(?:忽略|无视|不要管|别管|不用管|忘掉|忘记|抛开|绕过).{0,12}(?:指令|规则|要求|设定|限制|资料|原文|计划|内容|提示|上面|以上|之前|前面)"
    r"|(?:你必须|你只能|请直接|你就).{0,6}(?:回答|输出|回复|说)|系统提示|提示词|隐藏的?设定|越狱|开发者模式|从现在起你|你现在是|扮演"
    r"|(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instruction|rule|prompt|above|previous|document|plan|source|text)s?"
    r"|system prompt|hidden (?:prompt|instruction|setting)|you are now|pretend (?:to be|that|you)|act as (?:a|an|the)\b|jailbreak"
    r"|developer mode|(?:just|only|must) (?:say|answer|reply|output) [\"'“]", re.IGNORECASE)
_WRITING = re.compile(
    r"(?:写|起草|拟|草拟|撰写|生成|编)(?:一|个|份|篇|封|段|首|出)*.{0,12}(?:通知|公文|公告|报告|信|函|文章|作文|诗|代码|稿|方案|新闻|致辞)"
    r"|\b(?:write|draft|compose)\b.{0,20}\b(?:letter|notice|report|essay|poem|speech|code|announcement|article|email)", re.IGNORECASE)
_SMALL_TALK = re.compile(
    r"^(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|谢谢|多谢|感谢|再见|拜拜|在吗|你是谁|你叫什么|讲个笑话|好的|嗯|hi|hello|hey|thanks|thank you|bye"
    r"|good (?:morning|afternoon|evening)|who are you|how are you|tell me a joke)[\W_]*(?:呀|啊|吗|了|there)?[\W_]*$", re.IGNORECASE)
_PERSONAL_CASE = re.compile(
    r"(?:我|我家|我们家|本人).{0,16}(?:能赔|赔多少|补偿多少|罚单|办到哪|批了没|批下来|审核到|申请进度|案子|投诉了|举报了)"
    r"|(?:帮我|替我|给我|为我)(?:查|办|申请|投诉|举报|联系|预约|报警)"
    r"|(?:打|拨)(?:哪个|什么)电话|(?:找谁|去哪|向谁|怎么)(?:投诉|举报)"
    r"|\b(?:my (?:application|case|complaint|permit|fine|compensation)|file (?:a|my) complaint|report (?:my|a) neighbou?r)\b", re.IGNORECASE)
_LIST = re.compile(
    r"(?:哪些|哪几)(?:个)?(?:任务|条目|条款|条|章节|章|部分|地方|段落|段|节|小节|项目标|处)|(?:几|多少|两|三)处|在哪些|哪些.{0,8}(?:提到|涉及|出现|写到|带有|含有)"
    r"|(?:列出|列举|罗列|找出|列全|请列|逐条|一一列)|哪些(?:工作|领域|环节|场合).{0,10}(?:用到|要用|采用|需要)|所有(?:的)?(?:任务|条目|章节|目标|指标|地方|部分)|(?:哪几|几)项(?:任务|措施|内容)"
    r"|\b(?:which|what) (?:parts?|sections?|tasks?|places|chapters?|items|paragraphs|clauses)\b|\blist (?:all|every|the)\b|\beverywhere\b"
    r"|\bwhere (?:is|are|does|do) .{1,60}\b(?:mentioned|mention|appear|referred)\b|\ball (?:the )?(?:sections|tasks|parts|places|targets)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"吗\W*$|是否|是不是|有没有|会不会|能不能|可不可以|要不要|有无|算不算|对不对|管不管|让不让|还是.{1,14}[?？]?$"
    r"|(?:^\W*(?:and |so |but )?|, )(?:is|are|was|were|does|do|did|will|would|can|could|has|have|should|must|may)\b", re.IGNORECASE)
_MEASURES = re.compile(
    r"怎么|如何|怎样|咋|什么措施|哪些措施|什么办法|哪些办法|什么要求|哪些要求|哪些工作|做什么|采取什么|哪些做法|打算|\bhow (?:is|are|will|does|do|should|can)\b"
    r"|\bwhat (?:measures|steps|actions|is (?:being )?done|will be done|happens)\b|\bwhat else\b", re.IGNORECASE)
_DATE_KIND = re.compile(
    r"哪(?:一)?(?:年|天|日|月)|几(?:年|月)(?!.{0,2}(?:行动|计划))|几[号日](?:前|之前|印发|发布|开始|\W*$)|何时|什么时候|什么时间|日期|时间段|哪几年|起止|\bwhen\b|\b(?:what|which|on what) (?:date|day|year|years|period|month)\b", re.IGNORECASE)

_UNIT_ALTERNATIVES = "|".join(re.escape(fold(u)) for u in unit_names())
_HOW_MANY = re.compile(rf"(?:多少|几|第几)\s*(?:万|亿|千|百)?(?P<unit>{_UNIT_ALTERNATIVES})?")
_FAMILIES_ZH: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (re.compile(r"百分之|百分比|百分点|比例|占比|比重"), "percent", True),
    (re.compile(r"多少钱|花费|花多少|经费|投资额|总投资|投资(?:是|有)?多少|资金|预算|造价|金额|成本|费用|补贴标准|罚款|多少.{0,2}[万亿]元"), "money", True),
    (re.compile(r"浓度"), "concentration", False),
    (re.compile(r"面积|多大|平方"), "area", False),
    (re.compile(r"多长|长度|里程|多远|半径"), "length", False),
    (re.compile(r"多久|多长时间|时长|期限"), "duration", False),
    (re.compile(r"装机|功率"), "power", True),
    (re.compile(r"率(?:要|应|须|需)?(?:是|为|达到|达|目标|维持|保持|控制|稳定|定|有|在|不低于|至少|具体)*(?:在|到)?(?:多少|几|多高)"), "percent", False),
)
_FIGURE_ZH = re.compile(r"多少|百分之几|几(?!乎|何|位代表)|多大|多长|多高|多远|多久|比例是|指标值|数值|目标值|第几")
_FAMILIES_EN: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (re.compile(r"\b(?:how much (?:money|will .{1,40} cost|does .{1,40} cost|did .{1,40} cost|do .{1,40} cost)|costs?|budget|funding|price|investment|spend|spent|fine[ds]?)\b"), "money", True),
    (re.compile(r"\b(?:percent|percentage|per cent|share|proportion|ratio)\b|%"), "percent", True),
    (re.compile(r"\brates?\b|\bwhat level\b"), "percent", False),
    (re.compile(r"\b(?:concentration)\b"), "concentration", False),
    (re.compile(r"\b(?:how (?:large|big)|square met|area|hectares|how much (?:\w+ ){0,3}(?:green|space|land))"), "area", False),
    (re.compile(r"\b(?:how (?:long|far)|kilomet|length|radius|distance)"), "length", False),
    (re.compile(r"\b(?:megawatts?|kilowatts?|installed capacity)\b"), "power", True),
)
_FIGURE_EN = re.compile(r"\bhow (?:many|much|large|big|long|far|high|wide|often)\b|\bwhat (?:minimum |maximum |is the |are the )?(?:\w+ ){0,4}"
                        r"(?:percentage|share|rate|proportion|number|level|figure|target|area|ratio|concentration)\b|\bat what level\b")
# words that ask but name nothing: kept out of what is searched for
_ASKING_ZH = re.compile(r"是?多少|百分之几|目标值?是|指标是|分别是?|请问|请告诉我|我想知道|想问一下|麻烦问下|具体(?:是|数值)?|(?:计划|规划|方案|文件|文中|条例)(?:里|中|当中|对|要求|规定|提出|提到)+|本计划|该计划|这个计划")
_ASKING_EN = re.compile(r"\b(?:according to the (?:plan|document)|(?:in|under) the plan|does the plan|the plan|is planned|please|tell me)\b", re.IGNORECASE)


# what the answer has to hold, by the words that ask for it: a document number, a regulation, a body
_HOLDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"文号|发文字号|document number|reference number", re.IGNORECASE), re.compile(r"〔\d{4}〕|[\[(（]\d{4}[\])）]\s*\d+\s*号")),
    (re.compile(r"哪部|哪项法规|什么条例|哪(?:一)?个(?:条例|办法|清单|名录)|哪份|\bwhich (?:\w+ ){0,2}(?:regulations?|laws?|acts?)\b", re.IGNORECASE), re.compile("《")),
    (re.compile(r"哪个部门|哪些部门|哪些单位|哪个单位|由谁|谁来|谁负责|找谁|哪个机构|\bwho\b|\bwhich (?:\w+ ){0,2}(?:department|body|bodies|agency|agencies|authority|authorities|office)s?\b", re.IGNORECASE),
     re.compile("局|委(?!托)|办事处|办公室|政府|街道|部门|小组|公安|法院|检察|人大|政协|单位|河长办|企业|机构")),
)


def _kind(text: str, language: str) -> Kind:
    strict_figure = next((strict for p, _, strict in (_FAMILIES_ZH if language == "zh" else _FAMILIES_EN) if p.search(text.lower())), False)
    for pattern, kind in ((_ORDER, Kind.ORDER), (_SMALL_TALK, Kind.SMALL_TALK), (_WRITING, Kind.WRITING),
                          (_PERSONAL_CASE, Kind.PERSONAL_CASE), (_LIST, Kind.LIST), (_DATE_KIND, Kind.DATE)):
        if pattern.search(text):
            return kind
    if (_FIGURE_ZH if language == "zh" else _FIGURE_EN).search(text.lower()) or (strict_figure and not _YES_NO.search(text)):
        return Kind.FIGURE
    if _YES_NO.search(text):
        return Kind.YES_NO
    return Kind.MEASURES if _MEASURES.search(text) else Kind.FACT


def _wanted_figure(folded: str, language: str) -> tuple[str, str, bool]:
    """Family, unit and whether the question itself named them."""
    if language == "zh":
        match = _HOW_MANY.search(folded)
        if match and match["unit"]:
            return unit_family(match["unit"]), match["unit"], True
    patterns = _FAMILIES_ZH if language == "zh" else _FAMILIES_EN
    return next(((family, "", strict) for pattern, family, strict in patterns if pattern.search(folded)), ("", "", False))


# ---- conditions -----------------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_ROUND = re.compile(r"第[一二三四五六七八九十\d]+轮|(?:上|下|前|后)一轮|十[三四五六]五")
_QUOTED = re.compile(r"[“\"「『‘《]([^”\"」』’》]{2,40})[”\"」』’》]")
_CJK_WORD = re.compile(r"[\u3400-\u9fff]{2,}")
_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b([A-Z][a-z]+)(?:\s+(?:District|City|Province|County|New Area))?|\b([A-Z][a-z]+)\s+(?:District|City|Province|County)\b")


def _other_places(text: str, language: str, meta: PlanMeta, plan_text: str) -> tuple[str, ...]:
    """Divisions that the question names and the plan does not."""
    names = known_places(meta.place)
    if language == "zh":
        found = {names[n] for n in names if n in text and n not in plan_text and short_name(n) not in plan_text}
        return tuple(sorted(found))
    latin = {pinyin(n): division for n, division in names.items() if n not in plan_text and short_name(n) not in plan_text}
    own = {pinyin(short_name(n)) for n in meta.place}
    words = {(a or b).lower() for a, b in _CAPITALISED.findall(text)}
    return tuple(sorted(latin[w] for w in words if w in latin and w not in own and len(w) > 4))


def _topic(folded: str, language: str) -> str:
    if language == "zh":
        without = re.sub(r"(?:到|至|在)?(?:19|20)\d{2}年(?:底|末)?(?:前|的)?", "", folded)
        return _ASKING_ZH.sub(" ", without).strip() or folded
    without = re.sub(r"\b(?:by |in |for |until )?(?:the (?:end of )?)?(?:19|20)\d{2}\b", "", folded)
    return _ASKING_EN.sub(" ", without).strip() or folded


def _quoted(text: str, language: str) -> tuple[str, ...]:
    """The words that a question puts in quotation marks; in an English one also its Chinese words."""
    found = [*_QUOTED.findall(text), *(_CJK_WORD.findall(text) if language == "en" else ())]
    return tuple(dict.fromkeys(fold(q) for q in found))


def understand(text: str, meta: PlanMeta, plan_text: str, own: str | None = None) -> Question:
    """A question as understood for a plan; `plan_text` is the plan's folded text.

    Of a completed follow-up, `own` is what was asked last: it says what kind of answer is wanted.
    """
    language, folded = language_of(text), fold(text)
    kind = _kind(folded if language == "zh" else text.strip(), language)
    if own:
        last = _kind(fold(own) if language == "zh" else own.strip(), language)
        kind = kind if last is Kind.FACT else last
    question = Question(text, language, kind, _topic(folded, language), quoted=_quoted(text, language))
    family, unit, strict = _wanted_figure(folded, language)
    claims = tuple(f for f in find_figures(folded) if _is_claim(folded, f))
    return replace(question, holds=next((given for asked, given in _HOLDS if asked.search(own or text)), None), family=family, unit=unit, strict=strict, claims=claims,
                   years=tuple(int(y) for y in dict.fromkeys(_YEAR.findall(folded))), rounds=tuple(_ROUND.findall(folded)),
                   places=_other_places(folded if language == "zh" else text, language, meta, plan_text))


def _is_claim(folded: str, figure: Figure) -> bool:
    """Whether a figure in a question states something: 五起 does, 哪三个 and 三年 do not."""
    if figure.family in ("date", "label", "", "duration") or figure.unit in ("大", "轮", "次"):
        return False
    return folded[max(0, figure.start - 1) : figure.start] not in tuple("哪这那第前每几")


def unmet_years(years: Sequence[int], meta: PlanMeta, plan_text: str) -> tuple[int, ...]:
    """The years that lie outside the plan's period and that its text does not name either."""
    first, last = meta.period or (0, 0)
    return tuple(y for y in years if not (first <= y <= last) and str(y) not in plan_text) if meta.period else ()
