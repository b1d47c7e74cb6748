"""PDF files: printed by a browser, drawn as pictures, damaged and locked. No OCR is installed; a stand-in takes its place."""

import io
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw

from corpus.errors import SourceError
from corpus.load import source_of
from corpus.pdf import lines_of, read_pdf, without_running
from corpus.read import read_document
from corpus.ruled import Rules

FONT = "font-family:'Noto Sans CJK SC','Noto Serif CJK SC','WenQuanYi Zen Hei',sans-serif"
CHINESE = "一二三四五六七八九"
PARAGRAPH = (
    "推进第{0}片健身场地建设，结合旧厂房改造，把闲置厂房改建为球馆，新建步道{0}0公里，在2023-2025年期间建成体育公园{0}个，"
    "由区体育局牵头，各镇人民政府配合，按季度公布进展情况，接受群众监督。"
)
TASKS = "".join(
    f"<p>（{c}）建设任务{c}</p>" + f"<p style='text-indent:2em'>{PARAGRAPH.format(i)}</p>" * 3 for i, c in enumerate(CHINESE, 1)
)
PLAN = f"""<meta charset="utf-8"><body style="{FONT};font-size:16pt;line-height:2">
<p style="text-align:center">云岭区健身计划</p><p>为满足群众健身需求，制定本计划。</p>
<p>一、总体要求</p><p>到2025年，人均体育场地面积达到2.6平方米。</p>
<p>二、主要任务</p>{TASKS}<p>三、保障措施</p><p>加强组织领导。</p>"""
EDGE = f'<div style="{FONT};font-size:9pt;width:100%;text-align:center">{{}}</div>'


@pytest.fixture(scope="module")
def printed():
    """Prints pages of HTML as PDF files, with a header and page numbers where they are asked for."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        missing = "no browser to print with; get one with: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    edges = {
        "display_header_footer": True,
        "header_template": EDGE.format("云岭区人民政府文件"),
        "footer_template": EDGE.format("— <span class='pageNumber'></span> —"),
        "margin": dict.fromkeys(("top", "bottom", "left", "right"), "25mm"),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"])
        page = browser.new_page()

        def make(html, *, running=False):
            page.set_content(html)
            return page.pdf(format="A4", **(edges if running else {}))

        yield SimpleNamespace(plan=make(PLAN, running=True), make=make)
        browser.close()


def scan(*sizes):
    """Pages that are pictures, of these sizes in points."""
    pages = []
    for size in sizes:
        picture = Image.new("L", size, 255)
        ImageDraw.Draw(picture).rectangle((10, 10, 60, 20), fill=0)
        pages.append(picture)
    stream = io.BytesIO()
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=72)
    return stream.getvalue()


def message(data):
    with pytest.raises(SourceError) as caught:
        read_document(data, "计划.pdf")
    return str(caught.value)


# ---- ruled tables ----------------------------------------------------------------------------------------------------

RULED = f"""<body style="{FONT}"><style>td,th{{border:1px solid #000;padding:4px;text-align:left}}
table{{border-collapse:collapse}}</style>"""
WIDE = "人均体育场地面积（含学校向社会开放的场地和公园里的健身区域，不含只供训练用的水面和靶场）"


def test_a_ruled_table_is_told_row_by_row(printed):
    table = f"""<table><tr><th rowspan=2>指标<th colspan=2>目标值<tr><th>2024年<th>2025年
    <tr><td>新建步道<td>30公里<td>60公里<tr><td>{WIDE}<td>2.4平方米<td>2.6平方米</table>"""
    data = printed.make(f"{RULED}<p>一、指标<p>各项指标见下表。{table}<p>二、保障<p>加强领导。")
    text, notes = read_pdf(data, "计划.pdf")
    assert text.split("\n") == [
        "一、指标",
        "各项指标见下表。",
        "指标│目标值 2024年│目标值 2025年",
        "指标：新建步道│目标值 2024年：30公里│目标值 2025年：60公里",
        f"指标：{WIDE}│目标值 2024年：2.4平方米│目标值 2025年：2.6平方米",
        "二、保障",
        "加强领导。",
    ]
    assert notes == ()


def test_a_table_over_several_pages_is_one_and_loses_no_row(printed):
    rows = "".join(f"<tr><td>{i}<td>第{i}项工程建设<td>区建设局" for i in range(1, 91))
    table = f"<table><thead><tr><th>序号<th>项目<th>单位</thead>{rows}</table>"
    text, _ = read_pdf(printed.make(f"{RULED}<p>一、项目{table}<p>二、附则", running=True), "计划.pdf")
    expected = [f"序号：{i}│项目：第{i}项工程建设│单位：区建设局" for i in range(1, 91)]
    assert text.split("\n") == ["一、项目", "序号│项目│单位", *expected, "二、附则"]


def test_two_tables_on_a_page_stay_two(printed):
    first, second = "<table><tr><td>甲<td>乙<tr><td>1<td>2</table>", "<table><tr><td>丙<td>丁<tr><td>3<td>4</table>"
    text, _ = read_pdf(printed.make(f"{RULED}{first}<p>又一张表。{second}"), "计划.pdf")
    assert text.split("\n") == ["甲│乙", "甲：1│乙：2", "又一张表。", "丙│丁", "丙：3│丁：4"]


def test_a_frame_around_text_is_no_table(printed):
    text, _ = read_pdf(printed.make(f"{RULED}<table><tr><td>专栏1 健身<br>建设步道。</table><p>完。"), "计划.pdf")
    assert text == "专栏1 健身\n建设步道。\n完。"


def test_text_beside_a_table_is_not_lost(printed):
    table = "<table style='float:left;width:40%'><tr><td>甲<td>乙<tr><td>1<td>2</table>"
    text, _ = read_pdf(printed.make(f"{RULED}{table}<p style='float:right;width:50%'>旁边的话。"), "计划.pdf")
    assert sorted(text.split("\n")) == sorted(["甲│乙", "甲：1│乙：2", "旁边的话。"])


def test_where_a_table_would_lose_a_character_the_lines_stay_as_they_are(printed, monkeypatch):
    find = Rules._tables
    monkeypatch.setattr(Rules, "_tables", lambda *page: [(box, cells[1:]) for box, cells in find(*page)])
    data = printed.make(f"{RULED}<table><tr><td>甲<td>乙<tr><td>1<td>2</table>")
    assert read_pdf(data, "计划.pdf") == ("甲 乙\n1 2", ())


@pytest.mark.parametrize("broken", ["pdfplumber.open", "pdfplumber.page.Page.find_tables"])
def test_where_tables_cannot_be_looked_for_the_lines_are_told_and_a_note_says_so(broken, printed, monkeypatch):
    def fail(*args, **given):
        raise TypeError("a number was expected")

    data = printed.make(f"{RULED}<table><tr><td>甲<td>乙<tr><td>1<td>2</table>")
    monkeypatch.setattr(broken, fail)
    assert read_pdf(data, "计划.pdf") == ("甲 乙\n1 2", ("1 页里的表格没能逐行读出，文字按原来的行保留",))


def test_a_page_that_holds_a_table_and_a_picture_is_not_scanned(printed):
    picture = "<img src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'>"
    text, _ = read_pdf(printed.make(f"{RULED}{picture}<table><tr><td>甲<td>乙<tr><td>1<td>2</table>"), "计划.pdf")
    assert text == "甲│乙\n甲：1│乙：2"


# ---- pages with text -------------------------------------------------------------------------------------------------


def test_a_printed_plan(printed):
    source = source_of("健身.pdf", printed.plan)
    plan = source.plan
    assert plan.title == "云岭区健身计划"
    assert [(s.ref, s.title) for s in plan.sections] == [
        ("序言", "云岭区健身计划"),
        ("一", "总体要求"),
        ("二", "主要任务"),
        *((f"二/（{c}）", f"建设任务{c}") for c in CHINESE),
        ("三", "保障措施"),
    ]
    # lines are broken at the edge of the page, and pages at their end; sentences are whole
    assert {plan.by_ref[f"二/（{c}）"].text for c in CHINESE} == {"\n".join([PARAGRAPH.format(i)] * 3) for i in range(1, 10)}


def test_header_and_page_numbers_are_taken_away(printed):
    reading = read_document(printed.plan, "健身.pdf")
    pages = int(reading.notes[0].removeprefix("去掉了 ").removesuffix(" 行页眉、页脚和页码")) / 2
    assert pages == int(pages) >= 5
    assert "云岭区人民政府文件" not in reading.text
    assert "—" not in reading.text


def test_a_file_without_header_and_numbers_needs_no_note(printed):
    data = printed.make(f'<body style="{FONT}"><p>一、总体要求<p>推进建设。')
    assert read_pdf(data, "计划.pdf") == ("一、总体要求\n推进建设。", ())


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>三、<b>保障</b>措施<sup>①</sup>", ["三、保障措施①"]),
        ("<p style='letter-spacing:8pt'>总体要求", ["总 体 要 求"]),
        ("<p>a well-<br>known plan", ["a well-known plan"]),
        ("<p>（2022-<br>2024年）", ["（2022-", "2024年）"]),
        ("<p>甲<br><br>　　乙", ["甲", "乙"]),
        ("<table><tr><td>指标<td>2025年<tr><td>步道<td>60公里</table>", ["指标 2025年", "步道 60公里"]),
    ],
    ids="marks spaced hyphen years blank table".split(),
)
def test_the_lines_of_a_page(printed, html, lines):
    assert read_document(printed.make(f'<body style="{FONT}">{html}'), "计划.pdf").text.split("\n") == lines


def test_files_are_read_by_several_threads(printed):
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: read_document(printed.plan, "健身.pdf").text, range(8)))
    assert len(set(texts)) == 1


# ---- what runs through the pages -------------------------------------------------------------------------------------


def text(i):
    return [f"第{i}页的第一段。", f"第{i}页的第二段。", f"第{i}页的第三段。"]


@pytest.mark.parametrize(
    "number",
    [
        "{}",
        "- {} -",
        "— {} —",
        "第 {} 页",
        "第{}页",
        "{}/12",
        "{} / 12",
        "·{}·",
        "－{}－",
        "第 {} 页 共 12 页",
        "第{}页/共12页",
    ],
)
def test_page_numbers(number):
    pages = [[*text(i), number.format(i)] for i in range(1, 5)]
    assert without_running(pages) == ([text(i) for i in range(1, 5)], 4)


def test_header_and_number_in_two_lines():
    pages = [["云岭区规划", f"第{i}期", *text(i), "内部资料", str(i)] for i in range(1, 5)]
    assert without_running(pages) == ([text(i) for i in range(1, 5)], 16)


def test_headers_of_left_and_right_pages():
    pages = [["云岭区规划" if i % 2 else "主要任务", *text(i)] for i in range(1, 9)]
    assert without_running(pages) == ([text(i) for i in range(1, 9)], 8)


def test_a_first_page_without_a_header():
    pages = [text(1), *(["云岭区规划", *text(i)] for i in range(2, 5))]
    assert without_running(pages) == ([text(i) for i in range(1, 5)], 3)


@pytest.mark.parametrize(
    "pages",
    [
        [["推进第1项任务，", *text(1)], ["推进第2项任务，", *text(2)], ["推进第3项任务，", *text(3)]],
        [["100 200", *text(1)], ["300 400", *text(2)], ["500 600", *text(3)]],
        [[*text(1), "2025"], text(2), text(3)],
        [["30"]],
        [["云岭区规划", *text(1)], ["云岭区规划", *text(2)]],
        [[*text(1)], [], ["云岭区规划"]],
        [["甲", "云岭区规划", "乙"], ["丙", "云岭区规划", "丁"], ["戊", "云岭区规划", "己"]],
    ],
    ids=["sentences", "figures", "one number", "one page", "two pages", "an empty page", "not at the edge"],
)
def test_text_at_the_edge_of_a_page_is_kept(pages):
    assert without_running(pages) == (pages, 0)


def test_of_two_numbers_one_is_that_of_the_page():
    pages = [[*text(i), "2025", str(i)] for i in range(1, 5)]
    assert without_running(pages) == ([[*text(i), "2025"] for i in range(1, 5)], 4)


# ---- pages that are pictures -----------------------------------------------------------------------------------------


@pytest.fixture
def recogniser(monkeypatch):
    """Puts a stand-in in the place of the OCR engine: it finds these pieces, and keeps the sizes of the pictures."""
    seen = []

    def install(*pieces):
        class RapidOCR:
            def __init__(self, params):
                assert params == {"Global.log_level": "error"}

            def __call__(self, picture):
                seen.append(picture.shape[:2])
                boxes = [[(x, y), (x + 90, y), (x + 90, y + 20), (x, y + 20)] for x, y, _ in pieces]
                texts = tuple(text for *_, text in pieces)
                return SimpleNamespace(boxes=boxes or None, txts=texts or None)

        monkeypatch.setitem(sys.modules, "rapidocr", SimpleNamespace(RapidOCR=RapidOCR))
        return seen

    return install


def test_a_scanned_file_without_ocr(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert message(scan((200, 300), (200, 300))) == (
        "计划.pdf：有 2 页是扫描件，没有文字；请提供文字版，或安装 planqa[ocr] 后再试"
    )


def test_ocr_without_what_computes_its_models(monkeypatch):
    def missing(params):
        raise ImportError("onnxruntime is not installed")

    monkeypatch.setitem(sys.modules, "rapidocr", SimpleNamespace(RapidOCR=missing))
    assert message(scan((200, 300))).endswith("请提供文字版，或安装 planqa[ocr] 后再试")


def test_a_scanned_file_with_ocr(recogniser):
    seen = recogniser((10, 50, "推进建设。"), (10, 10, "一、总体"), (110, 14, "要求"))
    reading = read_document(scan((200, 300)), "计划.pdf")
    assert reading.text == "一、总体要求\n推进建设。"
    assert reading.notes == ("1 页是扫描件，文字由光学识别得出，请逐字核对",)
    assert seen == [(900, 600)]


def test_a_very_large_page_is_drawn_smaller(recogniser):
    seen = recogniser((10, 10, "总平面图"))
    assert read_document(scan((5000, 2500)), "计划.pdf").text == "总平面图"
    assert seen == [(2000, 4000)]


def test_a_scanned_page_on_which_nothing_is_found(recogniser):
    recogniser()
    assert message(scan((200, 300))) == "计划.pdf：文件没有文字；请提供计划全文"


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([], []),
        ([(0, 0, "甲"), (0, 30, "乙")], ["甲", "乙"]),
        ([(100, 5, "乙"), (0, 0, "甲")], ["甲乙"]),
        ([(0, 30, "乙"), (0, 0, " ")], ["乙"]),
        ([(200, 8, "丙"), (100, 30, "戊"), (0, 0, "甲"), (0, 32, "丁")], ["甲丙", "丁戊"]),
    ],
)
def test_recognised_pieces_make_lines(pieces, lines):
    boxes = [([(x, y), (x + 90, y), (x + 90, y + 20), (x, y + 20)], text) for x, y, text in pieces]
    assert lines_of(boxes) == lines


# ---- files that cannot be read ---------------------------------------------------------------------------------------

# RC4, 40 bits; both passwords are set, and neither is empty
LOCKED = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj
3 0 obj<</Filter/Standard/V 1/R 2/P -4/O<OOOO>/U<UUUU>>>endobj
trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>
""".replace(b"OOOO", b"11" * 32).replace(b"UUUU", b"22" * 32)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<html>", b"%PDF-1.7\n" + bytes(1000)])
def test_a_damaged_file(data):
    assert message(data) == "计划.pdf：不是完好的 PDF 文件；请重新导出"


def test_a_locked_file():
    assert message(LOCKED) == "计划.pdf：有密码保护；请去掉密码后再提供"


def test_a_file_with_a_damaged_page():
    whole = scan((200, 300), (200, 300))
    assert message(whole.replace(b"/Type /Page\n", b"/Type /Pagx\n")) == "计划.pdf：不是完好的 PDF 文件；请重新导出"


def test_a_file_of_too_many_pages():
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(2001):
        document.new_page(100, 100).close()
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    assert message(stream.getvalue()) == "计划.pdf：有 2001 页，超过 2000 页；请拆分后再提供"


def test_a_file_of_blank_pages():
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100).close()
    stream = io.BytesIO()
    document.save(stream)
    document.close()
    assert message(stream.getvalue()) == "计划.pdf：文件没有文字；请提供计划全文"


@pytest.mark.parametrize("part", range(1, 20))
def test_a_file_that_is_cut_off_is_read_or_refused(printed, part):
    data = printed.plan[: len(printed.plan) * part // 20]
    try:
        assert read_document(data, "计划.pdf").text
    except SourceError as error:
        refused = str(error)
    else:
        return
    assert refused == "计划.pdf：不是完好的 PDF 文件；请重新导出"
