"""The answers to whole files of questions, judged by the rules of the evaluation material beside the repository.

`questions/` holds questions written by people who had read only the plan: a tuning half, by which constants were chosen,
a validation half, and three files on other documents. The floors lie a little below what was measured; README,
"Evaluation", states the figures.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUESTIONS = Path(__file__).parent / "questions"
PLAN = "putuo-2021-2023"
FLOORS = {"dev": 0.95, "tuning": 0.88, "validation": 0.87}
OTHERS = {"03_shanghai_bci_plan": 0.76, "12_shandong_services_digital": 0.76, "36_shanghai_waste_regulation": 0.72}


def score(gold, text, engine, shared, tmp_path):
    answers = tmp_path / "answers.jsonl"
    with answers.open("w", encoding="utf-8") as file:
        for line in gold.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            answer = engine.invoke({k: question[k] for k in ("question", "history") if k in question})
            file.write(json.dumps(answer.to_json(question["id"]), ensure_ascii=False) + "\n")
    command = [sys.executable, str(shared / "eval" / "score.py"), str(gold), str(answers), "--plan", str(text)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout)


def sound(figures, floor):
    assert figures["right"] >= floor, figures
    assert figures["quotes_not_verbatim"] == 0
    assert figures["refusal"] == 1.0
    assert figures["false_refusal"] <= 0.04


@pytest.mark.parametrize("name", FLOORS)
def test_questions_on_the_shipped_plan(name, qa, shared, tmp_path):
    gold = shared / "eval" / "putuo_dev.jsonl" if name == "dev" else QUESTIONS / f"{PLAN}.{name}.jsonl"
    sound(score(gold, shared / "plan" / f"{PLAN}.txt", qa, shared, tmp_path), FLOORS[name])


@pytest.mark.parametrize("name", OTHERS)
def test_questions_on_other_documents(name, embedder, shared, tmp_path):
    from index.retrieve import Index
    from index.settings import Settings
    from qa.pipeline import PlanQA
    from qa.setup import build_index

    text = shared / "documents" / f"{name}.txt"
    settings = Settings.load(environ={}, home=tmp_path / "home")
    build_index(settings, [text], lambda done, total: None)
    engine = PlanQA(Index.open(settings, embedder), settings)
    figures = score(QUESTIONS / f"{name}.jsonl", text, engine, shared, tmp_path)
    assert figures["right"] >= OTHERS[name], figures
    assert figures["quotes_not_verbatim"] == 0
    assert figures["refusal"] == 1.0


def test_the_halves_share_no_question():
    asked = {}
    for file in QUESTIONS.glob(f"{PLAN}.*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            if "history" not in question:
                assert question["question"] not in asked, (question["id"], asked[question["question"]])
                asked[question["question"]] = question["id"]
    assert len(asked) >= 200
