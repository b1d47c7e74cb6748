"""`planqa user` and `planqa forget`: the accounts of the desk, and what is no longer kept."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.errors import SettingError
from qa.terminal import say

if TYPE_CHECKING:
    from index.settings import Settings
    from qa.record import Record

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
        record.add_account(args.name, _password())
    say(f"帐户 {args.name} 已建立")


def _remove_user(args: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        if not record.remove_account(args.name):
            raise SettingError(f"没有帐户 {args.name}；planqa user list 列出全部帐户")
    say(f"帐户 {args.name} 已删除")


def _list_users(_: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        for name in record.accounts():
            say(name)


def _forget(_: argparse.Namespace, settings: "Settings") -> None:
    with _record(settings) as record:
        gone = record.purge(settings.retention_days)
    say(f"已删除 {gone} 条 {settings.retention_days} 天以前的记录")


def add_admin(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser, settings: _Settings
) -> None:
    """Add both commands to the command line; `settings` reads what is common to all commands."""

    def add(
        to: "argparse._SubParsersAction[argparse.ArgumentParser]",
        name: str,
        run: Callable[[argparse.Namespace, "Settings"], None],
        text: str,
    ) -> argparse.ArgumentParser:
        command = to.add_parser(name, help=text, description=text, parents=[common])
        command.set_defaults(run=lambda args: run(args, settings(args)))
        return command

    text = "管理工作台的帐户"
    users = commands.add_parser("user", help=text, description=text).add_subparsers(required=True, metavar="命令")
    add(users, "add", _add_user, "建立帐户或更换密码（密码从终端或标准输入读入）").add_argument("name", metavar="帐户")
    add(users, "remove", _remove_user, "删除帐户").add_argument("name", metavar="帐户")
    add(users, "list", _list_users, "列出帐户")
    add(commands, "forget", _forget, "删除超过保存期限的记录（PLANQA_RETENTION_DAYS）")
