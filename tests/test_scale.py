"""The library that is generated to measure by, and the table of the measurement."""

import re

import pytest
from small import QINGXI, YUNLING, write

from corpus.chunks import chunk_plan
from corpus.errors import SettingError
from corpus.load import load_sources
from index.settings import Settings
from qa.cli import main
from qa.scale import generated, questions, report


@pytest.fixture
def files(tmp_path):
    return [write(tmp_path, name, text) for name, text in (("云岭", YUNLING), ("青溪", QINGXI))]


def test_documents_are_drawn_from_the_given_ones_and_the_same_at_every_run(files):
    sources = load_sources(files)
    first, second = (list(generated(sources, 3)) for _ in range(2))
    assert [s.plan.id for s in first] == ["00000", "00001", "00002"]
    assert [s.sha256 for s in first] == [s.sha256 for s in second]
    assert len({s.sha256 for s in first}) == 3
    held = {s.text for source in sources for s in source.plan.sections}
    assert all(section.text in held for section in first[0].plan.sections if section.ref != "序言")
    asked = questions(sources)
    assert len(asked) == len(set(asked)) == 4  # two titles and two headings
    assert {question[:4] for question in asked} == {"云岭县便", "青溪县便", "健身步道", "养老服务"}


def test_the_table_grows_with_the_library(files, tmp_path, embedder):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    head, *rows = report(settings, files, [1, 3], 1)
    cells = [row.split() for row in rows]
    chunks = [len(chunk_plan(s.plan, 400)) for s in generated(load_sources(files), 3)]
    assert head.split() == "documents chunks build one more open first embedding p50 p95 ratio memory".split()
    assert [row[:2] for row in cells] == [["1", str(chunks[0])], ["3", str(sum(chunks))]]
    assert "1.00×" in cells[0]
    assert re.fullmatch(r"\d+\.\d\d×", cells[1][-3])


@pytest.mark.parametrize("sizes", [[], [0, 1], [10, 1], [2, 2]])
def test_sizes_that_cannot_be_measured(sizes, files):
    message = f"--documents {','.join(map(str, sizes))}：应为从小到大的正整数；请改正"
    with pytest.raises(SettingError, match=f"^{re.escape(message)}$"):
        list(report(Settings.load(environ={}), files, sizes, 1))


def test_what_is_no_number_is_named(capsys):
    assert main(["scale", "--documents", "1,x"]) == 1
    assert capsys.readouterr().err == "--documents 1,x：应为用逗号隔开的整数；请改正\n"
