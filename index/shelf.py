"""The plans that can be asked: the catalogue of a home, the one way to change it, and the plans opened when they are needed.

```
HOME/index/CURRENT         the name of the catalogue in use; replaced atomically
HOME/index/c-3/            catalogue.json, and what finds the nearest of many plans (see `index.finder`)
HOME/index/p-…             each plan's part (see `index.store`): what is added or removed touches no other
```
"""

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.errors import IndexBusyError, IndexError_, IndexMismatchError, IndexMissingError, first_line
from corpus.load import SHIPPED, Source, load_source, shipped_path
from corpus.meta import PlanMeta
from corpus.parse import Plan
from corpus.words import words_of
from index.disk import move_whole, write_file
from index.embed import Embedder, Vectors
from index.finder import Finder
from index.retrieve import Hit, Index, nearest_plans, search_plans
from index.settings import Settings
from index.store import (
    CURE,
    FORMAT,
    Maker,
    Manifest,
    Progress,
    check_made,
    describe,
    digest_of,
    find_part,
    package_version,
    read_json,
    read_part,
    read_source,
    remove_part,
    write_json,
    write_part,
)

_FIRST_WITH_PARTS = 6  # format
FEW = 8  # plans that are all looked into; of more the nearest so many are


@dataclass(frozen=True)
class Entry:
    """A plan that can be asked: what is known of it without opening it. `part` is the folder of its part."""

    id: str
    title: str
    meta: PlanMeta
    sha256: str
    digest: str
    part: str
    sections: int
    chunks: int
    vectors: int


@dataclass(frozen=True)
class Catalogue:
    """The plans of an index in their order, and what all their parts were built with."""

    format: int
    version: str
    model: str
    max_chars: int
    plans: tuple[Entry, ...]

    @property
    def vectors(self) -> int:
        """How many vectors the parts hold."""
        return sum(entry.vectors for entry in self.plans)


def folder_of(settings: Settings) -> Path:
    """Where the catalogues and the parts lie."""
    return settings.home / "index"


# ---- reading --------------------------------------------------------------------------------------------------------


def _current_name(root: Path) -> str | None:
    try:
        # a damaged name names no catalogue, which is noticed where it is used
        return (root / "CURRENT").read_text(encoding="utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def current_version(settings: Settings) -> str | None:
    """The name of the catalogue in use, None where there is none: a new name means that there is something new to read."""
    with contextlib.suppress(OSError):
        return _current_name(folder_of(settings))
    return None


def _entry(value: dict[str, Any]) -> Entry:
    return Entry(**{**value, "meta": PlanMeta.from_json(value["meta"])})


def read_catalogue(settings: Settings) -> tuple[str, Catalogue]:
    """The name of the catalogue in use, and the catalogue. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
    root = folder_of(settings)
    try:
        name = _current_name(root)
    except OSError as error:
        raise IndexError_(f"{root}：索引读不出（{error}）；{CURE}") from error
    if not name:
        raise IndexMissingError(f"{root}：还没有索引；请运行 planqa index")
    try:
        value = read_json(root / name / _file_of(root / name))
        if value["format"] != FORMAT:  # it cannot be read any further
            raise IndexMismatchError(f"索引的格式为 {value['format']}，当前为 {FORMAT}；{CURE}")
        return name, Catalogue(**{**value, "plans": tuple(map(_entry, value["plans"]))})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexError_(f"{root / name}：索引不完整；{CURE}") from error


def _file_of(folder: Path) -> str:
    old = "manifest.json"  # up to format 5
    return old if (folder / old).is_file() else "catalogue.json"


def documents(settings: Settings) -> dict[str, Path]:
    """The documents of the index that is there, of whatever format, each with its file; {} where that cannot be read."""
    root = folder_of(settings)
    try:
        name = str(_current_name(root))
        value = read_json(root / name / _file_of(root / name))
        if value["format"] < _FIRST_WITH_PARTS:
            return {plan: root / name / "plans" / f"{plan}.txt" for plan, _ in value["plans"]}
        return {entry["id"]: root / entry["part"] / "plan" / f"{entry['id']}.txt" for entry in value["plans"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def source_of(settings: Settings, entry: Entry) -> Source:
    """The document of a plan in the index. Raises: IndexMismatchError, IndexError_."""
    return read_source(folder_of(settings) / entry.part, entry.id)


# ---- changing -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _lock(root: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(root / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusyError(f"{root}：另一个进程正在建立索引；请等它结束后再试") from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _disk_errors(root: Path) -> Iterator[None]:
    """What the disk refuses becomes one line; the index in use is untouched."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or first_line(error)
        raise IndexError_(f"{root}：写不下索引（{reason}）；请检查空间和权限，或用 PLANQA_HOME 指定别处") from error


def build(
    sources: Sequence[Source], settings: Settings, embedder: Embedder, progress: Progress, *, anew: bool = False
) -> Catalogue:
    """Make these the plans that can be asked; see `change`."""
    return change(lambda: sources, settings, embedder, progress, anew=anew)


def change(
    what: Callable[[], Sequence[Source | Entry]],
    settings: Settings,
    embedder: Embedder,
    progress: Progress,
    *,
    anew: bool = False,
) -> Catalogue:
    """Publish a new catalogue; the one before stays for those who still read it.

    `what` returns its plans: a document, or the entry of one that stays as it is. It is called while no other process can
    change the index, so that nothing that was added meanwhile is lost. A document whose part is there already, as after a
    build that was killed, is not built again, unless `anew`.

    Raises: IndexBusyError while another process builds; IndexError_ when the disk refuses; SourceError when there is
    nothing but headings. Whatever fails, the index in use stays as it was.
    """
    root = folder_of(settings)
    with _disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with _lock(root):
            wanted, before = what(), _current_name(root)
            for unfinished in root.glob(".[pc]-*"):
                _remove(unfinished, settings)
            entries = _build_parts(root, wanted, Maker(settings, embedder), progress, anew)
            catalogue = Catalogue(FORMAT, package_version(), settings.model, settings.max_chars, entries)
            _sweep(root, {before, _publish(root, catalogue)}, settings)
    return catalogue


def _build_parts(
    root: Path, wanted: Sequence[Source | Entry], maker: Maker, progress: Progress, anew: bool
) -> tuple[Entry, ...]:
    made = {s.plan.id: describe(s, maker.settings) for s in wanted if isinstance(s, Source)}
    done, total, entries = 0, sum(m.ways + m.questions for m in made.values()), []
    for item in wanted:
        if isinstance(item, Entry):
            entries.append(item)
            continue

        def show(now: int, _: int, before: int = done) -> None:
            progress(before + now, total)

        as_stored = functools.partial(read_source, plan=item.plan.id)
        there = None if anew else find_part(root, item, maker.settings, as_stored)
        part = there[0] if there else write_part(root, item, maker, show)
        entry = _entry_of(item, made[item.plan.id], part.name)
        done += entry.vectors
        entries.append(entry)
    return tuple(entries)


def _entry_of(source: Source, manifest: Manifest, part: str) -> Entry:
    plan, vectors = source.plan, manifest.ways + manifest.questions
    sections = len(plan.sections)
    return Entry(plan.id, plan.title, plan.meta, source.sha256, manifest.digest, part, sections, manifest.chunks, vectors)


def _publish(root: Path, catalogue: Catalogue) -> str:
    """Write a catalogue and make it the current one. Returns: its name, which none had before."""
    numbers = (int(n) for p in root.glob("c-*") if (n := p.name.removeprefix("c-")).isdecimal())
    name = f"c-{max(numbers, default=0) + 1}"
    folder = root / f".{name}"
    folder.mkdir()
    write_json(folder / "catalogue.json", asdict(catalogue))
    if len(catalogue.plans) > FEW:
        Finder.write(folder, [root / entry.part for entry in catalogue.plans])
    move_whole(folder, root / name)
    write_file(root / "CURRENT", name.encode())
    return name


def _sweep(root: Path, catalogues: set[str | None], settings: Settings) -> None:
    """Delete what none of these catalogues needs. What cannot be deleted now is tried again at the next change."""
    used = set[str]()
    for name in catalogues - {None}:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            used |= {str(name), *(entry["part"] for entry in read_json(root / str(name) / "catalogue.json")["plans"])}
    for pattern in ("p-*", "c-*", "v-*"):
        for old in root.glob(pattern):
            if old.name not in used:
                _remove(old, settings)


def _remove(folder: Path, settings: Settings) -> None:
    if folder.name.lstrip(".").startswith("p-"):
        remove_part(folder, settings)
    else:
        shutil.rmtree(folder, ignore_errors=True)


# ---- opening --------------------------------------------------------------------------------------------------------


class Plans(Mapping[str, Plan]):
    """The plans by their names, in order; each is read when it is asked for."""

    def __init__(self, entries: Mapping[str, Entry], read: Callable[[str], Source]) -> None:
        self._entries = entries
        self._read = read

    def __getitem__(self, name: str) -> Plan:
        if name not in self._entries:
            raise KeyError(name)
        return self._read(name).plan

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class Shelf:
    """An opened catalogue. Safe to share between threads; what it holds never changes."""

    def __init__(self, settings: Settings, embedder: Embedder, version: str, catalogue: Catalogue) -> None:
        self.settings = settings
        self.embedder = embedder
        self.version = version
        self.entries = {entry.id: entry for entry in catalogue.plans}
        most = settings.open_plans
        self._source = functools.lru_cache(maxsize=most)(lambda name: source_of(settings, self.entries[name]))
        self._index = functools.lru_cache(maxsize=most)(self._open)
        self.plans = Plans(self.entries, self._source)
        many = len(self.entries) > FEW
        self._finder = Finder.read(folder_of(settings) / version, list(self.entries), settings.cache) if many else None

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder | None = None) -> "Shelf":
        """The plans of a home; few are read at once, so that damage is told here.

        Raises: IndexMissingError, IndexMismatchError, IndexError_; never an index that was built from other things.
        """
        version, catalogue = read_catalogue(settings)
        check_made(catalogue.version, catalogue.model, catalogue.max_chars, settings)
        shelf = cls(settings, embedder or Embedder(settings.model, settings.cache), version, catalogue)
        for name in list(shelf.entries)[:FEW]:
            shelf.index(name)
        shipped = shelf.entries.get(SHIPPED)
        if shipped and shipped.digest != digest_of(load_source(shipped_path())):
            raise IndexMismatchError(f"软件自带的计划 {SHIPPED} 已更新，索引仍是旧文；{CURE}")
        return shelf

    def _open(self, name: str) -> Index:
        entry, source = self.entries[name], self._source(name)
        folder = folder_of(self.settings) / entry.part
        stored = read_part(folder, source, self.settings)
        if stored.manifest.digest != entry.digest:
            raise IndexError_(f"索引清单与内容不符；{CURE}")
        stored = stored if self.settings.expansion else stored.without_questions()
        return Index(stored, words_of(source.lexicon, self.settings.cache), self.embedder)

    def index(self, name: str) -> Index:
        """The index of a plan. Raises: IndexMismatchError, StoreDownError, IndexError_."""
        return self._index(name)

    def source(self, name: str) -> Source:
        """A plan with what stands beside it."""
        return self._source(name)

    def rendering(self, name: str, ref: str, chinese: str) -> str:
        """The unofficial English of a plan's sentence or title; "" where there is none."""
        return self._source(name).rendering(ref, chinese)

    def search(self, question: str, *, k: int = 10, language: str = "zh") -> list[Hit]:
        """The k best chunks of all plans (of many: of the nearest few), the best first. One embedding."""
        vector = self.embedder.query(question)
        indexes = [self.index(name) for name in self._order(question, vector)[:FEW]]
        return search_plans(indexes, question, k, language, vector)

    def nearest(self, question: str, language: str, vector: Vectors) -> list[str]:
        """The plans' names in the order in which a question comes upon them; of many the nearest few are looked into."""
        order = self._order(question, vector)
        return [*nearest_plans([self.index(n) for n in order[:FEW]], question, language, vector), *order[FEW:]]

    def _order(self, question: str, vector: Vectors) -> list[str]:
        return self._finder.order(question, vector) if self._finder else list(self.entries)
