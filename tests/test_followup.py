import pytest

from qa.followup import Turn, cited_refs, complete


def turns(question, answer="推进新建绿道 18 公里（二、（六）2.）"):
    return (Turn("user", question), Turn("assistant", answer))


@pytest.mark.parametrize(
    ("before", "text", "rewritten"),
    [
        ("要新建多少公里绿道？", "立体绿化呢？", "立体绿化是多少？"),
        ("监测站的应急能力有什么要求？", "辐射方面呢？", "辐射有什么要求？"),
        ("医院的医疗废物怎么管？", "那小诊所的呢", "小诊所：医院的医疗废物怎么管？"),
        ("生活垃圾分类达标率是多少？", "这一条还要严格执行哪部条例？", "生活垃圾分类达标率：还要严格执行哪部条例？"),
        ("要建多少公里绿道？", "它们分哪几级？", "要建绿道：分哪几级？"),
        ("哪里教老人用手机？", "在这些地方用什么办法教？", "哪里教老人用手机：地方用什么办法教？"),
        ("谁管河？", "除了他们，还有哪些人也管？", "谁管河：还有哪些人也管？"),
        (
            "What do buses run on?",
            "By when should that be the norm?",
            "By when should that be the norm? (after: What do buses run on?)",
        ),
        ("What is the target for parks?", "And how much of it?", "And how much of it? (after: What is the target for parks?)"),
        ("监测补贴多少？", "多担一项再加多少？", "监测补贴：多担一项再加多少？"),
        ("开放数据集由谁建？", "这件事归谁管？", "开放数据集：归谁管？"),
        ("河长制有什么新东西？", "这样做是为了什么？", "河长制：是为了什么？"),
        ("河长制有什么要求？", "具体要建什么清单？", "河长制：具体要建什么清单？"),
        (
            "Which parks are built?",
            "And which existing ones will be done up?",
            "And which existing ones will be done up? (after: Which parks are built?)",
        ),
        ("How many roads are swept?", "By which year?", "By which year? (after: How many roads are swept?)"),
        ("What is the target for road sweeping?", "And greenways?", "What is the target for greenways?"),
        ("How is dust controlled?", "What about noise?", "What does the plan say about noise?"),
    ],
)
def test_completed(before, text, rewritten, plan):
    assert complete(text, turns(before), plan).rewritten == rewritten


@pytest.mark.parametrize(
    "text",
    [
        "And how much is planned for new parks?",
        "这份计划管哪几年？",
        "And the waste facility, which plot is that on?",
        "全区道路机械化清扫率要达到多少？",
        "那装配式建筑的装配率要到多少？",
        "How many rivers does the district dredge?",
    ],
)
def test_a_topic_of_its_own_is_not_dragged_back(text, plan):
    completed = complete(text, turns("要新建多少公里绿道？"), plan)
    assert completed.text == text
    assert completed.rewritten is None
    assert completed.boost == ()


def test_without_history_nothing_is_completed(plan):
    assert complete("立体绿化呢？", (), plan).rewritten is None


def test_the_section_cited_last_is_preferred(plan):
    assert complete("这一条由谁负责？", turns("绿道？"), plan).boost == ("二/（六）/2",)


def test_a_ref_is_read_like_an_address(plan):
    assert cited_refs("推进新建绿道18公里。〔二/（六）/2〕", plan) == ("二/（六）/2",)


def test_the_longest_address_wins(plan):
    assert cited_refs("见二、（四）1.（1）。", plan) == ("二/（四）/1/（1）",)
