"""The README's commands and examples are run, and print what it says."""

import re
import shlex
from pathlib import Path

import pytest

from index.settings import Settings
from qa.answer import Reason
from qa.cli import main

README = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def sessions():
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


@pytest.mark.parametrize(
    ("command", "output"), [pytest.param(c, o, id=c) for c, o in sessions() if not {"bench", "load", "scale"} & set(c.split())]
)
def test_command_prints_what_the_readme_shows(command, output, home, capsys, monkeypatch):
    monkeypatch.setenv("PLANQA_HOME", str(home))
    program, *arguments = shlex.split(command)
    assert program == "planqa"
    assert main(arguments) == 0
    assert capsys.readouterr().out == output


@pytest.mark.parametrize("code", blocks("python"))
def test_python_example_runs(code, home, monkeypatch):
    monkeypatch.setenv("PLANQA_HOME", str(home))
    exec(compile(code, "README.md", "exec"), {})


def test_every_reason_is_documented():
    rows = re.search(r"^\| reason \|.*?\n\n", README, re.DOTALL | re.MULTILINE)[0]
    assert set(re.findall(r"`([a-z_]+)`", rows)) == {reason.value for reason in Reason}


def test_every_setting_is_documented_with_its_default():
    rows = re.search(r"^\| environment \|.*?\n\n", README, re.DOTALL | re.MULTILINE)[0]
    defaults = Settings(home=Path())
    for name, value in vars(defaults).items():
        assert f"`PLANQA_{name.upper()}`" in rows
        if name != "home" and value != "":
            assert f"`{int(value) if isinstance(value, bool) else value}`" in rows


def test_both_commands_are_targets_of_the_makefile():
    makefile = Path(__file__).parent.parent.joinpath("Makefile").read_text(encoding="utf-8")
    for target in ("run", "test", "install"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        assert f"make {target}" in README
