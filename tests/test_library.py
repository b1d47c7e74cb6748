"""Drafts, approval, retirement: what is in the index, what is not, and what stays readable."""

import shutil
import threading
from dataclasses import replace

import pytest
from small import NEWER, QINGXI, YUNLING, approve, quiet, write

from corpus.errors import IndexError_, SourceError
from corpus.load import SHIPPED, load_source
from index.settings import Settings
from index.shelf import current_version, read_catalogue, source_of
from qa.library import MAX_NAME, Library, plan_id


@pytest.fixture
def settings(own_home):
    return own_home()


@pytest.fixture
def library(settings):
    return Library(settings)


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("云岭.txt", "云岭"),
        ("a/b.txt", "b"),
        ("../../etc/云岭.txt", "云岭"),
        (r"C:\文件\云岭 计划.docx", "云岭 计划"),
        ("云\x00\n\u200b岭\x7f.txt", "云岭"),
        ("\ud800云岭.txt", "云岭"),
        ("“云岭\"'%2F<b>.txt", "“云岭\"'%2F<b>"),
        (" ..云岭.. .txt", "云岭"),
        ("v1.2.txt", "v1.2"),
        pytest.param("长" * 300 + ".txt", "长" * (MAX_NAME // 3), id="long"),
        ("a" * 179 + "长.txt", "a" * 179),
        ("a" * 179 + ".b.txt", "a" * 179),
    ],
    ids=ascii,
)
def test_a_plan_is_called_as_its_file_without_path_and_control_characters(file, name):
    assert plan_id(file) == name


@pytest.mark.parametrize("file", ["", "..", "/", "...txt", "\x01.txt", "​.txt"], ids=ascii)
def test_a_file_without_a_usable_name_is_refused(file):
    with pytest.raises(SourceError, match=r"^.+：文件名里没有可用的名字；请改名$|^\x01.+；请改名$"):
        plan_id(file)


def test_the_longest_name_goes_all_the_way(library):
    name = plan_id("长" * 300 + ".txt")
    approve(library, "长" * 300 + ".txt", QINGXI)
    library.publish(quiet)
    library.retire(name, "王芳", quiet)
    library.add([replace_name(library.retired()[name], name, NEWER)], quiet)
    assert list(library.retired()) == [f"{name}~1"]


def replace_name(source, name, content):
    from corpus.load import source_of

    return source_of(f"{name}.txt", content.encode(), source.sidecars[:0])


@pytest.mark.parametrize("name", ["", "..", "a/b", "\x00", "长" * 300, "\ud800", "drafts"], ids=range(7))
def test_what_is_asked_for_by_a_name_that_is_none_is_not_there(library, name):
    library.submit("青溪.txt", QINGXI.encode(), "王芳")
    assert (library.draft(name), library.retired_source(name), library.replaced_by(name)) == (None, None, "")


# ---- drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_with_its_file_and_is_not_live(library, settings):
    draft = library.submit("a/青溪.md", QINGXI.encode(), "王芳")
    assert (draft.id, draft.file, draft.by, draft.approved, draft.replaces) == ("青溪", "青溪.md", "王芳", False, "")
    folder = settings.home / "documents" / "drafts" / "青溪"
    assert {p.name for p in folder.iterdir()} == {"青溪.txt", "青溪.meta.json", "draft.json", "original.md"}
    assert Library(settings).drafts() == [draft]
    assert library.source(draft).plan.title == "青溪县便民服务行动计划（2021—2023年）"
    assert library.source(draft).plan.meta.period == (2021, 2023)
    assert set(library.live()) == {"云岭"}
    assert library.publish(quiet) is None


def test_the_same_file_uploaded_twice_is_one_draft(library, settings):
    first, second = (library.submit("青溪.txt", QINGXI.encode(), by) for by in ("王芳", "李明"))
    assert library.drafts() == [second]
    assert second == replace(first, by="李明", at=second.at)
    assert [p.name for p in (settings.home / "documents" / "drafts").iterdir()] == ["青溪"]


def test_the_same_name_from_many_at_once_is_one_whole_draft(library):
    threads = [threading.Thread(target=library.submit, args=("青溪.txt", QINGXI.encode(), str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (draft,) = library.drafts()
    assert library.source(draft).data == QINGXI.encode()


@pytest.mark.parametrize(
    ("file", "data", "line"),
    [
        ("青溪.exe", b"MZ", "青溪.exe：不支持 .exe 文件；请提供 .txt、.md、.docx、.doc、.html、.htm、.pdf 文件"),
        ("青溪.txt", b" \n", "青溪.txt：文件没有文字；请提供计划全文"),
        (f"{SHIPPED}.txt", YUNLING.encode(), f"{SHIPPED} 是软件自带计划的名字；请把文件改名，再选择取代它"),
    ],
)
def test_what_cannot_be_used_is_not_kept(library, file, data, line):
    with pytest.raises(SourceError) as error:
        library.submit(file, data, "王芳")
    assert str(error.value) == line
    assert library.drafts() == []


def test_a_disk_that_refuses_is_named_in_one_line(library, settings):
    (settings.home / "documents").write_text("in the way")
    with pytest.raises(SourceError, match=r"^.*青溪：写不进（.+）；请检查空间和权限$"):
        library.submit("青溪.txt", QINGXI.encode(), "王芳")


def test_what_is_said_about_a_draft_can_be_changed(library):
    draft = library.submit("青溪.txt", QINGXI.encode(), "王芳")
    library.edit(draft, replace(library.source(draft).plan.meta, title="青溪便民", place=("青溪县",)), "云岭")
    changed = library.draft("青溪")
    assert changed == replace(draft, replaces="云岭")
    assert (library.source(changed).plan.title, library.source(changed).plan.meta.place) == ("青溪便民", ("青溪县",))
    with pytest.raises(SourceError, match=r"^没有计划 无；请从列表中选择要取代的计划$"):
        library.edit(draft, library.source(draft).plan.meta, "无")


def test_a_discarded_draft_is_gone(library, settings):
    draft = library.submit("青溪.txt", QINGXI.encode(), "王芳")
    library.discard(draft)
    library.discard(draft)
    assert library.drafts() == []
    assert list((settings.home / "documents" / "drafts").iterdir()) == []
    with pytest.raises(SourceError, match=r"^.*青溪：写不进（.+）；请检查空间和权限$"):
        library.approve(draft)


def live(settings):
    """The documents of the index."""
    return [source_of(settings, entry) for entry in read_catalogue(settings)[1].plans]


def texts(library):
    """What the plans of the index say."""
    return {source.plan.id: source.plan.text for source in live(library._settings)}


# ---- going live -----------------------------------------------------------------------------------------------------


def test_what_is_approved_goes_live_and_all_else_stays(library, settings):
    library.submit("草稿.txt", NEWER.encode(), "王芳")
    approve(library, "青溪.txt", QINGXI)
    assert [entry.id for entry in library.publish(quiet).plans] == ["云岭", "青溪"]
    assert [d.id for d in library.drafts()] == ["草稿"]
    assert set(library.live()) == {"云岭", "青溪"}
    assert library.retired() == {}
    assert [source.plan.id for source in live(settings)] == ["云岭", "青溪"]


def test_the_same_text_of_a_live_plan_changes_what_is_known_about_it(library):
    approve(library, "云岭.txt", YUNLING, place="云岭镇")
    library.publish(quiet)
    assert library.live()["云岭"].meta.place == ("云岭镇",)
    assert library.retired() == {}


def test_a_newer_text_supersedes_the_old_one_which_stays_readable(library):
    draft = approve(library, "云岭.txt", NEWER)
    assert draft.replaces == "云岭"
    library.publish(quiet)
    assert texts(library)["云岭"] == NEWER
    assert {name: source.plan.text for name, source in library.retired().items()} == {"云岭~1": YUNLING}
    assert library.replaced_by("云岭~1") == "云岭"
    approve(library, "云岭.txt", QINGXI)
    library.publish(quiet)
    assert {name: source.plan.text for name, source in library.retired().items()} == {"云岭~1": YUNLING, "云岭~2": NEWER}


def test_a_newer_text_keeps_the_word_lists_and_not_the_renderings_of_the_old_one(settings, library, tmp_path):
    path = write(tmp_path, "云岭", YUNLING)
    (tmp_path / "云岭.lexicon.txt").write_text("健身步道\n", encoding="utf-8")
    line = '{"ref": "一", "zh": "健身步道", "en": "Fitness trails"}\n'
    (tmp_path / "云岭.english.jsonl").write_text(line, encoding="utf-8")
    library.add([load_source(path)], quiet)
    for content, english in ((YUNLING, True), (NEWER, False)):
        approve(library, "云岭.txt", content)
        library.publish(quiet)
        (source,) = live(settings)
        assert source.lexicon == ("健身步道",)
        assert bool(source.english) == english


def test_a_plan_of_another_name_is_replaced(library):
    approve(library, "云岭二.txt", NEWER, replaces="云岭")
    library.publish(quiet)
    assert set(library.live()) == {"云岭二"}
    assert {name: source.plan.text for name, source in library.retired().items()} == {"云岭": YUNLING}
    assert library.replaced_by("云岭") == "云岭二"


def test_the_same_text_under_another_name_leaves_the_old_name_readable(library):
    approve(library, "改名.txt", YUNLING, replaces="云岭")
    library.publish(quiet)
    assert (set(library.live()), set(library.retired())) == ({"改名"}, {"云岭"})


def test_what_is_uploaded_while_the_same_name_is_built_waits_for_its_own_approval(library):
    approve(library, "青溪.txt", QINGXI)
    library.publish(lambda done, total: library.submit("青溪.txt", NEWER.encode(), "李明"))
    assert texts(library)["青溪"] == QINGXI
    (draft,) = library.drafts()
    assert (draft.by, draft.approved, library.source(draft).plan.text) == ("李明", False, NEWER)
    assert library.publish(quiet) is None


def test_a_build_that_fails_changes_nothing(library, settings):
    version = current_version(settings)
    approve(library, "云岭.txt", NEWER)

    def fail(done, total):
        raise IndexError_("满了")

    with pytest.raises(IndexError_, match=r"^满了$"):
        library.publish(fail)
    assert current_version(settings) == version
    assert texts(library)["云岭"] == YUNLING
    assert library.retired() == {}  # it is in force
    assert [d.id for d in library.approved()] == ["云岭"]
    library.publish(quiet)
    assert (texts(library)["云岭"], set(library.retired())) == (NEWER, {"云岭~1"})


def test_a_publication_broken_off_at_its_very_end_is_ended_by_the_next(library, monkeypatch):
    approve(library, "云岭.txt", NEWER)
    with monkeypatch.context() as patch:
        patch.setattr(Library, "discard", lambda *_: None)
        library.publish(quiet)
    assert [d.id for d in library.approved()] == ["云岭"]
    library.publish(quiet)
    assert (library.drafts(), texts(library)["云岭"]) == ([], NEWER)
    assert {name: source.plan.text for name, source in library.retired().items()} == {"云岭~1": YUNLING}


# ---- retirement -----------------------------------------------------------------------------------------------------


def test_a_retired_plan_is_read_and_not_asked_and_can_be_taken_back(own_home):
    settings = own_home("云岭", "青溪")
    library, before = Library(settings), read_catalogue(settings)[1]
    library.retire("青溪", "王芳", quiet)
    assert (set(library.live()), set(library.retired())) == ({"云岭"}, {"青溪"})
    assert (library.retired()["青溪"].plan.text, library.replaced_by("青溪")) == (QINGXI, "")
    assert library.restore("青溪", quiet) == before
    assert (set(library.live()), library.retired()) == ({"云岭", "青溪"}, {})
    line = "青溪：没有这个已停用的计划，或同名计划正在使用；planqa plans 列出全部计划"
    with pytest.raises(SourceError, match=f"^{line}$"):
        library.restore("青溪", quiet)


@pytest.mark.parametrize(
    ("name", "line"),
    [("云岭", "云岭 是唯一的计划；请先加入别的计划，或关闭公众页面"), ("无", "没有计划 无；planqa plans 列出全部计划")],
)
def test_the_last_plan_and_one_that_is_not_there_cannot_be_retired(library, settings, name, line):
    version = current_version(settings)
    with pytest.raises(SourceError, match=f"^{line}$"):
        library.retire(name, "王芳", quiet)
    assert (current_version(settings), library.retired()) == (version, {})


def test_a_retired_plan_makes_room_for_a_newer_one_of_its_name(own_home):
    library = Library(own_home("云岭", "青溪"))
    library.retire("青溪", "王芳", quiet)
    approve(library, "青溪.txt", NEWER)
    library.publish(quiet)
    assert texts(library)["青溪"] == NEWER
    assert {name: source.plan.text for name, source in library.retired().items()} == {"青溪~1": QINGXI}
    assert library.replaced_by("青溪~1") == "青溪"


def test_the_same_text_taken_in_anew_is_no_longer_retired(own_home):
    library = Library(own_home("云岭", "青溪"))
    library.retire("青溪", "王芳", quiet)
    approve(library, "青溪.txt", QINGXI)
    library.publish(quiet)
    assert (set(library.live()), library.retired()) == ({"云岭", "青溪"}, {})


def test_added_plans_supersede_those_of_their_name(library, tmp_path):
    library.add([load_source(write(tmp_path, "云岭", NEWER)), load_source(write(tmp_path, "青溪", QINGXI))], quiet)
    assert texts(library) == {"云岭": NEWER, "青溪": QINGXI}
    assert (set(library.retired()), library.replaced_by("云岭~1")) == ({"云岭~1"}, "云岭")


def test_the_shipped_plan_can_be_retired_and_taken_back_as_it_was(home, tmp_path):
    settings = Settings.load(environ={}, home=shutil.copytree(home, tmp_path / "home"))
    library = Library(settings)
    library.add([load_source(write(tmp_path, "云岭", YUNLING))], quiet)
    library.retire(SHIPPED, "王芳", quiet)
    assert library.retired()[SHIPPED].english
    library.restore(SHIPPED, quiet)
    assert [s.plan.id for s in live(settings)] == ["云岭", SHIPPED]
    with pytest.raises(SourceError, match=f"^{SHIPPED} 是软件自带计划的名字"):
        library.add([load_source(write(tmp_path, SHIPPED, NEWER))], quiet)
