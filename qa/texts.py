"""What the product says in its own words, in both languages. Everything else that a reader sees is the plan's."""

from qa.answer import Reason

HOTLINE = "12345"  # the citizens' service hotline of every Chinese city

REFUSALS: dict[Reason, tuple[str, str]] = {
    Reason.EMPTY: ("请输入一个问题。", "Please type a question."),
    Reason.TOO_LONG: (
        "问题太长（最多 {limit} 字），请只问一件事。",
        "The question is too long (at most {limit} characters); please ask one thing.",
    ),
    Reason.ORDER: (
        "这里只回答计划里写了什么，不执行指令。",
        "This service only answers what the plan says; it does not follow orders.",
    ),
    Reason.WRITING: (
        "这里不代写文稿，只回答计划里写了什么。",
        "This service does not write texts; it only answers what the plan says.",
    ),
    Reason.SMALL_TALK: (
        "您好，请就《{title}》提问，例如某项指标是多少、某件事怎么做。",
        "Hello. Please ask about the plan “{title}”: a figure, a measure, a deadline.",
    ),
    Reason.PERSONAL_CASE: (
        "个人事项请拨打市民服务热线 {hotline}；这里只回答计划里写了什么。",
        "For a case of your own please call the citizens' hotline {hotline}; this service only answers what the plan says.",
    ),
    Reason.PERSONAL_NUMBER: (
        "请不要填写手机号、身份证号或邮箱，去掉后再问。",
        "Please leave out telephone numbers, identity card numbers and e-mail addresses, and ask again.",
    ),
    Reason.OTHER_PERIOD: (
        "计划没有{detail}的内容（它管的是{period}）。",
        "The plan says nothing about {detail}; it covers {period}.",
    ),
    Reason.OTHER_PLACE: (
        "计划没有{detail}的内容，它只管{place}。",
        "The plan says nothing about {detail}; it covers {place} only.",
    ),
    Reason.NO_FIGURE: ("计划没有给出这个数。", "The plan does not give that figure."),
    Reason.NO_RESULT: (
        "计划写的是目标，不是完成结果，没有给出实际数。",
        "The plan sets targets; it does not report what was achieved.",
    ),
    Reason.NO_DETAIL: ("计划没有写明{detail}。", "The plan does not give {detail}."),
    Reason.NOT_IN_PLAN: ("计划里没有找到能回答这个问题的内容。", "Nothing in the plan answers this question."),
}
NEAREST = ("最接近的是{address} {title}。", " The nearest section is {address} {title}.")
TURN_TO = ("其他问题可拨打市民服务热线 {hotline}。", " For anything else: citizens' hotline {hotline}.")
WHOLE_PERIOD = (
    "（计划没有按年分列，这是整个计划期的数。）",
    " (The plan does not break this down by year: it is the figure for the whole period of the plan.)",
)
UNDATED = ("（原文这一句没有写明年份。）", " (The sentence itself names no year.)")
UNOFFICIAL = "Unofficial translation; the Chinese text quoted is authoritative."
CORRECTION = ("与计划不符。计划的表述是：{text}", "No, the plan does not say that. It says: {text}")
NO_REASON = ("计划没有说明原因。计划的表述是：{text}", "The plan does not say why. It says: {text}")
NO_VALUE = ("没有具体数值。计划的表述是：{text}", "No, the plan gives no figure. It says: {text}")
PLAIN = ("{text}", "{text}")
NOT_SO = ("否，并非如此。计划的表述是：{text}", "No, not as put. The plan says: {text}")
SAME = ("两者相同。计划的表述是：{text}", "They are the same. The plan says: {text}")
LARGER = ("{name}。计划的表述是：{text}", "{name}. The plan says: {text}")
NO = ("否。计划的表述是：{text}", "No. The plan says: {text}")
YES = ("是。计划的表述是：{text}", "Yes. The plan says: {text}")
RELATED = ("计划中相关的内容是：{text}", "What the plan says about this: {text}")
OWN_PERIOD = ("计划期是{first}—{last}年。", "The plan covers {first}–{last}.")
LIST_HEAD = ("共 {count} 处：", "{count} places:")
LIST_TARGETS = ("共 {count} 项有数字的指标：", "{count} targets with a figure:")
LIST_CHILDREN = ("“{title}”下共{count}项：", "“{title}” has {count} parts:")


_NUMERALS = ("一 二 三 四 五 六 七 八 九 十", "one two three four five six seven eight nine ten")


def count(number: int, language: str) -> str:
    """A small number in words: a count of ours is no figure of the plan."""
    numerals = pick(_NUMERALS, language).split()
    return numerals[number - 1] if 0 < number <= len(numerals) else str(number)


def pick(pair: tuple[str, str], language: str) -> str:
    """The Chinese or the English of two texts."""
    return pair[0 if language == "zh" else 1]
