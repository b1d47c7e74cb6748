"""The plans at the desk: upload, a look at how a document was read, approval, retirement."""

import io
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from small import NEWER, QINGXI, serving

from qa.web.guard import MAX_BODY, MAX_UPLOAD
from qa.web.shelf import tree
from qa.web.site import build_app

NAME, PASSWORD = "王芳", "correct horse"
LONG_S = 60
SCRIPT = '"><script>alert(1)</script>'


class Desk:
    """An official's browser, and what lies behind the page."""

    def __init__(self, settings, record):
        self.service = serving(settings, record)
        self.app = build_app(self.service)
        self.library = self.service.library
        self.stranger, self.client = (
            TestClient(self.app, base_url="https://testserver", follow_redirects=False) for _ in range(2)
        )
        self.client.post("/desk/login", data={"name": NAME, "password": PASSWORD})

    def upload(self, name, data, **headers):
        data = data.encode() if isinstance(data, str) else data
        return self.client.post("/desk/plans", files={"file": (name, data)}, headers=headers)

    def decide(self, action, id="青溪", **form):
        return self.client.post("/desk/plans/draft", data={"id": id, "action": action, **form})

    def move(self, id, to):
        return self.client.post("/desk/plans/move", data={"id": id, "to": to})

    def wait(self):
        self.app.state.publisher.wait(LONG_S)

    def page(self, path="/desk/plans", **params):
        return self.client.get(path, params=params or None).text


@pytest.fixture
def record(record):
    record.accounts.add(NAME, PASSWORD)
    return record


@pytest.fixture
def desk(own_home, record):
    return Desk(own_home(), record)


def fault(html):
    return unescape(re.search(r'<p role="alert" class="answer fault">(.*?)</p>', html)[1])


def ids(html, heading):
    part = html.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]
    return [unescape(found) for found in re.findall(r'name="id" value="([^"]*)"', part)]


def submitted(html):
    """The fields of a draft's form, as a browser sends them back."""
    fields = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', html))
    chosen = re.search(r'<option value="([^"]*)"[^>]* selected>', html)
    return {k: unescape(v) for k, v in fields.items()} | {"replaces": chosen[1] if chosen else ""}


# ---- upload ---------------------------------------------------------------------------------------------------------


def test_an_upload_leads_to_how_it_was_read(desk):
    said = desk.upload("青溪.txt", QINGXI)
    assert (said.status_code, said.headers["location"]) == (303, "/desk/plans/draft?lang=zh&id=%E9%9D%92%E6%BA%AA")
    html = desk.page(said.headers["location"])
    assert submitted(html) == {
        "id": "青溪",
        "title": "青溪县便民服务行动计划（2021—2023年）",
        "number": "",
        "issuer": "",
        "issued": "",
        "begins": "2021",
        "ends": "2023",
        "place": "",
        "replaces": "",
    }
    assert re.findall(r'<li class="level-(\d)"><b>(.*?)</b>', html) == [
        ("1", "序言 青溪县便民服务行动计划（2021—2023年）"),
        ("1", "一、 健身步道"),
        ("1", "二、 养老服务"),
    ]
    assert "21 字 · 新建健身步道47公里，沿河布置，夜间照明。" in html
    assert f">青溪</a> · {desk.library.draft('青溪').at} · {NAME}</li>" in desk.page()
    assert desk.stranger.get("/plans/%E9%9D%92%E6%BA%AA").status_code == 404  # nobody else reads it yet


def test_a_word_file_is_read_with_its_table(desk):
    from docx import Document

    document, file = Document(), io.BytesIO()
    for line in QINGXI.split("\n"):
        document.add_paragraph(line)
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("指标", "2023年", "健身步道", "47公里"), strict=True):
        cell.text = text
    document.save(file)
    assert desk.upload("青溪.docx", file.getvalue()).status_code == 303
    plan = desk.library.source(desk.library.draft("青溪")).plan
    assert "指标：健身步道│2023年：47公里" in plan.text
    assert [branch.title for branch in tree(plan)][1:] == ["健身步道", "养老服务"]


def test_the_same_file_twice_is_one_draft(desk):
    assert [desk.upload("青溪.txt", QINGXI).status_code for _ in range(2)] == [303, 303]
    assert [d.id for d in desk.library.drafts()] == ["青溪"]


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("青溪.exe", b"MZ", "青溪.exe：不支持 .exe 文件；请提供 .txt、.md、.docx、.doc、.html、.htm、.pdf 文件"),
        ("青溪.txt", b"\n", "青溪.txt：文件没有文字；请提供计划全文"),
        ("..", b"x", "..：文件名里没有可用的名字；请改名"),
        ("<b>.exe", b"x", "<b>.exe：不支持 .exe 文件；请提供 .txt、.md、.docx、.doc、.html、.htm、.pdf 文件"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(desk, name, data, line):
    said = desk.upload(name, data)
    assert (said.status_code, fault(said.text)) == (422, line)
    assert desk.library.drafts() == []


@pytest.mark.parametrize("name", ["青溪.docx", "青溪.pdf"])
def test_a_damaged_file_is_named(desk, name):
    said = desk.upload(name, b"no such thing")
    assert said.status_code == 422
    assert fault(said.text).startswith(f"{name}：")
    assert "；请" in fault(said.text)


def test_without_a_file_the_form_says_so(desk):
    assert desk.client.post("/desk/plans", files={}).status_code == 422
    assert desk.client.post("/desk/plans", files={"file": ("", b"")}).status_code == 422


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("a/b.txt", "b"),
        ("../../x.txt", "x"),
        (r"C:\a\x.txt", "x"),
        ("“a”'><script>alert(1)<script>.txt", "“a”'><script>alert(1)<script>"),
        ('a"b.txt', "a%22b"),  # as browsers write it
        ("长" * 300 + ".txt", "长" * 60),
        ("a&b=c#d?e%41.txt", "a&b=c#d?e%41"),
    ],
    ids=range(7),
)
def test_whatever_a_file_is_called_its_draft_is_found_and_goes_live(desk, name, id):
    said = desk.upload(name, QINGXI)
    assert said.status_code == 303
    assert [d.id for d in desk.library.drafts()] == [id]
    html = desk.page(said.headers["location"])
    form = submitted(html)
    assert form["id"] == id
    for text in (html, desk.page()):
        assert "<script" not in text
    desk.client.post("/desk/plans/draft", data={**form, "action": "approve"})
    desk.wait()
    html = desk.page()
    assert id in ids(html, "正在使用")
    links = [unescape(link) for link in re.findall(r'href="(/plans/[^"]*)"', html)]
    if "%" not in id:  # the test client decodes an address twice
        assert [desk.stranger.get(link).status_code for link in links] == [200, 200]
    assert desk.service.plan(id).text == QINGXI


# ---- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/desk/plans", "/desk/plans/draft", "/desk/plans/move"])
def test_without_a_session_everything_leads_to_the_login(desk, path):
    if path != "/desk/plans/move":
        assert desk.stranger.get(path).headers["location"] == "/desk/login?lang=zh"
    form = {"data": {"id": "云岭", "to": "retired", "action": "approve"}}
    said = desk.stranger.post(path, **form, **({"files": {"file": ("a.txt", QINGXI)}} if path == "/desk/plans" else {}))
    assert (said.status_code, said.headers["location"]) == (303, "/desk/login?lang=zh")
    assert (desk.library.drafts(), set(desk.library.live())) == ([], {"云岭"})


def test_forms_of_other_sites_are_refused(desk):
    evil = {"origin": "https://evil.example"}
    assert desk.upload("青溪.txt", QINGXI, **evil).status_code == 403
    assert desk.library.drafts() == []
    desk.upload("青溪.txt", QINGXI, origin="https://testserver")
    for path, data in (("draft", {"id": "青溪", "action": "discard"}), ("move", {"id": "云岭", "to": "retired"})):
        assert desk.client.post(f"/desk/plans/{path}", data=data, headers=evil).status_code == 403
    assert [d.id for d in desk.library.drafts()] == ["青溪"]


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/desk/plans", MAX_UPLOAD + 1, 413),
        ("/ask", MAX_BODY + 1, 413),
        ("/desk/plans/draft", MAX_BODY + 1, 413),
        ("/ask", -1, 413),
        ("/ask", "x", 413),
    ],
)
def test_what_says_that_it_is_too_large_is_not_read(desk, path, length, status):
    said = desk.client.post(path, content=b"question=x", headers={"content-length": str(length)})
    assert (said.status_code, said.text) == (status, "内容太大 / too large")


def test_what_does_not_say_how_large_it_is_is_not_read(desk):
    assert desk.client.post("/desk/plans", content=iter([b"x"])).status_code == 413


# ---- a draft --------------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_approved_and_live(desk):
    desk.upload("青溪.txt", QINGXI)
    form = {"title": "青溪县便民计划", "place": "青溪县", "begins": "2022", "ends": "2024", "issued": "2022-01-05"}
    assert desk.decide("save", **form).headers["location"] == "/desk/plans/draft?lang=zh&id=%E9%9D%92%E6%BA%AA"
    meta = desk.library.source(desk.library.draft("青溪")).plan.meta
    assert (meta.title, meta.place, meta.period, meta.issued) == ("青溪县便民计划", ("青溪县",), (2022, 2024), "2022-01-05")
    assert set(desk.library.live()) == {"云岭"}
    assert desk.decide("approve", **form).headers["location"] == "/desk/plans?lang=zh"
    desk.wait()
    html = desk.page()
    assert (ids(html, "正在使用"), ids(html, "已停用")) == (["云岭", "青溪"], [])
    assert "青溪县便民计划" in desk.stranger.get("/plans").text
    said = desk.stranger.post("/api/ask", json={"question": "青溪县新增养老床位多少张"}).json()
    assert said["text"] == "新增养老床位520张。[1]"


def test_approving_twice_is_approving_once(desk, monkeypatch):
    desk.upload("青溪.txt", QINGXI)
    publisher = desk.app.state.publisher
    with monkeypatch.context() as patch:
        patch.setattr(publisher, "start", lambda: setattr(publisher, "progress", type(publisher.progress)(True, 1, 2)))
        assert desk.decide("approve", title="青溪").status_code == 303
        assert "正在建立索引：1 / 2。" in desk.page()
        for action in ("approve", "save", "discard"):
            assert desk.decide(action, title="别的").headers["location"] == "/desk/plans?lang=zh"
    assert desk.library.source(desk.library.draft("青溪")).plan.title == "青溪"
    publisher.start()
    desk.wait()
    assert ids(desk.page(), "正在使用") == ["云岭", "青溪"]
    assert desk.decide("approve", title="青溪").status_code == 404  # there is no such draft any more


def test_a_discarded_draft_is_gone(desk):
    desk.upload("青溪.txt", QINGXI)
    assert desk.decide("discard").headers["location"] == "/desk/plans?lang=zh"
    assert desk.library.drafts() == []
    assert desk.client.get("/desk/plans/draft", params={"id": "青溪"}).status_code == 404
    assert desk.decide("discard").status_code == 404


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"begins": "2021"}, "计划期 2021：起止年份应各为四位数字，或都不填；请改正"),
        ({"ends": "2023"}, "计划期 2023：起止年份应各为四位数字，或都不填；请改正"),
        ({"begins": "21", "ends": "23"}, "计划期 21—23：起止年份应各为四位数字，或都不填；请改正"),
        ({"begins": "<b>x", "ends": "2023"}, "计划期 <b>x—2023：起止年份应各为四位数字，或都不填；请改正"),
        ({"begins": "2023", "ends": "2021"}, "计划信息有误（period 应为 [起始年, 结束年]）；请改正"),
        ({"replaces": "无"}, "没有计划 无；请从列表中选择要取代的计划"),
    ],
)
@pytest.mark.parametrize("action", ["save", "approve"])
def test_what_is_wrong_in_a_form_is_told_and_changes_nothing(desk, action, form, line):
    desk.upload("青溪.txt", QINGXI)
    before = desk.library.source(desk.library.draft("青溪"))
    said = desk.decide(action, title="别的", **form)
    assert (said.status_code, fault(said.text)) == (422, line)
    assert desk.library.source(desk.library.draft("青溪")) == before
    assert desk.library.approved() == []


@pytest.mark.parametrize("id", ["", "..", "\x00", "长" * 300, "a/b", "无"], ids=range(6))
def test_a_draft_that_is_not_there_is_not_found(desk, id):
    assert desk.client.get("/desk/plans/draft", params={"id": id}).status_code == 404
    assert desk.decide("save", id=id or "?").status_code == 404
    assert desk.stranger.get(f"/plans/{'长' * 300}").status_code == 404


def test_what_an_official_writes_stays_text(desk):
    desk.upload("青溪.txt", QINGXI)
    desk.decide("save", title=SCRIPT, number=SCRIPT, issuer=SCRIPT, place=SCRIPT)
    html = desk.page("/desk/plans/draft", id="青溪")
    assert "<script" not in html
    assert submitted(html)["title"] == SCRIPT


# ---- one plan in place of another -----------------------------------------------------------------------------------


def test_a_newer_text_supersedes_a_live_plan_which_stays_readable(desk):
    html = desk.page(desk.upload("云岭.txt", NEWER).headers["location"])
    assert submitted(html)["replaces"] == "云岭"
    desk.client.post("/desk/plans/draft", data={**submitted(html), "action": "approve"})
    desk.wait()
    assert (ids(desk.page(), "正在使用"), ids(desk.page(), "已停用")) == (["云岭"], ["云岭~1"])
    old = desk.stranger.get("/plans/云岭~1").text
    assert "新建健身步道61公里" in old
    assert "此计划已停用，仅供查阅。 现行：" in old
    assert '<a href="/plans/%E4%BA%91%E5%B2%AD?lang=zh" lang="zh-CN">云岭县便民服务行动计划（2024—2026年）</a>' in old
    new = desk.stranger.get("/plans/云岭").text
    assert "新建健身步道72公里" in new
    assert "此计划已停用" not in new
    assert "云岭~1" in unescape(desk.stranger.get("/plans").text).replace("%E4%BA%91%E5%B2%AD", "云岭")


def test_a_plan_of_another_name_is_replaced(desk):
    desk.upload("云岭二.txt", NEWER)
    desk.decide("approve", id="云岭二", title="新计划", replaces="云岭")
    desk.wait()
    assert (ids(desk.page(), "正在使用"), ids(desk.page(), "已停用")) == (["云岭二"], ["云岭"])
    old = desk.stranger.get("/plans/云岭", params={"lang": "en"}).text
    assert "This plan is no longer in use; it is kept for reference. In force:" in old


# ---- retirement -----------------------------------------------------------------------------------------------------


def test_a_plan_is_retired_and_taken_into_use_again(own_home, record):
    desk = Desk(own_home("云岭", "青溪"), record)
    assert desk.move("青溪", "retired").status_code == 303
    assert (ids(desk.page(), "正在使用"), ids(desk.page(), "已停用")) == (["云岭"], ["青溪"])
    assert desk.stranger.get("/plans/青溪").status_code == 200
    said = desk.stranger.post("/api/ask", json={"question": "新增养老床位多少张", "plan": "青溪"})
    assert said.status_code == 422
    assert desk.move("青溪", "live").status_code == 303
    assert (ids(desk.page(), "正在使用"), ids(desk.page(), "已停用")) == (["云岭", "青溪"], [])


@pytest.mark.parametrize(
    ("id", "to", "line"),
    [
        ("云岭", "retired", "云岭 是唯一的计划；请先加入别的计划，或关闭公众页面"),
        ("无", "retired", "没有计划 无；planqa plans 列出全部计划"),
        ("无", "live", "无：没有这个已停用的计划，或同名计划正在使用；planqa plans 列出全部计划"),
        ("云岭", "live", "云岭：没有这个已停用的计划，或同名计划正在使用；planqa plans 列出全部计划"),
    ],
)
def test_what_cannot_be_moved_is_told(desk, id, to, line):
    said = desk.move(id, to)
    assert (said.status_code, fault(said.text)) == (409, line)
    assert set(desk.library.live()) == {"云岭"}


def test_the_last_plan_has_no_button_to_retire_it(desk):
    assert 'value="retired"' not in desk.page()
    assert desk.client.post("/desk/plans/move", data={"id": "云岭", "to": "moon"}).status_code == 422


def test_a_publication_that_failed_is_told(desk, monkeypatch):
    from corpus.errors import IndexError_

    desk.upload("青溪.txt", QINGXI)

    def fail(*_):
        raise IndexError_("写不下索引；请检查空间和权限")

    with monkeypatch.context() as patch:
        patch.setattr(desk.library, "publish", fail)
        desk.decide("approve", title="青溪")
        desk.wait()
    assert "上次没有成功： 写不下索引；请检查空间和权限" in desk.page()
    assert "已批准，正在加入" in desk.page()
    assert desk.decide("approve", title="青溪").status_code == 303  # and can be tried again
    desk.wait()
    assert ids(desk.page(), "正在使用") == ["云岭", "青溪"]


def test_the_pages_speak_english_too(desk):
    location = desk.client.post("/desk/plans?lang=en", files={"file": ("青溪.txt", QINGXI.encode())}).headers["location"]
    assert location.startswith("/desk/plans/draft?lang=en&id=")
    html = desk.page(location)
    assert "<h1>Check the uploaded plan" in html
    assert "3 sections" in html
    assert "<h1>Manage plans</h1>" in desk.page(lang="en")
