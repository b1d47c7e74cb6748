"""`planqa eval retrieval`, `answers` and `tune`: arguments and output; heavy imports happen where they are used."""

import argparse
import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.terminal import note, progress, say

if TYPE_CHECKING:
    from corpus.load import Source
    from corpus.parse import Plan
    from index.settings import Settings
    from qa.eval.answers import AnswerResult
    from qa.eval.questions import GoldSet
    from qa.eval.results import Bound, Change, Made, Writer
    from qa.eval.retrieval import Dataset, RetrievalResult
    from qa.eval.tune import Curve
    from qa.model.engine import Engine
    from qa.pipeline import PlanQA

_DEFAULT = "dev"
_MEASURE_OF_CHANGE = "RR@10"


# ---- arguments ------------------------------------------------------------------------------------------------------


def add_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """The command `eval` with its three parts. `common` are the flags that each of them takes."""
    text = "评测：检索、回答、调参"
    # the flags belong to the parts alone: one that stood before a part's name would be lost without a word
    parts = commands.add_parser("eval", help=text, description=text).add_subparsers(required=True, metavar="评测")

    def part(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        parser = parts.add_parser(name, help=text, description=text, parents=[common])
        parser.set_defaults(run=run)
        return parser

    found = part("retrieval", _retrieval, "几个系统并排：该找到的章节排在第几")
    found.add_argument("data", nargs="*", metavar="DATA", help="问题文件、BEIR 文件夹或自带题集的名称（默认 dev）")
    found.add_argument("--systems", default="bm25,dense,hybrid,naive", help="可用 bm25、dense、hybrid-text、hybrid、naive")
    found.add_argument("--as-typed", action="store_true", help="按原样检索，不补全追问、不改错字")
    _add_outputs(found)
    answers = part("answers", _answers, "给回答打分；不给回答文件时先由本软件作答")
    answers.add_argument("gold", nargs="?", default=_DEFAULT, metavar="GOLD", help="问题文件或自带题集的名称（默认 dev）")
    answers.add_argument("answers", nargs="?", metavar="ANSWERS.jsonl", help="planqa batch 或其他系统写的回答")
    answers.add_argument("--show", type=int, default=0, metavar="N", help="列出前 N 道答错的题")
    answers.add_argument("--chat-model", metavar="MODEL", help="与不用语言模型的回答并排比较，如 openai:qwen-plus")
    answers.add_argument("--whole-plan", action="store_true", help="再比一栏：给语言模型看整份计划")
    answers.add_argument("--prices", metavar="IN,OUT", help="每百万个词元的输入、输出价格，用来算费用")
    answers.add_argument("--export", choices=["ragas"], help="在结果文件夹里另存 ragas.jsonl")
    _add_outputs(answers)
    tune = part("tune", _tune, "常数取什么值最好：网格加交叉验证，不改动任何东西")
    tune.add_argument("data", nargs="?", default=_DEFAULT, metavar="DATA", help="问题文件或 BEIR 文件夹（默认 dev）")
    tune.add_argument("--plan", help="题目所问的计划")
    tune.add_argument("--constants", help="用逗号分隔：dense、dense_across、known、max_chars、chance（默认全部可用的）")
    tune.add_argument("--measure", default="nDCG@10", choices=["recall@1", "recall@5", "nDCG@10", "RR@10"])
    tune.add_argument("--json", action="store_true", help="每条曲线一行 JSON")


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", help="题目所问的计划（默认看文件名，再看索引里的第一个）")
    parser.add_argument("-o", "--output", metavar="DIR", help="结果文件夹")
    parser.add_argument("--baseline", metavar="DIR", help="与这个结果文件夹逐题相比")
    parser.add_argument("--fail-under", metavar="right=0.9,…", help="达不到时以 1 退出")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def _settings(args: argparse.Namespace) -> "Settings":
    from index.settings import Settings

    chat_model = getattr(args, "chat_model", None)
    return Settings.load(home=args.home, model=args.model, expansion=args.expansion, chat_model=chat_model)


def _engine(args: argparse.Namespace) -> "PlanQA":
    from qa.pipeline import PlanQA
    from qa.setup import ensure_index

    settings = _settings(args)
    ensure_index(settings, progress("建立索引"))
    gc.enable()
    return PlanQA.open(settings)


def _bounds(args: argparse.Namespace) -> "tuple[Bound, ...]":
    from qa.eval.results import parse_bounds

    return parse_bounds(args.fail_under) if args.fail_under else ()


def _gold(args: argparse.Namespace, path: Path, plans: "Mapping[str, Plan]") -> "tuple[GoldSet, Plan]":
    """The questions and their plan, whose sections they are checked against."""
    from qa.eval.questions import read_gold
    from qa.eval.retrieval import plan_of

    plan = plan_of(plans, read_gold(path), args.plan)
    return read_gold(path, plan), plan


# ---- retrieval ------------------------------------------------------------------------------------------------------


def _datasets(args: argparse.Namespace, paths: Sequence[Path]) -> "Iterator[Dataset]":
    """Each data set, read and indexed; what is wrong with a question file is said before anything is built."""
    from corpus.beir import is_beir
    from qa.eval.questions import read_gold
    from qa.eval.retrieval import beir_dataset, plan_dataset

    for path in paths:
        if not is_beir(path):
            read_gold(path)
    engine = None if all(is_beir(path) for path in paths) else _engine(args)
    for path in paths:
        if is_beir(path):
            gc.enable()
            yield beir_dataset(path, _settings(args), progress)
        elif engine:
            yield plan_dataset(engine, *_gold(args, path, engine.plans), as_typed=getattr(args, "as_typed", False))


def _made(dataset: "Dataset") -> "Made":
    from qa.eval.results import Made

    return Made(dataset.name, dataset.sha256, dataset.index.manifest)


def _retrieval_writers(result: "RetrievalResult", made: "Made", changes: "Sequence[Change]") -> "list[Writer]":
    from qa.eval import results
    from qa.eval.report import retrieval_report

    settings = made.to_json("retrieval", systems=[s.system for s in result.systems])
    return [
        *(results.write_text(f"run.{s.system}.trec", results.trec_run(s.run, s.system)) for s in result.systems),
        results.write_text("qrels.trec", results.trec_qrels(result.queries)),
        results.write_csv("questions.csv", result.rows()),
        results.write_text("scores.json", results.json_text(results.retrieval_scores(result))),
        results.write_text("settings.json", results.json_text(settings)),
        results.write_text("report.html", retrieval_report(result, settings)),
        *_change_writers(changes),
    ]


def _change_writers(changes: "Sequence[Change]") -> "list[Writer]":
    from qa.eval.results import write_csv

    return [write_csv("changes.csv", [asdict(change) for change in changes])] if changes else []


def _inside(folder: str | None, name: str, *, several: bool) -> Path | None:
    """A results folder: the one named, or of several data sets the one inside it."""
    return None if folder is None else Path(folder) / name if several else Path(folder)


def _show_retrieval(args: argparse.Namespace, result: "RetrievalResult", made: "Made", *, several: bool) -> None:
    from qa.eval import results, tables

    baseline = _inside(args.baseline, result.name, several=several)
    changes: tuple[Change, ...] = ()
    scores = results.retrieval_scores(result)
    as_json = json.dumps({"data": result.name, **scores}, ensure_ascii=False)
    say(as_json if args.json else tables.retrieval_table(result))
    if baseline:
        changes = results.retrieval_changes(results.read_baseline(baseline, "retrieval"), result, _MEASURE_OF_CHANGE)
        say("\n" + tables.changes_table(changes, len(result.queries) * len(result.systems) - len(changes)))
    output = _inside(args.output, result.name, several=several)
    if output:
        results.publish(output, _retrieval_writers(result, made, changes))
        note(f"结果已写入 {output}")


def _retrieval(args: argparse.Namespace) -> None:
    from corpus.beir import is_beir
    from qa.eval import results
    from qa.eval.questions import find
    from qa.eval.retrieval import check_systems, evaluate_retrieval

    systems, bounds = check_systems(args.systems.split(",")), _bounds(args)
    paths = [find(name) for name in args.data or [_DEFAULT]]
    several = len(paths) > 1
    for path in paths:
        name = path.resolve().name if is_beir(path) else path.name.removesuffix(".jsonl")
        output, baseline = (_inside(folder, name, several=several) for folder in (args.output, args.baseline))
        if output:
            results.check_target(output)
        if baseline:
            results.read_baseline(baseline, "retrieval")
    found: list[RetrievalResult] = []
    for dataset in _datasets(args, paths):
        if found and not args.json:
            say("")
        found.append(evaluate_retrieval(dataset, systems, progress))
        _show_retrieval(args, found[-1], _made(dataset), several=several)
    for result in found:
        results.check_bounds(results.retrieval_figures(result), bounds)


# ---- answers --------------------------------------------------------------------------------------------------------


def _hits_run(result: "AnswerResult") -> str:
    """What stood behind the answers as a run: hits where the file tells them, else citations."""
    from qa.eval.results import trec_run
    from qa.eval.retrieval import fold_hits, gold_query

    run = {}
    for question in result.gold:
        answer, query = result.answers.get(question.id), gold_query(question)
        if answer and query:
            cited = [(c.ref, 1 / rank) for rank, c in enumerate(answer.citations, 1)]
            run[question.id] = fold_hits(query, [(hit.ref, hit.score) for hit in answer.hits] or cited)
    return trec_run(run, "answers")


def _answer_writers(
    args: argparse.Namespace, result: "AnswerResult", made: "Made", lines: Sequence[Any], changes: "Sequence[Change]"
) -> "list[Writer]":
    from qa.eval import results
    from qa.eval.ragas import ragas_rows
    from qa.eval.report import answers_report
    from qa.eval.retrieval import gold_query

    settings = made.to_json("answers", plan=result.plan)
    queries = [query for question in result.gold if (query := gold_query(question))]
    return [
        results.write_lines("answers.jsonl", lines),
        results.write_text("run.trec", _hits_run(result)),
        results.write_text("qrels.trec", results.trec_qrels(queries)),
        results.write_csv("questions.csv", result.rows()),
        results.write_text("scores.json", results.json_text(results.answer_scores(result))),
        results.write_text("settings.json", results.json_text(settings)),
        results.write_text("report.html", answers_report(result, settings)),
        *([results.write_lines("ragas.jsonl", ragas_rows(result))] if args.export == "ragas" else []),
        *_change_writers(changes),
    ]


def _sources(args: argparse.Namespace) -> "tuple[Source, ...]":
    """The documents of the index; without one the shipped plan: to score answers nothing need be built."""
    from corpus.errors import IndexMissingError
    from corpus.load import load_sources
    from index.shelf import read_catalogue, source_of

    settings = _settings(args)
    try:
        return tuple(source_of(settings, entry) for entry in read_catalogue(settings)[1].plans)
    except IndexMissingError:
        return load_sources([])


def _scored(args: argparse.Namespace, path: Path) -> "tuple[AnswerResult, Made, list[Any]]":
    """The answers of a file, judged."""
    from corpus.lines import read_objects
    from index.store import describe
    from qa.eval.answers import score_answers
    from qa.eval.questions import read_answers
    from qa.eval.results import Made

    answers = read_answers(args.answers)
    sources = {source.plan.id: source for source in _sources(args)}
    gold, plan = _gold(args, path, {name: source.plan for name, source in sources.items()})
    made = Made(gold.name, gold.sha256, describe(sources[plan.id], _settings(args)), Path(args.answers).name)
    return score_answers(gold, answers, plan), made, [value for _, value in read_objects(Path(args.answers))]


def _answering(args: argparse.Namespace, *, whole: bool = False) -> "Engine":
    """The engine that answers, with a language model where one is set; `whole` shows it the whole plan."""
    from qa.model.engine import open_engine
    from qa.setup import ensure_index

    settings = _settings(args)
    settings = replace(settings, chat_whole=settings.chat_whole or whole)
    ensure_index(settings, progress("建立索引"))
    gc.enable()
    return open_engine(settings)


def _generated(args: argparse.Namespace, path: Path) -> "tuple[AnswerResult, Made, list[Any]]":
    """The engine's own answers, judged."""
    from qa.eval.answers import generate, parse_lines, score_answers
    from qa.eval.results import Made

    engine = _answering(args)
    gold, plan = _gold(args, path, engine.plans)
    lines = list(generate(engine, gold, plan, progress("回答")))
    return score_answers(gold, parse_lines(lines), plan), Made(gold.name, gold.sha256, engine.index(plan.id).manifest), lines


def _show_answers(args: argparse.Namespace, result: "AnswerResult", made: "Made", lines: Sequence[Any]) -> None:
    from qa.eval import results, tables

    changes: tuple[Change, ...] = ()
    scores = results.answer_scores(result)
    say(
        json.dumps({"data": result.name, **scores}, ensure_ascii=False)
        if args.json
        else tables.answers_table(result, args.show)
    )
    note(tables.latency_line(result))
    if args.baseline:
        changes = results.answer_changes(results.read_baseline(Path(args.baseline), "answers"), result)
        say("\n" + tables.changes_table(changes, len(result.gold) - len(changes)))
    if args.output:
        results.publish(Path(args.output), _answer_writers(args, result, made, lines, changes))
        note(f"结果已写入 {args.output}")


def _show_side_by_side(args: argparse.Namespace, path: Path, lines: Sequence[Any], prices: tuple[float, float] | None) -> None:
    """The same questions without a model, beside the answers that were given with one, and with the whole plan before it."""
    from qa.eval.answers import generate
    from qa.eval.models import side_by_side

    engine = _engine(args)
    gold, plan = _gold(args, path, engine.plans)
    columns = {"不用模型 without": generate(engine, gold, plan, progress("不用模型")), "用模型 with": lines}
    if args.whole_plan:
        columns["看整份计划 whole plan"] = generate(_answering(args, whole=True), gold, plan, progress("看整份计划"))
    say(side_by_side(gold, plan, columns, prices) + "\n")


def _answers(args: argparse.Namespace) -> None:
    from corpus.errors import SettingError
    from qa.eval import results
    from qa.eval.models import parse_prices
    from qa.eval.questions import find, read_gold

    bounds, path = _bounds(args), find(args.gold)
    if args.export and not args.output:
        raise SettingError(f"--export {args.export} 写在结果文件夹里；请用 -o 给出文件夹")
    if args.output:
        results.check_target(Path(args.output))
    if args.baseline:
        results.read_baseline(Path(args.baseline), "answers")
    read_gold(path)
    if args.chat_model and args.answers:
        raise SettingError(f"--chat-model {args.chat_model} 要由本软件作答；请不要给回答文件")
    if args.whole_plan and not args.chat_model:
        raise SettingError("--whole-plan 比较的是语言模型；请用 --chat-model 给出一个")
    prices = parse_prices(args.prices)
    result, made, lines = _scored(args, path) if args.answers else _generated(args, path)
    if args.chat_model:
        _show_side_by_side(args, path, lines, prices)
    _show_answers(args, result, made, lines)
    results.check_bounds(results.answer_figures(result), bounds)


# ---- tuning ---------------------------------------------------------------------------------------------------------


def _curves(args: argparse.Namespace, path: Path, names: Sequence[str]) -> "list[Curve]":
    from corpus.beir import is_beir
    from qa.eval.questions import read_gold
    from qa.eval.retrieval import beir_dataset, plan_dataset
    from qa.eval.tune import tune, tune_chance

    if is_beir(path):
        gc.enable()
        settings = _settings(args)
        return tune(beir_dataset(path, settings, progress), settings, names, args.measure, progress)
    read_gold(path)
    engine = _engine(args)
    gold, plan = _gold(args, path, engine.plans)
    dataset = plan_dataset(engine, gold, plan)
    return tune(dataset, engine.settings, names, args.measure, progress, lambda: tune_chance(engine, gold, plan, progress))


def _tune(args: argparse.Namespace) -> None:
    from corpus.beir import is_beir
    from qa.eval.questions import find
    from qa.eval.tables import curve_table
    from qa.eval.tune import CONSTANTS, check_constants

    path = find(args.data)
    # a new length embeds every passage anew: of a data set only when asked for
    names = args.constants.split(",") if args.constants else [n for n in CONSTANTS if n != "max_chars" or not is_beir(path)]
    check_constants(names)
    curves = _curves(args, path, names)
    shown = [json.dumps(asdict(c), ensure_ascii=False) if args.json else curve_table(c) for c in curves]
    say(("\n" if args.json else "\n\n").join(shown))
