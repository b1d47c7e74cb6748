"""The report: self-contained, escaped, sortable, in both languages; looked at in a browser."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_toys import ToyEmbedder, answer_line, gold_line, write_beir, write_lines

from index.settings import Settings
from qa.eval.answers import parse_lines, score_answers
from qa.eval.charts import bars, histogram, lines
from qa.eval.questions import read_gold
from qa.eval.report import answers_report, retrieval_report
from qa.eval.retrieval import beir_dataset, evaluate_retrieval
from qa.eval.stats import Estimate

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
SETTINGS = {"constants": {"qa.judge.CHANCE": 2.0}, "answers": None, "odd": EVIL}
VOID = {"meta", "img", "br", "line", "rect", "polyline"}


class Page(HTMLParser):
    """Reads a page; a tag that is not closed is an error."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def html(tmp_path, plan):
    refuse = {"answer": [], "answer_mode": "refuse", "sections": [], "sections_mode": "none"}
    questions = [
        gold_line(),
        gold_line(id="g2", question=EVIL, type="b"),
        gold_line(id="g3", type="a"),
        gold_line(id="g4", **refuse),
    ]
    gold = read_gold(write_lines(tmp_path / "q.jsonl", questions))
    hits = [{"ref": EVIL.replace(" ", ""), "score": 1}]
    given = [
        answer_line(confidence=5, timings_ms={"all": 12}),
        answer_line(id="g2", text=EVIL, hits=hits, confidence=1, timings_ms={"all": 40}),
        answer_line(id="g3", text="没有", confidence=9.5),
        answer_line(id="g4", confidence=2),
    ]
    return answers_report(score_answers(gold, parse_lines(given), plan), SETTINGS)


@pytest.fixture
def retrieval_html(tmp_path):
    folder = write_beir(tmp_path / "toy", queries={"q1": ("新建多少绿道", "d1"), "q2": (f"湖泊{EVIL}", "d3")})
    dataset = beir_dataset(folder, Settings(home=tmp_path / "home", model="toy"), embedder=ToyEmbedder())
    return retrieval_report(evaluate_retrieval(dataset), SETTINGS)


def test_the_page_is_well_formed_and_needs_nothing_else(html, retrieval_html):
    for text in (html, retrieval_html):
        page = Page(text)
        assert not {name for name, _ in page.attributes} & {"src", "href", "onerror", "onclick"}
        assert not re.search(r"https?://|url\(|@import", text)
        assert page.tags.count("script") == page.tags.count("style") == 1


def test_whatever_was_asked_or_answered_is_text(html, retrieval_html):
    for text in (html, retrieval_html):
        assert EVIL not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_every_failed_question_is_listed_with_answer_gold_and_hits(html):
    table = html[html.index("未通过的题") :]
    assert [f">{i}</td>" in table for i in ("g1", "g2", "g3", "g4")] == [False, True, True, True]
    for shown in ("没有", "二/（六）/2", "缺关键词 keys missing", "应拒答 should refuse", "绿道目标是多少？"):
        assert shown in table


def test_plots_are_there_with_names_in_both_languages(html):
    labels = re.findall(r'<svg [^>]*aria-label="([^"]+)"', html)
    assert labels == ["各题型答对率 right by type", "拒答权衡 refusal trade-off", "用时分布 latency histogram"]
    assert "误拒 false refusals" in html
    assert 'class="marker"' in html


def test_without_times_and_confidence_the_page_says_so(tmp_path, plan):
    gold = read_gold(write_lines(tmp_path / "q.jsonl", [gold_line()]))
    html = answers_report(score_answers(gold, parse_lines([answer_line()]), plan), SETTINGS)
    assert "回答文件里没有 confidence" in html
    assert "回答文件里没有 timings_ms" in html
    assert "未通过的题" not in html


def test_bars_are_as_long_as_their_values():
    svg = bars("x", {"a": {"one": Estimate(0.5, 0.25, 0.75, 4), "two": Estimate(1.0, 1.0, 1.0, 4)}})
    assert [float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)] == [235.0, 470.0]
    assert ">a (4)<" in svg


def test_a_histogram_counts_every_value():
    svg = histogram("x", "ms", [1, 2, 2, 95])
    heights = [float(h) for h in re.findall(r'height="([\d.]+)"', svg)]
    assert [h > 0 for h in heights].count(True) == 2
    assert max(heights) == pytest.approx(3 * min(h for h in heights if h))


def test_a_histogram_of_zeros_and_lines_of_nothing_do_not_fail():
    assert "<svg" in histogram("x", "ms", [0.0, 0.0])
    assert "<svg" in lines("x", "y", {"a": []}, 0.0)


# ---- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
def page(html, tmp_path):
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        missing = "no browser; get one with: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: page.faults.append(dialog.message))
        page.goto(Path(path).as_uri())
        yield page
        assert page.faults == []
        browser.close()


def test_the_list_of_failed_questions_is_sorted_by_a_press_on_its_heading(page):
    def column(number):
        return page.locator("table").last.locator(f"tbody td:nth-child({number})").all_inner_texts()

    assert column(1) == ["g2", "g3", "g4"]
    page.get_by_role("button", name="题型 type").press("Enter")
    assert column(2) == ["a", "b", "numeric_zh"]
    page.get_by_role("button", name="题型 type").click()
    assert column(2) == ["numeric_zh", "b", "a"]
    page.get_by_role("button", name="把握 confidence").click()
    assert column(10) == ["1.000", "2.000", "9.500"]
    assert page.locator("th[aria-sort]").count() == 1


def test_nothing_runs_over_the_edge_of_the_page(page):
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
