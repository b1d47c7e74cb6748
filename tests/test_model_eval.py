"""`planqa eval answers --chat-model`: with and without a model in one table."""

import json
import re

import pytest
from scripted import Scripted, copied

from qa.cli import main
from qa.eval.questions import shipped

GOLD = ("d001", "d002", "d033", "d051")


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "putuo-2021-2023.few.jsonl"
    lines = shipped()["dev"].read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if json.loads(line)["id"] in GOLD) + "\n", encoding="utf-8")
    return path


def forging(given):
    reply = copied(given)
    reply["statements"].append({"text": "另投入99亿元", "keys": reply["statements"][0]["keys"]})
    return reply


def rows(text):
    return {parts[0]: parts[1:] for line in text.splitlines() if len(parts := re.split(r"\s{2,}", line.strip())) == 3}


def test_one_table_tells_what_a_model_brings_and_costs(gold, home, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("qa.model.chat.open_model", lambda settings: Scripted(script=forging))
    out = tmp_path / "results"
    command = ["eval", "answers", str(gold), "--home", str(home), "--chat-model", "scripted:m", "-o", str(out)]
    assert main([*command, "--prices", "1,2"]) == 0
    found = rows(capsys.readouterr().out)
    assert found["答对 right"][0].startswith("4/4")
    assert found["数字无出处的回答 unsupported"] == ["0", "0"]
    assert found["问过模型的题 asked"] == ["—", "3"]
    assert found["用了模型的回答 used"] == ["—", "3"]
    assert found["通过核对的陈述 kept"] == ["—", "3"]
    assert found["核对删去的陈述 dropped"] == ["—", "3"]
    put_in, put_out = map(int, found["词元 tokens in / out"][1].split(" / "))
    assert float(found["费用 cost"][1]) == pytest.approx((put_in + 2 * put_out) / 1e6, abs=5e-5)
    lines = [json.loads(line) for line in (out / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    dropped = {line["id"]: line["model"]["dropped"] for line in lines if "model" in line}
    assert dropped["d002"] == ["not what the cited sentence says: 另投入99亿元"]


def test_a_third_column_is_for_the_whole_plan(gold, home, capsys, monkeypatch):
    seen = []

    def script(given):
        seen.append(len(given["evidence"]))
        return copied(given)

    monkeypatch.setattr("qa.model.chat.open_model", lambda settings: Scripted(script=script))
    command = ["eval", "answers", str(gold), "--home", str(home), "--chat-model", "scripted:m", "--whole-plan"]
    assert main(command) == 0
    found = {p[0]: p[1:] for line in capsys.readouterr().out.splitlines() if len(p := re.split(r"\s{2,}", line.strip())) == 4}
    assert found["用了模型的回答 used"] == ["—", "3", "3"]
    few, every = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    assert max(few) < 100 < min(every)
    assert main([*command[:-3], "--whole-plan"]) == 1
    assert capsys.readouterr().err == "--whole-plan 比较的是语言模型；请用 --chat-model 给出一个\n"


def test_without_prices_no_cost_is_told_and_wrong_ones_are_named(gold, home, capsys, monkeypatch):
    monkeypatch.setattr("qa.model.chat.open_model", lambda settings: Scripted(script=copied))
    command = ["eval", "answers", str(gold), "--home", str(home), "--chat-model", "scripted:m"]
    assert main(command) == 0
    assert rows(capsys.readouterr().out)["费用 cost"] == ["—", "—"]
    assert main([*command, "--prices", "1"]) == 1
    assert capsys.readouterr().err == "--prices 1：应为两个用逗号分开的数，如 0.8,2；请改正\n"


def test_answers_of_a_file_have_no_model_to_compare(gold, home, capsys, tmp_path):
    answers = tmp_path / "a.jsonl"
    answers.write_text("", encoding="utf-8")
    assert main(["eval", "answers", str(gold), str(answers), "--home", str(home), "--chat-model", "x:m"]) == 1
    assert capsys.readouterr().err == "--chat-model x:m 要由本软件作答；请不要给回答文件\n"
