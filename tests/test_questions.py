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
# files of questions on other documents: the least share of right answers, and the largest of refusals missed, None where the
# document answers every question
OTHERS = {
    "02_yangpu_district_zone": (0.66, 0),
    "02_yangpu_district_zone.fourth": (0.64, 0),
    "02_yangpu_district_zone.later": (0.83, 0),
    "02_yangpu_district_zone.third": (0.8, 0),
    "02_yangpu_district_zone.yesno": (0.35, None),
    "03_shanghai_bci_plan": (0.88, 0),
    "03_shanghai_bci_plan.fourth": (0.64, 0),
    "03_shanghai_bci_plan.later": (0.73, 0.2),
    "03_shanghai_bci_plan.third": (0.72, 0),
    "03_shanghai_bci_plan.yesno": (0.64, None),
    "06_shanghai_key_lab_rules": (0.8, 0),
    "06_shanghai_key_lab_rules.later": (0.63, 0),
    "06_shanghai_key_lab_rules.sixth": (0.48, 0),
    "06_shanghai_key_lab_rules.third": (0.64, 0),
    "08_national_145_digital": (0.73, 0),
    "08_national_145_digital.later": (0.7, 0),
    "08_national_145_digital.third": (0.72, 0),
    "08_national_145_digital.yesno": (0.71, None),
    "12_shandong_services_digital": (0.92, 0),
    "12_shandong_services_digital.fifth": (0.6, 0),
    "12_shandong_services_digital.fourth": (0.68, 0),
    "12_shandong_services_digital.later": (0.8, 0),
    "12_shandong_services_digital.third": (0.93, 0),
    "16_qingdao_ai_zone": (0.76, 0),
    "16_qingdao_ai_zone.fifth": (0.6, 0),
    "16_qingdao_ai_zone.fourth": (0.68, 0),
    "16_qingdao_ai_zone.later": (0.83, 0),
    "16_qingdao_ai_zone.third": (0.63, 0),
    "16_qingdao_ai_zone.yesno": (0.35, None),
    "18_national_145_smart_mfg": (0.8, 0),
    "18_national_145_smart_mfg.fourth": (0.72, 0),
    "18_national_145_smart_mfg.later": (0.86, 0.15),
    "18_national_145_smart_mfg.third": (0.72, 0),
    "20_national_smart_elderly": (0.9, 0),
    "20_national_smart_elderly.fourth": (0.72, 0),
    "20_national_smart_elderly.later": (0.83, 0),
    "20_national_smart_elderly.third": (0.72, 0),
    "20_national_smart_elderly.yesno": (0.57, None),
    "21_national_smart_forestry": (0.76, 0),
    "21_national_smart_forestry.later": (0.63, 0.25),
    "21_national_smart_forestry.sixth": (0.56, 0),
    "24_national_zero_waste_city": (0.63, 0),
    "24_national_zero_waste_city.fourth": (0.52, 0),
    "24_national_zero_waste_city.later": (0.85, 0.09),
    "24_national_zero_waste_city.third": (0.6, 0),
    "24_national_zero_waste_city.yesno": (0.5, None),
    "25_national_hospital_kpi": (0.7, 0),
    "25_national_hospital_kpi.later": (0.73, 0.25),
    "25_national_hospital_kpi.sixth": (0.6, 0.51),
    "25_national_hospital_kpi.third": (0.64, 0),
    "32_national_1997_work_report": (0.73, 0.15),
    "32_national_1997_work_report.later": (0.66, 0.25),
    "32_national_1997_work_report.sixth": (0.68, 0.51),
    "36_shanghai_waste_regulation": (0.88, 0),
    "36_shanghai_waste_regulation.fourth": (0.6, 0),
    "36_shanghai_waste_regulation.later": (0.66, 0),
    "36_shanghai_waste_regulation.third": (0.53, 0),
    "36_shanghai_waste_regulation.yesno": (0.35, None),
    "40_guangdong_employment": (0.9, 0),
    "40_guangdong_employment.fourth": (0.52, 0),
    "40_guangdong_employment.later": (0.8, 0.2),
    "40_guangdong_employment.third": (0.68, 0.25),
    "40_guangdong_employment.yesno": (0.35, None),
}
GATES = re.findall(r"^planqa (eval answers (\w+) --fail-under .*)$", README.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_states_a_floor_for_each_file():
    assert {name for _, name in GATES} == set(shipped())


@pytest.mark.parametrize("command", [command for command, _ in GATES])
def test_answers_are_as_good_as_the_readme_says(command, home, monkeypatch, capsys):
    monkeypatch.setenv("PLANQA_HOME", str(home))
    code = main(shlex.split(command))
    assert code == 0, capsys.readouterr()


@pytest.fixture(scope="module")
def others(embedder, shared, tmp_path_factory):
    """One library of all the documents that these questions are on."""
    from index.settings import Settings
    from index.shelf import Shelf
    from qa.pipeline import PlanQA
    from qa.setup import build_index

    settings = Settings.load(environ={}, home=tmp_path_factory.mktemp("others"))
    names = sorted({name.partition(".")[0] for name in OTHERS})
    build_index(settings, [next((shared / "documents").glob(f"{name}.*")) for name in names], lambda done, total: None)
    return PlanQA(Shelf.open(settings, embedder), settings)


def test_every_file_of_questions_on_other_documents_has_its_floor():
    assert set(OTHERS) == {path.stem for path in QUESTIONS.glob("*.jsonl")}


@pytest.mark.parametrize("name", OTHERS)
def test_questions_on_other_documents(name, others):
    plan = others.plans[name.partition(".")[0]]
    figures = answer_figures(evaluate_answers(others, read_gold(QUESTIONS / f"{name}.jsonl", plan), plan))
    right, missed = OTHERS[name]
    bounds = f"right={right},not_verbatim=0" + ("" if missed is None else f",missed_refusal={missed}")
    check_bounds(figures, parse_bounds(bounds))


def test_the_shipped_files_share_no_question():
    asked = {}
    for path in shipped().values():
        for question in read_gold(path).questions:
            if not question.history:
                assert question.question not in asked, (question.id, asked[question.question])
                asked[question.question] = question.id
    assert len(asked) >= 400
