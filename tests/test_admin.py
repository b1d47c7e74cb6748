"""`planqa user` and `planqa forget`."""

import io

import pytest

from index.settings import Settings
from qa.answer import Answer
from qa.cli import main
from qa.record import DAY_MS, Record, now_ms


class Terminal(io.StringIO):
    """Standard input."""


@pytest.fixture
def planqa(tmp_path, capsys, monkeypatch):
    """Runs a command; gives its exit code and what it printed, to stdout and to stderr."""

    def run(*args, typed=""):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        code = main([*args, "--home", str(tmp_path)])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def record(tmp_path):
    record = Record.open(Settings.load({}, home=tmp_path))
    yield record
    record.close()


def test_an_account_is_made_with_a_password_from_standard_input(planqa, record):
    assert planqa("user", "add", "王芳", typed="correct horse\nmore\n") == (0, "帐户 王芳 已建立\n", "")
    assert record.log_in("王芳", "correct horse") is not None


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(planqa, record, monkeypatch):
    monkeypatch.setattr(Terminal, "isatty", lambda _: True)
    monkeypatch.setattr("getpass.getpass", {"密码：": "correct horse"}.__getitem__)
    assert planqa("user", "add", "王芳", typed="not this one\n") == (0, "帐户 王芳 已建立\n", "")
    assert record.log_in("王芳", "correct horse") is not None


def test_a_new_password_replaces_the_old_one(planqa, record):
    planqa("user", "add", "王芳", typed="correct horse\n")
    planqa("user", "add", "王芳", typed="battery staple")
    assert record.log_in("王芳", "correct horse") is None
    assert record.log_in("王芳", "battery staple") is not None


@pytest.mark.parametrize("typed", ["", "\n", "short\n"], ids=["nothing", "empty", "short"])
def test_a_short_password_is_refused_in_one_line(planqa, record, typed):
    assert planqa("user", "add", "王芳", typed=typed) == (1, "", "密码太短；至少 10 个字符\n")
    assert record.accounts() == []


def test_accounts_are_listed_and_removed(planqa):
    assert planqa("user", "list") == (0, "", "")
    for name in ("li", "chen"):
        planqa("user", "add", name, typed="correct horse\n")
    assert planqa("user", "list") == (0, "chen\nli\n", "")
    assert planqa("user", "remove", "li") == (0, "帐户 li 已删除\n", "")
    assert planqa("user", "list") == (0, "chen\n", "")


def test_an_account_that_is_not_there_cannot_be_removed(planqa):
    assert planqa("user", "remove", "li") == (1, "", "没有帐户 li；planqa user list 列出全部帐户\n")


def test_forget_deletes_what_is_older_than_the_settings_say(planqa, record, monkeypatch):
    monkeypatch.setenv("PLANQA_RETENTION_DAYS", "30")
    for age in (0, 29, 31, 400):
        at = now_ms() - age * DAY_MS
        with monkeypatch.context() as patch:
            patch.setattr("qa.record.now_ms", lambda at=at: at)
            record.add_answer(Answer(f"{age}天前", "zh", "18公里"), "v1", "page")
    assert planqa("forget") == (0, "已删除 2 条 30 天以前的记录\n", "")
    assert [row["question"] for row in record.answers()] == ["29天前", "0天前"]
    assert planqa("forget") == (0, "已删除 0 条 30 天以前的记录\n", "")


def test_the_database_of_the_settings_is_used(planqa, tmp_path, monkeypatch):
    monkeypatch.setenv("PLANQA_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    planqa("user", "add", "li", typed="correct horse\n")
    assert (tmp_path / "other.db").exists()
    monkeypatch.setenv("PLANQA_DATABASE_URL", "sqlite:////nowhere/at/all/r.db")
    fault = "数据库无法打开（unable to open database file）；请检查 PLANQA_DATABASE_URL\n"
    assert planqa("user", "list") == (1, "", fault)


@pytest.mark.parametrize("args", [["user"], ["user", "add"], ["user", "fly"], ["forget", "all"]], ids=" ".join)
def test_wrong_usage_exits_with_2(args, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(args)
    assert exit_.value.code == 2
    assert capsys.readouterr().err
