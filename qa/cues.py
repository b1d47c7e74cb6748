"""The words by which questions show what they ask for, Chinese and English. Language only: nothing of any plan.

A figure's family is given with `strict`: whether the words leave no other kind of figure as an answer.
"""

import re

from corpus.figures import ENGLISH_NUMBERS, unit_names
from corpus.fold import fold


def _any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# ---- kinds of question ----------------------------------------------------------------------------------------------

ORDER = _any_of(
    "(?:忽略|无视|不要管|别管|不用管|忘掉|忘记|抛开|绕过).{0,12}"
    "(?:指令|规则|要求|规定|设定|限制|资料|原文|计划|内容|提示|上面|以上|之前|前面)",
    "编(?:造|一[条个项段])|假装|伪造|杜撰|虚构",
    r"\b(?:make up|fabricate|invent) (?:a|an|some)\b",
    "(?:你必须|你只能|请直接|你就).{0,6}(?:回答|输出|回复|说)",
    "系统提示|提示词|隐藏的?设定|越狱|开发者模式|从现在起你|你现在是|扮演",
    r"(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instruction|rule|prompt|above|previous|document|plan|source|text)s?",
    r"system (?:prompt|override)|hidden (?:prompt|instruction|setting)|you are now|pretend (?:to be|that|you)",
    r"act as (?:a|an|the)\b|jailbreak|developer mode|(?:just|only|must) (?:say|answer|reply|output) [\"'“]",
)
_QUESTION_WORDS = "什么|啥|多少|哪|怎|咋|谁|几|何"
ASKS = _any_of("[?？]|什么|多少|哪|怎|谁|几[个项条]|是否|吗", r"\b(?:what|which|who|where|when|how|why)\b")
ASKS_IN_WORDS = re.compile(f"{_QUESTION_WORDS}|是否|吗")
WRITING = _any_of(
    "(?:写|起草|拟|草拟|撰写|生成|编)(?:一|个|份|篇|封|段|首|出)+.{0,12}"
    "(?:通知|公文|公告|报告|信|函|文章|作文|诗|代码|稿|方案|新闻|致辞)",
    r"\b(?:write|draft|compose)\b.{0,20}\b(?:letter|notice|report|essay|poem|speech|code|announcement|article|email)",
)
SMALL_TALK = _any_of(
    r"^(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|谢谢|多谢|感谢|再见|拜拜|在吗|你是谁|你叫什么|讲个笑话|好的|嗯"
    r"|hi|hello|hey|thanks|thank you|bye|good (?:morning|afternoon|evening)|who are you|how are you|tell me a joke)"
    r"[\W_]*(?:呀|啊|吗|了|there)?[\W_]*$"
)
PERSONAL_CASE = _any_of(
    "(?:我|我家|我们家|本人).{0,16}(?:能赔|赔多少|补偿多少|罚单|办到哪|批了没|批下来|审核到|申请进度|案子|投诉了|举报了)",
    "(?:帮我|替我|给我|为我)(?:查|办|申请|投诉|举报|联系|预约|报警)",
    "(?:打|拨)(?:哪个|什么)电话|(?:找谁|去哪|向谁|怎么)(?:投诉|举报)",
    r"\b(?:my (?:application|case|complaint|permit|fine|compensation)|file (?:a|my) complaint|report (?:my|a) neighbou?r)\b",
)
# what a list is of, behind the verb that asks where it stands
_ABOUT_ZH = "点名|点到|提到|提及|提起|涉及|出现|写到|写了|讲到|说到|说起|谈到|用到|包含|含有|带有"
_RIVERS = "[河路道街线浜江沟渠][是有为]"  # 河道有哪几条 asks for rivers, not for clauses
LIST = _any_of(
    "(?:哪些|哪几)(?:个)?(?:任务|条目|条款|章节|章|段落|段|节|小节|项目标)|(?:几|多少|两|三)处",
    rf"(?<!{_RIVERS})(?:哪些|哪几)条(?![河路道街线浜江沟渠])",
    f"(?:哪些|哪几|几)(?:个)?(?:部分|地方|处).{{0,6}}(?:{_ABOUT_ZH}|要求|有关|相关)|(?:提到|点名)(?:了|过)?(?:哪些|哪几|几[样处])",
    "(?:分别|分散|都)(?:写)?在(?:什么|哪些|哪几个?)(?:地方|条目|部分)",
    f"在哪些(?:情况|情形|条件|场合)|(?:{_ABOUT_ZH}|要求|写|放|规定|分布)在(?:了)?(?:哪些|哪几)|在哪些.{{0,10}}(?:{_ABOUT_ZH}|用)",
    f"(?:{_ABOUT_ZH}|关于|有关|相关).{{1,16}}(?:地方|部分|条款|内容|规定|任务).{{0,4}}(?:找出|列出|挑出|给我)",
    "哪些(?:措施|做法|要求|规定|内容|事项).{0,6}(?:针对|涉及|关于|提到|用到|要求)",
    "(?:在|有)哪几处|一词",
    "哪些.{0,8}(?:提到|涉及|出现|写到|带有|含有)|哪些(?:工作|领域|环节|场合).{0,10}(?:用到|要用|采用|需要)",
    "(?:下面|下设|之下|底下).{0,6}(?:几|哪)",
    "列出(?!来要)|列举|罗列|找出|找全|挑出|列全|请列|逐条|一一列|(?:哪几|几)项(?:任务|措施|内容)",
    "(?:任务|措施|做法|内容|条款|部分|地方|目标|工作|情形|行为|事项)(?:都|分别|一共)?(?:有哪些|是哪些|有哪几|都有什么)",
    "所有(?:的)?(?:任务|条目|章节|目标|指标|地方|部分)",
    r"\b(?:which|what) (?:parts|sections?|tasks?|places|points|spots|chapters?|items|paragraphs|clauses)\b",
    r"\blist (?:all|every|the)\b",
    r"\b(?:which|what) part of the (?:plan|document|text)\b",
    r"\bevery (?:passage|place|part|section|mention|spot|clause|paragraph)\b",
    r"\beverywhere\b|\bwhere (?:in (?:the |this )?\w+ )?(?:is|are|does|do) .{1,60}\b(?:mention(?:ed)?|appears?|referred"
    r"|brought up|comes? up|crops? up|shows? up|featured?|occurs?|named|talk about|speak of|deal with|addressed|discussed)\b",
    r"\b(?:lines of work|tasks (?:listed|are listed|under|in the section))\b",
    r"\ball (?:the )?(?:sections|tasks|parts|places|targets|passages|spots|mentions|clauses)\b",
)
WHAT = re.compile(r"^\W*(?:what|which|who|whom|whose|how|why|when|where)\b", re.IGNORECASE)
YES_NO = _any_of(
    rf"^(?!.*(?:{_QUESTION_WORDS}|干嘛)).*(?:[嘛么]|[能会要是有行得].{{0,16}}(?<!要)不|[过了]没有?)\W*$",
    r"[吗伐]\W*$|是否|是不是|有没有|会不会|能不能|可不可以|要不要|有无|算不算|对不对|管不管|让不让|还是.{1,14}[?？]?$",
    r"([\u4e00-\u9fff]{1,2})不\1",  # 给不给, 鼓不鼓励, 方便不方便
    r"(?:^\W*(?:and |so |but )?|[,;:.!?] )(?:is|are|was|were|does|do|did|will|would|can|could|has|have|had|should|must|may)\b",
)
YES_NO_EN = re.compile(
    r"^\W*(?:and |so |but )?(?:is|are|was|were|does|do|did|will|would|can|could|has|have|had|should|must|may)\b"
    r"(?! (?:you|i|we|anyone|anybody|someone|somebody)\b| \d)(?!.*\b(?:how|what|which|when|where|who|why)\b)",
    re.IGNORECASE,
)
# a last clause that asks yes or no, and no more than politely so
YES_NO_LAST = re.compile(rf"^(?!.*(?:{_QUESTION_WORDS})).*吗\W*$")
A_NOT_A_LAST = re.compile(r"([\u4e00-\u9fff])不\1[\u4e00-\u9fff]{1,3}\W*$")
POLITE = _any_of(
    "知道?不|知道|告诉|清楚|说一?下|查|明白|能问|可以问|方便|介绍|讲|了解|回答|规定|写[了明]|定[了下]|有数|时间表|要求"
)
MEASURES = _any_of(
    "怎么|如何|怎样|咋|什么措施|哪些措施|什么办法|哪些办法|什么要求|哪些要求|哪些工作|做什么|采取什么|哪些做法|打算",
    r"\bhow (?:is|are|will|does|do|should|can)\b",
    r"\bwhat (?:measures|steps|actions|is (?:being )?done|will be done|happens)\b|\bwhat else\b",
)
UNIT = "|".join(re.escape(fold(unit)) for unit in unit_names())
# 几 asks for a number where what is counted follows; 哪几 asks which, and 这几年 and 近几年 ask nothing
_SOME = rf"(?<![的哪十好这那近前后来没])(?<!再过)(?<![还只就]差)几(?=\s*(?:[万亿千百]|{UNIT}))"
NUMBER_ASKED = f"多少|百分之几|{_SOME}"
_YEAR_TO_DAY = "年(?![龄级段])|日(?![间托常])|月(?![台嫂])"  # which age, and which day centre, asks for no date
DATE = _any_of(
    rf"哪一?个?(?:{_YEAR_TO_DAY}|天(?!.{{1,14}}了))|(?<!哪)几月|几[号日](?:前|之前|印发|发布|开始|\W*$)",
    "何时|什么时候|什么时间|日期|时间段|哪几年|起止",
    # not "when it rains, …"
    r"\bwhen (?:is|are|was|were|will|would|does|do|did|should|shall|must|can|has|have)\b",
    r"\b(?:by|since|until) when\b|^\W*when\W*$",
    r"\b(?:what|which|on what) (?:date|day|year|years|period|month)\b",
)
# what asks for something else than a figure, though its question names one: 占比的数据从哪儿取
ASKS_OTHERWISE = _any_of(
    "什么(?!比例|水平|程度|数)|哪|谁|怎|如何|为何",
    r"\bhow (?:is|are|was|were|do|does|did) .{1,60}\b(?:calculated|computed|worked out|determined|defined|measured)\b",
    r"\bwhat (?:did|do|does) (?:the )?(?:[\w-]+ ){1,3}(?:order|ask|demand|promise|call for|do)\b",
)
DAY_ASKED = _any_of(f"哪一?个?(?:{_YEAR_TO_DAY}|天)|几[月号日]", r"\b(?:what|which|on what) (?:date|day|year|month)\b")
# a day is asked for by name, and told
DAY_MEANT = _any_of("哪一?(?:天|日(?![间托常]))|几[号日]", r"\b(?:what|which) day\b")
DAY = re.compile("[日号]")
FIGURE = {
    "zh": _any_of(f"{NUMBER_ASKED}|多大|多长|多高|多远|多久(?![没未不])|几成|比例是|指标值|数值|目标值|第几"),
    "en": _any_of(
        r"\bhow (?:many|much|large|big|long|far|high|wide|often)\b|\bat what level\b",
        r"\b(?:total|overall) (?:area|length|number|amount|share)\b",
        r"\bwhat (?:(?:minimum |maximum )?(?:[\w.-]+ ){0,4}|(?:is|are|was|were|will be) the (?:[\w.'’-]+ ){0,5})"
        r"(?:percentage|share|rate|proportion|number|level|figure|target|area|ratio|concentration|average|total|limit|threshold"
        r"|value|amount|sum)s?\b",
        r"\b(?:need|want|give me|looking for)\b.{0,40}\b(?:percentage|share|rate|target|figure|number)\b",
    ),
}

# ---- figures --------------------------------------------------------------------------------------------------------

HOW_MANY = re.compile(rf"(?:多少|第几|{_SOME})\s*[万亿千百]?(?P<unit>{UNIT})?")
# what several plans say is asked for at once
ACROSS = _any_of(
    "(?:对比|比较)一下|^(?:对比|比较)|(?:这|前后)?两个?(?:轮(?!车|电动|摩托|驱动)|区|市|县|省|地)(?:之间|中|里)?的?",
    "(?:这|前后)?(?:[两几各三])个?(?:计划|方案|规划|文件)(?:之间|中|里)?的?",
    r"\bcompare\b|\b(?:the two|both|all|each of the) (?:rounds?|plans?|districts?|cities|documents?)\b",
)
EACH = _any_of("分别|各自|各(?=[是为有要达])|有什么(?:不同|区别|差别)", r"\brespectively\b")
# whose figure is asked for: 建筑垃圾的利用率要达到百分之几, 流动人员占总人数的比例是多少
_ASKED = r"(?!是)(?:(?!的)[\u4e00-\u9fff“”，,0-9]){0,20}?(?:多少|几|百分之|多[大高长久])"
_OWNED = r"浓度|比例|比重|总额|产量|面积|数量|人数|金额|占比|[\u4e00-\u9fff]{0,4}率"
OWNERS = (
    re.compile(rf".*(?P<owner>[\u4e00-\u9fffA-Za-z0-9]{{2}}[”」]?)(?:的|占(?![比地])){_ASKED}"),
    re.compile(rf"(?P<owner>[\u4e00-\u9fff“”A-Za-z0-9]{{2,14}}?)(?={_OWNED}).{{0,24}}?(?:多少|几|百分之|多[大高长久])"),
)
SHARE_OF = re.compile(r"(?P<owner>[\u4e00-\u9fffA-Za-z0-9]{2,8})占(?![比地])[^，,]{0,24}?(?:多少|几|百分之|多[大高])")
# a year told by where it lies from the plan's own
THIS_YEAR = re.compile(r"今年|去年|明年|上年|\bthis year\b|\blast year\b|\bnext year\b", re.IGNORECASE)
SAME_YEAR = {"this year": "今年", "last year": "去年", "next year": "明年", "上年": "去年"}
SELDOM_GIVEN = ("money", "power")
# what is counted by 大, and by 轮 or 届
MAIN_EN = re.compile(r"\bhow many (?:[\w-]+ )?(?:major|main|key|big|pillar|leading|priority|core)\b", re.IGNORECASE)
ROUNDS_EN = re.compile(r"\bhow many (?:[\w-]+ ){0,3}(?:rounds|terms)\b", re.IGNORECASE)
HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)  # a road, or a term of office
# what is counted: the last words of how many collection points must be set up
COUNTED_EN = re.compile(
    r"\bhow many (?:[\w-]+ ){0,4}?((?:[\w-]+ )?[\w-]+)"
    r"(?= (?:will|must|are|is|does|do|did|should|has|have|can|shall|would|were|was|to|in"
    r"|of|per|at|on|for|by|under|across|that|make|take|took|get|need|each|it|the)\b|[?,]|$)",
    re.IGNORECASE,
)
UNIT_COUNTED = re.compile(
    r"\bhow many (?:[\w-]+ )?(?:(?:square |cubic |kilo|centi|milli)?met(?:re|er)s?|hectares?|tonnes?|tons?|megawatts?"
    r"|kilowatts?|micrograms?|milligrams?|decibels?|degrees?|times|years?|months?|weeks?|days?|hours?|minutes?|seconds?|mu)\b",
    re.IGNORECASE,
)
NO_NUMBER_OF = ("money", "percent", "score")  # what how many does not ask for
# how many enterprises get funding asks for no sum
HOW_MANY_EN = re.compile(r"\bhow many\b(?! (?:\w+ )?(?:yuan|dollars|per ?cent))", re.IGNORECASE)
FAMILIES: dict[str, tuple[tuple[re.Pattern[str], str, bool], ...]] = {
    "zh": (
        (_any_of("百分之|百分比|百分点|比例|占比|比重|几成"), "percent", True),
        # an intensity or a rise is a share, whatever it is of: 研发投入强度, 投资增幅
        (
            _any_of("(?:强度|增速|增幅|涨幅|降幅)的?(?:目标)?(?:要|应|须|将|分别)*(?:定|是|为|达到?|有|在)*(?:多少|几)"),
            "percent",
            False,
        ),
        (
            _any_of(
                "花费|花多少|投资额|总投资|(?:投资|投入|投).{0,8}多少|预算|造价|金额|补贴标准",
                "(?:经费|资金|成本|费用|罚款|补贴).{0,10}(?:多少|几|多大|多高)|(?:多少|几).{0,6}(?:钱|资金|经费|费用|补贴)",
                "(?:多少|几).{0,2}[万亿]元",
            ),
            "money",
            True,
        ),
        (
            _any_of(
                "(?:补|奖|罚|扣|缴|赔|领|(?<![开研批印颁激启])发|资助|补助|补贴|奖励)(?:给|到|个|企业|我们?)?(?:多少|几[百千万])(?!个|天|人|公)",
                "(?:总额|余额|产值|营业收入|销售收入|交易额|存款|贷款)(?:要|应|将|会|大约|大概|约)*(?:达到?|是|为|有|超过|突破)?了?(?:多少|几)",
            ),
            "money",
            False,
        ),
        (_any_of("浓度"), "concentration", False),
        (_any_of("面积|平方"), "area", False),
        (_any_of("多久|多长(?:的)?时间|时长|期限|多少时间"), "duration", False),
        (_any_of("多长|长度|里程|多远|半径"), "length", False),
        (_any_of("多大(?!比例|吨位|力度|规模|程度)"), "area", False),
        (_any_of("装机|功率"), "power", True),
        (
            _any_of(
                "率(?:要|应|须|需)?(?:是|为|达到|达|目标|维持|保持|控制|稳定|定|有|在|不低于|至少|具体)*(?:在|到)?(?:多少|几|多高)"
            ),
            "percent",
            False,
        ),
    ),
    "en": (
        (
            _any_of(
                r"\b(?:how much (?:money|(?:will|does|did|do) .{1,40} cost)|costs?|budget|funding|price|investment"
                r"|spend|spent|fees?|in yuan|salary|wages?|how much .{1,60} (?:paid|earn))\b",
                r"\b(?:how (?:much|big|large|high)|what|size|amount)\b.{0,40}\bfine[ds]?\b(?! (?:partic|dust))",
            ),
            "money",
            True,
        ),
        (
            _any_of(
                r"\b(?:percent|percentage|per cent|(?:what|which|the|minimum|maximum) share|share of|proportion|ratio)\b|%"
            ),
            "percent",
            True,
        ),
        (_any_of(r"\brates?\b|\bwhat level\b"), "percent", False),
        (_any_of(r"\bconcentration\b"), "concentration", False),
        (
            _any_of(
                r"\b(?:how (?:large|big)|square met|area|hectares|total area"
                r"|how much (?:\w+ ){0,3}(?:green|space|(?:park)?land))"
            ),
            "area",
            False,
        ),
        (
            _any_of(
                r"\bhow long\b.{0,60}\b(?:periods?|terms?|last|take|valid|serve|stay)\b",
                r"\b(?:term of|duration|validity|period of)\b",
                r"\bhow (?:many )?(?:years|months|weeks|days|hours|minutes|often)\b",
            ),
            "duration",
            False,
        ),
        (_any_of(r"\b(?:how (?:long|far)|kilomet|length|radius|distance)"), "length", False),
        (_any_of(r"\b(?:megawatts?|kilowatts?|installed capacity)\b"), "power", True),
        (_any_of(r"\bdecibels?\b|\bdb\b"), "sound", True),
        (_any_of(r"\bdegrees (?:celsius|centigrade)\b"), "temperature", True),
    ),
}
ENGLISH_UNITS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_any_of(r"\s*micrograms? per cubic met(?:re|er)s?"), "微克/立方米"),
    (_any_of(r"\s*square kilomet(?:re|er)s?"), "平方公里"),
    (_any_of(r"\s*square met(?:re|er)s?"), "平方米"),
    (_any_of(r"\s*hectares?\b"), "公顷"),
    (_any_of(r"\s*kilomet(?:re|er)s?|\s*km\b"), "公里"),
    (_any_of(r"\s*met(?:re|er)s?\b"), "米"),
    (_any_of(r"\s*per ?cent(?:age)?\b"), "%"),
    (_any_of(r"\s*tonnes?\b"), "吨"),
)
LEFT_OPEN = _any_of("(?:完成|达到|落实|按照?).{0,8}(?:下达|规定|要求).{0,4}(?:指标|目标|任务)?")
ASKS_FOR_VALUE = _any_of(
    "具体(?:的)?(?:数|百分比|比例|金额|指标值|目标值|数值)|定(?:了|一)?个?.{0,6}(?:数字|数值|指标)|有没有.{0,8}(?:数字|数值)",
    r"specific (?:figure|number|percentage|value)|\ba figure\b",
)

# ---- conditions and topics ------------------------------------------------------------------------------------------

# a plan says what is to be, not what has come of it
RESULT = _any_of(
    "实际(?:是|上|完成|达到|有)?|完成情况|完成了多少|完成得|现状",
    "(?:现在|目前|如今|至今|迄今)?(?:一共|总共|共)?(?:已经?)(?:有|建成|完成|达到)了?(?:多少|几)",
    "(?:现在|目前|如今|至今|迄今)(?:一共|总共|共)?(?:是|有|建成|完成|达到)了?(?:多少|几)",
    "(?:现在|目前|如今|至今|迄今|眼下).{0,8}?(?:一共|总共|共)?(?:有|建成|完成|达到)了?(?:多少|几)",
    r"\bactual(?:ly)?\b|\bhow many\b.*\b(?:at the moment|right now|as of now)\b|\bso far\b",
    r"\b(?:was|were|has been|have been) (?:achieved|reached|completed|built)\b",
)
# what will be is no result, though it be actual
TO_COME = _any_of("要|将|打算|准备|计划", r"\b(?:will|would|going to|to be|should|must|shall)\b")
# a sentence that tells how things stand
STANDS = _any_of(
    "已|目前|现有|累计|截至|比(?:上年|去年|同期)|同比|去年|上年|实际", r"\b(?:already|currently|has been|have been|so far)\b"
)
COMPARED = re.compile(r"[比较]\s*$")  # 比2020年提高: the year that is compared with
COMPARED_WITH = re.compile("(?:底|末)?(?:相比|的?基础上)")  # 在2020年基础上
FROM_THEN = re.compile("起(?!草|步)")  # 自2021年起
YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
ROUND = re.compile(r"第[一二三四五六七八九十\d]+轮|(?:上|下|前|后)一轮|十[三四五六]五")
# a name in quotation marks by its last two characters
SO_CALLED = re.compile(r"“([\u4e00-\u9fff]{2,8})([\u4e00-\u9fff]{2})”")
QUOTED = re.compile(r"[“\"「『‘《]([^”\"」』’》]{2,40})[”\"」』’》]")
# a name in an English question: with its rank, or a capital where no sentence begins
RANKED = re.compile(r"\b([A-Z][a-z]+(?:'[a-z]+)?) (?:[Dd]istrict|[Cc]ity|[Pp]rovince|[Cc]ounty)\b")
CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b([A-Z][a-z]+(?:'[a-z]+)?)")
# words that ask but name nothing: kept out of what is searched for
ASKING = {
    "zh": _any_of(
        "(?:从|自)?(?:哪一?|几)[天日年月号](?:起|开始)?|什么时候|何时",
        # the unit is no word to be found by: a sum of 亿元 that answers another question holds it too
        rf"最少|至少|最多|至多|起码|顶多|大约|大概|是?多少(?:[万亿千百]*(?:{UNIT}))?|百分之几|目标值?是|指标是|分别是?|请问|请告诉我|我想知道|想问一下|麻烦问下|具体(?:是|数值)?",
        "(?:计划|规划|方案|文件|文中|条例)(?:里|中|当中|对|要求|规定|提出|提到)+|本计划|该计划|这个计划",
    ),
    "en": _any_of(
        r"\b(?:according to the (?:plan|document)|(?:in|under) the plan|does the plan|the plan|is planned|please|tell me)\b"
    ),
}
OWN_YEAR = {
    "zh": re.compile(r"(?:到|至|在)?(?:19|20)\d{2}年(?:底|末)?(?:前|的)?"),
    "en": re.compile(r"\b(?:by |in |for |until )?(?:the (?:end of )?)?(?:19|20)\d{2}\b"),
}

# ---- what an answer has to hold -------------------------------------------------------------------------------------

# a document number, a regulation, a body: by the words that ask for it
DOCUMENT_NUMBER = _any_of(r"〔\d{4}〕|[\[(（]\d{4}[\])）]\s*\d+\s*号")
_ORGANISATION = _any_of(
    "(?<![布格结全大当时])局(?![部面限势])|委(?![托派])|办事处|办公室|政府|街道|(?<!全)部门|小组|公安|法院|检察|人大|政协|单位",
    "河长办|企业|机构",
)
HOLDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        _any_of(
            "文号|发文字号|文件编号",
            r"document number|\b(?:reference|official|file) number|number of (?:the|this) (?:notice|document|circular)",
        ),
        DOCUMENT_NUMBER,
    ),
    (
        _any_of(
            "哪部|哪项法规|什么条例|哪(?:一)?个(?:条例|办法|清单|名录)|哪份",
            r"\bwhich (?:\w+ ){0,2}(?:regulations?|laws?|acts?|by-?laws?|statutes?)\b",
        ),
        _any_of("《"),
    ),
    (
        _any_of(
            "哪(?:一|几|两|三)?个(?:部门|单位|机构|厅|局|委)|哪些(?:部门|单位)|由谁|谁来|谁(?:负责|牵头|主管|主办)|找谁|牵头单位|责任部门",
            r"\bwho\b|\bwhich (?:\w+ ){0,2}(?:department|body|bodies|agency|agencies|authority|authorities|office)s?\b",
        ),
        _ORGANISATION,
    ),
)
_ROLES = "牵头|责任|负责|主办|承办|协办|配合|参加|实施"
# the line that says who is in charge of a section's task, and in it who has which part: 牵头单位：省某委，参加单位：省某局
IN_CHARGE = re.compile(rf"[（(]?(?:{_ROLES})(?:单位|部门|处室|主体)[：:]")
ROLE = re.compile(rf"({_ROLES})(?:单位|部门|处室|主体)")
ROLE_ASKED = re.compile(rf"({_ROLES})")
# the body that a yes-or-no question names: 牵头单位是省某局吗
BODY = re.compile(r"[\u4e00-\u9fff]{2,16}?(?:局|委|厅|办公室|委员会|中心|公司|集团)")
_A_BODY = "([^，。是由归为哪谁什]{2,16}?(?:局|委|办|厅|部|院|中心|公司|政府|街道|部门|小组|法院))"
NAMES_BODY = re.compile(
    f"(?:是|由|归|为){_A_BODY}(?:来|负责|牵头|管)?.{{0,4}}(?:吗|吧|对吗)|(?:由|归|让|交给){_A_BODY}(?:来|负责|牵头|管|主办|发)"
    rf"|(?:部门|单位|机构|牵头的?|负责的?|主管的?)(?:是不是|是否)(?:由|归|是)?{_A_BODY}\W*$"
)
# behind a noun that is asked for itself: which city is, but not which city department
_ITSELF = (
    r"(?=\W*$|[,;?]| (?:is|are|was|were|will|has|have|had|do|does|did|can|must|should|in|of|to|that|where|comes?|came|ranks?"
    r"|ranked|got)\b)"
)
# what a plan hardly ever gives: the words that ask for it, how it would look, what to call it
DETAILS: tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[str, str]], ...] = (
    (
        _any_of(
            "电话(?:号码?|是|多少|[?？]|$)|(?:联系|咨询|举报|投诉|服务|监督|办公|热线)电话|(?:什么|哪个)电话|手机号|联系方式",
            r"\bphone\b|\btelephone\b|\bcontact number\b|\bhotline\b",
        ),
        _any_of(r"\d{3,4}-?\d{7,8}|1\d{10}|\d{5}热线"),
        ("电话", "a phone number"),
    ),
    (
        _any_of(
            "(?:归|由|是)哪(?:一)?个(?:部门|单位|委办局|机构|街道|局|委|厅)|由谁(?:来)?(?:负责|牵头|主管)|谁(?:来)?(?:负责|牵头|主管)|(?:牵头|责任)(?:单位|部门)是(?:谁|哪)",
            r"\bwhich (?:\w+ )?(?:department|bureau|agency|authority|office) (?:is|are) (?:in charge|responsible)\b"
            r"|\bwho (?:is|are) (?:in charge|responsible)\b",
        ),
        _ORGANISATION,
        ("由谁负责", "who is responsible"),
    ),
    (
        _any_of("哪(?:一|几)?[家所个]医院", rf"\b(?:which|what) (?:\w+ )?hospital{_ITSELF}"),
        _any_of("(?:人民|中心|附属|妇幼|中医|肿瘤|第[一二三四五六七八九十]+)[\u4e00-\u9fff]{0,4}医院"),
        ("是哪家医院", "which hospital"),
    ),
    (_any_of("长由谁(?:担任|来当|当|出任)"), _any_of("由.{2,20}(?:担任|兼任)"), ("由谁担任", "who holds the post")),
    (
        _any_of("什么颜色|颜色是", r"\bwhat colou?rs?\b"),
        _any_of("[红黄蓝黑白灰橙紫棕]色|绿色(?:垃圾|桶|容器|标[识志])"),
        ("颜色", "the colour"),
    ),
    (_any_of(r"办公地址|地址|门牌|\baddress\b"), _any_of(r"[路街道]\s*\d+\s*号"), ("地址", "an address")),
    (_any_of(r"邮箱|电子邮件|\be-?mail\b"), _any_of("@"), ("邮箱", "an e-mail address")),
    (_any_of(r"联系人|联络人|\bcontact person\b"), _any_of("(?:联系|联络)人[:：]"), ("联系人", "a contact person")),
    (
        _any_of(
            "中标|承包商|谁.{0,2}(?:承建|施工)|(?:承建|施工)(?:单位|方)(?:是|为|叫)|哪家(?:公司|企业|单位)|哪几家(?:公司|企业)|哪个公司",
            r"\bcontract(?:or|ed)?\b|\bwhich (?:\w+ ){0,2}(?:company|firm)\b",
        ),
        _any_of("公司|集团"),
        ("是哪家公司", "which company"),
    ),
    (
        _any_of(
            "(?:局长|区长|主任|书记|负责人|市长|院长|组长|[河路湾林]长)(?:是谁|是哪位|是哪一位|叫什么|姓什么|的?名字|的?姓名)|叫什么名字",
            r"\bname of the (?:director|head|mayor|person|official)|\bwho is the (?:director|head|mayor|chief)",
            r"\bwho\b.*\bby name\b",
        ),
        _any_of("(?!)"),  # names of persons cannot be told by rule: never taken as given
        ("人名", "names of persons"),
    ),
)

# the same, where the answer is the name of a place
ASKS_DISTRICT = _any_of(
    "[在落放到]哪(?:一?个|些|几个)[区县](?![域块间段])", rf"\b(?:which|what) (?:districts?|count(?:y|ies)){_ITSELF}"
)
DISTRICT = ("是哪个区", "which district")
ASKS_CITY = _any_of(
    "哪(?:些|几?[个座])?(?:城市(?!更新|道路|公园|绿地|管理)|省(?![级钱直])份?)",
    rf"\b(?:which|what) (?:\w+ ){{0,2}}(?:cit(?:y|ies)|provinces?){_ITSELF}",
)
CITY = ("是哪个城市", "which city")

# ---- yes and no -----------------------------------------------------------------------------------------------------

CHOICE = _any_of(
    r"还是(?!不行|不够|没有?[用过]).{1,14}[?？]?$", r"\bor (?:only|just|partly|partially|rather|is it|are they)\b|, or "
)
UNIVERSAL = _any_of(
    "只|仅|一律|必须|强制|任何|所有|全部|每一?[家个户]|都[要得]",
    r"\b(?:only|every|all|compulsory|mandatory|must|any|always|oblig\w+|required|forced|have to)\b",
)
# that what is named is all: a plan that means it says it
ONLY = _any_of(
    "(?<!不)只(?!要|有.{1,12}才)|(?<!不)仅|(?<!安)全(?:交给|靠)|完全靠|(?<![简观])[单光]靠",
    r"(?<!not )\b(?:only|merely|solely|exclusively)\b",
    r"\b(?:to|by|on|of|from) (?:the |its |their )?[\w'-]+(?: [\w'-]+){0,3} alone\b",
)
SOFT = _any_of("鼓励|引导|逐步|优先|试点|基本|探索|倡导|推广|启动")
# shares that a question tells by the half
_HALF_PASSED = r"过半(?=\W*$|[吗的了])"
_TENTHS = tuple(enumerate("一二三四五六七八九", 1))
HALVES = (
    (re.compile(rf"(?:没|不|未){_HALF_PASSED}|不[到足]一半"), "不到50%"),
    (re.compile(rf"(?<!经){_HALF_PASSED}|超过一半|超过半数"), "超过50%"),
    (re.compile("一半以上"), "50%以上"),
    *((re.compile(rf"(?:不到|(?<!不)低于){tenth}成"), f"不到{i}0%") for i, tenth in _TENTHS),
    *((re.compile(rf"(?<!不)(?:超过|高于){tenth}成|{tenth}成(?:多|以上)"), f"超过{i}0%") for i, tenth in _TENTHS),
)
_PARTS_EN = {
    "half": 50,
    "a third": 33.3,
    "one[ -]third": 33.3,
    "two[ -]thirds": 66.6,
    "(?:a|one)[ -]quarter": 25,
    "three[ -]quarters": 75,
}
_PARTS_EN |= {f"{word}[ -]tenths?": 10 * i for i, word in enumerate(ENGLISH_NUMBERS[1:10], 1)}
_NOT_SO = "(?<!no )(?<!not )"  # no more than, not exceeding: a target's own words, which have to be the plan's
_OVER_EN = rf"\b{_NOT_SO}(?:more than|over|above|at least|exceed\w*|beyond) "
_UNDER_EN = rf"\b{_NOT_SO}(?:less than|fewer than|under|below) "
# ... and what an English one says so: at least half of it
FRACTIONS_EN = tuple(
    (re.compile(rf"{bound}{part}(?= (?:of|the|its|all)\b)", re.IGNORECASE), f"{sign}{value}%")
    for part, value in _PARTS_EN.items()
    for bound, sign in ((_OVER_EN, "超过"), (_UNDER_EN, "不到"))
)
# on which side of a number something is said to lie
_A_NUMBER = rf"(?=\d|(?:{'|'.join(ENGLISH_NUMBERS[1:])})\b)"
OVER_EN, UNDER_EN = (re.compile(bound + _A_NUMBER, re.IGNORECASE) for bound in (_OVER_EN, _UNDER_EN))
BOUNDS_EN = tuple(
    (re.compile(bound + r"(?=\d)", re.IGNORECASE), sign) for bound, sign in ((_OVER_EN, "超过"), (_UNDER_EN, "不到"))
)
# how many times as much, or a share of it: no number that a sentence would give
SHARE_EN = re.compile(rf"(?:{'|'.join(_PARTS_EN)})(?: of\b.*)?", re.IGNORECASE)
RATIO_EN = re.compile(
    rf"\b(?:[\w.]+ times (?:as|more|larger|bigger|higher|greater|that)|{'|'.join(_PARTS_EN)})\b", re.IGNORECASE
)
# what is set against what is asked: tied in rather than left to itself
CONTRAST = re.compile(
    r"[,，]?(?:\b(?:rather than|instead of|as opposed to)\b|而不是|(?<!然)而非)[^,，.。;；?？]*", re.IGNORECASE
)
# that something has been done, and that it is meant to be
DONE = _any_of(r"已经(?![^，,。]{0,6}的)|\balready\b")
TO_DO = _any_of("争取|力争|(?<![虚模草比])拟|打算|谋划")
NOT_YET = re.compile("未(?=[有能实得完充建形])|尚未|还没")
# whom or what a sentence leaves out: （机关事业单位除外）
EXCEPTED = re.compile("[（(，,。；;]([^（(，,。；;]{2,16})除外")
# that something holds in any case, and that it does on a condition
ANYWAY = _any_of("(?<!管)不管|不论|无论", r"\bregardless\b|\bwhether or not\b|\beven (?:one|those|if|when)\b")
ON_CONDITION = re.compile("(?:符合|满足|具备|达到)[^，,。；;]{0,8}条件")
# that all of them are meant, and what they are; that a share is what is added or taken away
EVERY_EN = re.compile(r"\b(?:every|each|all of the) (?P<what>(?:[\w-]+ ?){1,3})", re.IGNORECASE)
ALL = re.compile("(?:全部|所有|每一?[个条家处座段])的?(?P<what>[\u4e00-\u9fff]{2,8})?")
EACH_OF = re.compile("[各均都每]|全部|所有")
CHANGED_BY = re.compile("提高|增[加长]|上升|降低|下降|减少")
# a term that a question states, where 三年行动 and 干满一年 state none
SET_TERM = re.compile(
    r"(?:任期|期限|有效期|花|用|历时|长达|定为|定在|定成|规定是|期限是|只有|设为|改为|延长到|缩短到)[^，。？]{0,4}$"
)
PERCENT = _any_of("百分比|百分数|百分率|百分号", r"\bpercent|\bper cent")
# 是不是, 纳不纳入, 能刷脸不: a question, no denial
A_NOT_A = re.compile(r"(\w{1,2})不\1|有没有|有无|(?:不|没有?)\W*$")
# whether something is one of several: 当中是否有智慧农业, 包括装修垃圾吗
MEMBER = re.compile(
    r"(?:(?:[当之其]中|(?<![划案件例法定])里面?)(?:有没有|是否有|是不是有|有)|包括|包含|含有|算上)(?!没有|多少|几|哪|什么)(?P<thing>[\u4e00-\u9fff]{2,8}?)(?:吗|么|呢|在内)*\W*$"
)
# of what kind something is said to be: 归到健康管理类
CLASSED = re.compile(r"(?:归[到入为于]|算作|属于|划[入到归])(?P<thing>[\u4e00-\u9fff]{2,8}?)(?:这一?)?类")
AT_LEAST_EN = re.compile(r"\b(?:no|not) (?:less|lower|fewer|more|higher|later|earlier) than\b", re.IGNORECASE)  # no denial
NEGATED = _any_of(
    "(?<![有差])(?:不(?!是|低于|高于|超过|少于|断|同)|没有?(?!有)|未)(?!.{0,1}[不没])", r"n't\b|\bnot\b|\bno\b(?!\. ?\d)"
)
_WHY = (
    "为什么|为何|为啥|凭什么|有什么考虑|出于什么|(?<![地蓝])图什么(?!样)|(?<!用来)干[嘛吗](?!用|的|[?？]?$)",
    "(?:原因|理由|缘故)(?:是什么|是啥|何在|有哪些)",
    r"\bwhy\b|\bwhat reason\b|\breasons? (?:for|behind)\b|\bhow come\b",
    r"^\W*what (?:(?:made|caused|prompted)\b|led (?:to|the|them|it)\b)",
)
WHY = _any_of(*_WHY)
# a sentence that gives a reason or a purpose
BECAUSE = _any_of(
    "由于|因为|因此|为了|旨在|以便|满足", r"\b(?:because|in order to|so as to|due to|owing to|so that|with a view to)\b"
)
_TAGS = (
    r"吧[?？]?$|吧[，,]|[对是]吧|没错吧",
    r"\b(?:right|correct)\s*\?|(?:isn't|wasn't|aren't|doesn't|won't) (?:it|they|that)\s*\?",
)
TAG = _any_of(*_TAGS)
# questions that take something for given: …吧, 对吧, 为什么, right?, why does
PRESUMES = _any_of(
    *_TAGS,
    *_WHY,
    "对吗|对不对|怎么(?:会|要把|反而|又|都|就|[这那]么)|怎么(?![么样]).{2,24}了(?=[,，?？]|$)|既然",
    r"^\W*since\b|^\W*given that\b",
)
# what the asker says of himself
OWN_CASE = _any_of(
    "(?<!为)我们?(?:这儿|这里|单位|公司|厂|店|家|院|学校|楼|小区)?(?:里|上)?(?:有|住|买|开|种|养|租|建了|家|单位|公司|厂)",
    r"\bmy\b|\b(?:i|we) (?:have|own|run|live|rent|bought)\b",
)
# what somebody was told that the plan says
HEARD = _any_of(
    "听说|听人|据说|据称|网上说|有人说|都说|传说", r"\b(?:i|we)(?:'ve| have)? (?:heard|read|was told)\b|\bsince the plan\b"
)
DOWN = _any_of(
    "缩回|缩小|缩减|削减|减少|降低|下调|放宽|取消|停止|放弃|关停|推迟|退出|不再",
    r"\b(?:lower|reduc|cut|cancel|relax|drop|abandon|stop|shrink|scal\w* back|weaken|delay|postpon|withdraw"
    r"|laps|suspend|slacken|ignor|give up|go without)\w*",
)
UP = _any_of("延伸|提升|提高|扩大|推进|加强|强化|达到|维持|新增|增加|完善|加快|加大|不低于|全面|确保|保障")
# what cannot both be so: where something lies, towards which end it is moved, who comes first
OPPOSITES = (
    (_any_of(r"\bthe left\b"), _any_of(r"\bthe right\b")),
    (_any_of(r"\bleft bank\b"), _any_of(r"\bright bank\b")),
    (_any_of(r"\bnorth"), _any_of(r"\bsouth")),
    (_any_of(r"\beast"), _any_of(r"\bwest")),
    (_any_of(r"\bupstream\b"), _any_of(r"\bdownstream\b")),
    (_any_of(r"\bindoor\b"), _any_of(r"\boutdoor\b")),
    (_any_of("白天|日间", r"\b(?:daytime|by day)\b"), _any_of("夜间|夜里|晚上|深夜", r"\bnight")),
    (_any_of("变长|延长|拉长"), _any_of("缩短|变短")),
    (
        _any_of("固定(?!资产|污染|源|人员|投资)|一成不变|一劳永逸", r"\b(?:once and for all|fixed for good)\b"),
        _any_of("动态|适时调整|定期调整"),
    ),
    (_any_of("牵头"), _any_of("配合(?:推进|做好|开展|实施)")),
    (_any_of("收紧|从严", r"\btighten"), _any_of("放宽|放开|松绑", r"\b(?:relax|loosen)")),
    (
        _any_of(
            "(?:[旧原老]|以前|之前|(?:19|20)\\d\\d年)[^，,]{0,20}(?:继续[有用使沿施执]|还能?用|[还仍]然?有效)",
            r"\b(?:old|former|previous|earlier)\b.{0,40}\bstill (?:valid|in (?:force|effect)|appl(?:y|ies)|usable)\b",
        ),
        _any_of("废止|失效|停止执行|不再(?:执行|施行|有效)"),
    ),
    (_any_of("往上|向上|上收|上移|上提"), _any_of("往下|向下|下移|下沉|下放")),
    (_any_of("率先|带头|最先", r"\b(?:first|lead|ahead)\b"), _any_of("最后|之后才|落在后面", r"\blast\b")),
)
# how often, as a question puts it, and as a sentence does that says every year
EVERY_YEARS = re.compile(r"(?<!\d)(?:[二两三四五六七八九十]|\d{1,2})年(?:[才要]|一般)?.{0,3}一[次回届](?!性)")
EVERY_YEAR = re.compile("每年|年度|一年一[次届]")
# a heading over what has been reached already
STATUS = re.compile("现状|(?:取得|主要|工作)的?成[就效绩]|^成[就效绩]|回顾|发展基础")
# than before; that something has become more or less, or costs more
SINCE = _any_of("比(?:上|前|去|往|同|以前|过去|原来|19|20)", r"\bthan (?:in )?(?:the )?(?:last|previous|before|year)\b")
COSTS_MORE = _any_of("多花(?!园)|加重.{0,4}负担|变贵")
ROSE = _any_of(
    "多了|高了|大了|变[多高大贵]|加重|涨|增[加长产多]|上升|提高|扩大|攀升",
    r"\b(?:rose|risen|increas\w+|grew|grown|more|higher)\b",
)
FELL = _any_of(
    "少了|低了|小了|变[少低小]|减轻|跌|减[少产退]|下降|降低|缩小|回落|下滑",
    r"\b(?:fell|fallen|decreas\w+|drop\w*|less|fewer|lower)\b",
)
# the formula with which a document is sent out, and questions about that
ISSUED = _any_of("印发给你们|现予印发|现予公布|关于印发.{2,40}的通知|经.{1,12}同意，现将|此件公开发布")
ASKS_ISSUE = _any_of(
    "印发|发布|颁布|通知|通过|审议|批准|签发|公布|下发|发文|文号|生效",
    r"\b(?:issu|publish|approv|adopt|releas|notice|announc)\w*",
)
# how often, without a number
OFTEN = _any_of(
    "定期|不定期|动态|实时|及时|每[年月季周日天]|逐年|常态|随时", r"\b(?:regular|periodic|dynamic|annual|monthly|every)"
)
# than which: a number so compared need not be the plan's own
THAN = re.compile(r"\b(?:below|under|less|fewer|lower|more|above|over|exceed\w*|beyond|higher|larger|greater)\b", re.IGNORECASE)
# in a sentence: that what is supposed is not so, and the words behind such a 不
DENIES = _any_of("并不是|并非|不意味着|不等于|不代表")
# 未来, 不动产: words of their own
DENIED = re.compile(
    r"(?<![有差])(?:不(?!是|低于|高于|超过|少于|断|同|仅|但|只|得|动产|可移动|良|合理)|未(?!来|成年))([\u4e00-\u9fff]{2,4})"
)
CHANGES = _any_of("改(?!革|造|善|进|建)|变(?!化|更)")
# that something is still there, and that it is gone already
STILL = _any_of(
    "才?刚(?:刚)?开始|还没|尚未|仍未|还有|仍有|还存在|还剩",
    r"\bstill (?:have|has|exist|any|there|got|suffer\w*|fac(?:e|es|ed|ing)|plagued|troubled)\b|\bany\b.{1,40}\bleft\b",
)
ENDED = re.compile("已(?:经)?(?:全面|全部|基本|彻底|完全)?(?:消除|清零|杜绝|消灭|淘汰)了?(?:所有|全部)?(?P<what>.{0,3})")
UNCHANGED = _any_of("不变|不改变")
GONE = _any_of("消除|杜绝|清零|消灭|避免|防止|解决")
# a question that supposes a duty, and a sentence that lifts it
NEEDED = _any_of("[还要就]得(?!到|了)|需要|必须|要不要|(?<!不)须", r"\b(?:need|have to|must|required)\b")
# that a burden stays, and that there is one
STILL_NEEDED = _any_of("还[要得]|还需", r"\bstill (?:need|have) to\b")
DUTY = _any_of("必须|[应须需]|要|不得|强制|严格|一律", r"\b(?:must|shall|required|need)\b")
SPARED = _any_of(
    "(?<![避以难未])免(?!费|疫|洗)|无需|无须|不需要?|不必|不用",
    r"\b(?:exempt|no need|not required|waive|let off|excused|spared)\w*",
)
GRANTS = _any_of("可以|允许|鼓励|给予|支持|准予")
FORBIDS = _any_of(
    "不得|不予|不准|禁止|严禁|不再|取缔|停止|查处|打击", r"\b(?:forbid|ban(?:s|ned)?\b|prohibit|outlaw|discourag)\w*"
)
# that something is to go
REMOVED = _any_of("淘汰|关停|取缔|拆除|清退")
ALLOWED = _any_of(
    "能不能|可不可以|可以|可否|能否|能[^力源够耗]|允许|准许|让不让", r"\b(?:can|may|could|allowed|permitted|permissible)\b"
)

# ---- lists ----------------------------------------------------------------------------------------------------------

TARGETS = _any_of(
    "(?:所有|全部|哪些|每个|各项|列出|列全|列举|量化|带(?:有)?数字|有数字|具体数字).{0,12}(?:指标|目标|数字|数值)",
    "(?:指标|目标|数字).{0,6}(?:列全|列出来|有哪些|都有什么)",
    r"\b(?:all|every|each|list)\b.{0,30}\b(?:targets?|indicators?)\b",
    r"\b(?:which|what)\b.{0,20}\b(?:targets|indicators)\b.{0,40}\b(?:figures?|numbers?|numerical|quantified|percent\w*)\b",
)
# of a list of targets, the words that do not say which
TARGET_WORDS = _any_of(
    "把|请|所有|全部|每个|各项|列出|列全|列举|列出来|数量|量化|带有?|数字|具体|指标|目标|哪些|有|的|关于|计划中?|里|是|都|什么|本|定|了|分别",
    r"\b(?:all|every|each|list|which|what|the|are|is|in|of|with|a|targets?|indicators?|figures?|numerical|numeric"
    r"|quantified|numbers?|plan|plans|that|has|have|set|sets|does|do|for|on|about|it|its|give|me|please)\b",
)
# how many parts a question expects, and that it asks for parts
_PART = "方面|任务|工作|能力|举措|措施|原则|建设|阶段|部分|环节|板块|领域|类型|工程|行动"
EXPECTED = re.compile(
    rf"(?<!第)(?P<zh>[二两三四五六七八九十])(?:(?:个|项|大|条|类|种)[\u4e00-\u9fff]{{0,6}}?)?(?:{_PART})"
    r"|哪(?P<which>[二两三四五六七八九十])(?:大|项|类|种|块|方面|点|步|条|个(?=方面|部分))"
    r"|\b(?P<en>two|three|four|five|six|seven|eight|nine|ten) (?:\w+ ){0,2}"
    r"(?:tasks|parts|aspects|measures|fields|fronts|steps|lines|items|areas|priorities|things|pillars|chapters|principles|goals)\b"
)
# the years that the plan itself runs for
OWN_PERIOD = _any_of(
    r"^(?:请问)?[这该本]?[个份部轮项]?(?P<called>[\u4e00-\u9fff“”]{0,8})(?:计划|规划|方案)(?:管|覆盖|涵盖|跨|从|是|的?(?:实施|执行|规划|计划)?(?:期限?|年限|时间))"
    r"(?:是|为)?(?:哪几年|哪年|几年|到哪一?年|多久|多长时间|什么时候|什么时间)(?:(?:到|至)(?:哪|几)年)?[的呢]?\W*$",
    r"^\W*(?:what|which) (?:years|period|time ?frame|time ?span) (?:does|is|are|do) (?:the|this) (?:[\w-]+ ){0,3}"
    r"(?:plan|programme)(?: run(?: for)?| cover(?:ed by)?| span| for| apply to| last)?\W*$",
    r"^\W*how long (?:does|will|is) (?:the|this) (?:[\w-]+ ){0,3}(?:plan|programme)(?: run| last| cover| for)\W*$",
)
# that the parts of the whole plan are asked for
OF_PLAN = _any_of(
    "(?:计划|方案|规划|文件|办法|条例|意见|通知|报告)(?:一共|总共)?(?:分|包括|包含|由|有)",
    r"\b(?:plan|document|programme|text)\b.{0,12}\b(?:divided|made up|consists?|comprises?|broken down|split|covers?)\b",
)
# what points at the matter of a list, and does not name it
PRONOUN = _any_of(r"^\W*(?:to |of )?(?:them|it|this|that|these|those|它们?|他们|这个?|这些)\W*$")
# that several things are asked for
SEVERAL = _any_of("(?:哪些|哪几)(?!家|所|座|位|名|人|条|个?(?:区(?![域块])|市|县|城市|街道|单位|部门|学校|医院|企业|园区))")
TASKS = _any_of(
    "(?:几|哪些|哪几)(?:项|个|大|方面)?的?(?:任务|方面|工作|举措|内容)|任务有哪些|列了",
    r"\btasks (?:are )?(?:listed|under|in)\b|\bwhat are the (?:\w+ ){0,2}tasks\b|\blines of work\b",
    r"\bwhich tasks (?:are|make|come|fall)\b",
)
SECTION_TASKS = _any_of(
    "(?:哪些|几项|哪几项)(?:主要|重点|具体)?(?:任务|工作|举措)(?:[？?]|$)",
    r"\btasks (?:are )?(?:listed|under|in the section|that belong)\b|\blines of work\b",
)
PARTS = _any_of(
    "下面|下设|之下|包括|分为|包含|哪几|哪些|几项|几个方面|几条|分别",
    r"\b(?:parts|tasks|sections|items|principles|consist|comprise|under)\b",
)
# a sentence that introduces the items below it
INTRODUCES = re.compile(r"[：:]$|(?:下列|以下|如下)")
# what a list question says that it is about: 提到第三方的地方, 跟许可证有关的规定, every passage that deals with stations
MATTER = re.compile(
    r"点(?:了|到|过)(?P<called>[^，。；？?,;]{2,16}?)的名"
    rf"|(?:{_ABOUT_ZH}|关于|针对)(?:了|过|到)*(?P<of>[^，。；？?,;]{{2,16}}?)(?:有关|相关)?(?:的|都|，|。|；|分别|各|[？?,;]|$)"
    r"|(?:跟|与|和|同)(?P<with>[^，。；？?,;]{2,14}?)(?:有关|相关)"
    r"|\b(?:mention(?:s|ed|ing)?|talk(?:s|ed|ing)? about|deal(?:s|t|ing)? with|refer(?:s|red|ring)? to|concern(?:s|ed|ing)?"
    r"|touch(?:es|ed|ing)? on|speak(?:s|ing)? of|bring(?:s|ing)? (?:up|in)|related to|to do with|discuss(?:es|ing)?"
    r"|address(?:es|ing)?)"
    r" (?P<en>[^,.?;!]{3,60})",
    re.IGNORECASE,
)
WHOLE = _any_of("整个|总共|一共|合计|总(?:面积|长|量|数)")
IN_ALL = re.compile("总|合计|(?<!公)共(?![同享建])")
CEILING = _any_of("封顶|最高|最多|上限|不超过|顶多|至多", r"\b(?:at most|maximum|ceiling|cap|upper limit|no more than)\b")
AT_MOST = _any_of("最高|最多|不超过|不高于|以内|以下|上限|至多|控制在")
PER_HEAD = _any_of(
    "人均|户均|每(?:人|户|百|千|万)", r"\b(?:per (?:head|person|capita|household|resident)|each (?:person|resident))\b"
)
ASIDE = re.compile(r"[（(][^）)]*[）)]")
LIST_WORDS = _any_of(
    "(?:在|有|请|把|里|中|里面)?(?:哪些|哪几|几|多少|所有|全部)(?:个|条(?![目款])|项(?!目标)|类|样|种|处)?的?"
    "(?:任务|条目|条款|章节|部分|地方|段落|小节|目标|措施|工作|内容|处|节|章|段|条)?(?:里|中|上|当中)?(?:都|被|会)*"
    "(?:提到|提及|涉及|出现|写到|讲到|说到|包含|含有|带有|谈到|关于)?(?:了|过|的)?",
    "(?:都|请|全部)*(?:列|找|挑|写|说)(?:全|出来?|完整)|这个地方|(?<=出现)过|分布在?|这一?[行类种块]|来?做的(?:事情?)?|列举|一一|逐条|提到|提及|涉及|出现|分别|针对|什么|计划|文件|哪里|一下|两处|几处|全文|这个|分散|条目|事情|东西|活儿|总共|一共|[几多]样|挑出|规定|写在|给我",
    r"\b(?:which|what|list|all|every|parts?|sections?|tasks?|places?|chapters?|items|where|plan|document"
    r"|speak(?:s)? of|say(?:s)?|each|want(?:s|ed)?|brought up|bring up|discuss(?:es|ed)?|address(?:es|ed)?|lines of work|listed"
    r"|mention(?:s|ed|ing)?|refer(?:s|red)?|deal(?:s)? with|talk(?:s)? about|cover(?:s)?|appear(?:s)?"
    r"|touch(?:es)? on|concern(?:s|ing)?)\b",
)
