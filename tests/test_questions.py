"""The answers to whole files of questions: those that come with the package, and questions on other documents.

The README states the floors of the former in the commands that measure them; those commands are run here. The latter were
written by people who had read only the document, on documents that have no data beside them.
"""

import re
import shlex
from pathlib import Path

import pytest

from qa.cli import main
from qa.eval import evaluate_answers, read_gold, shipped
from qa.eval.results import answer_figures, check_bounds, parse_bounds

README = Path(__file__).parent.parent / "README.md"
QUESTIONS = Path(__file__).parent / "questions"
# the least share of right answers, and the largest of refusals missed
OTHERS = {
    "02_yangpu_district_zone": (0.66, 0),
    "03_shanghai_bci_plan": (0.76, 0.13),
    "06_shanghai_key_lab_rules": (0.71, 0),
    "08_national_145_digital": (0.7, 0),
    "12_shandong_services_digital": (0.85, 0),
    "16_qingdao_ai_zone": (0.8, 0),
    "18_national_145_smart_mfg": (0.83, 0.1),
    "20_national_smart_elderly": (0.86, 0),
    "21_national_smart_forestry": (0.73, 0),
    "24_national_zero_waste_city": (0.77, 0.07),
    "25_national_hospital_kpi": (0.7, 0),
    "32_national_1997_work_report": (0.73, 0.15),
    "36_shanghai_waste_regulation": (0.76, 0),
    "40_guangdong_employment": (0.85, 0.13),
}
GATES = re.findall(r"^planqa (eval answers (\w+) --fail-under .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_states_a_floor_for_each_file():
    assert {name for _, name in GATES} == set(shipped())


@pytest.mark.parametrize("command", [command for command, _ in GATES])
def test_answers_are_as_good_as_the_readme_says(command, home, monkeypatch, capsys):
    monkeypatch.setenv("PLANQA_HOME", str(home))
    code = main(shlex.split(command))
    assert code == 0, capsys.readouterr()


@pytest.mark.parametrize("name", OTHERS)
def test_questions_on_other_documents(name, embedder, shared, tmp_path):
    from index.settings import Settings
    from index.shelf import Shelf
    from qa.pipeline import PlanQA
    from qa.setup import build_index

    settings = Settings.load(environ={}, home=tmp_path / "home")
    build_index(settings, [next((shared / "documents").glob(f"{name}.*"))], lambda done, total: None)
    engine = PlanQA(Shelf.open(settings, embedder), settings)
    plan = engine.plans[name]
    figures = answer_figures(evaluate_answers(engine, read_gold(QUESTIONS / f"{name}.jsonl", plan), plan))
    right, missed = OTHERS[name]
    check_bounds(figures, parse_bounds(f"right={right},not_verbatim=0,missed_refusal={missed}"))


def test_the_shipped_files_share_no_question():
    asked = {}
    for path in shipped().values():
        for question in read_gold(path).questions:
            if not question.history:
                assert question.question not in asked, (question.id, asked[question.question])
                asked[question.question] = question.id
    assert len(asked) >= 400
