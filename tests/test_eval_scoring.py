"""The scoring rules: each by example, and all of them against the reference script on the same files."""

import json
import random
import subprocess
import sys

import pytest
from eval_toys import answer_line, gold_line, write_lines

from qa.eval.answers import parse_lines, score_answers, trade_off
from qa.eval.questions import read_answers, read_gold, shipped
from qa.eval.scoring import covers, has, judge, norm, numbers, unsupported

QUOTE = "推进新建绿道 18 公里。"


@pytest.fixture(scope="module")
def text(plan):
    return norm(plan.text)


def verdict(tmp_path, text, gold=None, answer=None):
    question = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line(**(gold or {}))])).questions[0]
    return judge(question, parse_lines([answer_line(**(answer or {}))])["g1"], text)


REFUSE = {"answer": [], "answer_mode": "refuse", "sections": [], "sections_mode": "none"}
ELSEWHERE = {"citations": [{"ref": "二/（一）", "quote": QUOTE}]}
BELOW = {"citations": [{"ref": "二/（六）/2", "quote": QUOTE}]}
RIGHT = [
    ({}, {}),
    ({"answer": ["十八|18公里"]}, {}),
    ({"sections": ["二/（六）"]}, BELOW),
    ({"sections": ["二/（一）", "二/（六）/2"]}, {}),
    ({"polarity": "yes"}, {"text": "是。新建绿道 18 公里。"}),
    ({"polarity": "no"}, {"text": "并非如此：新建绿道 18 公里。"}),
    ({"type": "list"}, {"text": "共 3 处" + "，绿道 18 公里" * 40}),
    ({"type": "list", "answer_mode": "all", "answer": ["绿道", "公里"]}, {"text": "共 1 处"}),
    (REFUSE, {"status": "refused", "text": "计划没有提到。", "citations": []}),
    (REFUSE | {"refusal_or": ["*cited*"]}, {"text": "计划只说推进绿道。"}),
    (REFUSE | {"refusal_or": ["绿道"]}, {"text": "推进绿道", "citations": []}),
]
WRONG = [
    ({}, {"status": "refused"}, ["refused"]),
    ({"answer": ["20"]}, {}, ["keys missing"]),
    ({"answer": ["18", "20"], "answer_mode": "all"}, {}, ["keys missing"]),
    ({}, ELSEWHERE, ["section not cited"]),
    ({}, {"citations": []}, ["unsupported: 18", "section not cited"]),
    ({"sections": ["二/（一）", "二/（六）/2"], "sections_mode": "all"}, {}, ["section not cited"]),
    ({"sections": ["二/（六）/2/（1）"]}, {}, ["section not cited"]),
    ({"polarity": "no"}, {"text": "是。新建绿道 18 公里。"}, ["does not open with no"]),
    ({}, {"text": "绿道 18 公里" * 40}, ["too long"]),
    (REFUSE, {}, ["should refuse"]),
    (REFUSE | {"forbidden": ["没有"]}, {"status": "refused", "text": "计划没有提到。", "citations": []}, ["should refuse"]),
]


@pytest.mark.parametrize(("gold", "answer"), RIGHT)
def test_a_right_answer(gold, answer, tmp_path, text):
    found = verdict(tmp_path, text, gold, answer)
    assert found.right
    assert found.why == ()


@pytest.mark.parametrize(("gold", "answer", "faults"), WRONG)
def test_a_wrong_answer_and_why(gold, answer, faults, tmp_path, text):
    found = verdict(tmp_path, text, gold, answer)
    assert not found.right
    assert len(found.why) == len(faults)
    assert all(fault in why for fault, why in zip(faults, found.why, strict=True))


def test_an_english_answer_may_be_longer(tmp_path, text):
    long = {"text": "greenway 18 kilometres " * 20}
    assert verdict(tmp_path, text, {"lang": "en"}, long).right
    assert not verdict(tmp_path, text, {}, long).right


def test_an_unsupported_number_is_counted_but_does_not_make_an_answer_wrong(tmp_path, text):
    found = verdict(tmp_path, text, {}, {"text": "新建绿道 18 公里，花费 99 万元。"})
    assert found.right
    assert found.stray == ("99",)


def test_numbers_may_stand_in_the_question_the_address_or_as_wan(tmp_path):
    question = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line(question="2023年绿道多长？")])).questions[0]
    assert unsupported(question, "2023年，二、（六）2. 12,000 平方米[1]", "新开桃浦湖约1.2万平方米") == set()
    assert unsupported(question, "13,000 平方米", "新开桃浦湖约1.2万平方米") == {"13000"}


def test_a_quote_must_stand_in_the_plan_word_for_word(tmp_path, text):
    quotes = [QUOTE, "推进新建绿道18公里。", "推进新建绿道 19 公里。", ""]
    found = verdict(tmp_path, text, {}, {"citations": [{"ref": "二/（六）/2", "quote": q} for q in quotes]})
    assert (found.quotes, found.not_verbatim) == (4, 2)


def test_citations_are_counted_for_precision_recall_and_the_first(tmp_path, text):
    refs = ["二/（一）", "二/（六）/2", "二/（六）"]
    gold = {"sections": ["二/（六）/2", "二/（三）"], "sections_mode": "all"}
    found = verdict(tmp_path, text, gold, {"citations": [{"ref": ref, "quote": QUOTE} for ref in refs]})
    assert (found.cited, found.cited_gold, found.gold, found.gold_cited, found.first) == (3, 2, 2, 1, False)


def test_words_are_compared_without_width_case_space_and_separators():
    assert has("共 １２，０００ 平方米", "12000平方米|一万二")
    assert norm("ＡＱＩ　优 良") == "aqi优良"
    assert numbers("1,200.5 和 ３．") == {"1200.5", "3"}
    assert covers("二/（六）/2", "二/（六）")
    assert not covers("二/（六）2", "二/（六）")


# ---- against the reference ------------------------------------------------------------------------------------------


def spoiled(lines, seed):
    """Answers with every kind of fault, some of them several."""
    chance, result = random.Random(seed), []
    faults = [
        lambda a: a.update(status="refused"),
        lambda a: a.update(text=a["text"] + " 另有 12,345 项、1.5万人"),
        lambda a: a.update(text=a["text"] * 30),
        lambda a: a.update(text="不，" + a["text"]),
        lambda a: a.update(citations=a["citations"][1:]),
        lambda a: a.update(citations=[{"ref": "二/（一）", "quote": "没有这一句"}, *a["citations"]]),
        lambda a: a.update(citations=[{**c, "quote": c["quote"].replace("一", "１")} for c in a["citations"]]),
        lambda a: a.update(citations=[{**c, "ref": c["ref"].rpartition("/")[0] or c["ref"]} for c in a["citations"]]),
        lambda a: a.update(text=None, citations=[]),
    ]
    for line in lines:
        answer = json.loads(json.dumps(line))
        for fault in chance.sample(faults, chance.choice([0, 0, 1, 1, 2])):
            answer["text"] = answer["text"] or ""
            fault(answer)
        if chance.random() > 0.05:
            result.append(answer)
    return result


def perfect(question):
    quotes = list(question.quote) or ["推进新建绿道 18 公里。"]
    sections = question.sections or ("通知",)
    return {
        "id": question.id,
        "status": "refused" if question.refusable else "answered",
        "text": "是。" * (question.polarity == "yes") + "；".join(key.split("|")[0] for key in question.answer),
        "citations": [{"ref": ref, "quote": quotes[i % len(quotes)]} for i, ref in enumerate(sections)],
    }


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_is_that_of_the_reference(seed, plan, shared, tmp_path):
    gold = read_gold(shipped()["dev"], plan)
    lines = [perfect(question) for question in gold.questions]
    path = write_lines(tmp_path / "answers.jsonl", spoiled(lines, seed) if seed else lines)
    files = [shared / "eval" / "putuo_dev.jsonl", path, "--plan", shared / "plan" / "putuo-2021-2023.txt", "--json"]
    command = [sys.executable, shared / "eval" / "score.py", *files]
    reference = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout)
    found = score_answers(gold, read_answers(path), plan).scores
    by_type = {name: f"{round(e.value * e.n)}/{e.n}" for name, e in found.by_type.items()}
    assert by_type == reference.pop("by_type")
    assert {
        "right": found.right.value,
        "n": found.right.n,
        "false_refusal": found.false_refusal.value,
        "refusal": 1 - found.missed_refusal.value,
        "first_citation": found.first_citation.value,
        "citation_precision": found.citation_precision.value,
        "answers_with_stray_numbers": found.unsupported,
        "quotes": found.quotes,
        "quotes_not_verbatim": found.not_verbatim,
    } == pytest.approx(reference, abs=1e-12)


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_the_trade_off_moves_only_what_the_threshold_decides(tmp_path, plan):
    gold = read_gold(
        write_lines(tmp_path / "q.jsonl", [gold_line(), gold_line(id="g2", **REFUSE), gold_line(id="g3", **REFUSE)])
    )
    refused = {"status": "refused", "citations": []}
    lines = [
        answer_line(confidence=5),
        answer_line(id="g2", confidence=1, reason="not_in_plan", **refused),
        answer_line(id="g3", confidence=9, reason="other_place", **refused),
    ]
    verdicts = score_answers(gold, parse_lines(lines), plan).verdicts
    points = {p.threshold: (p.false_refusal, p.missed_refusal) for p in trade_off(verdicts, steps=5, most=8)}
    assert points == {0: (0, 0.5), 2: (0, 0), 4: (0, 0), 6: (1, 0), 8: (1, 0)}


def test_without_confidence_there_is_no_trade_off(tmp_path, plan):
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line()]))
    assert trade_off(score_answers(gold, parse_lines([answer_line()]), plan).verdicts) == ()
