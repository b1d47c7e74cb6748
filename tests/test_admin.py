"""`planqa add`, `remove`, `plans`, `user` and `forget`."""

import io

import pytest
from small import NEWER, QINGXI, YUNLING, write

from index.settings import Settings
from qa.answer import Answer
from qa.cli import main
from qa.database import now_ms
from qa.record import DAY_MS, Record


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
    assert record.accounts.log_in("王芳", "correct horse") is not None


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(planqa, record, monkeypatch):
    monkeypatch.setattr(Terminal, "isatty", lambda _: True)
    monkeypatch.setattr("getpass.getpass", {"密码：": "correct horse"}.__getitem__)
    assert planqa("user", "add", "王芳", typed="not this one\n") == (0, "帐户 王芳 已建立\n", "")
    assert record.accounts.log_in("王芳", "correct horse") is not None


def test_a_new_password_replaces_the_old_one(planqa, record):
    planqa("user", "add", "王芳", typed="correct horse\n")
    planqa("user", "add", "王芳", typed="battery staple")
    assert record.accounts.log_in("王芳", "correct horse") is None
    assert record.accounts.log_in("王芳", "battery staple") is not None


@pytest.mark.parametrize("typed", ["", "\n", "short\n"], ids=["nothing", "empty", "short"])
def test_a_short_password_is_refused_in_one_line(planqa, record, typed):
    assert planqa("user", "add", "王芳", typed=typed) == (1, "", "密码太短；至少 10 个字符\n")
    assert record.accounts.names() == []


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
            patch.setattr("qa.database.now_ms", lambda at=at: at)
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


# ---- plans ----------------------------------------------------------------------------------------------------------

LIVE = "云岭  正在使用  2021—2023  云岭县便民服务行动计划（2021—2023年）\n"


@pytest.fixture
def county(own_home, capsys):
    """Runs a command on a home with one plan; gives its exit code, and what it printed but for how far it has come."""
    home = own_home().home

    def run(*args):
        code = main([*args, "--home", str(home)])
        out, err = capsys.readouterr()
        return code, out, [line for line in err.splitlines() if "更新索引" not in line]

    return run


def test_plans_are_added_listed_and_removed(county, tmp_path):
    assert county("plans") == (0, LIVE, [])
    added = "已加入 青溪：青溪县便民服务行动计划（2021—2023年）（3 节）\n现有计划：云岭、青溪\n"
    assert county("add", str(write(tmp_path, "青溪", QINGXI))) == (0, added, [])
    other = "青溪  正在使用  2021—2023  青溪县便民服务行动计划（2021—2023年）\n"
    assert county("plans") == (0, LIVE + other, [])
    assert county("remove", "青溪") == (0, "已停用 青溪；现有计划：云岭\n", [])
    assert county("plans") == (0, LIVE + other.replace("正在使用", "已停用"), [])


def test_a_plan_of_the_same_name_is_superseded(county, tmp_path):
    county("add", str(write(tmp_path, "云岭", NEWER)))
    new, old = county("plans")[1].splitlines()
    assert new == "云岭  正在使用  2024—2026  云岭县便民服务行动计划（2024—2026年）"
    assert old == "云岭~1  已停用  2021—2023  云岭县便民服务行动计划（2021—2023年）"


def test_what_a_reader_should_know_of_how_a_file_was_read_is_told(county, tmp_path):
    code, out, err = county("add", str(write(tmp_path, "平铺", "平铺的意见\n各乡镇要落实责任。\n")))
    assert (code, out.splitlines()[0][:7]) == (0, "已加入 平铺：")
    assert err == ["平铺：没有找到章节编号，全文按自然段收录"]


def test_what_cannot_be_added_or_removed_is_told_in_one_line(county, tmp_path):
    lines = {
        ("remove", "云岭"): "云岭 是唯一的计划；请先加入别的计划，或关闭公众页面",
        ("remove", "无"): "没有计划 无；planqa plans 列出全部计划",
        ("add", "无.txt"): "无.txt：没有这个文件；请检查路径",
        ("add", str(write(tmp_path / "a", "青溪", QINGXI)), str(write(tmp_path / "b", "青溪", YUNLING))): (
            "两个文件都叫 青溪；请改名，计划以文件名区分"
        ),
        ("add", "\ud800.txt"): "'\\ud800.txt'：文件名不是 UTF-8；请改名",
    }
    for args, line in lines.items():
        assert county(*args) == (1, "", [line])
    assert county("plans") == (0, LIVE, [])


def test_without_an_index_there_are_no_plans(planqa, tmp_path):
    for args in (("plans",), ("remove", "云岭")):
        assert planqa(*args) == (1, "", f"{tmp_path}/index：还没有索引；请运行 planqa index\n")
