"""The served page, driven as a reader drives it: in a browser, by mouse, by keyboard, on a phone; and how it is served."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import small
from chat_server import chat_server
from servers import free_port
from small import QINGXI, make_home

from corpus.errors import IndexMissingError, SettingError
from corpus.parse import parse_plan
from corpus.targets import find_targets
from index.settings import Settings
from qa.answer import Answer, Citation
from qa.followup import Turn
from qa.pipeline import Ask
from qa.record import Record
from qa.web.page import ALL, LANGUAGES, MAX_TURNS, PublicPage, Talk
from qa.web.panel import CONTENTS, SECTION, TARGETS, View
from qa.web.serve import serve
from qa.web.service import Kept

ROOT = Path(__file__).parent.parent
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GREENWAY = "2023年绿道目标是多少"


# ---- the server and the browser -------------------------------------------------------------------------------------


@dataclass
class Served:
    """A page served by a process of its own."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and what was written to stderr."""
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


def start(home: Path, **environment: str) -> Served:
    port = free_port()
    own = {"PLANQA_HOME": str(home), "PLANQA_QUESTIONS_PER_MINUTE": "10000"}  # all readers come from one address
    command, environ = [sys.executable, "app.py", "--port", str(port)], {**os.environ, **own, **environment}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if line != f"planqa 已启动：http://127.0.0.1:{port}\n":
        process.kill()
        raise AssertionError(f"{line!r}\n{process.communicate()[1]}")
    return Served(process, port)


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    served = start(home)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        missing = f"no browser ({', '.join(names)}); get one with: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield browser
        browser.close()


def until_drawn(page) -> None:
    """Wait until the chat page is drawn for its reader."""
    page.locator("#pq-box textarea:enabled").wait_for()


@dataclass
class Visit:
    """One reader's page."""

    page: object
    hosts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def ask(self, question: str):
        """Type a question, press Enter, and return the turn that it becomes."""
        turns = self.page.locator(".pq-turn")
        number = turns.count()
        self.page.locator("#pq-box textarea").fill(question)
        self.page.locator("#pq-box textarea").press("Enter")
        turns.nth(number).wait_for()
        return turns.nth(number)

    @property
    def panel(self):
        return self.page.locator(".pq-panel")


@pytest.fixture
def visit(browser, served) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_page(viewport: dict[str, int] = DESKTOP, served: Served = served) -> Visit:
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", locale="zh-CN")
        context.set_default_timeout(60_000)  # the first question waits until the engine is warm
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.hosts.add(request.url.split("/")[2] if "://" in request.url else "data"))
        visit.page.on("websocket", lambda socket: visit.hosts.add(socket.url.split("/")[2]))
        visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
        visit.page.on("console", lambda message: message.type == "error" and visit.faults.append(message.text))
        visit.page.goto(served.url)
        until_drawn(visit.page)
        return visit

    yield open_page
    for context in contexts:
        context.close()


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


# ---- asking ---------------------------------------------------------------------------------------------------------


def test_a_figure_is_answered_and_its_source_highlighted(visit):
    reader = visit()
    turn = reader.ask(GREENWAY)
    expect(turn.locator(".pq-said")).to_contain_text("18 公里")
    expect(turn).to_contain_text("自动生成，以计划原文为准")
    expect(turn.locator(".pq-chip")).to_contain_text("二、（六）2.")
    expect(reader.panel.locator(".pq-address")).to_have_text("二、（六）2.")
    expect(reader.panel.locator("mark")).to_contain_text("推进新建绿道 18 公里。")
    expect(reader.panel.locator("mark strong")).to_have_text("18 公里")
    expect(reader.panel.locator(".pq-path")).to_contain_text("二、主要任务安排")
    expect(reader.panel.locator(".pq-text")).to_contain_text("推进林荫道创建和绿化特色道路建设")  # the section's end
    assert reader.faults == []


def test_an_english_question_is_answered_in_english_from_the_chinese_text(visit):
    reader = visit()
    turn = reader.ask("what is the 2023 greenway target")
    expect(turn.locator(".pq-answer")).to_contain_text("18 kilometres")
    expect(reader.panel.locator(".pq-address")).to_have_text("二、（六）2.")
    expect(reader.panel.locator("mark")).to_contain_text("推进新建绿道 18 公里。")


def test_what_a_language_model_writes_appears_statement_by_statement(visit, browser, home, tmp_path):
    with chat_server() as model:
        model.mode = "pauses"
        named = {"PLANQA_CHAT_MODEL": "openai:m", "PLANQA_CHAT_BASE_URL": model.address, "OPENAI_API_KEY": "not-a-key"}
        served = start(home, **named, PLANQA_CHAT_TIMEOUT="60")
        try:
            visited = visit(served=served)
            turn = visited.ask("噪声扰民有什么要求？")
            said, log = turn.locator(".pq-said"), visited.page.locator(".pq-log")
            turn.locator(".pq-made", has_text="语言模型正在从计划原文中选句").wait_for()
            first = said.inner_text()
            assert first.endswith("[1]")
            assert log.get_attribute("aria-busy") == "true"
            assert turn.locator(".pq-feedback").count() == 0
            model.released.set()
            expect(turn.locator(".pq-made")).to_contain_text("由语言模型从计划原文中选句连接，逐句核对过。")
            assert said.inner_text().startswith(first)
            assert len(said.inner_text()) > len(first)
            assert log.get_attribute("aria-busy") is None
            expect(visited.panel).to_contain_text("噪声")
            assert visited.faults == []
        finally:
            served.stop()


def test_a_refusal_shows_no_source(visit):
    reader = visit()
    reader.ask(GREENWAY)
    turn = reader.ask("2035年绿道的目标是多少公里")
    expect(turn.locator(".pq-refused")).to_be_visible()
    assert turn.locator(".pq-mark, .pq-chip").count() == 0
    expect(reader.panel.locator("mark")).to_have_count(0)


def test_a_refusal_leads_to_the_nearest_section(visit):
    reader = visit()
    turn = reader.ask("负责绿道贯通建设的联系电话是多少")
    turn.get_by_role("button", name="去看最接近的章节").click()
    expect(reader.panel.locator("h2")).to_have_text("章节原文")
    expect(reader.panel.locator(".pq-address")).to_be_visible()
    expect(reader.panel.locator("mark")).to_have_count(0)


def test_a_follow_up_is_read_with_the_turns_before_it(visit):
    reader = visit()
    reader.ask(GREENWAY)
    turn = reader.ask("立体绿化呢？")
    expect(turn.locator(".pq-read")).to_contain_text("按此理解：立体绿化")
    expect(reader.panel.locator(".pq-address")).to_have_text("二、（六）3.")


def test_sources_can_be_switched(visit):
    reader = visit()
    turn = reader.ask("哪些部分提到了垃圾分类")
    assert turn.locator(".pq-mark").count() > 1
    first = reader.panel.locator(".pq-address").inner_text()
    reader.panel.get_by_role("button", name="出处 2：").click()
    expect(reader.panel.locator(".pq-tabs [aria-pressed=true]")).to_have_text("[2]")
    expect(reader.panel.locator(".pq-address")).not_to_have_text(first)
    turn.locator(".pq-mark").first.click()
    expect(reader.panel.locator(".pq-address")).to_have_text(first)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_opened_source_shows_its_quote_without_scrolling(visit, viewport):
    reader = visit(viewport)
    turn = reader.ask("全区绿化覆盖率要达到多少")
    turn.locator(".pq-mark").first.click()
    expect(reader.panel.locator("mark").first).to_be_in_viewport()


def test_earlier_answers_keep_their_sources(visit):
    reader = visit()
    first = reader.ask(GREENWAY)
    reader.ask("哪些部分提到了垃圾分类")
    first.locator(".pq-mark").click()
    expect(reader.panel.locator("mark strong")).to_have_text("18 公里")


def test_an_example_asks_and_clearing_brings_the_examples_back(visit):
    reader = visit()
    example = reader.page.locator(".pq-example").first
    question = example.inner_text()
    example.click()
    expect(reader.page.locator(".pq-asked")).to_contain_text(question)
    reader.page.get_by_role("button", name="清空对话").click()
    expect(reader.page.locator(".pq-example")).to_have_count(6)
    expect(reader.page.locator(".pq-turn")).to_have_count(0)


@pytest.mark.parametrize("question", ["", "。？", "长" * 301, "长" * 100_000], ids=["empty", "marks", "long", "very-long"])
def test_questions_that_are_none_get_a_refusal(visit, question):
    reader = visit()
    expect(reader.ask(question).locator(".pq-refused")).to_be_visible()
    assert reader.faults == []


def test_markup_in_a_question_stays_text(visit):
    reader = visit()
    question = '<script>window.hit=1</script><img src=x onerror="window.hit=1">绿道'
    turn = reader.ask(question)
    expect(turn.locator(".pq-asked")).to_contain_text(question)
    assert reader.page.evaluate("window.hit") is None


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_page_names_the_plan_and_says_that_targets_are_not_results(visit):
    header = visit().page.locator(".pq-header")
    for text in ("普陀区第八轮（2021—2023年）生态环境保护和建设三年行动计划", "普府办〔2021〕27号", "不是已经做到的结果"):
        expect(header).to_contain_text(text)


def test_the_contents_lead_to_each_section(visit):
    reader = visit()
    reader.panel.get_by_role("button", name="（六）生态环境保护与生态建设").click()
    reader.panel.get_by_role("button", name="2. 推进多层次绿道贯通建设").click()
    expect(reader.panel.locator(".pq-text")).to_contain_text("推进新建绿道 18 公里")
    reader.panel.get_by_role("button", name="计划目录").click()
    expect(reader.panel.locator("h2")).to_have_text("计划目录")
    reader.panel.get_by_role("button", name="章节原文").click()
    expect(reader.panel.locator(".pq-text")).to_contain_text("推进新建绿道 18 公里")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_targets_are_read_in_place_each_with_its_sentence(visit, viewport, plan):
    reader = visit(viewport)
    reader.page.get_by_role("link", name="指标一览").click()
    heading = reader.panel.locator("h2")
    expect(heading).to_have_text("指标一览")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    rows = reader.panel.get_by_role("row")
    expect(rows).to_have_count(1 + len(find_targets(plan)))
    row = rows.filter(has_text="新建绿道")
    expect(row.get_by_role("rowheader")).to_have_text("新建绿道")
    expect(row.get_by_role("cell").first).to_have_text("18 公里")
    row.get_by_role("button", name="二、（六）2. 新建绿道").click()
    expect(reader.panel.locator("mark strong")).to_have_text("18 公里")
    expect(reader.panel.locator("mark")).to_be_in_viewport()
    expect(heading).to_be_focused()
    reader.panel.get_by_role("button", name="指标一览").click()
    expect(heading).to_have_text("指标一览")
    assert "/plans" not in reader.page.url
    assert reader.faults == []


def test_the_targets_are_read_by_keyboard_alone(visit):
    reader = visit()
    reader.page.get_by_role("link", name="指标一览").focus()
    reader.page.keyboard.press("Enter")
    expect(reader.panel.locator("h2")).to_be_focused()
    reader.page.keyboard.press("Tab")
    expect(reader.panel.locator(".pq-place").first).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(reader.panel.locator("h2")).to_be_focused()
    expect(reader.panel.locator("mark strong")).to_contain_text("85%")


def test_a_phone_shows_the_question_box_at_once(visit):
    reader = visit(PHONE)
    expect(reader.page.locator("#pq-box textarea")).to_be_in_viewport(ratio=1)
    expect(reader.page.locator("#pq-submit")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_question_box_never_covers_what_has_the_focus(visit, viewport):
    reader = visit(viewport)
    reader.ask("哪些部分提到了垃圾分类")
    reader.page.locator(".pq-mark").first.focus()
    covered = """() => {
        const e = document.activeElement, box = document.querySelector('#pq-ask'), a = e.getBoundingClientRect();
        if (box.contains(e)) return 'box';
        const b = box.getBoundingClientRect();
        return a.bottom > b.top && a.top < b.bottom && a.left < b.right && a.right > b.left;
    }"""
    for _ in range(40):
        found = reader.page.evaluate(covered)
        if found == "box":
            break
        assert not found, reader.page.evaluate("document.activeElement.outerHTML")
        reader.page.keyboard.press("Tab")
    assert found == "box"


def test_on_a_touch_screen_the_keyboard_makes_way_for_the_answer(browser, served):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    context.set_default_timeout(60_000)
    reader = Visit(context.new_page())
    reader.page.goto(served.url)
    until_drawn(reader.page)
    reader.ask(GREENWAY)
    expect(reader.page.locator("#pq-box textarea")).not_to_be_focused()
    context.close()


def test_the_interface_can_be_english(visit):
    reader = visit()
    assert reader.page.evaluate("document.documentElement.lang") == "zh-CN"
    reader.ask(GREENWAY)
    reader.page.get_by_role("radio", name="English").check()
    expect(reader.page.get_by_label("Your question")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(reader.page.locator("h1")).to_contain_text("Three-Year Action Plan of Putuo District")
    expect(reader.page.locator(".pq-made")).to_contain_text("Made automatically")
    expect(reader.panel.locator(".pq-english")).to_contain_text("18 kilometres")
    assert reader.page.evaluate("document.documentElement.lang") == "en"


def test_nothing_is_asked_before_the_page_is_drawn_for_its_reader(browser, served):
    context = browser.new_context(locale="zh-CN")
    page, held = context.new_page(), []
    page.route("**/gradio_api/run/**", lambda route: held.append(route))
    with page.expect_request("**/gradio_api/run/**"):  # by which the page is drawn for its reader
        page.goto(served.url)
    box = page.locator("#pq-box textarea")
    expect(box).to_be_disabled()
    expect(page.locator("#pq-submit")).to_be_disabled()
    page.locator(".pq-example").first.click()
    (first,) = held
    first.continue_()
    expect(box).to_be_enabled()
    expect(page.locator(".pq-turn")).to_have_count(0)
    context.close()


def test_by_keyboard_alone(visit):
    reader = visit()
    for _ in range(20):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    reader.page.keyboard.type(GREENWAY)
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator(".pq-said")).to_contain_text("18 公里")


def test_a_source_opened_by_keyboard_takes_the_focus(visit):
    reader = visit()
    turn = reader.ask(GREENWAY)
    reader.panel.get_by_role("button", name="计划目录").click()
    expect(reader.panel.locator("h2")).to_have_text("计划目录")
    turn.locator(".pq-mark").focus()
    reader.page.keyboard.press("Enter")
    expect(reader.panel.locator("h2")).to_be_focused()
    expect(reader.panel.locator("h2")).to_have_text("出处")


def test_a_phone_never_scrolls_sideways(visit):
    reader = visit(PHONE)

    def overflow() -> int:
        return int(reader.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    assert overflow() <= 0
    for question in (GREENWAY, "哪些部分提到了垃圾分类", "2035年绿道的目标是多少公里", "a" * 250, "greenway target?"):
        reader.ask(question)
        assert overflow() <= 0, question
    reader.page.get_by_role("radio", name="English").check()
    expect(reader.page.get_by_label("Your question")).to_be_visible()
    assert overflow() <= 0


@pytest.mark.parametrize(("viewport", "below"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "phone"])
def test_sources_stand_beside_the_conversation_or_on_a_phone_below_it(visit, viewport, below):
    reader = visit(viewport)
    reader.ask(GREENWAY)
    box, panel = reader.page.evaluate(  # in one call: the page may still be scrolling
        "['#pq-box', '.pq-panel'].map(name => document.querySelector(name).getBoundingClientRect().toJSON())"
    )
    assert (panel["top"] >= box["bottom"]) == below
    assert (panel["left"] >= box["right"]) != below


def test_text_is_large_and_well_spaced(visit):
    reader = visit(PHONE)
    reader.ask(GREENWAY)
    for selector in (".pq-said", ".pq-text", ".pq-asked"):
        size, line = reader.page.locator(selector).evaluate(
            "e => [parseFloat(getComputedStyle(e).fontSize), parseFloat(getComputedStyle(e).lineHeight)]"
        )
        assert size >= 16
        assert line / size >= 1.5


def test_nothing_is_asked_of_another_host(visit, served):
    reader = visit()
    reader.ask(GREENWAY)
    reader.page.get_by_role("radio", name="English").check()
    expect(reader.page.get_by_label("Your question")).to_be_visible()
    assert reader.hosts - {"data"} == {f"127.0.0.1:{served.port}"}


# ---- serving --------------------------------------------------------------------------------------------------------


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    "path",
    [
        "docs",
        "openapi.json",
        "gradio_api/info",
        "gradio_api/openapi.json",
        "gradio_api/upload",
        "gradio_api/file=/etc/hostname",
        "gradio_api/vibe-code",
        "monitoring",
    ],
)
def test_what_the_page_does_not_need_is_closed(served, path):
    assert status(served.url + path) == 404


def test_the_frame_is_chinese_and_allows_no_other_host(served):
    with urllib.request.urlopen(served.url) as response:
        html, policy = response.read().decode(), response.headers["content-security-policy"]
    assert 'lang="zh-CN"' in html
    assert "三年行动计划 · 计划问答</title>" in html
    assert "raw.githubusercontent.com" not in html
    assert policy.startswith("default-src 'self'; ")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_quietly_while_a_page_is_open(home, browser, how):
    served = start(home)
    page = browser.new_page(locale="zh-CN")
    page.goto(served.url)
    page.get_by_label("您的问题").wait_for()
    assert served.stop(how) == (0, "")
    page.close()


def test_a_port_in_use_is_named_in_one_line(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"^端口 {port} 被占用；请用 --port 指定别的端口$"):
            serve(Settings.load({}, home=home, port=port))


def test_an_address_that_cannot_be_listened_on_is_named_in_one_line(home):
    with pytest.raises(SettingError, match=r"^无法监听 203\.0\.113\.7:7860（.+）；请用 --host 和 --port 指定别的地址$"):
        serve(Settings.load({}, home=home, host="203.0.113.7"))


# ---- the state of a page --------------------------------------------------------------------------------------------


def desk(answer: Callable[[Ask], Answer], *others: str) -> PublicPage:
    written = {"p": "一、总则\n（一）目标\n新建绿道18公里。\n", "q": "一、养老服务\n新增床位5张。\n"}
    plans = {name: parse_plan(name, written[name], f"{name}计划") for name in ("p", *others)}
    ask = lambda asked, address, channel, seen: Kept("a1", answer(asked))  # noqa: E731
    service = {"settings": Settings.load({}), "ask": ask, "plans": plans, "plan": plans.get, "rendering": lambda *_: ""}
    return PublicPage(SimpleNamespace(**service, listed=plans))


def greenway(_: Ask) -> Answer:
    return Answer(
        "问", "zh", "18公里[1]", citations=(Citation(1, "p", "一/（一）", "一、（一）", "目标", "新建绿道18公里。", 11, 20),)
    )


def test_a_fault_is_shown_as_its_line():
    def fail(_: Ask) -> Answer:
        raise IndexMissingError("还没有索引；请运行 planqa index")

    page = desk(fail)
    talk = page.ask("问", page.start())
    assert "还没有索引；请运行 planqa index" in page.log(talk)
    assert talk.view == CONTENTS


def test_what_is_not_a_fault_of_the_user_is_not_swallowed():
    def fail(_: Ask) -> Answer:
        raise ZeroDivisionError

    page = desk(fail)
    with pytest.raises(ZeroDivisionError):
        page.ask("问", page.start())


def test_the_engine_is_given_the_turns_before():
    seen: list[Ask] = []

    def answer(asked: Ask) -> Answer:
        seen.append(asked)
        return greenway(asked)

    page = desk(answer)
    page.ask("然后呢", page.ask("多少", page.start()))
    assert seen == [Ask("多少"), Ask("然后呢", (Turn("user", "多少"), Turn("assistant", "18公里（一、（一））")))]


def test_old_turns_are_dropped_and_their_numbers_not_used_again():
    page = desk(greenway)
    talk = page.start()
    for _ in range(MAX_TURNS + 2):
        talk = page.ask("多少", talk)
    assert [e.number for e in talk.exchanges] == list(range(3, MAX_TURNS + 3))


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"view": "outline"},
        {"plan": "p", "ref": "九"},
        {"plan": "x", "ref": "一"},
        {"mark": "1"},
        {"mark": "1", "turn": "7"},
        {"mark": "x", "turn": "1"},
        {"view": "section", "plan": "p"},
        {"view": "../x", "plan": "p", "ref": "九"},
    ],
    ids=str,
)
def test_what_is_not_there_opens_the_contents(wanted):
    page = desk(greenway)
    talk = page.open(wanted, page.ask("多少", page.start()))
    assert talk.view == CONTENTS
    assert ">计划目录</h2>" in page.panel(talk)


def test_the_targets_are_opened_and_from_a_row_its_sentence_in_place():
    page = desk(greenway)
    talk = page.open({"view": "targets", "plan": "p"}, page.ask("多少", page.start()))
    assert talk.view == View(TARGETS, "p")
    assert ">指标一览</h2>" in page.panel(talk)
    assert 'data-ref="一/（一）" data-target="1"' in page.panel(talk)
    talk = page.open({"plan": "p", "ref": "一/（一）", "target": "1"}, talk)
    assert talk.view == talk.section == View(SECTION, "p", "一/（一）", target=1)
    assert "<mark>新建绿道<strong>18公里</strong>。</mark>" in page.panel(talk)
    assert 'data-act="copy"' in page.panel(talk)


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "²", "9" * 30, ""])
def test_a_target_that_is_not_there_opens_its_section_alone(number):
    page = desk(greenway)
    panel = page.panel(page.open({"plan": "p", "ref": "一/（一）", "target": number}, page.start()))
    assert "新建绿道18公里。" in panel
    assert "<mark>" not in panel


def test_the_section_that_was_read_last_stays_within_reach():
    page = desk(greenway)
    talk = page.open({"view": "outline", "plan": "p"}, page.ask("多少", page.start()))
    assert 'data-turn="1" data-mark="1">章节原文</button>' in page.panel(talk)
    assert page.open({"turn": "1", "mark": "1"}, talk).view == talk.section


# ---- several plans --------------------------------------------------------------------------------------------------


def test_where_all_plans_are_asked_they_are_offered_and_their_examples_put_to_their_own():
    seen: list[Ask] = []

    def answer(asked: Ask) -> Answer:
        seen.append(asked)
        return greenway(asked)

    page = desk(answer, "q")
    talk = page.start()
    assert ">全部计划</h2>" in page.panel(talk)
    assert 'data-view="outline" data-plan="p">p计划' in page.panel(talk)
    assert 'data-view="outline" data-plan="q">q计划' in page.panel(talk)
    assert 'data-question="养老服务有哪些要求？" data-plan="q"' in page.log(talk)
    page.ask("养老服务有哪些要求？", talk, plan="q")
    page.ask("多少", talk, plan="没有这个计划")
    page.ask("多少", page.choose("p", talk), plan=ALL)
    assert [asked.plan for asked in seen] == ["q", None, "p"]


def test_a_plan_that_was_offered_opens_its_contents_its_targets_and_the_way_back():
    page = desk(greenway, "q")
    talk = page.open({"view": "targets", "plan": ""}, page.start())
    assert ">指标一览</h2>" in page.panel(talk)
    assert 'data-view="targets" data-plan="q">q计划' in page.panel(talk)
    talk = page.open({"view": "targets", "plan": "q"}, talk)
    assert 'data-target="1"' in page.panel(talk)
    assert 'data-view="targets" data-plan="">全部计划' in page.panel(talk)
    talk = page.open({"view": "outline", "plan": "q"}, talk)
    assert ">计划目录</h2>" in page.panel(talk)
    assert 'data-plan="q" data-ref="一"' in page.panel(talk)


def test_with_one_plan_chosen_of_several_only_that_one_is_shown():
    page = desk(greenway, "q")
    talk = page.choose("q", page.start())
    assert ">计划目录</h2>" in page.panel(talk)
    assert "全部计划" not in page.panel(talk)
    assert "健身" not in page.log(talk)
    assert 'data-plan="p"' not in page.log(talk)


# ---- one reader's state ---------------------------------------------------------------------------------------------


def test_a_source_is_opened_by_turn_and_mark():
    page = desk(greenway)
    talk = page.ask("多少", page.start())
    assert page.open({"turn": "1", "mark": "1"}, page.clear(talk)).view == CONTENTS
    assert page.open({"turn": "1", "mark": "1"}, talk).view == View(SECTION, "p", "一/（一）", 1, 1)
    assert page.open({"plan": "p", "ref": "一"}, talk).view == View(SECTION, "p", "一")


def test_languages_and_plans_are_changed_only_to_known_ones():
    page = desk(greenway)
    talk = page.start()
    assert [page.switch(name, talk).language for name in [*LANGUAGES, "其他"]] == ["zh", "en", "zh"]
    assert page.choose("x", talk) == Talk("p")


# ---- all pages ------------------------------------------------------------------------------------------------------

PAGES = ("/", "/ask", "/plans", "/plans/putuo-2021-2023", "/plans/putuo-2021-2023/targets", "/desk/login")
DESK_PAGES = ("/desk", "/desk/troubles", "/desk/plans", "/desk/switch")
ZOOMED = {"width": 320, "height": 640}  # what is left of 1280 px at 400 %
NAME, PASSWORD = "tester", "correct horse battery"


@pytest.fixture(scope="module")
def account(home: Path) -> None:
    record = Record(f"sqlite:///{home / 'records.db'}")
    record.accounts.add(NAME, PASSWORD)
    record.close()


def log_in(page, url: str) -> None:
    page.goto(f"{url}desk/login")
    page.locator("#name").fill(NAME)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.main").click()
    page.locator("#question").wait_for()


def violations(page) -> list[tuple[str, str]]:
    from axe_playwright_python.sync_playwright import Axe

    return [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, ZOOMED], ids=["desktop", "phone", "zoomed"])
def test_no_page_breaks_a_rule_of_accessibility_or_its_frame(lang, viewport, visit, served, account):
    page = visit(viewport).page
    log_in(page, served.url)
    for path in (*PAGES, *DESK_PAGES):
        page.goto(f"{served.url.rstrip('/')}{path}?lang={lang}")
        if path == "/":
            until_drawn(page)
            assert violations(page) == [], path
            page.locator("#pq-header [data-view=targets]").click()
            page.locator("#pq-panel .targets").wait_for()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en"), path


def test_an_answer_of_the_plain_form_leads_to_its_highlighted_sentence(visit, served):
    page = visit(PHONE).page
    page.goto(f"{served.url}ask")
    page.locator("#question").fill(GREENWAY)
    page.locator("button.main").click()
    expect(page.locator(".said")).to_contain_text("18 公里")
    assert violations(page) == []
    page.locator(".sources a").click()
    expect(page.locator("mark")).to_have_text("完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。")
    expect(page.locator("mark")).to_be_in_viewport()


def test_an_official_asks_closes_the_public_page_and_opens_it_again(visit, served, account):
    reader, page = visit(), visit().page
    log_in(page, served.url)
    page.locator("#question").fill(GREENWAY)
    page.locator("button.main").click()
    expect(page.locator(".said")).to_contain_text("18 公里")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_text("问答 Word").click()
    assert download.value.suggested_filename == "planqa.docx"
    page.goto(f"{served.url}desk/switch")
    page.locator("#reason").fill("正在核对数据")
    page.locator("button.main").click()
    try:
        expect(page.get_by_role("status")).to_contain_text("正在核对数据")
        expect(reader.ask(GREENWAY)).to_contain_text("问答服务暂停：正在核对数据")
    finally:
        page.get_by_role("button", name="恢复服务").click()
    expect(reader.ask(GREENWAY)).to_contain_text("18 公里")


def test_a_reader_says_that_an_answer_is_wrong(visit, home):
    reader = visit()
    turn = reader.ask(GREENWAY)
    turn.get_by_text("报告错误").click()
    turn.get_by_label("哪里有误").fill("应为十八")
    turn.get_by_role("button", name="出处有误").click()
    expect(turn).to_contain_text("已记下，谢谢。")
    record = Record(f"sqlite:///{home / 'records.db'}")
    said = record.feedback()[-1]
    record.close()
    assert (said["verdict"], said["comment"]) == ("wrong_source", "应为十八")


def test_a_further_question_is_asked_by_its_button(visit):
    reader = visit()
    turn = reader.ask(GREENWAY)
    button = turn.locator(".pq-further button").first
    question = button.inner_text()
    button.click()
    expect(reader.page.locator(".pq-asked").nth(1)).to_contain_text(question)


def test_a_browser_in_english_is_answered_in_english(browser, served):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(served.url)
    page.get_by_label("Your question").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    context.close()


# ---- plans at the desk ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page of its own on two small plans, with an account: each test adds what it needs, and leaves the two in use."""
    settings = make_home(tmp_path_factory.mktemp("county"), "云岭", "云岭二")
    record = Record.open(settings)
    record.accounts.add(NAME, PASSWORD)
    record.close()
    served = start(settings.home)
    yield served
    served.stop()


@pytest.fixture
def official(browser, county):
    """An official's page, logged in, and a way to set its width."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    context.set_default_timeout(60_000)
    page = context.new_page()
    log_in(page, county.url)
    yield page
    context.close()


def word_file(folder: Path, name: str, lines: str) -> Path:
    from docx import Document

    document = Document()
    for line in lines.split("\n"):
        document.add_paragraph(line)
    document.save(str(folder / name))
    return folder / name


def test_a_plan_goes_from_a_word_file_to_answers_and_out_of_use(official, county, tmp_path):
    page, url = official, county.url
    reader = page.context.new_page()
    reader.goto(f"{url}ask")
    page.get_by_role("link", name="计划管理").click()
    page.locator("#file").set_input_files(word_file(tmp_path, "青溪.docx", QINGXI))
    page.get_by_role("button", name="上传计划").click()
    expect(page.locator("h1")).to_have_text("核对上传的计划 青溪.docx")
    expect(page.locator(".tree li b")).to_have_text(
        ["序言 青溪县便民服务行动计划（2021—2023年）", "一、 健身步道", "二、 养老服务"]
    )
    page.locator("#title").fill("青溪县便民计划")
    page.locator("#place").fill("青溪县")
    page.get_by_role("button", name="批准上线").click()
    while page.locator(".shelved", has_text="青溪县便民计划").count() == 0:
        page.wait_for_timeout(200)
        page.goto(f"{url}desk/plans")
    reader.locator("#question").fill("青溪县新增养老床位多少张")
    reader.locator("button.main").click()
    expect(reader.locator(".said")).to_contain_text("新增养老床位520张")
    expect(reader.locator(".sources")).to_contain_text("《青溪县便民计划》")
    page.get_by_role("button", name="停用: 青溪县便民计划").click()
    expect(page.get_by_role("button", name="重新启用: 青溪县便民计划")).to_be_visible()
    reader.goto(f"{url}plans")
    reader.get_by_role("link", name="青溪县便民计划").click()
    expect(reader.locator(".refused")).to_contain_text("此计划已停用，仅供查阅。")


def test_a_plan_is_uploaded_by_keyboard_alone(official, county, tmp_path):
    page = official
    page.goto(f"{county.url}desk/plans")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "file":
            break
    assert page.evaluate("document.activeElement.id") == "file"
    # the window in which a file is chosen is the system's own
    page.locator("#file").set_input_files(word_file(tmp_path, "桥头.docx", small.text("桥头县", 5, 60)))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="上传计划")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("核对上传的计划 桥头.docx")


def test_the_pages_of_the_shelf_break_no_rule_of_accessibility_nor_their_frame(official, county, tmp_path):
    page = official
    page.goto(f"{county.url}desk/plans")
    page.locator("#file").set_input_files(word_file(tmp_path, f"{'很长的名字' * 9}.docx", small.text("长桥县", 7, 80)))
    page.get_by_role("button", name="上传计划").click()
    draft = page.url.partition("id=")[2]
    for lang in ("zh", "en"):
        for viewport in (DESKTOP, PHONE, ZOOMED):
            page.set_viewport_size(viewport)
            for path in (f"desk/plans?lang={lang}", f"desk/plans/draft?lang={lang}&id={draft}"):
                page.goto(county.url + path)
                assert violations(page) == [], (path, viewport)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, viewport)
                assert page.evaluate("document.documentElement.lang") == ("zh-CN" if lang == "zh" else "en"), path


def test_where_all_plans_are_asked_the_plans_are_offered(browser, county):
    context = browser.new_context(viewport=PHONE, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(county.url)
    until_drawn(page)
    panel, titles = page.locator(".pq-panel"), [f"云岭县便民服务行动计划（{years}年）" for years in ("2021—2023", "2024—2026")]
    expect(panel.locator("h2")).to_have_text("全部计划")
    expect(panel.locator(".pq-plans button")).to_have_text(titles)
    expect(page.locator(".pq-theme")).to_have_text([titles[0], titles[0], titles[1], titles[1]])
    page.get_by_role("link", name="指标一览").click()
    panel.get_by_role("button", name=titles[1]).click()
    panel.get_by_role("button", name="一、 新建健身步道").click()
    expect(panel.locator("mark strong")).to_have_text("72公里")
    panel.get_by_role("button", name="全部计划").click()
    expect(panel.locator("h2")).to_have_text("全部计划")
    page.locator(".pq-example").last.click()
    expect(page.locator(".pq-chip")).to_contain_text(f"《{titles[1]}》二、 养老服务")
    for lang in ("zh", "en"):
        page.goto(f"{county.url}?lang={lang}")
        until_drawn(page)
        assert violations(page) == [], lang
        page.locator("#pq-header [data-view=targets]").click()
        page.locator(".pq-plans button").first.click()
        page.locator(".pq-panel .targets").wait_for()
        assert violations(page) == [], lang
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), lang
    context.close()
