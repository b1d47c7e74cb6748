"""Small documents of our own, each in a form that official documents come in. Places and figures are invented."""

from hypothesis import strategies as st

# covering notice, plan and closing lines; 一、（一）1.（1）; page breaks inside sentences; brackets of both widths
PLAN = """
云政发〔2022〕8号

**云岭县人民政府关于印发
《云岭县全民健身三年行动计划
（2022—2024年）》的通知**

各乡镇人民政府，县政府各部门：

《云岭县全民健身三年行动计划（2022—2024年）》已经2022年2月17日县政府第12次常务会议通过，现予印发。请认真执行。

云岭县人民政府

2022年3月5日

云岭县全民健身三年行动计划（2022—2024年）

为满足群众健身需求，制定本计划。

一、总体要求

（一）工作目标

到2024年，人均体育场地面积达到2.6平方米，经常参加锻炼的人数比例不低于 42%，三年累计投入

1.5亿元，新建健身步道60公里。

(二) 工作原则

坚持三条原则。一是政府主导，
二是社会参与，
三是“人人可及、处处可健身”。

二、主要任务

推进“一刻钟健身圈”建设，做到“出门即健身、小病不出

村”，让健身走进生活。

（一）场地建设

1. 新建体育公园

（1）在县城新建体育公园3个，总面积约1.2万平方米。结合旧厂房改造，把闲置厂

房改建为球馆。

(2) 在乡镇建设健身广场。

2．开放学校场地

推动学校场地向社会开放，开放率达到85%以上。

（二）赛事活动

1.举办联赛。每年举办村级篮球联赛不少于3次。

2.办好节庆活动。

三、保障措施

加强组织领导。

云岭县人民政府办公室

2022年3月8日印发
"""

PLAN_OUTLINE = (
    ("通知", "通知"),
    ("序言", "云岭县全民健身三年行动计划（2022—2024年）"),
    ("一", "总体要求"),
    ("一/（一）", "工作目标"),
    ("一/（二）", "工作原则"),
    ("二", "主要任务"),
    ("二/（一）", "场地建设"),
    ("二/（一）/1", "新建体育公园"),
    ("二/（一）/1/（1）", ""),
    ("二/（一）/1/（2）", ""),
    ("二/（一）/2", "开放学校场地"),
    ("二/（二）", "赛事活动"),
    ("二/（二）/1", ""),
    ("二/（二）/2", ""),
    ("三", "保障措施"),
    ("落款", ""),
)

# 章 and 条, the numbers of 条 running on across the chapters
REGULATION = """云岭县公共自行车管理办法

第一章　总　则

第一条　为了规范公共自行车的使用，制定本办法。

第二条　本办法所称公共自行车，是指由政府投放的自行车。
骑行者应当遵守交通法规。

第二章　使　用

第三条　骑行者有下列情形之一的，停止使用：
（一）载人的；
（二）损坏车辆的。

第四条　单次骑行不超过2小时的，不收费用。

第三章　附　则

第五条　本办法自2022年5月1日起施行。
"""

# a heading carries its first sentences; （一） runs on across 一、 and 二、
RUN_IN = """云岭县数字乡村实施方案

一、重点工程
（一）健全乡村网络。到2025年，行政村光纤通达率达到100%。
（二）建设数字农田。新建数字农田2万亩。
二、保障措施
（三）加强领导。成立工作专班。
（四）加大投入。统筹资金3000万元。
"""

# neither numbers nor headings
FLAT = """云岭县关于做好秋冬季森林防火工作的意见
各乡镇要落实责任，加强巡护。
火险期内禁止一切野外用火。
"""

# an annex with numbering of its own, and boxes
ANNEXES = """云岭县旅游发展规划

一、发展目标
到2025年，接待游客200万人次。

专栏1 精品线路
云岭古道、湖滨栈道。

二、重点项目
推进3个项目。

专栏2：配套设施
停车场5处。

附件1

重点项目表

一、在建项目
云岭古道修缮。

附件2

任务分工表

县文旅局牵头。
"""

# as saved from a web page: front matter, a rule, headings by number signs, bold titles
MARKDOWN = """# 云岭县人民政府办公室关于印发《云岭县河湖保护办法》的通知

**来源**: https://example.org/a/very/long/address/without/any/full/stop

---

云政办发〔2021〕15号

云岭县河湖保护办法

## 第一章 总则

第一条 为了保护河湖，制定本办法。

## 第二章 **保护措施**

第二条 禁止向河湖倾倒垃圾。
"""

# a table of contents repeats every heading
CONTENTS = """云岭县教育发展规划

目 录

一、发展目标.......................1
二、重点任务 ……………………………… 3

一、发展目标

到2025年，新建学校4所。

二、重点任务

扩建幼儿园。
"""

# numbers at the start of a line that open no section
DECOYS = """云岭县民生实事工作要点

一、资金安排
1.5亿元用于道路改造。
2022年6月前完成招标。
3家单位参与建设。
九、这个数字跳得太远，不是标题。
二、进度安排
按季度推进。
"""

# copied from a page of 20 characters a line; a heading was drawn up into the line before it
NARROW = """云岭县养老服务行动计划
（2023-2025 年）
为了让老年人得到方便可及的养老服务，
现结合本县实际情况，制定本行动计划。
一、建设服务网络
（一）新建服务中心。到二〇二五年，在全县新
建服务中心二十所，每个乡镇至少要有一所中
心，偏远的村由中心派人上门服务。
支持社会力量兴办养老机构，对新建的床位按
规定给予一次性补助。 （二）改造老旧设施。为
一千户特殊困难老年人的家庭安装扶手和呼叫
设备。
二、加强队伍建设
培训养老护理员，提高他们的待遇和社会地位，
让更多的年轻人愿意从事这一行业。
"""

# numbers that hold those above them; figures that look like them
DECIMAL = """云岭县防汛应急预案
1 总则
1.1 编制目的
规范应急工作，投入
1.5亿元，改造
2.6公里堤防。
1.2 适用范围
适用于本县。
1.2.1 分级
分为四级。
（1）特别重大。
2 组织体系
2.1 指挥部
设指挥部。
"""

PADDING = "各单位要按照职责分工抓好落实，及时报告进展情况，确保各项任务按期完成。" * 30

# all line breaks have become spaces
ONE_LINE = (
    "云岭县稳定就业若干措施 为稳定就业，制定以下措施。 一、支持企业 对不裁员的企业，返还失业保险费的 50%。 "
    f"{PADDING} 二、鼓励创业 创业担保贷款最高30万元。"
)

# and this one has not even spaces
LOST = (
    "云岭县行动计划为落实要求，制定本计划。一、总体要求（一）指导思想坚持以人为本。"
    f"（二）目标到2025年，新增1.5亿元，共3项。{PADDING}二、主要任务（一）建设水网。1.新建水库3座。2.改造管网20公里。"
    "（二）加强管护。三、保障措施加强领导。"
)

ALL = {
    "plan": PLAN,
    "regulation": REGULATION,
    "run_in": RUN_IN,
    "flat": FLAT,
    "annexes": ANNEXES,
    "markdown": MARKDOWN,
    "contents": CONTENTS,
    "decoys": DECOYS,
    "narrow": NARROW,
    "one_line": ONE_LINE,
    "decimal": DECIMAL,
    "lost": LOST,
}

# what arbitrary documents are put together from: markers, odd brackets, odd spaces, numbers, half sentences
_PIECES = (
    *"一二十百第章条（）()《》“”【】‘’〔〕。！？；：，、.．*#①⑳03１％%—…|a\t\u3000\u2028\x0b\x0c\x1c\x85\xa0\u200b\ufeff",
    "第一章 ",
    "第二条 ",
    "一、",
    "二、",
    "（一）",
    "(二)",
    "1.",
    "2．",
    "3、",
    "（1）",
    "附件1",
    "附件：1.",
    "专栏2",
    "第一，",
    "1 ",
    "1.1 ",
    "1.2",
    "目录",
    "│",
    "## ",
    "**",
    "---",
    "目录......3",
    "1.5亿元",
    "一是",
    "某县行动计划",
    "实施方案（2021—2025年）",
    "2021年6月30日",
    "推进河湖治理",
    "关于印发《某规划》的通知",
    "做到“人人可及，处处可健身”，绿化覆盖率达到30.10%以上。",
    "新建健身步道约1.2万平方米（含改建）",
)
_LINES = st.lists(st.sampled_from(_PIECES), max_size=10).map("".join)
ARBITRARY = st.one_of(
    st.lists(_LINES, min_size=1, max_size=12).map("\n".join),
    st.text(min_size=1, max_size=120),
    st.sampled_from(list(ALL.values())),
).filter(str.strip)
