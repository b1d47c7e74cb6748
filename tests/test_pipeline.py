"""PlanQA as a LangChain Runnable: every way to call it gives the same answer."""

import asyncio
import re
from dataclasses import replace

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from corpus.errors import QuestionsError
from corpus.load import load_sources
from index.settings import Settings
from index.shelf import Shelf, build
from qa.answer import Reason
from qa.followup import Turn
from qa.pipeline import Ask, PlanQA

QUESTION = "新建绿道多少公里"
TEXT = "推进新建绿道 18 公里。[1]"
HISTORY = [
    {"role": "user", "content": "2023年绿化覆盖率是多少"},
    {"role": "assistant", "content": "到2023年，全区绿化覆盖率达到30.10%。[1]"},
]


def test_a_string_a_dict_and_an_ask_are_the_same_question(qa):
    assert isinstance(qa, Runnable)
    answers = [qa.invoke(value) for value in (QUESTION, {"question": QUESTION}, Ask(QUESTION))]
    assert answers[0].text == TEXT
    assert answers[0] == answers[1] == answers[2]


def test_a_line_of_a_batch_file_is_a_question(qa):
    line = {"id": "q1", "question": QUESTION, "history": None, "plan": None, "note": "x"}
    assert qa.invoke(line) == qa.invoke(QUESTION)


def test_batch_keeps_the_order(qa):
    questions = [QUESTION, "", "2035年的绿化覆盖率", {"question": QUESTION}] * 3
    answers = qa.batch(questions, config={"max_concurrency": 4})
    assert [(a.text, a.reason) for a in answers[:2]] == [(TEXT, None), ("请输入一个问题。", Reason.EMPTY)]
    assert answers == [qa.invoke(q) for q in questions]


def test_batch_can_give_back_what_is_wrong_with_a_question(qa):
    answers = qa.batch([QUESTION, {"question": 5}], return_exceptions=True)
    assert answers[0].text == TEXT
    assert isinstance(answers[1], QuestionsError)


def test_stream_gives_the_whole_answer(qa):
    assert list(qa.stream(QUESTION)) == [qa.invoke(QUESTION)]


def test_ainvoke_and_abatch(qa):
    async def ask():
        return [await qa.ainvoke(QUESTION), *await qa.abatch([QUESTION, ""])]

    alone, *both = asyncio.run(ask())
    assert alone == both[0] == qa.invoke(QUESTION)
    assert both[1].reason is Reason.EMPTY


def test_composition(qa):
    chain = RunnableLambda(lambda form: form["q"]) | qa | RunnableLambda(lambda answer: answer.text)
    assert chain.invoke({"q": QUESTION}) == TEXT
    assert chain.batch([{"q": QUESTION}, {"q": ""}]) == [TEXT, "请输入一个问题。"]
    beside = RunnablePassthrough.assign(answer=qa | (lambda answer: answer.text))
    assert beside.invoke({"question": QUESTION, "id": 7}) == {"question": QUESTION, "id": 7, "answer": TEXT}


class Recorder(BaseCallbackHandler):
    def __init__(self):
        self.seen = []

    def on_chain_start(self, serialized, inputs, **kwargs):
        self.seen.append(("start", inputs, kwargs["name"]))

    def on_chain_end(self, outputs, **kwargs):
        self.seen.append(("end", outputs))

    def on_chain_error(self, error, **kwargs):
        self.seen.append(("error", str(error)))


def test_callbacks_see_question_and_answer(qa):
    recorder = Recorder()
    answer = qa.invoke(QUESTION, config={"callbacks": [recorder]})
    assert recorder.seen == [("start", QUESTION, "PlanQA"), ("end", answer)]


def test_callbacks_see_a_fault(qa):
    recorder = Recorder()
    with pytest.raises(QuestionsError):
        qa.invoke({"question": 5}, config={"callbacks": [recorder], "run_name": "问答"})
    assert recorder.seen == [("start", {"question": 5}, "问答"), ("error", "字段 question 缺失或不是文字；请补上问题")]


def test_a_follow_up_is_read_with_the_turns_before_it(qa):
    answer = qa.invoke({"question": "人均公园绿地面积呢？", "history": HISTORY})
    assert answer.rewritten == "人均公园绿地面积是多少？"
    assert "5.70平方米" in answer.text
    assert answer.question == "人均公园绿地面积呢？"
    turns = tuple(Turn(t["role"], t["content"]) for t in HISTORY)
    assert qa.invoke(Ask("人均公园绿地面积呢？", turns)) == answer


def test_a_question_with_a_topic_of_its_own_stays_as_it_is(qa):
    answer = qa.invoke({"question": "普陀区要新建多少公里绿道", "history": HISTORY})
    assert (answer.text, answer.rewritten) == (TEXT, None)


def test_every_step_has_its_time(qa):
    timings = qa.invoke(QUESTION).timings_ms
    assert list(timings) == ["understand", "retrieve", "answer"]
    assert all(t >= 0 for t in timings.values())


def test_an_answer_carries_the_hits_behind_it(qa):
    answer = qa.invoke(QUESTION)
    assert answer.hits[0].ref == answer.citations[0].ref == "二/（六）/2"


def test_a_longer_question_may_be_allowed(qa):
    question = QUESTION + "，" + "请告诉我" * 100
    assert qa.invoke(question).reason is Reason.TOO_LONG
    patient = PlanQA(qa.shelf, replace(qa.settings, max_question=1000))
    assert patient.invoke(question).reason is not Reason.TOO_LONG


# ---- several plans --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 5, ["绿道"], {"question": QUESTION, "plan": ["putuo-2021-2023"]}], ids=str)
def test_what_is_no_question_at_all(value, qa):
    with pytest.raises(QuestionsError):
        qa.invoke(value)


@pytest.fixture(scope="module")
def two(tmp_path_factory, embedder):
    """The engine on two plans that say nearly the same."""
    folder = tmp_path_factory.mktemp("two")
    for name, place, count in (("dongxi", "东溪区", 12), ("xishan", "西山区", 30)):
        text = f"{place}公园建设计划\n\n一、主要目标\n\n全区新建公园{count}个。\n\n二、重点任务\n\n实施{place}河道清淤工程。\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = Settings.load(environ={}, home=folder / "home")
    sources = load_sources([folder / "dongxi.txt", folder / "xishan.txt"])
    build(sources, settings, embedder, lambda done, total: None)
    return PlanQA(Shelf.open(settings, embedder), settings)


def test_a_question_may_be_limited_to_the_plan_that_comes_second(two):
    check_limited("xishan", "全区新建公园30个。[1]", two)


def test_a_question_may_be_limited_to_the_plan_that_comes_first(two):
    check_limited("dongxi", "全区新建公园12个。[1]", two)


def check_limited(name, text, two):
    answer = two.invoke({"question": "全区新建公园多少个", "plan": name})
    assert answer.text == text
    assert [c.plan for c in answer.citations] == [name]


def test_an_unknown_plan(two):
    with pytest.raises(QuestionsError, match=f"^{re.escape('没有计划 putuo；已建索引的有：dongxi、xishan')}$"):
        two.invoke({"question": QUESTION, "plan": "putuo"})
