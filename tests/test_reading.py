"""The pages that need no script: the plan to read, its targets, the plain form."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from fastapi.testclient import TestClient
from small import NEWER, approve, quiet, serving, text

from qa.export import plain_text
from qa.targets import rows
from qa.web.site import build_app

GREENWAY = "2023年绿道目标是多少"
QUOTE = "完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。"
PLAN = "/plans/putuo-2021-2023"
SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def visit(site) -> Callable[..., TestClient]:
    return lambda **settings: TestClient(site(**settings))


@pytest.fixture
def client(visit) -> TestClient:
    return visit()


def test_a_form_that_is_too_long_is_answered_by_a_page(client):
    said = client.post("/ask", data={"question": "绿" * 5000})
    assert said.status_code == 422
    assert said.headers["content-type"].startswith("text/html")
    assert "内容太长或不完整" in said.text


def plain(html: str) -> str:
    """What a reader sees of a piece of HTML."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def marks(html: str) -> list[str]:
    return [plain(found) for found in re.findall(r"<mark>(.*?)</mark>", html)]


def section(html: str, anchor: str) -> str:
    return html.partition(f'<section id="{anchor}"')[2].partition("</section>")[0]


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)}


# ---- the plan -------------------------------------------------------------------------------------------------------


def test_the_whole_plan_is_there_each_section_under_an_address_of_its_own(client, plan):
    html = client.get(PLAN).text
    ids = re.findall(r'<section id="([^"]*)"', html)
    assert len(set(ids)) == len(ids) == len(plan.sections) == 78
    assert {"通知", "序言", "一-三", "二-六-2", "二-六-1-1", "落款"} <= set(ids)
    shown = re.sub(r"\s", "", plain(html))
    for s in plan.sections:
        assert re.sub(r"\s", "", plain_text(s.text)) in shown, s.ref


def test_the_contents_lead_to_sections_that_are_there(client):
    html = client.get(PLAN).text
    contents = re.search(r'<nav class="contents".*?</nav>', html, re.DOTALL)
    assert contents is not None
    links = dict(re.findall(r'<a href="#([^"]*)">(.*?)</a>', contents[0]))
    assert links["二-六-2"] == "2. 推进多层次绿道贯通建设"
    assert set(links) < set(re.findall(r'id="([^"]*)"', html))
    assert len(re.findall("<h1", html)) == 1
    assert "普府办〔2021〕27号" in html


def test_an_answer_links_to_its_quote_which_is_highlighted_and_nothing_else(client):
    html = client.post("/ask", data={"question": GREENWAY}).text
    link = unescape(re.search(r'<a href="(/plans/[^"]*)"', html)[1])
    address, _, anchor = link.partition("#")
    assert anchor == "%E4%BA%8C-%E5%85%AD-2"
    read = client.get(address).text
    assert marks(read) == marks(section(read, "二-六-2")) == [QUOTE]


def test_every_target_links_to_its_sentence(client, plan):
    html = client.get(f"{PLAN}/targets").text
    links = re.findall(r'<td role="cell" class="where"><a href="(/plans/[^"]*)"', html)
    for link, row in zip(links, rows([plan]), strict=True):
        read = client.get(unescape(link)).text
        anchor = "-".join(part.strip("（）") for part in str(row["ref"]).split("/"))
        assert marks(section(read, anchor)) == [plain_text(str(row["quote"]))]


def test_a_search_counts_and_marks_every_hit(client, plan):
    html = client.get(PLAN, params={"q": "绿道"}).text
    count = sum(s.whole.count("绿道") for s in plan.sections)
    assert count > 5
    assert f'<p role="status">找到 {count} 处</p>' in html
    assert marks(html) == ["绿道"] * count


def test_a_search_is_not_particular_about_white_space_around_it(client):
    assert set(marks(client.get(PLAN, params={"q": " 桃浦湖 "}).text)) == {"桃浦湖"}


@pytest.mark.parametrize("wanted", ["vocs", "ＶＯＣｓ"], ids=["case", "width"])
def test_a_search_is_not_particular_about_width_and_case(client, wanted):
    assert set(marks(client.get(PLAN, params={"q": wanted}).text)) == {"VOCs"}


@pytest.mark.parametrize("wanted", ["核电站", ".*", "<mark>", "(?"])
def test_a_search_without_a_hit_says_so(client, wanted):
    html = client.get(PLAN, params={"q": wanted}).text
    assert '<p role="status">找到 0 处</p>' in html
    assert marks(html) == []


def test_without_a_search_nothing_is_marked(client):
    html = client.get(PLAN, params={"q": "", "text": ""}).text
    assert marks(html) == []
    assert 'role="status"' not in html


# ---- tables, and plans that are no longer in use --------------------------------------------------------------------

ROWS = "指标│2021年│2023年\n指标：托育机构│2021年：3家│2023年：9家\n指标：社区食堂│2023年：12处\n"
TABLE = f"三、主要指标\n{ROWS}以上指标由各乡镇落实。\n"


@pytest.fixture
def county(own_home, record):
    """The service on a home with one small plan."""
    return serving(own_home(), record)


def publish(service, *args, **kwargs):
    approve(service.library, *args, **kwargs)
    service.library.publish(quiet)
    assert service.refresh()
    return TestClient(build_app(service))


def test_the_rows_of_a_table_are_drawn_as_one(county):
    client = publish(county, "桥头.txt", text("桥头县", 5, 6, extra=TABLE))
    shown = section(client.get("/plans/桥头").text, "三")
    assert re.findall(r'aria-label="([^"]*)"', shown)[1:] == ["表格： 指标、2021年、2023年"]
    assert re.findall(r'<th scope="col">(.*?)</th>', shown) == ["指标", "2021年", "2023年"]
    assert [re.findall("<td>(.*?)</td>", row) for row in re.findall("<tr>(<td>.*?)</tr>", shown)] == [
        ["托育机构", "3家", "9家"],
        ["社区食堂", "", "12处"],
    ]
    assert plain(shown.partition("</table>")[2]).strip() == "以上指标由各乡镇落实。"


def test_an_answer_from_a_row_leads_to_the_row_highlighted(county):
    client = publish(county, "桥头.txt", text("桥头县", 5, 6, extra=TABLE), place="桥头县")
    html = client.post("/ask", data={"question": "桥头县2023年托育机构多少家"}).text
    link = unescape(re.search(r'<a href="(/plans/[^"]*)"', html)[1])
    read = client.get(link.partition("#")[0]).text
    assert marks(read) == marks(section(read, "三")) == ["托育机构", "3家", "9家"]


def test_a_search_marks_the_whole_row(county):
    client = publish(county, "桥头.txt", text("桥头县", 5, 6, extra=TABLE))
    assert marks(client.get("/plans/桥头", params={"q": "社区食堂"}).text) == ["社区食堂", "12处"]


def test_a_plan_that_is_no_longer_in_use_says_so_and_which_is(county):
    client = publish(county, "云岭二.txt", NEWER, replaces="云岭")
    old, new = (client.get(f"/plans/{name}").text for name in ("云岭", "云岭二"))
    banner = re.search(r'<p class="answer refused">(.*?)</p>', old)[1]
    assert plain(banner) == "此计划已停用，仅供查阅。 现行： 云岭县便民服务行动计划（2024—2026年）"
    assert re.search(r'href="([^"]*)"', banner)[1] == "/plans/%E4%BA%91%E5%B2%AD%E4%BA%8C?lang=zh"
    assert "已停用" not in new
    assert client.get("/plans/云岭/targets").status_code == 200
    listed = client.get("/plans").text.partition("<h2>已停用</h2>")[2]
    assert re.findall(r'<li><a href="([^"]*)"', listed) == ["/plans/%E4%BA%91%E5%B2%AD?lang=zh"]


# ---- targets --------------------------------------------------------------------------------------------------------


def test_the_targets_page_lists_every_target(client, plan):
    html = client.get(f"{PLAN}/targets").text
    lines = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r'<tr role="row"><th scope="row".*?</tr>', html)
    ]
    targets = rows([plan])
    assert len(lines) == len(targets) == 24
    for line, row in zip(lines, targets, strict=True):
        expected = [plain_text(row["indicator"]), plain_text(row["figure"]), "", str(row["horizon"] or ""), row["address"]]
        assert [plain(cell) for cell in line] == expected
    assert "这些是计划期内要做到的目标，不是已经做到的结果。" in html
    assert "按规则自动提取，以计划原文为准" in html


def test_a_reader_of_english_is_told_what_each_target_is(client, plan):
    html = client.get(f"{PLAN}/targets", params={"lang": "en"}).text
    told = re.findall(r'<span class="english" lang="en">(.*?)</span>', html)
    assert len(told) == len(rows([plan]))
    assert "Bring the harmless treatment rate of household waste to 100%" in told
    assert "Extracted automatically; the English is an unofficial translation, the Chinese is authoritative" in html


def test_the_targets_in_per_cent_are_drawn_as_long_as_they_are(client, plan):
    html = client.get(f"{PLAN}/targets").text
    drawn = [float(width) for width in re.findall(r'<rect class="bar" width="([\d.]+)"', html)]
    assert drawn == [row["value"] for row in rows([plan]) if row["unit"] == "%"]
    assert 30.1 in drawn


# ---- the plain form -------------------------------------------------------------------------------------------------


def test_the_form_answers_without_a_script(client, record):
    html = client.post("/ask", data={"question": GREENWAY}).text
    assert '<p class="said">推进新建绿道 18 公里。[1]（计划没有按年分列，这是整个计划期的数。）</p>' in html
    assert "二、（六）2. 推进多层次绿道贯通建设</a>" in html
    assert f'<blockquote lang="zh-CN">{QUOTE}</blockquote>' in html
    assert "自动生成，以计划原文为准" in html
    assert "<script" not in html
    assert [row["channel"] for row in record.answers()] == ["form"]


def test_a_follow_up_brings_the_turn_before_along(client):
    first = hidden(client.post("/ask", data={"question": GREENWAY}).text)
    assert first["before"] == GREENWAY
    assert first["said"] == "推进新建绿道 18 公里。（计划没有按年分列，这是整个计划期的数。）（二、（六）2.）"
    html = client.post("/ask", data={"question": "公园绿地呢", "before": first["before"], "said": first["said"]}).text
    assert '<p class="soft">按此理解：公园绿地是多少？</p>' in html
    assert '<p class="said">推进新建公园绿地 30 万平方米。[1]</p>' in html
    alone = client.post("/ask", data={"question": "公园绿地呢"}).text
    assert "按此理解" not in alone


def test_a_refusal_names_the_nearest_section_and_offers_no_follow_up(client):
    html = client.post("/ask", data={"question": "生态环境局的电话是多少"}).text
    assert '<div class="answer refused">' in html
    assert "最接近的章节: <a href=" in html
    assert set(hidden(html)) == {"answer_id"}


def test_feedback_is_taken_by_a_form(client, record):
    key = hidden(client.post("/ask", data={"question": GREENWAY}).text)["answer_id"]
    said = client.post("/ask/feedback", data={"answer_id": key, "verdict": "wrong_answer", "comment": "电13812345678"})
    assert (said.status_code, "<h1>已记下，谢谢。</h1>" in said.text) == (200, True)
    assert [(row["verdict"], row["comment"]) for row in record.feedback()] == [("wrong_answer", "电***")]
    assert client.post("/ask/feedback", data={"answer_id": "x", "verdict": "up"}).status_code == 404
    assert client.post("/ask/feedback", data={"answer_id": key, "verdict": "great"}).status_code == 404


def test_an_empty_question_is_answered_with_a_request_for_one(client):
    said = client.post("/ask", data={"question": " "})
    assert said.status_code == 200
    assert '<p class="said">请输入一个问题。</p>' in said.text


def test_a_closed_service_says_why_and_keeps_the_question_in_the_form(client, record):
    record.close_public("更新<数据>", "王芳")
    said = client.post("/ask", data={"question": GREENWAY})
    assert said.status_code == 503
    assert '<p class="answer fault" role="alert">问答服务暂停：更新&lt;数据&gt;</p>' in said.text
    assert f">{GREENWAY}</textarea>" in said.text
    assert client.get(PLAN).status_code == 200


def test_over_the_limit_a_reader_is_told_so_in_their_language(visit):
    client = visit(questions_per_minute=1)
    client.post("/ask", data={"question": GREENWAY})
    said = client.post("/ask?lang=en", data={"question": GREENWAY})
    assert said.status_code == 429
    assert "At most 1 questions a minute; please wait a little." in said.text


# ---- all pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "params", "data"),
    [
        (PLAN, {"q": SCRIPT}, None),
        (PLAN, {"text": SCRIPT}, None),
        (PLAN, {"lang": SCRIPT}, None),
        ("/plans/<script>alert(1)", {SCRIPT: SCRIPT}, None),
        ("/ask", {"x": SCRIPT}, {"question": SCRIPT}),
        ("/ask", {}, {"question": f"{GREENWAY}{SCRIPT}"}),
        ("/ask", {}, {"question": "那呢", "before": SCRIPT, "said": SCRIPT}),
        ("/ask/feedback", {}, {"answer_id": SCRIPT, "verdict": "up"}),
    ],
    ids=["search", "quote", "language", "plan", "question", "answered", "history", "feedback"],
)
def test_whatever_a_reader_writes_stays_text(client, path, params, data):
    said = client.post(path, params=params, data=data) if data else client.get(path, params=params)
    assert said.headers["content-type"].startswith("text/html")
    assert "<script" not in said.text
    assert 'value="">' not in said.text.replace('name="q" value=""', "")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/plans", "All plans · Ask the plan"),
        (PLAN, "普陀区第八轮（2021—2023年）生态环境保护和建设三年行动计划 · Ask the plan"),
        (f"{PLAN}/targets", "Targets · Ask the plan"),
        ("/ask", "Ask · Ask the plan"),
    ],
)
def test_every_page_is_english_for_whoever_wants_it(client, path, title):
    by_address, by_browser = client.get(path, params={"lang": "en"}), client.get(path, headers={"accept-language": "en"})
    for html in (by_address.text, by_browser.text):
        assert '<html lang="en">' in html
        assert f"<title>{title}</title>" in html
        assert 'hreflang="zh-CN" lang="zh-CN">中文</a>' in html
    assert '<html lang="zh-CN">' in client.get(path, params={"lang": "zh"}, headers={"accept-language": "en"}).text


def test_chinese_on_an_english_page_is_marked_as_chinese(client):
    read = client.get(PLAN, params={"lang": "en", "q": "绿道"}).text
    assert '<article lang="zh-CN">' in read
    assert "Search in the text" in read
    assert re.search(r'<p role="status">\d+ found</p>', read)
    said = client.post("/ask?lang=en", data={"question": "what is the 2023 greenway target"}).text
    assert '<div lang="en">' in said
    assert "18 kilometres" in said
    assert f'<blockquote lang="zh-CN">{QUOTE}</blockquote>' in said
    assert "the English is an unofficial translation" in said


def test_a_change_of_language_keeps_what_was_looked_for(client):
    html = client.get(PLAN, params={"q": "绿道", "lang": "zh"}).text
    assert '<a href="?q=%E7%BB%BF%E9%81%93&amp;lang=en" hreflang="en" lang="en">English</a>' in html


def test_a_page_that_is_not_there_says_so(client):
    for path in ("/plans/none", "/plans/none/targets"):
        chinese, english = client.get(path), client.get(path, params={"lang": "en"})
        assert (chinese.status_code, english.status_code) == (404, 404)
        assert "<h1>没有这一页</h1>" in chinese.text
        assert "<h1>There is no such page</h1>" in english.text


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nope", "/nope/deeper", "/apiary", "/desk/logout"])
def test_a_browser_that_asks_for_nothing_known_gets_a_page(client, path):
    chinese, english = client.get(path, headers=BROWSER), client.get(path, headers={**BROWSER, "accept-language": "en"})
    assert (chinese.status_code, english.status_code) in [(404, 404), (405, 405)]
    assert "<h1>没有这一页</h1>" in chinese.text
    assert '<html lang="zh-CN">' in chinese.text
    assert "<h1>There is no such page</h1>" in english.text
    assert '<a href="/?lang=en">Chat page</a>' in english.text
    assert chinese.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api/nope", "/v1/nope", "/api", "/api/plans/none/sections"])
def test_a_program_is_told_in_json_whatever_it_accepts(client, path):
    for headers in ({}, BROWSER):
        said = client.get(path, headers=headers)
        assert (said.status_code, list(said.json())) == (404, ["detail"])
    assert client.get("/nope").json() == {"detail": "Not Found"}


def test_every_link_of_every_page_leads_somewhere(client):
    seen, ahead = set(), ["/plans", "/ask"]
    while ahead:
        path = ahead.pop()
        seen.add(path)
        said = client.get(path)
        assert said.status_code == 200, path
        links = {unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"#]*)', said.text)}
        ahead += [link for link in links - seen - set(ahead) if "text=" not in link and not link.startswith("/?")]
    assert {f"{PLAN}?lang=zh", f"{PLAN}/targets?lang=zh", "/site.css", "/favicon.ico"} <= seen


# ---- the size of type -------------------------------------------------------------------------------------------------


def test_large_type_is_kept_until_it_is_taken_back(client):
    assert 'class="large"' not in client.get("/plans").text
    gone = client.get("/size?back=/plans?lang=en", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/plans?lang=en")
    large = client.get("/plans").text
    assert '<html lang="zh-CN" class="large">' in large
    assert "标准字号" in large
    client.get("/size")
    assert 'class="large"' not in client.get("/plans").text


@pytest.mark.parametrize("back", ["//a.example/", "https://a.example/", "/\\a.example", "javascript:alert(1)", ""])
def test_the_way_back_leads_to_no_other_site(client, back):
    assert client.get("/size", params={"back": back}, follow_redirects=False).headers["location"] == "/"
