"""Evaluation: how well sections are found and questions answered, for anyone's question file.

>>> engine = PlanQA.open(Settings.load())  # doctest: +SKIP
>>> gold = read_gold(shipped()["dev"])  # doctest: +SKIP
>>> evaluate_answers(engine, gold, plan_of(engine.plans, gold)).scores.right  # doctest: +SKIP
>>> evaluate_retrieval(plan_dataset(engine, gold), ["bm25", "hybrid"]).tests  # doctest: +SKIP
"""

from qa.eval.answers import AnswerResult, AnswerScores, evaluate_answers, generate, score_answers
from qa.eval.questions import GivenAnswer, GoldQuestion, GoldSet, read_answers, read_gold, shipped
from qa.eval.retrieval import RetrievalResult, beir_dataset, evaluate_retrieval, plan_dataset, plan_of
from qa.eval.scoring import Verdict
from qa.eval.stats import Estimate
from qa.eval.tune import Curve, tune

__all__ = [
    "AnswerResult",
    "AnswerScores",
    "Curve",
    "Estimate",
    "GivenAnswer",
    "GoldQuestion",
    "GoldSet",
    "RetrievalResult",
    "Verdict",
    "beir_dataset",
    "evaluate_answers",
    "evaluate_retrieval",
    "generate",
    "plan_dataset",
    "plan_of",
    "read_answers",
    "read_gold",
    "score_answers",
    "shipped",
    "tune",
]
