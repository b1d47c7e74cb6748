"""Documents come in from files, with what is known about them in files beside them.

Beside `NAME.txt` may stand `NAME.meta.json` (title, number, issuer, dates, period, place), `NAME.lexicon.txt` (words that
the general dictionary cuts apart, one a line), `NAME.glossary.tsv` (English term, tab, the plan's word) and
`NAME.english.jsonl` (an unofficial rendering: ref, sentence or title as printed, English) and `NAME.expansion.jsonl`
(questions that a sentence answers, in anybody's words: further ways to it, never shown).
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from corpus.errors import SourceError
from corpus.fold import squeeze
from corpus.meta import PlanMeta, read_meta
from corpus.parse import Plan, lost_characters, parse_plan
from corpus.read import MAX_BYTES, SUFFIXES, Reading, read_document

SIDECARS = (".meta.json", ".lexicon.txt", ".glossary.tsv", ".english.jsonl", ".expansion.jsonl")
SHIPPED = "putuo-2021-2023"
FLAT_NOTE = "没有找到章节编号，全文按自然段收录"


@dataclass(frozen=True)
class Source:
    """A document as it came in: the parsed plan, and the data beside it.

    `data` is the document as text, in UTF-8: the file itself where it is such text; `sha256` is that of `data`. `notes` say
    what its readers should know of how the file was read.
    """

    plan: Plan
    sha256: str
    data: bytes
    notes: tuple[str, ...] = ()
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
        raise SourceError(f"{path}：是文件夹；请给出其中的 {'、'.join(SUFFIXES)} 文件")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path}：超过 {MAX_BYTES // 1_000_000} MB；请拆分后再提供")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{path}：没有这个文件；请检查路径") from error
    except OSError as error:
        raise SourceError(f"{path}：无法读取（{error.strerror}）；请检查文件和权限") from error


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
    return source_of(path.name, _read_bytes(path), _sidecars(path))


def source_of(file: str, data: bytes, sidecars: tuple[tuple[str, bytes], ...] = ()) -> Source:
    """A document from a file's name and bytes, and those of the files beside it, each with its suffix. Raises: SourceError."""
    reading, name, beside = read_document(data, file), Path(file).stem, dict(sidecars)
    given = _given_meta(beside[".meta.json"], f"{name}.meta.json") if ".meta.json" in beside else PlanMeta()
    found = hashlib.sha256(data).hexdigest()
    if given.sha256 and given.sha256.lower() != found:
        differs = f"{file}：sha256 为 {found[:8]}…，元数据记为 {given.sha256[:8]}…"
        raise SourceError(f"{differs}；请恢复原文或更新 {name}.meta.json")
    plan = parse_plan(name, reading.text, title=given.title)
    lost = lost_characters(plan)
    if lost:  # invariant 2: better no answer than one from a text with holes
        raise SourceError(f"{file}：解析丢失文字“{lost[:20]}…”；请把文件报告给维护者")
    data, beside = _as_text(data, reading, given, beside)
    return Source(
        plan.with_meta(given.completed_by(read_meta(plan))),
        hashlib.sha256(data).hexdigest(),
        data,
        reading.notes + ((FLAT_NOTE,) if plan.flat else ()),
        tuple(word for _, word in _lines(beside.get(".lexicon.txt", b""), f"{name}.lexicon.txt")),
        _glossary(beside.get(".glossary.tsv", b""), f"{name}.glossary.tsv"),
        dict(_aligned(beside.get(".english.jsonl", b""), f"{name}.english.jsonl", plan, "en")),
        _expansion(beside.get(".expansion.jsonl", b""), f"{name}.expansion.jsonl", plan),
        tuple(beside.items()),
    )


def _as_text(data: bytes, reading: Reading, given: PlanMeta, beside: dict[str, bytes]) -> tuple[bytes, dict[str, bytes]]:
    """What is kept of a file: itself, where it is UTF-8 text; else its text, and no sha256 of what it was before."""
    with contextlib.suppress(UnicodeDecodeError):
        if data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n") == reading.text:
            return data, beside
    if given.sha256:
        kept = {key: value for key, value in json.loads(beside[".meta.json"]).items() if key != "sha256"}
        beside = {**beside, ".meta.json": json.dumps(kept, ensure_ascii=False).encode()}
    return reading.text.encode(), beside


def load_sources(paths: Iterable[Path]) -> tuple[Source, ...]:
    """Several documents; the shipped plan when none is named. Raises: SourceError, also when two have one name."""
    sources = tuple(load_source(path) for path in paths) or (load_source(shipped_path()),)
    ids = [source.plan.id for source in sources]
    twice = next((i for i in ids if ids.count(i) > 1), None)
    if twice:
        raise SourceError(f"两个文件都叫 {twice}；请改名，计划以文件名区分")
    return sources
