"""What is kept, and what is not: the same on SQLite and on PostgreSQL."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from servers import free_port

from corpus.errors import SettingError
from index.settings import Settings
from qa.accounts import LOCKED_MS, MAX_FAILURES, SESSION_MS
from qa.answer import Answer, Citation, ModelTrace, Reason
from qa.record import DAY_MS, DayCount, Record, Trouble

NOON = 1_788_264_000_000  # 2026-09-01 12:00 UTC
GREENWAY = Answer(
    "新建绿道多少",
    "zh",
    "18公里[1]",
    citations=(Citation(1, "p", "一", "一、", "目标", "新建绿道18公里。", 4, 13),),
    timings_ms={"answer": 1.5},
)
REFUSED = Answer("电话是多少？", "zh", "计划没有电话。", reason=Reason.NO_DETAIL)
PASSWORD = "correct horse"


# ---- the databases --------------------------------------------------------------------------------------------------


def postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`."""
    found = [Path(name).parent for name in map(shutil.which, ["initdb"]) if name]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin_: int(bin_.parent.name), reverse=True)
    usable = next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)
    if usable is None:
        missing = "no PostgreSQL server; get one with: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return usable


def connected(url: str, process: subprocess.Popen[bytes]):
    """A connection, once the server takes them."""
    import psycopg

    until = time.monotonic() + 30
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Callable[[], str]]:
    """A server of our own on the loopback; each call makes an empty database and gives its address."""
    programs, folder = postgres_programs(), tempfile.mkdtemp(prefix="planqa-postgres-")
    root = os.name == "posix" and os.geteuid() == 0
    who = {"user": "postgres"} if root else {}  # the server refuses to run as root
    if root:
        shutil.chown(folder, "postgres")
    port = free_port()
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **who}
    make = [programs / "initdb", "-D", f"{folder}/data", "-U", "planqa", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(make, check=True, **options)
    run = [programs / "postgres", "-D", f"{folder}/data", "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    process = subprocess.Popen(run, **options)
    try:
        names = (f"t{number}" for number in range(1000))
        with connected(f"postgresql://planqa@127.0.0.1:{port}/postgres", process) as connection:

            def create() -> str:
                name = next(names)
                connection.execute(f"CREATE DATABASE {name}")
                return f"postgresql+psycopg://planqa@127.0.0.1:{port}/{name}"

            yield create
    finally:
        process.send_signal(signal.SIGINT)  # ends without waiting for clients
        process.wait(30)
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'records.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")()


@pytest.fixture
def record(url) -> Iterator[Record]:
    record = Record(url)
    yield record
    record.close()


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The time, to be set by hand."""
    clock = SimpleNamespace(at=NOON)
    monkeypatch.setattr("qa.database.now_ms", lambda: clock.at)
    return clock


# ---- answers --------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_whole(record, clock):
    key = record.add_answer(GREENWAY, "v1", "page")
    assert record.answers() == [
        {
            "id": key,
            "at": NOON,
            "visitor": "v1",
            "channel": "page",
            "language": "zh",
            "question": "新建绿道多少",
            "rewritten": None,
            "status": "answered",
            "reason": None,
            "text": "18公里[1]",
            "citations": json.dumps([GREENWAY.citations[0].to_json()], ensure_ascii=False),
            "timings": '{"answer": 1.5}',
            "model": None,
        }
    ]
    assert record.answers(NOON + 1) == []


def test_a_refusal_is_kept_with_its_reason(record):
    record.add_answer(REFUSED, "v1", "api")
    row = record.answers()[0]
    assert (row["status"], row["reason"], row["citations"]) == ("refused", "no_detail", "[]")


def test_what_a_model_wrote_is_kept_beside_what_was_shown(record):
    trace = ModelTrace("绿道99公里，打13812345678\x00", used=False, kept=0, dropped=("unknown key: 绿道99公里",), tokens_in=7)
    record.add_answer(replace(GREENWAY, model=trace), "v1", "page")
    row = record.answers()[0]
    assert row["text"] == "18公里[1]"
    assert json.loads(row["model"]) == {
        "raw": "绿道99公里，打***\x00",
        "used": False,
        "kept": 0,
        "dropped": ["unknown key: 绿道99公里"],
        "trouble": "",
        "tokens_in": 7,
        "tokens_out": 0,
        "growing": False,
    }


def test_a_database_of_an_earlier_version_goes_on_working(url):
    from sqlalchemy import create_engine, text

    earlier = Record(url)
    earlier.add_answer(REFUSED, "v1", "page")
    earlier.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE answers DROP COLUMN model"))
    engine.dispose()
    first, second = Record(url), Record(url)
    first.add_answer(GREENWAY, "v1", "page")
    second.add_answer(replace(GREENWAY, model=ModelTrace("…")), "v1", "page")
    assert [(row["status"], bool(row["model"])) for row in first.answers()] == [
        ("refused", False),
        ("answered", False),
        ("answered", True),
    ]
    first.close()
    second.close()


def test_personal_numbers_are_not_kept(record):
    asked = Answer("13812345678怎么办", "zh", "…", rewritten="11010519491231002X怎么办")
    key = record.add_answer(asked, "v1", "page")
    assert record.add_feedback(key, "down", "回我 li@example.cn")
    assert [(row["question"], row["rewritten"]) for row in record.answers()] == [("***怎么办", "***怎么办")]
    assert record.feedback()[0]["comment"] == "回我 ***"


def test_feedback_needs_a_known_answer_and_a_known_verdict(record):
    key = record.add_answer(GREENWAY, "v1", "page")
    assert record.add_feedback(key, "wrong_source", "见（七）" * 200)
    assert not record.add_feedback("0" * 16, "up")
    assert not record.add_feedback(key, "great")
    assert [(said["answer"], said["verdict"], len(said["comment"])) for said in record.feedback()] == [
        (key, "wrong_source", 500)
    ]


def test_troubles_are_grouped_by_their_wording_the_most_frequent_first(record, clock):
    def asked(question: str, answer: Answer = REFUSED) -> str:
        clock.at += 1
        return record.add_answer(Answer(question, "zh", answer.text, reason=answer.reason), "v1", "page")

    for question in ("电话是多少？", "电话是多少", " 电话，是多少?", "ＰＭ2.5的电话", "pm2.5的电话！"):
        asked(question)
    right, wrong = asked("绿道", GREENWAY), asked("绿地", GREENWAY)
    record.add_feedback(right, "up", "好")
    record.add_feedback(wrong, "wrong_answer", "不是18")
    clock.at += 1
    record.add_feedback(wrong, "down")
    assert record.troubles() == [
        Trouble(" 电话，是多少?", 3, "no_detail", "计划没有电话。", (), NOON + 3),
        Trouble("pm2.5的电话！", 2, "no_detail", "计划没有电话。", (), NOON + 5),
        Trouble("绿地", 1, "down", "18公里[1]", ("不是18",), NOON + 7),
    ]


def test_of_a_question_in_several_wordings_the_last_is_told_with_what_was_said_of_all(record, clock):
    def asked(question: str, comment: str, verdict: str) -> None:
        clock.at += 1
        key = record.add_answer(Answer(question, "zh", f"答：{question}"), "v1", "page")
        clock.at += 1
        record.add_feedback(key, verdict, comment)

    asked("绿道多少", "不是18", "wrong_answer")
    asked("绿道多少？", "不是18", "down")
    asked("绿道多少", "出处不对", "wrong_source")
    asked("绿道 多少", "", "down")
    assert record.troubles() == [Trouble("绿道 多少", 4, "down", "答：绿道 多少", ("不是18", "出处不对"), NOON + 7)]
    assert record.troubles(NOON + 5) == [Trouble("绿道 多少", 2, "down", "答：绿道 多少", ("出处不对",), NOON + 7)]
    assert record.troubles(NOON + 8) == []


def test_what_was_said_before_is_not_told_of_what_is_asked_since(record, clock):
    old = record.add_answer(GREENWAY, "v1", "page")
    record.add_feedback(old, "wrong_answer", "不是18")
    clock.at += DAY_MS
    record.add_feedback(old, "wrong_answer", "还不是18")
    record.add_answer(GREENWAY, "v1", "page")
    assert record.troubles(clock.at) == []
    assert record.days(clock.at) == [DayCount("2026-09-02", 1, 0, 0)]


def test_the_questions_of_each_day_are_counted(record, clock):
    wrong = record.add_answer(GREENWAY, "v1", "page")
    record.add_answer(GREENWAY, "v1", "page")
    record.add_feedback(wrong, "wrong_source")
    record.add_feedback(wrong, "down")  # of the same answer: it counts once
    clock.at += DAY_MS
    record.add_answer(REFUSED, "v1", "page")
    assert record.days() == [DayCount("2026-09-01", 2, 0, 1), DayCount("2026-09-02", 0, 1, 0)]
    assert record.days(NOON + 1) == [DayCount("2026-09-02", 0, 1, 0)]


def test_only_what_is_older_is_purged(record, clock):
    old = record.add_answer(GREENWAY, "v1", "page")
    record.add_feedback(old, "up")
    clock.at += 30 * DAY_MS
    young = record.add_answer(GREENWAY, "v1", "page")
    record.add_feedback(young, "down")
    assert record.purge(30) == 0
    clock.at += 1
    assert record.purge(30) == 1
    assert [row["id"] for row in record.answers()] == [young]
    assert [said["answer"] for said in record.feedback()] == [young]


def test_a_question_with_a_nul_is_kept_by_postgresql(postgres):
    record = Record(postgres())
    try:
        assert record.add_answer(Answer("绿道\x00多少", "zh", "18公里"), "v1", "api")
    finally:
        record.close()


# ---- visitors -------------------------------------------------------------------------------------------------------


def salts(record: Record) -> list[str]:
    from sqlalchemy import text

    with record._engine.connect() as connection:
        return list(connection.execute(text("SELECT day FROM salts")).scalars())


def test_a_visitor_is_known_for_a_day_and_not_beyond(url):
    record, other = Record(url), Record(url)
    first = record.visitor("192.0.2.17", NOON)
    assert len(first) == 16
    assert record.visitor("192.0.2.17", NOON + 3_600_000) == first == other.visitor("192.0.2.17", NOON)
    assert record.visitor("192.0.2.18", NOON) != first
    assert record.visitor("192.0.2.17", NOON + DAY_MS) != first
    assert salts(record) == ["2026-09-02"]  # nobody can try out addresses against yesterday's hashes
    record.close()
    other.close()


def test_purging_deletes_the_salts_of_past_days(record):
    record.visitor("192.0.2.17", NOON)
    record.purge(365, at=NOON + DAY_MS)
    assert salts(record) == []


def test_no_address_and_no_number_is_in_the_file(tmp_path):
    record = Record(f"sqlite:///{tmp_path / 'r.db'}")
    record.add_answer(Answer("13812345678", "zh", "…"), record.visitor("192.0.2.17"), "page")
    record.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"192.0.2.17" not in stored
    assert b"13812345678" not in stored


# ---- accounts -------------------------------------------------------------------------------------------------------


def test_a_session_begins_with_the_right_password_and_ends_at_log_out(record):
    record.accounts.add("王芳", PASSWORD)
    assert record.accounts.log_in("王芳", "wrong horse") is None
    assert record.accounts.log_in("李明", PASSWORD) is None
    token = record.accounts.log_in("王芳", PASSWORD)
    assert token is not None
    assert record.accounts.who(token) == "王芳"
    assert record.accounts.who(token + "x") is None
    record.accounts.log_out(token)
    assert record.accounts.who(token) is None


def test_a_session_ends_after_a_working_day(record, clock):
    record.accounts.add("王芳", PASSWORD)
    token = record.accounts.log_in("王芳", PASSWORD)
    clock.at += SESSION_MS - 1
    assert record.accounts.who(token) == "王芳"
    clock.at += 1
    assert record.accounts.who(token) is None


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(record, clock):
    record.accounts.add("王芳", PASSWORD)
    for _ in range(MAX_FAILURES - 1):
        record.accounts.log_in("王芳", "wrong horse")
    assert record.accounts.log_in("王芳", PASSWORD) is not None  # the count begins anew
    for _ in range(MAX_FAILURES):
        record.accounts.log_in("王芳", "wrong horse")
    assert record.accounts.log_in("王芳", PASSWORD) is None
    clock.at += LOCKED_MS
    assert record.accounts.log_in("王芳", PASSWORD) is not None


def test_a_new_password_ends_the_sessions_and_unlocks(record):
    record.accounts.add("王芳", PASSWORD)
    token = record.accounts.log_in("王芳", PASSWORD)
    for _ in range(MAX_FAILURES):
        record.accounts.log_in("王芳", "wrong horse")
    record.accounts.add("王芳", "battery staple")
    assert record.accounts.who(token) is None
    assert record.accounts.log_in("王芳", PASSWORD) is None
    assert record.accounts.log_in("王芳", "battery staple") is not None
    assert record.accounts.names() == ["王芳"]


def test_an_account_is_removed_with_its_sessions(record):
    record.accounts.add("王芳", PASSWORD)
    token = record.accounts.log_in("王芳", PASSWORD)
    assert record.accounts.remove("王芳")
    assert record.accounts.who(token) is None
    assert record.accounts.names() == []
    assert not record.accounts.remove("王芳")


@pytest.mark.parametrize(
    ("name", "password", "fault"),
    [
        ("王芳", "9 letters", "^密码太短；至少 10 个字符$"),
        ("", PASSWORD, "^帐户名 '' 不能用；应为 1 到 64 个字符$"),
        ("a\nb", PASSWORD, r"^帐户名 'a\\nb' 不能用"),
        ("a" * 65, PASSWORD, "不能用；应为 1 到 64 个字符$"),
    ],
    ids=["short", "empty", "line-break", "long"],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(tmp_path, name, password, fault):
    record = Record(f"sqlite:///{tmp_path / 'r.db'}")
    with pytest.raises(SettingError, match=fault):
        record.accounts.add(name, password)
    assert record.accounts.names() == []
    record.close()


def test_neither_passwords_nor_tokens_are_in_the_file(tmp_path):
    record = Record(f"sqlite:///{tmp_path / 'r.db'}")
    record.accounts.add("王芳", PASSWORD)
    token = record.accounts.log_in("王芳", PASSWORD)
    record.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert PASSWORD.encode() not in stored
    assert token.encode() not in stored


# ---- the off switch -------------------------------------------------------------------------------------------------


def test_the_off_switch_holds_its_last_reason_until_it_is_opened(record):
    assert record.closed() is None
    record.close_public("更新数据", "王芳")
    record.close_public("停电检修", "李明")
    assert record.closed() == "停电检修"
    record.open_public()
    assert record.closed() is None
    record.open_public()


# ---- the database ---------------------------------------------------------------------------------------------------


def test_two_processes_see_each_other(url):
    one, two = Record(url), Record(url)
    key = one.add_answer(GREENWAY, "v1", "page")
    assert two.add_feedback(key, "up")
    assert [said["answer"] for said in one.feedback()] == [key]
    two.close_public("检修", "王芳")
    assert one.closed() == "检修"
    one.close()
    two.close()


WRITER = """
import sys
from qa.answer import Answer
from qa.record import Record
record = Record(sys.argv[1])
while True:
    print(record.add_answer(Answer("问", "zh", "答"), "v1", "api"), flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(url):
    process = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.read().split()  # `communicate` would leave out what `readline` has read ahead
    process.stdout.close()
    process.wait(timeout=30)
    record = Record(url)
    kept = {row["id"] for row in record.answers()}
    record.close()
    assert all(said)
    assert set(said) <= kept
    assert len(kept) - len(said) <= 1  # what was written and not yet said


def test_a_database_that_does_not_answer_is_noticed(tmp_path):
    (tmp_path / "gone").mkdir()
    record = Record(f"sqlite:///{tmp_path / 'gone' / 'r.db'}")
    assert record.check()
    record.close()
    shutil.rmtree(tmp_path / "gone")
    assert not record.check()
    record.close()


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("records.db", "^PLANQA_DATABASE_URL 无法使用（.+）；应为 sqlite:///文件 或 postgresql"),
        ("nosuch://x", "^PLANQA_DATABASE_URL 无法使用（.+）；应为"),
        ("sqlite:////nowhere/at/all/r.db", "^数据库无法打开（unable to open database file）；请检查 PLANQA_DATABASE_URL$"),
        ("postgresql+psycopg://planqa@127.0.0.1:1/x", "^数据库无法打开（.+）；请检查 PLANQA_DATABASE_URL$"),
    ],
    ids=["no-url", "no-such-kind", "no-folder", "no-server"],
)
def test_a_bad_address_is_named_in_one_line(address, fault):
    with pytest.raises(SettingError, match=fault) as raised:
        Record(address)
    assert "\n" not in str(raised.value)


def test_the_record_is_in_the_home_unless_the_settings_name_another(tmp_path):
    Record.open(Settings.load({}, home=tmp_path / "new")).close()
    assert (tmp_path / "new" / "records.db").exists()
    Record.open(Settings.load({"PLANQA_DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}, home=tmp_path / "none")).close()
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "none").exists()
