import os
import subprocess
import sys

import documents
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceError
from corpus.load import source_of
from corpus.read import MAX_BYTES, SUFFIXES, Reading, read_document

TEXT = "云岭区健身计划\n一、总体要求\n到2025年，新建健身步道60公里。\n"
GARBLED = "计划.txt：不是 UTF-8 或 GB 18030 编码的文本；请另存为 UTF-8 编码"


def message(data, name="计划.txt"):
    with pytest.raises(SourceError) as caught:
        read_document(data, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---- text in the encodings that offices use --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["计划.txt", "计划.md", "计划.TXT"])
def test_text_in_utf8(name):
    assert read_document(TEXT.encode(), name) == Reading(TEXT)
    assert read_document(TEXT.encode("utf-8-sig"), name) == Reading(TEXT)


@pytest.mark.parametrize("encoding", ["gb2312", "gbk", "gb18030"])
def test_text_in_an_older_encoding(encoding):
    assert read_document(TEXT.encode(encoding), "计划.txt") == Reading(TEXT, ("按 GB18030 编码读入",))


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_text_in_utf16(encoding, mark):
    assert read_document(mark + TEXT.encode(encoding), "计划.txt") == Reading(TEXT, ("按 UTF-16 编码读入",))


def test_rare_characters_of_gb18030():
    text = "㐀㙇𠮷镇水利规划\n推进水库建设，加强管理。"
    assert read_document(text.encode("gb18030"), "计划.txt").text == text


@pytest.mark.parametrize("data", [b"a\r\nb\rc", b"a\nb\nc"])
def test_line_ends_of_other_systems(data):
    assert read_document(data, "计划.txt").text == "a\nb\nc"


def test_a_table_drawn_with_lines():
    text = "┌──┬──┐\n│指标│目标│\n├──┼──┤\n│步道│6㎞≥│\n└──┴──┘\n"
    assert read_document(text.encode("gb18030"), "计划.txt").text == text


def test_english_needs_no_note():
    assert read_document(b"1. Goals\nBuild 3 parks.", "plan.txt") == Reading("1. Goals\nBuild 3 parks.")


def test_a_stray_control_character_is_borne():
    assert read_document((TEXT * 50 + "\x01").encode(), "计划.txt").notes == ()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_what_the_reader_gets_is_the_same_in_every_encoding(encoding):
    one, other = (source_of("云岭.txt", documents.PLAN.encode(e)) for e in ("utf-8", encoding))
    assert one.plan == other.plan
    assert one.sha256 == other.sha256


# ---- files that cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [("计划.xls", ".xls"), ("计划.PPTX", ".pptx"), ("计划", "无后缀"), (".txt", "无后缀")]
)
def test_a_file_of_another_kind(name, kind):
    known = ".txt、.md、.docx、.doc、.html、.htm、.pdf"
    assert message(TEXT.encode(), name) == f"{name}：不支持 {kind} 文件；请提供 {known} 文件"


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", "　\n".encode(), b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_without_text(data):
    assert message(data) == "计划.txt：文件没有文字；请提供计划全文"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04\x14\x00",
        b"\x00\x01\x02\x03",
        "一、甲\x00内容。".encode(),
        "一、甲".encode("utf-32"),
        "甲".encode() + b"\x00" * 20,
        b"\xff\xfe\x00\xd8",
        bytes(range(256)) * 4,
    ],
    ids=["png", "zip", "control", "one NUL in a short text", "utf-32", "NULs", "half a character", "all bytes"],
)
def test_bytes_that_are_no_text(data):
    assert message(data) == GARBLED


@pytest.mark.parametrize(
    ("data", "byte"), [(TEXT.encode()[:-3], 80), (TEXT.encode() + b"\xff", 84), (b"\xfe" + TEXT.encode(), 0)]
)
def test_utf8_with_a_broken_character_is_not_taken_for_another_encoding(data, byte):
    assert message(data) == f"计划.txt：第 {byte} 字节不是 UTF-8；请另存为 UTF-8 编码"


def test_a_file_that_is_too_large():
    assert message(bytes(MAX_BYTES + 1)) == "计划.txt：超过 50 MB；请拆分后再提供"


def test_a_text_that_is_too_long():
    assert message(b"a" * 5_000_001) == "计划.txt：有 5000001 字，超过 5000000 字；请拆分后再提供"


# ---- .doc, by LibreOffice --------------------------------------------------------------------------------------------

OFFICE = """#!{python}
import os, shutil, sys
folder, source = sys.argv[sys.argv.index("--outdir") + 1], sys.argv[-1]
assert open(source, "rb").read() == b"an old file"
{what}
"""


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Puts a program in the place of LibreOffice; what it does is Python."""

    def install(what="", name="soffice"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(OFFICE.format(python=sys.executable, what=what), encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)

    monkeypatch.setenv("PATH", str(tmp_path))
    return install


@pytest.fixture
def ready(tmp_path):
    """A .docx file."""
    import docx

    document = docx.Document()
    document.add_paragraph("一、总体要求")
    document.save(tmp_path / "ready.docx")
    return tmp_path / "ready.docx"


@pytest.mark.parametrize("name", ["soffice", "libreoffice"])
def test_an_old_word_file_is_converted(office, ready, name):
    office(f"shutil.copy({str(ready)!r}, os.path.join(folder, 'source.docx'))", name)
    assert read_document(b"an old file", "计划.doc") == Reading("一、总体要求", ("由 LibreOffice 从 .doc 转换而来",))


@pytest.mark.usefixtures("office")
def test_an_old_word_file_without_libreoffice():
    assert message(b"x", "计划.doc") == "计划.doc：读 .doc 文件需要 LibreOffice；请安装它，或用 Word 另存为 .docx"


@pytest.mark.parametrize("what", ["", "sys.exit(1)"], ids=["writes nothing", "fails"])
def test_an_old_word_file_that_libreoffice_cannot_read(office, what):
    office(what)
    assert message(b"an old file", "计划.doc") == "计划.doc：LibreOffice 没能转换这个文件；请用 Word 另存为 .docx"


def test_an_old_word_file_that_is_converted_to_something_else(office):
    office("open(os.path.join(folder, 'source.docx'), 'w').write('x')")
    assert message(b"an old file", "计划.doc") == "计划.doc：不是完好的 .docx 文件（BadZipFile）；请用 Word 重新保存"


def test_importing_the_reader_loads_no_library_of_a_format():
    code = "import sys, corpus.load; print(sorted({'docx', 'lxml', 'pypdfium2', 'rapidocr'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ---- any file at all -------------------------------------------------------------------------------------------------


def outcome(data, name):
    """The text of a file, and the line that refuses it; "" for the one that is not."""
    try:
        return read_document(data, name).text, ""
    except SourceError as error:
        return "", str(error)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from([s for s in SUFFIXES if s != ".doc"]), st.one_of(st.binary(max_size=300), st.text().map(str.encode)))
@example(".html", b"<!-- -->")
@example(".html", b"<?php ?>")
def test_any_bytes_are_read_or_refused(suffix, data):
    text, error = outcome(data, f"计划{suffix}")
    assert bool(text.strip()) != bool(error)
    assert not error or (error.startswith(f"计划{suffix}：") and "；请" in error and "\n" not in error)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(documents.ARBITRARY)
def test_any_text_comes_through_as_it_is(text):
    wanted = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found, error = outcome(text.encode(), "计划.txt")
    assert found == wanted or error in (GARBLED, "计划.txt：文件没有文字；请提供计划全文")
