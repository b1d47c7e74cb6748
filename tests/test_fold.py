import documents
import pytest
from hypothesis import given, settings

from corpus.fold import fold, simplify, squeeze


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＰＭ_{2.5} 濃度", "pm2.5浓度"),
        ("PM2.5浓度", "pm2.5浓度"),
        ("PM_2.5", "pm2.5"),
        ("（一）①％", "(一)1%"),
        ("Ⅲ类水体", "iii类水体"),
        ("㎡", "m2"),
        ("綠化覆蓋率", "绿化覆盖率"),
        ("２０２３　年", "2023年"),
        ("到 2023 年", "到2023年"),
        ("中 文", "中文"),
        ("Air  Quality\tIndex", "air quality index"),
        ("ＶＯＣｓ 治理", "vocs治理"),
        ("  甲 ", "甲"),
        ("", ""),
    ],
)
def test_widths_cases_and_scripts_become_one(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "simplified"), [("綠化", "绿化"), ("計畫", "计划"), ("ＰＭ（一）", "ＰＭ（一）"), ("plan", "plan")]
)
def test_only_the_script_is_simplified(text, simplified):
    assert simplify(text) == simplified


@pytest.mark.parametrize(
    ("text", "squeezed"), [("到 2023 年，\n　建设\t绿地", "到2023年，建设绿地"), (" \n", ""), ("ＡＢ（一）", "ＡＢ（一）")]
)
def test_squeezing_takes_nothing_but_white_space(text, squeezed):
    assert squeeze(text) == squeezed


@settings(max_examples=100, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_squeezed_text_holds_every_other_character(text):
    assert list(squeeze(text)) == [c for c in text if not c.isspace()]
