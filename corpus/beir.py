"""BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (or `qrels/*.tsv`), read as a document and questions on it.

Each document of the folder becomes one section, so that the code which cuts, indexes and searches a plan serves here too.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import QuestionsError
from corpus.lines import read_id, read_lines, read_objects, read_text
from corpus.load import Source
from corpus.parse import Plan, Section

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"
# a ref's parts are joined by / and a way's by |: in a document's id they are written as their full-width forms
_RESERVED = str.maketrans("/|", "／｜")
_COLUMNS = 3


@dataclass(frozen=True)
class BeirQuery:
    """A question of a BEIR folder; `relevant` pairs the refs of its documents with their grades, all above 0."""

    id: str
    text: str
    relevant: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class BeirSet:
    """A BEIR folder: its documents as one source and the questions that have a relevant one among them."""

    name: str
    source: Source
    queries: tuple[BeirQuery, ...]
    sha256: str


def is_beir(path: Path) -> bool:
    """Whether a path is to be read as a BEIR folder."""
    return path.is_dir()


def ref_of(document: str) -> str:
    """The ref of a document."""
    return document.translate(_RESERVED)


# ---- documents ------------------------------------------------------------------------------------------------------


def _id_key(value: dict[str, Any]) -> str:
    return "_id" if "_id" in value and "id" not in value else "id"


def _documents(path: Path) -> Iterator[tuple[str, str, str]]:
    """Ref, title and text of each document."""
    seen: set[str] = set()
    for where, value in read_objects(path):
        ref = ref_of(read_id(where, value, _id_key(value)))
        if ref in seen:
            raise QuestionsError(f"{where}：id {ref} 重复；请改为不同的 id")
        seen.add(ref)
        title = read_text(where, {"title": "", **value}, "title").strip()
        yield ref, title, read_text(where, value, "text").strip()


def _flat(text: str) -> str:
    # a section's lines are paragraphs; a title is one line
    return " ".join(text.split())


def _section(ref: str, title: str, text: str, start: int) -> Section:
    # a document that is nothing but a title is found by it
    title, text = (_flat(title), text) if text else ("", _flat(title))
    in_source = start + len(title) + 1 if title else start
    return Section(ref, ref, title, title, text, start, ((0, in_source),))


def _plan(name: str, documents: list[tuple[str, str, str]]) -> Plan:
    sections, parts, at = [], [], 0
    for ref, title, text in documents:
        section = _section(ref, title, text, at)
        whole = section.whole if section.printed else section.text
        sections.append(section)
        parts.append(whole)
        at += len(whole) + 1
    return Plan(name, "\n".join(parts), tuple(sections), name, flat=True)


def _sha256(paths: list[Path]) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(p.read_bytes()).digest() for p in paths)).hexdigest()


# ---- questions ------------------------------------------------------------------------------------------------------


def _qrels_paths(folder: Path) -> list[Path]:
    single, several = folder / QRELS, sorted((folder / "qrels").glob("*.tsv"))
    if not single.is_file() and not several:
        raise QuestionsError(f"{folder}：没有 {QRELS} 或 qrels/*.tsv；请补上相关性标注")
    return [single] if single.is_file() else several


def _qrels(path: Path, refs: set[str]) -> Iterator[tuple[str, str, int]]:
    lines = read_lines(path)
    if not lines:
        raise QuestionsError(f"{path}：文件是空的；每行应为 query-id<Tab>corpus-id<Tab>score")
    for number, line in lines:
        where, cells = f"{path} 第 {number} 行", [cell.strip() for cell in line.split("\t")]
        if len(cells) != _COLUMNS:
            raise QuestionsError(f"{where}：有 {len(cells)} 列，应为 query-id<Tab>corpus-id<Tab>score；请改正")
        query, document, score = cells
        if number == lines[0][0] and not score.lstrip("-").isdecimal():
            continue  # the header
        if not score.lstrip("-").isdecimal():
            raise QuestionsError(f"{where}：score “{score}” 不是整数；请改正")
        if ref_of(document) not in refs:
            raise QuestionsError(f"{where}：{CORPUS} 中没有 {document}；请改正 corpus-id")
        yield query, ref_of(document), int(score)


def _relevant(folder: Path, refs: set[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for path in _qrels_paths(folder):
        for query, ref, score in _qrels(path, refs):
            if score > 0:
                found.setdefault(query, {})[ref] = score
    return found


def _queries(path: Path, relevant: dict[str, dict[str, int]]) -> Iterator[BeirQuery]:
    seen: set[str] = set()
    for where, value in read_objects(path):
        query = read_id(where, value, _id_key(value))
        if query in seen:
            raise QuestionsError(f"{where}：id {query} 重复；请改为不同的 id")
        seen.add(query)
        text = read_text(where, value, "text")
        if query in relevant:
            yield BeirQuery(query, text, tuple(sorted(relevant[query].items())))
    unknown = next((query for query in relevant if query not in seen), None)
    if unknown:
        raise QuestionsError(f"{path}：没有标注里的问题 {unknown}；请补上，或从标注中删去")


def load_beir(folder: Path) -> BeirSet:
    """The data set of a folder. Raises: QuestionsError naming file, line and cure."""
    name = folder.resolve().name
    plan = _plan(name, list(_documents(folder / CORPUS)))
    relevant = _relevant(folder, set(plan.by_ref))
    queries = tuple(_queries(folder / QUERIES, relevant))
    if not queries:
        raise QuestionsError(f"{folder}：没有一个问题有相关文档；请检查 {QRELS}")
    data = plan.text.encode()
    # not the digest of the text alone: an index of it must never pass for that of a plan which reads the same
    source = Source(plan, hashlib.sha256(b"beir\0" + data).hexdigest(), data)
    return BeirSet(name, source, queries, _sha256([folder / CORPUS, folder / QUERIES, *_qrels_paths(folder)]))
