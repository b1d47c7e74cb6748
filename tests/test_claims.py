import pytest

from corpus.figures import find_figures
from qa import cues
from qa.claims import (
    contradicts,
    denied_words,
    english_claims,
    english_contradiction,
    met,
    numbers_named,
    opposite_word,
    other_city,
    other_date,
    other_frequency,
    other_kinds,
    other_month,
    other_number,
    other_numbering,
    other_ordinal,
    other_prefix,
    other_quoted,
    other_rank,
    other_share,
    other_span,
    reworded,
    same_unit,
    stated,
)


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("巡查只看街面，不进小区，对吗", "将巡查区域从街面延伸至小区", True),
        ("企业必须采购绿色产品吗", "鼓励其他企业自主开展绿色采购", True),
        ("计划禁止阳台绿化吗", "鼓励阳台绿化美化", True),
        ("为什么支持高能耗的产业", "支持低能耗、高产出的产业", True),
        ("为什么要把巡查区域缩回到街面", "将巡查区域从街面延伸至小区", True),
        ("阳台可以绿化吗", "鼓励阳台绿化美化", False),
        ("水体是不是已经全面消除了", "在本区已全面消除劣V类水体的基础上", False),
        ("有没有要求", "督促企业强化管理，达标排放", False),
        ("能不能焚烧", "禁止露天焚烧", True),
        ("新增车辆是不是基本都得是新能源的", "持续推广新能源车，新增车辆基本采用新能源车", False),
        ("体系只分市、区两级吗", "完善市级、区级、社区级多层次体系", True),
        ("Is it only for the city?", "打造全球高端制造基地", True),
        ("只要申请就能办吗", "企业可以申请", False),
        ("只有企业才能申请吗", "企业可以申请", False),
        ("护理服务要线下申请吗", "以线上申请、线下服务的模式提供护理服务", True),
        ("当年评估的还能申请变更吗", "不予受理当年需评估的提出的变更申请", True),
        ("还得自己开失业证明吗", "实行承诺制失业登记，免提交失业证明材料", True),
        ("结果会在医院之间比较吗", "用于自身纵向比较，不在医院之间比较", True),
        ("结果不在医院之间比较吗", "用于自身纵向比较，不在医院之间比较", False),
        ("以后就是一点垃圾都产生不出来吗", "“无废城市”并不是没有垃圾产生", False),
        ("原来的生活方式会改吗", "现行的生活方式不变", True),
        ("区里还有黑臭河道吗", "在已全面消除黑臭河道的基础上，加强养护", True),
        ("Was the town still suffering from black rivers?", "在已全面消除黑臭河道的基础上，加强养护", True),
        ("Are there still any black and smelly rivers?", "在已全面消除黑臭河道的基础上，加强养护", True),
        ("副主任由街道聘任吗", "主任由街道聘任", True),
        ("未通过验收的予以整改吗", "未通过验收的予以整改", False),
        ("能刷脸结账不", "提供刷脸支付", False),
        ("说了没有", "说明去向", False),
        ("must they be written", "鼓励编写标准", True),
        ("must they be written", "必须编写标准，鼓励公开", False),
        ("符合条件的可以申报吗", "符合条件的可以申报，不符合条件的另行安排", False),
        ("园区是不是已经列入名录了", "争取将园区列入名录", True),
        ("差距是不是已经消除了", "差距未有效缩小", True),
        ("园区是不是已经列入名录了", "园区已列入名录，争取升级", False),
        ("外地户籍的学生也能领补贴吗", "对在校学生（外地户籍除外）给予补贴", True),
        ("本地户籍的学生也能领补贴吗", "对在校学生（外地户籍除外）给予补贴", False),
        ("除了罚款还有别的吗", "除罚款外，予以公示", False),
        ("每个公交车站都有座椅吗", "公交车站座椅安装率达到80%", True),
        ("每个公交车站都有座椅吗", "公交车站座椅安装率达到100%", False),
        ("每个公交车站都有座椅吗", "各公交车站均设座椅,绿化率达到80%", False),
        ("所有公园都开放吗", "公园免费开放,空气优良率达到80%", False),
        ("所有公园都开放吗", "开放公园,公园面积提高5%", False),
        ("已经建成虚拟电厂了吗", "建成虚拟电厂", False),
        ("已经退休的人可以申请吗", "力争对退休人员给予补贴", False),
        ("街道管不管老旧小区加装电梯", "支持符合条件的老旧小区加装电梯", False),
        ("节假日除外吗", "工作日施工(节假日除外)", False),
        ("外来企业要申报吗", "企业应当申报;外来企业除外", True),
        ("会支持产业发展吗", "谋划未来发展方向", False),
        ("道路整治了,然而非机动车道会拓宽吗", "拓宽非机动车道", False),
        ("Are the walls left alone?", "保留围墙", False),
        ("Is it left to the county alone?", "县、乡共同推进", True),
        ("Is it to be paid from public money alone?", "鼓励社会资本参与", True),
        ("Will old people living alone be visited?", "对独居老人开展探访", False),
        ("Is it tied in rather than only left to itself?", "links up with its surroundings", False),
        ("名单定了就固定下来吗", "对名单实行动态调整", True),
        ("指标会收紧吗", "进一步放宽指标", True),
        ("旧办法还能继续用吗", "旧办法同时废止", True),
        ("工程由县里牵头吗", "配合推进省级工程", True),
        ("工程由县里牵头吗", "县牵头，乡配合实施工程", False),
        ("Is the closed landfill monitored?", "监测数据向社会开放", False),
        ("Are the new rules still valid?", "有效期五年,原办法同时废止", False),
        ("旧办法还能继续用吗", "旧办法继续施行", False),
        ("不管有没有电梯，每栋楼都要装吗", "符合安装条件的楼栋应当安装", True),
        ("符合条件的楼都要装吗", "符合安装条件的楼栋应当安装", False),
        ("Is a No. 2 station built?", "推进2号站建设", False),
        ("是不是还有黑臭河道没消除", "在已全面消除黑臭河道的基础上，加强养护", True),
    ],
)
def test_contradicts(question, sentence, expected):
    assert contradicts(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "expected"), [("不用开失业证明吧", False), ("只有街道管吗", True), ("必须采购绿色产品吗", True)]
)
def test_what_a_sentence_leaves_unsaid_may_be_said_beside_it(question, expected):
    sentence = "由县、街道办理登记，鼓励采购绿色产品"
    assert contradicts(question, sentence)
    assert contradicts(question, sentence, f"{sentence}。免提交失业证明材料。") is expected


@pytest.mark.parametrize(
    ("question", "rendering", "expected"),
    [
        ("Does every bus stop have a seat?", "80% of bus stops have seats", True),
        ("Does every bus stop have a seat?", "100% of bus stops have seats", False),
        ("Does every bus stop have a seat?", "each bus stop has a seat, greening rises by 5%", False),
        ("Does every bus stop have a seat?", "bus stops have seats; greening reaches 30%", False),
        ("Do bus stops have a seat?", "80% of bus stops have seats", False),
    ],
)
def test_other_share(question, rendering, expected):
    assert other_share(question, rendering) is expected


@pytest.mark.parametrize(("kind", "expected"), [("point", True), ("non-point", False), ("other", False)])
def test_other_prefix(kind, expected):
    assert other_prefix(f"Are {kind} sources meant?", "buffer strips against non-point source pollution") is expected


@pytest.mark.parametrize(
    ("question", "rendering", "expected"),
    [
        ("Was it passed in July?", "adopted on 7 June", True),
        ("Was it passed in June?", "adopted on 7 June and in force from July", False),
        ("May it be passed in June?", "adopted on 7 June", False),
        ("Was it passed in July?", "adopted last year", False),
    ],
)
def test_other_month(question, rendering, expected):
    assert other_month(question, rendering) is expected


def test_numbers_are_without_years_and_names():
    assert numbers_named("到2023年,612地块1,200平方米,5.7%,pm2.5,no2,十二人,3年,三年") == {"612", "1200", "5.7", "12"}


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Is it the first of its kind?", "是继甲、乙之后第三个系统", True),
        ("Is it the third of its kind?", "是继甲、乙之后第三个系统", False),
        ("Is it the first of its kind?", "建成首个系统，设在第二届展会", False),
        ("Is it first-class?", "是第三个系统", False),
        ("Is it the first?", "引入第三方评估", False),
        ("Is it held for the first time?", "这是第三个试点", False),
        ("Is it the second half of it?", "这是第三个试点", False),
    ],
)
def test_other_ordinal(question, sentence, expected):
    assert other_ordinal(question, sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "words"),
    [("包括病房，不包括门诊。", ["括门", "门诊"]), ("符合的补贴，不符合的另定", ["的另"]), ("不少于两人", [])],
)
def test_denied_words(sentence, words):
    assert denied_words(sentence) == words


@pytest.mark.parametrize(
    ("question", "put"),
    [
        ("水箱不晓得多久没洗了，能不能喝上放心水？", "能不能喝上放心水"),
        ("达标率要从95%降到90%，对吧？", "达标率要从95%降到90%，对吧？"),
        ("不管有没有电梯，每栋楼都要装吗？", "不管有没有电梯，每栋楼都要装吗？"),
    ],
)
def test_a_grievance_before_the_question_is_not_what_it_puts(question, put):
    assert stated(question) == put


def test_english_claims_are_keyed_by_what_they_count():
    claims = english_claims("The 119th executive meeting heard five reports of 12,000 square metres in 2023.")
    assert claims["execut"] == 119
    assert claims["report"] == 5
    assert claims["metr"] == 12000
    assert 2023 not in claims.values()


@pytest.mark.parametrize(
    ("question", "rendering", "expected"),
    [
        ("Was it the 109th executive meeting?", "adopted at the 119th executive meeting on 7 June", True),
        ("Was it the 119th executive meeting?", "adopted at the 119th executive meeting on 7 June", False),
        ("what is the 2023 greenway target", "18 kilometres of newly built greenways", False),
        ("Are four lists set up?", "the “three lists” of duties", True),
        ("Will 10 parks be built over the plan period?", "Build 15 parks.", True),
        ("Will no more than 10 parks be built?", "Build 15 parks.", True),
        ("Are the wells sampled 12 times a year?", "The wells are sampled 4 times a year.", True),
        ("Will more than 90 roads be swept?", "96 roads are swept", False),
        ("Will more than 99 roads be swept?", "96 roads are swept", True),
        ("Will fewer than 99 roads be swept?", "96 roads are swept", False),
        ("Are there about ten times as many parks?", "three parks are built", False),
        ("Are nine-tenths of roads swept?", "96 roads are swept", False),
    ],
)
def test_english_contradiction(question, rendering, expected):
    assert english_contradiction(question, rendering) is expected


@pytest.mark.parametrize(
    ("question", "rendering", "expected"),
    [
        ("Must it handle five emergencies, correct?", "capacity to deal with two sudden incidents", True),
        ("Should 50% reach Class II water?", "better than Class III is no lower than 50%", True),
        ("Should 50% reach Class III water?", "better than Class III is no lower than 50%", False),
        ("Is PM2.5 to stay below 40?", "PM2.5 is controlled at 35 micrograms or less", False),
        ("Is one body in charge?", "the two bodies are in charge", False),
    ],
)
def test_other_number(question, rendering, expected):
    assert other_number(question, rendering) is expected


@pytest.mark.parametrize(
    ("question", "figure", "expected"),
    [
        ("产量有没有超过1亿吨", "1.2亿吨", True),
        ("产量有没有超过1亿吨", "0.9亿吨", False),
        ("产量有没有超过1亿吨", "1亿吨", True),
        ("浓度不到35微克/立方米吗", "30微克/立方米", True),
        ("浓度不到35微克/立方米吗", "40微克/立方米", False),
        # a target's own words
        ("浓度要求是不超过40微克/立方米吗", "35微克/立方米", False),
        ("比例不低于50%吗", "60%", False),
        ("产量是1亿吨吗", "1.2亿吨", False),
    ],
)
def test_a_figure_may_lie_where_the_question_puts_it(question, figure, expected):
    (claim,), (given,) = find_figures(question), find_figures(figure)
    assert met(claim, given, question) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("棉花收成是不是比上年多了", "棉花略有减产", True),
        ("就诊人数比去年少了吗", "就诊人数增加三成", True),
        ("就诊人数比去年多了吗", "就诊人数增加三成", False),
        ("棉花收成好吗", "棉花略有减产", False),
        ("产量比上年多了吗", "产量增加，价格下降", False),
    ],
)
def test_what_fell_has_not_risen(question, sentence, expected):
    assert contradicts(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("重心要往上收吗", "推动工作重心下移", True),
        ("重心要下移吗", "推动工作重心下移", False),
        ("国有企业最后才执行吗", "国有企业率先执行", True),
        ("are state firms let off", "国有企业执行采购指南", True),
        ("are state firms let off", "国有企业免于执行采购指南", False),
        ("老旧车还允许上路吗", "基本完成老旧车淘汰", True),
        ("老旧车会淘汰吗", "基本完成老旧车淘汰", False),
        ("企业可以享受补贴吗", "对淘汰老旧车的企业给予补贴", False),
        ("企业可以申请补贴吗", "企业可以申请补贴，不得重复申报", False),
        ("企业需要装监测设备吗", "企业安装监测设备，避免超标", False),
        ("要尽量避免扰民吗", "减少扰民", False),
        ("食品安全靠网格员巡查吗", "网格员定期巡查食品安全", False),
        ("还有几条河道要治理", "在已消除黑臭水体的基础上，治理河道5条", False),
        ("还有多少黄标车要淘汰", "已累计淘汰黄标车500辆", False),
        ("is the share to be no less than half", "比例提高到50%以上", False),
        ("is it discouraged", "鼓励阳台绿化", True),
        ("会让企业多花钱吗", "降低企业用地成本", True),
        ("会给企业减轻负担吗", "降低企业用地成本", False),
        ("白天吵，晚上也吵吗", "强化夜间施工审批", False),
        ("人才培养全交给学校吗", "引导企业与高校联合培养", True),
        ("白天施工要严管吗", "强化夜间施工审批", True),
        ("周期变长了吗", "研制周期平均缩短", True),
    ],
)
def test_two_that_cannot_both_be_so(question, sentence, expected):
    assert contradicts(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "plan", "expected"),
    [
        ("“山南经验”是怎么来的", "推广“河东经验”", "推广“河东经验”", True),
        ("“山南经验”是怎么来的", "推广“河东经验”", "推广“河东经验”和“山南经验”", False),
        ("“河东经验”是怎么来的", "推广“河东经验”", "推广“河东经验”", False),
        ("“一网通办”是什么", "推广“河东经验”", "推广“河东经验”", False),
    ],
)
def test_other_quoted(question, sentence, plan, expected):
    assert other_quoted(question, sentence, plan) is expected


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        ({"烟台"}, {"青岛"}, True),
        ({"青岛"}, {"青岛", "济南"}, False),
        ((), {"青岛"}, False),
        ({"广东"}, {"广州", "深圳"}, False),
    ],
)
def test_other_city(asked, given, expected):
    assert other_city(asked, given) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("四种", "两类", True), ("四家", "两类", False), ("四家", "两家", True)]
)
def test_what_is_counted_alike(one, other, expected):
    (first,), (second,) = find_figures(one), find_figures(other)
    assert same_unit(first, second) is expected


@pytest.mark.parametrize(
    ("rule", "question", "sentence", "expected"),
    [
        (other_rank, "是街道一级的责任吗", "区级政府负责", True),
        (other_rank, "是区一级的责任吗", "区级政府负责", False),
        (other_rank, "是市级的责任吗", "区级、市级分别负责", False),
        (other_rank, "要报市级审批吗", "区级初审后报市相关部门", False),
        (other_rank, "由街道负责吗", "区级政府负责", False),
        (other_span, "从2025年到2027年吗", "实施方案(2021-2023年)", True),
        (other_span, "Does it run 2021 to 2025?", "行动计划（2021—2023年）", True),
        (other_span, "是2021至2023年的吧", "行动计划（2021—2023年）", False),
        (other_span, "到2027年吗", "行动计划（2021—2023年）", False),
        (other_span, "2021年到2025年吗", "2023年完成", False),
        (other_span, "计划（2021—2023年）落实规划（2017—2035年）吗", "落实规划（2017—2035年）", False),
        (other_frequency, "是不是三年才评一回", "开展年度评选", True),
        (other_frequency, "是不是每年评一次", "开展年度评选", False),
        (other_frequency, "2023年开展一次评估吗", "开展年度评估", False),
        (other_frequency, "三年给一次性补贴吗", "每年给补贴", False),
        (other_frequency, "三年评一次吗", "每三年评一次，纳入年度考核", False),
        (other_frequency, "是不是三年评一次", "每三年评选", False),
        (other_kinds, "会扶持一大批产业吗", "围绕四大产业", False),
        (other_kinds, "要培育4大产业吗", "培育四大产业", False),
        (other_kinds, "三大片区怎么建", "培育四大产业", False),
        (other_kinds, "要培育三大产业吗", "培育四大产业", True),
        (other_kinds, "要培育四大产业吗", "培育四大产业", False),
    ],
)
def test_what_a_sentence_puts_otherwise(rule, question, sentence, expected):
    assert rule(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "plan", "expected"),
    [
        ("二级医院有几项指标", "三级医院有8项指标", "三级医院有8项指标", True),
        ("二级医院有几项指标", "三级医院有8项指标", "三级医院有8项指标，二级医院另定", False),
        ("三级医院有几项指标", "三级医院有8项指标", "三级医院有8项指标", False),
        ("执行国五标准就行吗", "实施国六排放标准", "实施国六排放标准", True),
        ("执行国五标准就行吗", "实施国六排放标准", "实施国六排放标准，淘汰国五车辆", False),
        ("是按“1+6”定的吗", "以“1+4”领域为先导", "以“1+4”领域为先导", True),
        ("是按“1+4”定的吗", "以“1+4”领域为先导", "以“1+4”领域为先导", False),
        ("待遇还能留一段时间吗", "可保留6个月待遇", "可保留6个月待遇", False),
        ("是第一次普查吧", "以第二次普查为基础", "以第二次普查为基础", True),
        ("是第二次普查吧", "以第二次普查为基础", "以第二次普查为基础", False),
        ("是第三次普查吧", "以第二次普查为基础", "以第二次普查为基础，准备第三次普查", False),
        ("第三季度完成吗", "第二次普查", "第二次普查", False),
        ("要建3个公园吗", "建三个公园", "建三个公园", False),
        ("是国6标准吗", "执行国六标准", "执行国六标准", False),
    ],
)
def test_what_a_sentence_numbers_otherwise(question, sentence, plan, expected):
    assert other_numbering(question, sentence, plan) is expected


def test_a_school_of_another_kind_is_no_opposite():
    assert not opposite_word("大学里教吗", "纳入中小学校、高等院校教育内容")
    assert opposite_word("大排量汽车", "小排量汽车")
    assert not opposite_word("水面有多大?", "新开约1.2万平方米")


def test_words_of_two_characters_are_asked_for_with_not_too():
    assert not contradicts("医生干得憋屈不憋屈", "开展满意度调查")
    assert cues.YES_NO.search("那里方便不方便呢")


def test_opposite_sides_contradict():
    assert english_contradiction("When will it open the right bank?", "connects the left bank of the creek")
    assert not english_contradiction("When will it open the left bank?", "connects the left bank of the creek")
    assert contradicts("是不是不纳入评价", "纳入评价体系")
    assert not contradicts("现在是不是已经没有劣V类了", "已全面消除劣V类水体")


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("2019年6月底前接入对吧", "2019年3月底前，全部接入平台", True),
        ("2019年3月底前接入对吧", "2019年3月底前，全部接入平台", False),
        ("是7月1日实施的吗", "自2026年1月1日起实施，有效期至2030年12月31日", True),
        ("是1月1日实施的吗", "自2026年1月1日起实施", False),
        ("是2026年实施的吗", "自2026年1月1日起实施", False),  # a year alone is held against the sentence elsewhere
        ("是3月实施的吗", "即日起实施", False),
    ],
)
def test_other_date(question, sentence, expected):
    assert other_date(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("是打造全球领先的医药基地吧", "打造国内知名的医药基地", True),
        ("是打造国内知名的医药基地吧", "打造国内知名的医药基地", False),
        ("医药基地要建成吗", "打造国内知名的医药基地", False),
    ],
)
def test_reworded(question, sentence, expected):
    assert reworded(question, sentence) is expected
