"""The questions that a model writes for a new plan: a data file that can be reviewed, and is gone on with."""

import json
import re
from dataclasses import replace

import pytest
from scripted import Scripted
from small import YUNLING, write

from corpus.errors import SettingError
from corpus.load import load_source
from index.settings import Settings
from qa.cli import main
from qa.model.expand import expand


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A document, settings with a model, and how to let the model follow a script."""
    document = write(tmp_path / "in", "云岭", YUNLING, "云岭县")
    settings = replace(Settings.load(environ={}, home=tmp_path / "home"), chat_model="scripted:m", chat_retries=0)

    def follow(script):
        model = Scripted(script=script)
        monkeypatch.setattr("qa.model.chat.open_model", lambda settings: model)
        return model

    return document, settings, follow


def quiet(done, total):
    pass


def asking(given):
    return {"questions": [f"{given['sentence'][:6]}是怎么安排的？", "有没有99公里？", "看 http://evil.example 吗", 7, "嗯"]}


def test_each_sentence_gets_sound_questions_that_the_index_reads(made):
    document, settings, follow = made
    follow(asking)
    target, added = expand(document, settings, quiet)
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert added == len(lines) == 3
    assert lines[1] == {"ref": "一", "zh": "新建健身步道61公里，沿河布置，夜间照明。", "q": "新建健身步道是怎么安排的？"}
    assert load_source(document).questions("一", lines[1]["zh"]) == ("新建健身步道是怎么安排的？",)


def test_what_was_interrupted_is_gone_on_with(made):
    document, settings, follow = made
    first = follow(lambda given: ConnectionError("down") if given["section"] == "养老服务" else asking(given))
    told = "第 3 句没有写成（down: ConnectionError: down）；已写的在 云岭.expansion.jsonl，再次运行会接着做"
    with pytest.raises(SettingError, match=f"^{re.escape(told)}$"):
        expand(document, settings, quiet)
    again = follow(asking)
    assert expand(document, settings, quiet)[1] == 1
    assert (len(first.seen), len(again.seen)) == (3, 1)
    assert expand(document, settings, quiet)[1] == 0
    assert len(again.seen) == 1


def test_without_a_model_one_line_says_so(made, capsys):
    document, settings, _ = made
    assert main(["expand", str(document), "--home", str(settings.home)]) == 1
    assert capsys.readouterr().err == "没有设置语言模型；请设 PLANQA_CHAT_MODEL，如 openai:qwen-plus\n"
