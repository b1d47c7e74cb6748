"""Documents come in from files, with what is known about them in files beside them.

Beside `NAME.txt` may stand `NAME.meta.json` (title, number, issuer, dates, period, place), `NAME.lexicon.txt` (words that
the general dictionary cuts apart, one a line), `NAME.glossary.tsv` (English term, tab, the plan's word) and
`NAME.english.jsonl` (an unofficial rendering: ref, sentence or title as printed, English) and `NAME.expansion.jsonl`
(questions that a sentence answers, in anybody's words: further ways to it, never shown).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from corpus.errors import SourceError
from corpus.fold import squeeze
from corpus.meta import PlanMeta, read_meta
from corpus.parse import Plan, lost_characters, parse_plan

SUFFIXES = (".txt", ".md")
SIDECARS = (".meta.json", ".lexicon.txt", ".glossary.tsv", ".english.jsonl", ".expansion.jsonl")
SHIPPED = "putuo-2021-2023"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MAX_CONTROL = 0.001  # a text file may hold a stray control character; one in a thousand means that it is no text
_MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Source:
    """A document as it came in: the parsed plan, its sha256, and the data beside it."""

    plan: Plan
    sha256: str
    data: bytes
    lexicon: tuple[str, ...] = ()
    glossary: tuple[tuple[str, str], ...] = ()
    english: dict[tuple[str, str], str] = field(default_factory=dict, hash=False)
    expansion: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, hash=False)
    sidecars: tuple[tuple[str, bytes], ...] = ()

    def questions(self, ref: str, sentence: str) -> tuple[str, ...]:
        """The questions that a sentence is known to answer."""
        return self.expansion.get((ref, squeeze(sentence)), ())

    def rendering(self, ref: str, chinese: str) -> str:
        """The unofficial English of a sentence or title; "" where there is none."""
        return self.english.get((ref, squeeze(chinese)), "")


def shipped_path() -> Path:
    """The plan that comes with the package."""
    return Path(str(resources.files("corpus").joinpath(f"data/{SHIPPED}.txt")))


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise SourceError(f"{path}：是文件夹；请给出其中的 {' 或 '.join(SUFFIXES)} 文件")
    if path.suffix.lower() not in SUFFIXES:
        raise SourceError(f"{path}：不支持 {path.suffix or '无后缀'} 文件；请提供 {' 或 '.join(SUFFIXES)}")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(f"{path}：超过 {_MAX_BYTES // 1_000_000} MB；请拆分后再建索引")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{path}：没有这个文件；请检查路径") from error
    except OSError as error:
        raise SourceError(f"{path}：无法读取（{error.strerror}）；请检查文件和权限") from error


def decode(data: bytes, name: str) -> str:
    """The text of a document. Raises: SourceError for bytes that are not UTF-8, hold no text or are no text file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}：第 {error.start} 字节不是 UTF-8；请另存为 UTF-8 编码") from error
    if len(_CONTROL.findall(text)) > len(text) * _MAX_CONTROL:
        raise SourceError(f"{name}：含有大量控制字符，不像文本文件；请提供纯文本")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError(f"{name}：文件没有文字；请提供计划全文")
    return text


def _sidecars(path: Path) -> tuple[tuple[str, bytes], ...]:
    found = ((suffix, path.with_name(path.stem + suffix)) for suffix in SIDECARS)
    return tuple((suffix, beside.read_bytes()) for suffix, beside in found if beside.is_file())


def _lines(data: bytes, name: str) -> list[tuple[int, str]]:
    """The lines that are neither blank nor comments, each with its number in the file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}：第 {error.start} 字节不是 UTF-8；请另存为 UTF-8 编码") from error
    return [(n, line.rstrip()) for n, line in enumerate(text.split("\n"), 1) if line.strip() and not line.startswith("#")]


def _glossary(data: bytes, name: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for number, line in _lines(data, name):
        english, tab, chinese = line.partition("\t")
        if not tab or not english.strip() or not chinese.strip():
            raise SourceError(f"{name} 第 {number} 行“{line}”：应为“英文<Tab>中文”；请改正")
        pairs.append((english.strip(), chinese.strip()))
    return tuple(pairs)


def _aligned(data: bytes, name: str, plan: Plan, field_: str) -> Iterator[tuple[tuple[str, str], str]]:
    """(ref, sentence or title without white space) and what stands beside it, for each line; a stray line is an error."""
    known = {(s.ref, squeeze(zh)) for s in plan.sections for zh in (s.title, *(x.text for x in s.sentences)) if zh}
    for number, line in _lines(data, name):
        try:
            value = json.loads(line)
            ref, chinese, text = value["ref"], value["zh"], value[field_]
        except (ValueError, TypeError, KeyError) as error:
            raise SourceError(f"{name} 第 {number} 行：应为含 ref、zh、{field_} 的 JSON；请改正") from error
        if not (isinstance(ref, str) and isinstance(chinese, str) and isinstance(text, str)):
            raise SourceError(f"{name} 第 {number} 行：ref、zh、{field_} 应为文字；请改正")
        key = ref, squeeze(chinese)
        if key not in known:
            raise SourceError(f"{name} 第 {number} 行：{ref} 中没有“{chinese[:20]}”；请按原文改正")
        yield key, text


def _expansion(data: bytes, name: str, plan: Plan) -> dict[tuple[str, str], tuple[str, ...]]:
    questions: dict[tuple[str, str], list[str]] = {}
    for key, question in _aligned(data, name, plan, "q"):
        questions.setdefault(key, []).append(question)
    return {key: tuple(found) for key, found in questions.items()}


def _given_meta(data: bytes, name: str) -> PlanMeta:
    try:
        return PlanMeta.from_json(json.loads(data))
    except (ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{name}：元数据无法读取（{error}）；请参照 README “计划旁的数据”") from error


def load_source(path: Path) -> Source:
    """A document and what stands beside it. Raises: SourceError."""
    data = _read_bytes(path)
    text, sidecars = decode(data, path.name), _sidecars(path)
    beside = dict(sidecars)
    name = path.stem
    given = _given_meta(beside[".meta.json"], f"{name}.meta.json") if ".meta.json" in beside else PlanMeta()
    sha256 = hashlib.sha256(data).hexdigest()
    if given.sha256 and given.sha256.lower() != sha256:
        found = f"{path.name}：sha256 为 {sha256[:8]}…，元数据记为 {given.sha256[:8]}…"
        raise SourceError(f"{found}；请恢复原文或更新 {name}.meta.json")
    plan = parse_plan(name, text, title=given.title)
    lost = lost_characters(plan)
    if lost:  # invariant 2: better no answer than one from a text with holes
        raise SourceError(f"{path.name}：解析丢失文字“{lost[:20]}…”；请把文件报告给维护者")
    return Source(
        plan.with_meta(given.completed_by(read_meta(plan))),
        sha256,
        data,
        tuple(word for _, word in _lines(beside.get(".lexicon.txt", b""), f"{name}.lexicon.txt")),
        _glossary(beside.get(".glossary.tsv", b""), f"{name}.glossary.tsv"),
        dict(_aligned(beside.get(".english.jsonl", b""), f"{name}.english.jsonl", plan, "en")),
        _expansion(beside.get(".expansion.jsonl", b""), f"{name}.expansion.jsonl", plan),
        sidecars,
    )


def load_sources(paths: Iterable[Path]) -> tuple[Source, ...]:
    """Several documents; the shipped plan when none is named. Raises: SourceError, also when two have one name."""
    sources = tuple(load_source(path) for path in paths) or (load_source(shipped_path()),)
    ids = [source.plan.id for source in sources]
    twice = next((i for i in ids if ids.count(i) > 1), None)
    if twice:
        raise SourceError(f"两个文件都叫 {twice}；请改名，计划以文件名区分")
    return sources
