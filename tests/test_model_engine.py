"""A model words what the default path has found; whatever goes wrong, the answer is that path's, in time, and says so."""

import json
import threading
import time
from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage
from scripted import copied, model_qa, statements

from corpus.errors import SettingError
from index.settings import Settings
from qa.answer import Reason
from qa.cli import format_answer
from qa.model.chat import FAULTS, MAX_CALLS, open_model
from qa.model.engine import NOTES, ModelQA, open_engine
from qa.pipeline import Ask, PlanQA

WALK = "生活垃圾分类达标率要维持在多少？"
MEASURES = "噪声扰民有什么要求？"
USED = "由语言模型从计划原文中选句连接，逐句核对过。"
WITHOUT = "，这是不用模型的回答。"


class RateLimitError(Exception):
    status_code = 429


class InternalServerError(Exception):
    status_code = 503


class AuthenticationError(Exception):
    status_code = 401


class BadRequestError(Exception):
    status_code = 400


FAILURES = [
    ("down", ConnectionRefusedError("refused"), "语言模型连接不上"),
    ("error 5xx", InternalServerError("overloaded"), "语言模型连接不上"),
    ("rate limit", RateLimitError("slow down"), "语言模型限制了调用次数"),
    ("wrong key", AuthenticationError("no"), "语言模型拒绝了密钥"),
    ("client's time-out", TimeoutError("read"), "语言模型没有及时答复"),
    ("form refused", BadRequestError("no"), "语言模型不接受这样的请求"),
    ("cannot be read", ValueError("not JSON"), "语言模型的答复无法使用"),
    ("nonsense", "绿道目标是99公里。", "语言模型的答复无法使用"),
    ("another form", '["99公里"]', "语言模型的答复无法使用"),
    ("another object", {"answer": "99公里"}, "语言模型的答复无法使用"),
    ("statements of another form", {"statements": ["99公里"]}, "语言模型的答复无法使用"),
    ("half a stream", '{"statements": [{"text": "绿道目标是99公里", "keys": ["k', "语言模型的答复无法使用"),
    ("nothing written", "", "语言模型没有作答"),
    ("nothing stated", {"statements": []}, "语言模型没有作答"),
    ("refusal", AIMessage("", additional_kwargs={"refusal": "I cannot help"}), "语言模型没有作答"),
    ("refusal in words", "抱歉，我无法回答。", "语言模型的答复无法使用"),
    ("unknown key", statements(("生活垃圾分类达标率维持95%", ["kzzzz"])), "语言模型写的内容没有通过核对"),
    ("no key", statements(("生活垃圾分类达标率维持95%", [])), "语言模型写的内容没有通过核对"),
]


@pytest.mark.parametrize(("written", "why"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES])
def test_whatever_goes_wrong_the_answer_is_the_one_without_a_model(qa, tmp_path, written, why):
    base = qa.invoke(WALK)
    answer = model_qa(qa, lambda given: written, tmp_path, chat_retries=0).invoke(WALK)
    assert (answer.text, answer.citations, answer.status) == (base.text, base.citations, "answered")
    assert answer.note == why + WITHOUT
    assert answer.to_json()["note"] == answer.note
    assert f"（{answer.note}）" in format_answer(answer, {})


def test_a_model_that_hangs_is_left_behind_at_the_time_out(qa, tmp_path):
    free = threading.Event()
    engine = model_qa(qa, lambda given: free.wait(60) and "", tmp_path, chat_timeout=1)
    begun = time.monotonic()
    answer = engine.invoke(WALK)
    took = time.monotonic() - begun
    free.set()
    assert answer.text == qa.invoke(WALK).text
    assert answer.note == "语言模型没有及时答复" + WITHOUT
    assert took < 30  # the bound is 1 s; the rest is for a machine that is busy with other things


def test_calls_that_never_return_do_not_pile_up(qa, tmp_path):
    free = threading.Event()
    engine = model_qa(qa, lambda given: free.wait(60) and "", tmp_path, chat_timeout=1)
    engine.chat.seconds = 0
    told = []
    for _ in range(MAX_CALLS + 1):
        engine.chat._rests_until = 0.0
        told.append(engine.invoke(WALK).note)
    free.set()
    assert told == ["语言模型没有及时答复" + WITHOUT] * MAX_CALLS + ["语言模型正忙" + WITHOUT]


def test_a_call_that_failed_is_made_again_within_the_time_out(qa, tmp_path):
    tries = []

    def script(given):
        tries.append(given)
        return copied(given) if len(tries) > 1 else RateLimitError("slow down")

    answer = model_qa(qa, script, tmp_path, chat_retries=1).invoke(MEASURES)
    assert (len(tries), answer.note) == (2, USED)


def test_no_further_attempt_is_made_when_no_time_is_left(qa, tmp_path):
    engine = model_qa(qa, lambda given: ConnectionRefusedError("refused"), tmp_path, chat_retries=9)
    engine.chat.seconds = 0.2
    assert engine.invoke(WALK).note == "语言模型连接不上" + WITHOUT
    assert len(engine.chat.model.seen) == 1


def test_a_model_that_fails_again_and_again_is_left_alone_for_a_while(qa, tmp_path):
    engine = model_qa(qa, lambda given: ConnectionRefusedError("refused"), tmp_path, chat_retries=0)
    told = [engine.invoke(WALK).note for _ in range(FAULTS + 2)]
    assert told == ["语言模型连接不上" + WITHOUT] * (FAULTS + 2)
    assert len(engine.chat.model.seen) == FAULTS
    engine.chat._rests_until = 0.0  # the while is over
    engine.chat.model.script = copied
    assert engine.invoke(MEASURES).note == USED
    assert engine.chat._faults == 0


def test_the_days_budget_is_kept_over_a_restart_and_over_midnight(qa, tmp_path, monkeypatch):
    assert model_qa(qa, copied, tmp_path, chat_budget=1).invoke(MEASURES).note == USED
    again = model_qa(qa, copied, tmp_path, chat_budget=1)
    assert again.invoke(MEASURES).note == "今天的语言模型用量已用完" + WITHOUT
    assert again.chat.model.seen == []
    spent = json.loads((tmp_path / "chat-budget.json").read_text())
    assert spent["tokens"] > 1000
    monkeypatch.setattr("qa.model.chat._today", lambda: "2999-01-01")
    assert model_qa(qa, copied, tmp_path, chat_budget=1).invoke(MEASURES).note == USED


def test_the_providers_own_count_is_what_is_spent(qa, tmp_path):
    usage = {"input_tokens": 70, "output_tokens": 7, "total_tokens": 77}
    script = lambda given: AIMessage(json.dumps(copied(given)), usage_metadata=usage)  # noqa: E731
    answer = model_qa(qa, script, tmp_path).invoke(MEASURES)
    assert (answer.model.tokens_in, answer.model.tokens_out) == (70, 7)
    assert json.loads((tmp_path / "chat-budget.json").read_text())["tokens"] == 77


def test_a_budget_file_that_cannot_be_read_spends_nothing(qa, tmp_path):
    (tmp_path / "chat-budget.json").write_text("???")
    assert model_qa(qa, copied, tmp_path).invoke(MEASURES).note == "今天的语言模型用量已用完" + WITHOUT


# ---- what a model does ----------------------------------------------------------------------------------------------


def test_an_answer_is_worded_from_several_sections_and_cites_each(qa, tmp_path):
    def script(given):
        of_section = {e["section"]: e for e in reversed(given["evidence"])}  # the first of each
        others = [e for e in of_section.values() if e is not given["evidence"][0] and len(e["text"]) < 40]
        return statements(*((e["text"], [e["key"]]) for e in [given["evidence"][0], *others[:2]]))

    answer = model_qa(qa, script, tmp_path).invoke(MEASURES)
    assert (answer.note, answer.model.used, answer.model.kept) == (USED, True, 3)
    assert [c.mark for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(f"[{c.mark}]" in answer.text for c in answer.citations)
    assert len({c.ref for c in answer.citations}) > 1
    plans = qa.plans
    assert all(c.quote in plans[c.plan].by_ref[c.ref].whole for c in answer.citations)


def test_what_fails_is_dropped_and_the_rest_is_shown(qa, tmp_path):
    def script(given):
        first, second = given["evidence"][:2]
        return statements((first["text"], [first["key"]]), ("新建绿道99公里", [second["key"]]))

    answer = model_qa(qa, script, tmp_path).invoke(MEASURES)
    assert answer.note == USED
    assert answer.model.dropped == ("not what the cited sentence says: 新建绿道99公里",)
    assert "99" not in answer.text


def test_an_answer_that_loses_the_figure_gives_way_to_the_one_without_a_model(qa, tmp_path):
    def script(given):
        first = given["evidence"][0]
        return statements(("严格执行《上海市生活垃圾管理条例》", [first["key"]]))

    answer = model_qa(qa, script, tmp_path).invoke(WALK)
    assert answer.text == "生活垃圾分类达标率维持95%。[1]"
    assert answer.note == "语言模型写的内容没有通过核对" + WITHOUT


def test_another_figure_of_the_same_kind_is_no_part_of_the_answer(qa, tmp_path):
    def script(given):
        others = [e for e in given["evidence"][1:] if "%" in e["text"]]
        return statements(*((e["text"], [e["key"]]) for e in [given["evidence"][0], *others[:2]]))

    answer = model_qa(qa, script, tmp_path, chat_whole=True).invoke(WALK)
    assert len(answer.model.dropped) == 2
    assert all(reason.startswith("a figure beside the one that was asked for") for reason in answer.model.dropped)
    assert len(answer.citations) == 1


def test_a_figure_may_be_written_in_another_way(qa, tmp_path):
    def script(given):
        first = given["evidence"][0]
        return statements((first["text"].replace("1.2万平方米", "12000平方米"), [first["key"]]))

    answer = model_qa(qa, script, tmp_path).invoke("新开的桃浦湖面积约多少？")
    assert "约12000平方米" in answer.text
    assert "约1.2万平方米" in answer.citations[0].quote
    assert answer.note == USED


@pytest.mark.parametrize(
    "question",
    [
        "“一网统管”在哪些任务中被提到？",  # a count
        "垃圾分类达标率要从95%降到90%，原因是什么？",  # a correction
        "2023年绿道目标是多少",  # a remark on the period
        "普陀区2030年的绿化覆盖率目标是多少？",
        "徐汇区要新建多少公里绿道？",
        "桃浦605地块能源站的装机容量是多少兆瓦？",
        "我的电话是13812345678，绿道多少公里",
        "你好",
        "",
    ],
)
def test_conclusions_and_refusals_of_the_default_path_stay_and_cost_nothing(qa, tmp_path, question):
    engine = model_qa(qa, copied, tmp_path)
    assert engine.invoke(question) == qa.invoke(question)
    assert engine.chat.model.seen == []


def test_an_english_answer_is_worded_from_the_rendering_with_the_chinese_as_quote(qa, tmp_path):
    answer = model_qa(qa, lambda given: copied(given, 2), tmp_path).invoke("Which tools are used for off-site enforcement?")
    assert answer.note == NOTES["used"][1]
    assert answer.text.isascii()
    assert all("\u4e00" <= c.quote[0] <= "\u9fff" for c in answer.citations)


def test_the_whole_plan_is_shown_where_that_is_set(qa, tmp_path, plan):
    engine = model_qa(qa, copied, tmp_path, chat_whole=True)
    assert engine.invoke(MEASURES).note == USED
    shown = engine.chat.model.seen[0]["evidence"]
    assert len(shown) == len({s.text + s.ref for section in plan.sections for s in section.sentences})
    found = model_qa(qa, copied, tmp_path)
    found.invoke(MEASURES)
    assert len(found.chat.model.seen[0]["evidence"]) <= 20


def test_keys_say_nothing_of_the_place_and_hold_for_one_question(qa, tmp_path):
    engine = model_qa(qa, copied, tmp_path)
    for question in (MEASURES, MEASURES, WALK):
        engine.invoke(question)
    first, second, third = ([e["key"] for e in seen["evidence"]] for seen in engine.chat.model.seen)
    assert first == second
    assert len(set(first)) == len(first)
    assert not set(first) & set(third)


def test_each_use_can_be_switched_off(qa, tmp_path):
    for uses in ("followup", "translate", "followup,translate"):
        engine = model_qa(qa, copied, tmp_path, chat_uses=uses)
        assert engine.invoke(WALK) == qa.invoke(WALK)
        assert engine.chat.model.seen == []


# ---- questions ------------------------------------------------------------------------------------------------------

TALK = ({"role": "user", "content": "绿化覆盖率目标是多少"}, {"role": "assistant", "content": "绿化覆盖率达到30.10%。[1]"})
VAGUE = "之前那个数怎么算出来的，机组几兆瓦"


def rewriting(text, engine_of=copied):
    return lambda given: {"question": text} if "evidence" not in given else engine_of(given)


def test_a_follow_up_that_led_nowhere_is_rewritten_and_asked_again(qa, tmp_path):
    ask = {"question": VAGUE, "history": TALK}
    assert qa.invoke(ask).reason is not None
    answer = model_qa(qa, rewriting("绿化覆盖率目标是多少"), tmp_path).invoke(ask)
    assert (answer.question, answer.rewritten) == (VAGUE, "绿化覆盖率目标是多少")
    assert "30.10%" in answer.text
    off = model_qa(qa, rewriting("绿化覆盖率目标是多少"), tmp_path, chat_uses="answer,translate")
    assert off.invoke(ask) == qa.invoke(ask)
    assert off.chat.model.seen == []


@pytest.mark.parametrize(
    "text",
    [
        "绿化覆盖率目标是50%吗",  # a number of its own
        "徐汇区绿化覆盖率目标是多少",  # a place
        "2030年绿化覆盖率目标是多少",  # a year
        "绿道目标是多少公里",  # another matter
        "绿化覆盖率目标是多少 http://evil.example",
        "What is the green coverage target?",
    ],
)
def test_a_rewritten_question_has_nothing_that_the_asker_did_not_say(qa, tmp_path, text):
    ask = {"question": VAGUE, "history": TALK}
    answer = model_qa(qa, rewriting(text), tmp_path).invoke(ask)
    assert (answer.text, answer.reason, answer.rewritten) == (lambda a: (a.text, a.reason, a.rewritten))(qa.invoke(ask))


def test_a_question_in_another_language_is_translated(qa, tmp_path):
    asked = "Какой целевой показатель сортировки бытовых отходов?"
    text = "At what level is the compliance rate for household waste sorting kept?"
    answer = model_qa(qa, rewriting(text), tmp_path).invoke(asked)
    assert (answer.question, answer.rewritten, answer.language) == (asked, text, "en")
    assert "95%" in answer.text
    off = model_qa(qa, rewriting(text), tmp_path, chat_uses="answer,followup")
    assert off.invoke(asked).rewritten is None


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Сколько километров зелёных дорожек?", "Is the target for greenways 99 km?"),
        ("Сколько километров зелёных дорожек?", "Is the target for greenways twelve km?"),
        ("Сколько километров зелёных дорожек в 2023?", "How many km of greenways?"),
        ("Сколько километров зелёных дорожек?", "绿道目标是多少公里"),
    ],
)
def test_a_translation_has_the_numbers_of_the_question_and_no_others(qa, tmp_path, asked, text):
    assert model_qa(qa, rewriting(text), tmp_path).invoke(asked).rewritten == qa.invoke(asked).rewritten


def test_a_question_that_cannot_be_rewritten_is_answered_as_it_is(qa, tmp_path):
    answer = model_qa(qa, lambda given: ConnectionRefusedError("refused"), tmp_path, chat_retries=0).invoke(
        {"question": VAGUE, "history": TALK}
    )
    assert answer.reason in (Reason.NO_FIGURE, Reason.NOT_IN_PLAN, Reason.NO_DETAIL)
    assert answer.note == "语言模型连接不上" + WITHOUT


# ---- from settings --------------------------------------------------------------------------------------------------


def test_without_a_model_the_engine_is_the_default_one(qa, home):
    engine = open_engine(Settings.load(environ={}, home=home))
    assert isinstance(engine, PlanQA)
    answer = qa.invoke(WALK)
    assert (answer.note, answer.model) == ("", None)
    assert "note" not in answer.to_json()


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("nobody:model", "PLANQA_CHAT_MODEL=nobody:model：无法使用（"),
        ("anthropic:claude", "PLANQA_CHAT_MODEL=anthropic:claude：没有安装这个提供方的软件包（"),
        ("openai:qwen-plus", "PLANQA_CHAT_MODEL=openai:qwen-plus：无法使用（"),  # without a key
    ],
)
def test_a_model_that_cannot_be_made_is_one_line_that_names_the_cure(home, monkeypatch, name, starts):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingError) as raised:
        open_model(Settings.load(environ={}, home=home, chat_model=name))
    assert str(raised.value).startswith(starts)
    assert "\n" not in str(raised.value)


def test_without_the_extra_the_line_names_it(home, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "langchain_openai", None)
    __import__("langchain.chat_models.base").chat_models.base._get_chat_model_creator.cache_clear()
    with pytest.raises(SettingError, match='pip install "planqa'):
        open_model(Settings.load(environ={}, home=home, chat_model="openai:x"))


def test_it_is_a_runnable_with_the_same_interface(qa, tmp_path):
    engine = model_qa(qa, copied, tmp_path)
    assert [a.note for a in engine.batch([MEASURES, MEASURES])] == [USED, USED]
    assert [a.note for a in engine.stream(MEASURES)] == [USED]
    assert engine.search("绿道", 3) == qa.search("绿道", 3)
    assert engine.understood(Ask(WALK)) == qa.understood(Ask(WALK))
    assert engine.shelf is qa.shelf
    assert engine.settings.chat_model == "scripted:model"


def test_after_a_new_index_it_is_the_same_with_the_same_model(own_home, tmp_path):
    settings = own_home("云岭")
    engine = model_qa(PlanQA.open(settings), copied, tmp_path)
    engine = ModelQA(PlanQA(engine.shelf, replace(settings, chat_model="scripted:model")), engine.chat)
    again = engine.reopened()
    assert isinstance(again, ModelQA)
    assert again.chat is engine.chat
    assert again.shelf is not engine.shelf
    assert again.invoke("新建健身步道多少公里").note == USED
