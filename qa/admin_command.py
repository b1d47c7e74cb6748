"""`planqa add, remove, plans, expand, user, forget`: which plans can be asked, the desk's accounts, what is no longer kept."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import SettingError
from corpus.fold import squeeze
from qa.terminal import note, progress, say

if TYPE_CHECKING:
    from index.settings import Settings
    from qa.record import Record
    from qa.route import Titled

_Settings = Callable[[argparse.Namespace], "Settings"]


@contextmanager
def _record(settings: "Settings") -> Iterator["Record"]:
    from qa.record import Record

    record = Record.open(settings)
    try:
        yield record
    finally:
        record.close()


def _password() -> str:
    """From the terminal, without an echo; else the first line of standard input."""
    return getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _add_user(args: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        record.accounts.add(args.name, _password())
    say(f"帐户 {args.name} 已建立")


def _remove_user(args: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        if not record.accounts.remove(args.name):
            raise SettingError(f"没有帐户 {args.name}；planqa user list 列出全部帐户")
    say(f"帐户 {args.name} 已删除")


def _list_users(_: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        for name in record.accounts.names():
            say(name)


def _forget(_: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        gone = record.purge(settings.retention_days)
    say(f"已删除 {gone} 条 {settings.retention_days} 天以前的记录")


def _add_plans(args: argparse.Namespace, settings: "Settings") -> None:
    from corpus.load import load_sources
    from qa.library import Library
    from qa.setup import ensure_index, named

    sources = load_sources(named([Path(file) for file in args.files]))
    ensure_index(settings, progress("建立索引"))
    catalogue = Library(settings).add(sources, progress("更新索引"))
    for source in sources:
        say(f"已加入 {source.plan.id}：{source.plan.title}（{len(source.plan.sections)} 节）")
        for remark in source.notes:
            note(f"{source.plan.id}：{remark}")
    say(f"现有计划：{'、'.join(entry.id for entry in catalogue.plans)}")


def _remove_plan(args: argparse.Namespace, settings: "Settings") -> None:
    from qa.library import Library

    catalogue = Library(settings).retire(args.name, "", progress("更新索引"))
    say(f"已停用 {args.name}；现有计划：{'、'.join(entry.id for entry in catalogue.plans)}")


def _list_plans(_: argparse.Namespace, settings: "Settings") -> None:
    from qa.library import Library

    library = Library(settings)
    live = library.live()
    rows: list[tuple[Titled, str]] = [(plan, "正在使用") for plan in live.values()]
    rows += [(source.plan, "已停用") for name, source in library.retired().items() if name not in live]
    for plan, state in rows:
        period = f"{plan.meta.period[0]}—{plan.meta.period[1]}" if plan.meta.period else "—"
        say(f"{plan.id}  {state}  {period}  {squeeze(plan.title)}")


def _expand(args: argparse.Namespace, settings: "Settings") -> None:
    from qa.model.expand import expand

    target, added = expand(Path(args.file), settings, progress("写问法"))
    say(f"已在 {target} 里加入 {added} 个问题；请核对后再建立索引")


def add_admin(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser, settings: _Settings
) -> None:
    """Add the commands to the command line; `settings` reads what is common to all commands."""

    def add(
        to: "argparse._SubParsersAction[argparse.ArgumentParser]",
        name: str,
        run: Callable[[argparse.Namespace, "Settings"], None],
        text: str,
    ) -> argparse.ArgumentParser:
        command = to.add_parser(name, help=text, description=text, parents=[common])
        command.set_defaults(run=lambda args: run(args, settings(args)))
        return command

    add(commands, "add", _add_plans, "加入计划，不动其余；同名的被取代，仍可查阅").add_argument(
        "files", nargs="+", metavar="FILE"
    )
    add(commands, "remove", _remove_plan, "停用一个计划，仍可查阅").add_argument("name", metavar="计划")
    add(commands, "plans", _list_plans, "列出正在使用和已停用的计划")
    add(commands, "expand", _expand, "用语言模型写出每句能回答的问题，放在文件旁，供核对").add_argument("file", metavar="FILE")
    text = "管理工作台的帐户"
    users = commands.add_parser("user", help=text, description=text).add_subparsers(required=True, metavar="命令")
    add(users, "add", _add_user, "建立帐户或更换密码（密码从终端或标准输入读入）").add_argument("name", metavar="帐户")
    add(users, "remove", _remove_user, "删除帐户").add_argument("name", metavar="帐户")
    add(users, "list", _list_users, "列出帐户")
    add(commands, "forget", _forget, "删除超过保存期限的记录（PLANQA_RETENTION_DAYS）")
