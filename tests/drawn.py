"""A small plan with a trap in it, and what is drawn of it, read back: for the tests of all that becomes HTML."""

import re
from html.parser import HTMLParser

from corpus.meta import PlanMeta
from corpus.parse import Plan, parse_plan
from qa.answer import Answer, Citation
from qa.web.markup import Reader
from qa.web.words import Words

EVIL = '<script>alert("1")</script>&\'<img src=x onerror=alert(2)>'
TEXT = f"""甲市绿化建设计划（2021—2023年）
为改善环境，制定本计划。
一、总体要求
（一）总体目标
新建绿道 18 公里。到2023年，PM_{{2.5}} 浓度下降。新建绿道 18 公里。
（二）基本原则
坚持{EVIL}，做好工作。
二、主要任务
（一）公园绿地建设
新建公园3座。
1. 街心花园建设
新建街心花园5处。
2. 立体绿化建设
新建立体绿化2万平方米。
（二）林荫道路建设
新建林荫道路10条。
"""


PLAN = parse_plan("plan", TEXT).with_meta(PlanMeta(title=f"甲市计划{EVIL}", number="甲府〔2021〕1号", period=(2021, 2023)))


def english(plan_id: str, ref: str, chinese: str) -> str:
    return {"总体目标": "Overall goals", "新建公园3座。": "Build <3> parks.", "街心花园建设": "Street gardens"}.get(chinese, "")


ZH, EN = Reader(Words("zh"), english), Reader(Words("en"), english)


def cited(plan: Plan, ref: str, quote: str, nth: int = 0, marks: tuple[tuple[int, int], ...] = ()) -> Citation:
    section = plan.by_ref[ref]
    at = [m.start() for m in re.finditer(re.escape(quote), section.text)][nth]
    start = section.place(at)
    return Citation(1, plan.id, ref, section.address, section.title, quote, start, start + len(quote), marks)


class Drawn(HTMLParser):
    """Tags in order; fails the test at a tag that is left open or was never opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def answered(plan: Plan, text: str, *citations: Citation, **more: object) -> Answer:
    return Answer("问", more.pop("language", "zh"), text, citations=citations, **more)
