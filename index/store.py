"""The built index on disk: one folder per version, never changed once published.

```
HOME/index/CURRENT          the name of the version in use; replaced atomically
HOME/index/v-4f1c…-1/       manifest.json, plans/, vectors/ (ChromaDB), words/ (BM25), english.json
```
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from corpus.chunks import Chunk, chunk_plan
from corpus.errors import IndexBusyError, IndexError_, IndexMismatchError, IndexMissingError, SourceError
from corpus.load import SHIPPED, Source, load_source, shipped_path
from corpus.words import Words, background_questions
from index.bilingual import Table, build_table, in_words, read_cedict, stems
from index.bm25 import WordIndex
from index.disk import write_file
from index.embed import Embedder, Vectors
from index.settings import Settings
from index.ways import IN_MEMORY, Ways

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

FORMAT = 6  # raise when what is stored changes its form
CURE = "请运行 planqa index --rebuild"
WAYS, QUESTIONS = "ways", "questions"
_BATCH = 32
EF_LARGE = 2_000  # steps of a search through the graph: twice as many as a question asks for
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Manifest:
    """What an index was built from; another text, model, setting or version makes another index."""

    format: int
    version: str
    model: str
    max_chars: int
    plans: tuple[tuple[str, str], ...]
    ways: int
    questions: int

    @property
    def name(self) -> str:
        """What the folder's name begins with: the same for the same contents."""
        text = json.dumps([self.format, self.version, self.model, self.max_chars, self.plans, self.ways, self.questions])
        return f"v-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Way:
    """A text by which a chunk can be found.

    `id` is unique within an index: `plan/chunk|start` for the sentence at that offset, `plan/chunk|start|en` for its
    English rendering. A plan bears a file's name, so it may hold | but no slash. `heading` is what the text stands under.
    """

    id: str
    text: str
    heading: str = ""


def ways_of(source: Source, chunk: Chunk) -> list[Way]:
    """Each of the chunk's sentences under its heading, and what each is called in English.

    Not the chunk's text as a whole: beside its sentences it found nothing more (`planqa eval retrieval tuning`: recall@1
    .790 with it, .794 without) and took half the time of a build.
    """
    whole = f"{source.plan.id}/{chunk.id}"
    english = ((s, source.rendering(s.ref, s.text)) for s in chunk.sentences)
    # a flat collection of texts has titles, but no sections whose sentences lean on them
    path = () if source.plan.flat else source.plan.path(chunk.ref)
    heading = next((s.title for s in reversed(path) if s.title), "")
    return [
        *(Way(f"{whole}|{s.start}", s.text, heading) for s in chunk.sentences),
        *(Way(f"{whole}|{s.start}|en", text) for s, text in english if text),
    ]


def questions_of(source: Source, chunk: Chunk) -> list[Way]:
    """The questions that the chunk's sentences are known to answer: `plan/chunk|start|number`."""
    return [
        Way(f"{source.plan.id}/{chunk.id}|{s.start}|{i}", q)
        for s in chunk.sentences
        for i, q in enumerate(source.questions(s.ref, s.text))
    ]


def question_terms(words: Words, question: str) -> list[str]:
    """What a known question is matched by: its words, or the stems of an English one."""
    return list(stems(question)) if question.isascii() else words.terms(question)


def terms_of(source: Source, words: Words, ref: str, chinese: str) -> list[str]:
    """What a sentence or title is matched by: its words, and the stems of its English rendering."""
    return [*words.terms(chinese), *stems(source.rendering(ref, chinese))]


def chunk_terms(source: Source, words: Words, chunk: Chunk) -> list[str]:
    """The terms of a chunk's headings and sentences."""
    headings = ((s.ref, s.title) for s in source.plan.path(chunk.ref) if s.title)
    return [
        t for ref, text in (*headings, *((s.ref, s.text) for s in chunk.sentences)) for t in terms_of(source, words, ref, text)
    ]


def rendered(sources: Sequence[Source]) -> bool:
    """Whether any of the plans has an English rendering."""
    return any(source.english for source in sources)


def meeting(question: str, vector: Vectors, table: Table, embedder: Embedder) -> Vectors:
    """The vector of an English question that plans without a word of English are asked, shape (dim,).

    The mean of its own and that of the question behind the Chinese words that it may stand for: the model brings Chinese to
    Chinese more surely than English. On 258 English questions recall@1 rose from .617 to .678 for the vectors alone.
    """
    words = in_words(question, table)
    return (vector + embedder.query(f"{words} {question}")) / np.float32(2) if words else vector


def package_version() -> str:
    """The version of planqa that is installed."""
    return metadata.version("planqa")


def _digest(source: Source) -> str:
    beside = [[suffix, hashlib.sha256(data).hexdigest()] for suffix, data in source.sidecars]
    return hashlib.sha256(json.dumps([source.sha256, beside]).encode()).hexdigest()


def describe(sources: Sequence[Source], settings: Settings) -> Manifest:
    """The manifest of the index that these sources and settings make."""
    pairs = [(s, c) for s in sources for c in chunk_plan(s.plan, settings.max_chars)]
    ways, questions = sum(len(ways_of(s, c)) for s, c in pairs), sum(len(questions_of(s, c)) for s, c in pairs)
    plans = tuple((s.plan.id, _digest(s)) for s in sources)
    return Manifest(FORMAT, package_version(), settings.model, settings.max_chars, plans, ways, questions)


def folder_of(settings: Settings) -> Path:
    """Where the versions lie."""
    return settings.home / "index"


def words_of(sources: Sequence[Source], settings: Settings) -> Words:
    """The segmenter that knows the lexicons of all plans."""
    return Words((w for s in sources for w in s.lexicon), settings.cache)


# ---- building -------------------------------------------------------------------------------------------------------


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
    from chromadb.errors import ChromaError

    try:
        yield
    except (OSError, ChromaError) as error:
        reason = getattr(error, "strerror", None) or _reason(error)
        raise IndexError_(f"{root}：写不下索引（{reason}）；请检查空间和权限，或用 PLANQA_HOME 指定别处") from error


def _reason(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    return cast("Client", chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False)))


def _embed(ways: Sequence[Way], embed: Callable[[list[str]], Vectors]) -> Vectors:
    """A vector for each way, shape (len(ways), dim).

    Under a heading it is the mean of the text's and that of heading and text, not brought back to unit length: the less
    the two agree, the less the heading says of the text. On the six other documents of the tests recall@1 rose from .73
    to .77 by it.
    """
    alone = embed([w.text for w in ways])
    rows = [i for i, w in enumerate(ways) if w.heading]
    if rows:
        alone[rows] = (alone[rows] + embed([f"{ways[i].heading}：{ways[i].text}" for i in rows])) / 2
    return alone


def _write_vectors(
    client: "Client", name: str, ways: Sequence[Way], embed: Callable[[list[str]], Vectors], progress: Callable[[int], None]
) -> "Collection":
    steps = 100 if len(ways) <= IN_MEMORY else EF_LARGE  # what is read into memory is never asked of the graph
    collection = client.create_collection(
        name,
        embedding_function=None,
        configuration={"hnsw": {"space": "ip", "ef_construction": 200, "max_neighbors": 32, "ef_search": steps}},
    )
    for at in range(0, len(ways), _BATCH):
        batch = ways[at : at + _BATCH]
        collection.upsert(ids=[w.id for w in batch], embeddings=_embed(batch, embed))
        progress(at + len(batch))
    return collection


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _read_json(path: Path) -> Any:  # noqa: ANN401 - as JSON is
    return json.loads(path.read_text(encoding="utf-8"))


def _write_sources(folder: Path, sources: Sequence[Source]) -> None:
    folder.mkdir()
    for source in sources:
        (folder / f"{source.plan.id}.txt").write_bytes(source.data)
        for suffix, data in source.sidecars:
            (folder / f"{source.plan.id}{suffix}").write_bytes(data)


def _write(folder: Path, sources: Sequence[Source], settings: Settings, embedder: Embedder, progress: Progress) -> None:
    pairs = [(s, chunk) for s in sources for chunk in chunk_plan(s.plan, settings.max_chars)]
    if not pairs:
        raise SourceError(f"{'、'.join(s.plan.id for s in sources)}：只有标题，没有正文；请提供计划全文")
    words = words_of(sources, settings)
    folder.mkdir(parents=True)
    _write_sources(folder / "plans", sources)
    ways = [w for source, chunk in pairs for w in ways_of(source, chunk)]
    questions = [q for source, chunk in pairs for q in questions_of(source, chunk)]
    total = len(ways) + len(questions)
    terms = [chunk_terms(source, words, chunk) for source, chunk in pairs]
    vocabulary = {term for document in terms for term in document if not term.isascii()}
    english = build_table(vocabulary, (pair for s in sources for pair in s.glossary), read_cedict(vocabulary))
    # Chroma keeps what is open by its path: left open, it would answer for the next folder of that name
    with contextlib.closing(_client(folder / "vectors")) as client:
        stored = _write_vectors(client, WAYS, ways, embedder.documents, lambda done: progress(done, total))
        known = _write_vectors(client, QUESTIONS, questions, embedder.queries, lambda done: progress(len(ways) + done, total))
        across = None if rendered(sources) else english
        background = _measure_background(Ways(stored), Ways(known), embedder, across)
    WordIndex.build(terms).save(folder / "words")
    WordIndex.build(
        [[t for q in questions_of(source, chunk) for t in question_terms(words, q.text)] for source, chunk in pairs]
    ).save(folder / "question-words")
    _write_json(folder / "english.json", english)
    _write_json(folder / "background.json", {language: asdict(b) for language, b in background.items()})


def _publish(root: Path, folder: Path, manifest: Manifest) -> None:
    _write_json(folder / "manifest.json", asdict(manifest))
    write_file(root / "CURRENT", folder.name.encode())


def _sweep(root: Path, keep: set[str]) -> None:
    for old in root.glob("v-*"):
        if old.name not in keep:
            shutil.rmtree(old, ignore_errors=True)  # a reader may hold it open; the next build tries again


def _fresh(root: Path, name: str) -> Path:
    """A folder that no version had before it: names count up, so that no reader takes a new version for its old one."""
    numbers = (p.name.rpartition("-")[2] for p in root.glob("v-*-*"))
    return root / f"{name}-{max((int(n) for n in numbers if n.isdecimal()), default=0) + 1}"


def build(sources: Sequence[Source], settings: Settings, embedder: Embedder, progress: Progress) -> Manifest:
    """Build a new version of exactly these and make it the current one; see `change`."""
    return change(lambda: sources, settings, embedder, progress)


def change(what: Callable[[], Sequence[Source]], settings: Settings, embedder: Embedder, progress: Progress) -> Manifest:
    """Build a new version and make it the current one; the version before stays for those who still read it.

    `what` returns the sources of the new version. It is called while no other process can change the index, so that it may
    read those of the current one: nothing that was added meanwhile is lost.

    Raises: IndexBusyError while another process builds; IndexError_ when the disk refuses; SourceError when there is
    nothing but headings. Whatever fails, the index in use stays as it was.
    """
    root = folder_of(settings)
    with _disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        with _lock(root):
            sources = what()
            before, manifest = _current_name(root), describe(sources, settings)
            _sweep(root, {before} if before else set())
            folder = _fresh(root, manifest.name)
            try:
                _write(folder, sources, settings, embedder, progress)
                _publish(root, folder, manifest)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
    return manifest


# ---- chance -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Background:
    """How near general questions come to the plans by chance: mean and deviation of their best cosines."""

    text: tuple[float, float]
    known: tuple[float, float]

    def above(self, text: float, known: float) -> tuple[float, float]:
        """How many deviations two cosines lie above chance: of the text's ways, of the known questions."""
        return (text - self.text[0]) / self.text[1], (known - self.known[0]) / self.known[1]


def _spread(values: Sequence[float]) -> tuple[float, float]:
    # the median, and the deviation as robust: a plan may happen to answer some of the general questions
    middle = float(np.median(values))
    return middle, max(1.4826 * float(np.median(np.abs(np.array(values) - middle))), 0.004)


def _best_cosine(ways: Ways, vector: Vectors) -> float:
    return float(ways.nearest(vector, 1).cosines[0]) if len(ways) else 0.0


def _measure_background(ways: Ways, known: Ways, embedder: Embedder, across: Table | None) -> dict[str, Background]:
    """For each language, what chance looks like in this index; `across` is given where nothing in it is English."""
    questions = background_questions()
    best: dict[str, list[tuple[float, float]]] = {"zh": [], "en": []}
    for question, vector in zip(questions, embedder.queries(list(questions)), strict=True):
        if across is not None and question.isascii():
            vector = meeting(question, vector, across, embedder)
        best["en" if question.isascii() else "zh"].append((_best_cosine(ways, vector), _best_cosine(known, vector)))
    return {
        language: Background(_spread([t for t, _ in pairs]), _spread([k for _, k in pairs])) for language, pairs in best.items()
    }


# ---- opening --------------------------------------------------------------------------------------------------------


def _current_name(root: Path) -> str | None:
    try:
        # a damaged name names no version, which is noticed where it is used
        return (root / "CURRENT").read_text(encoding="utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def read_manifest(settings: Settings) -> tuple[Path, Manifest]:
    """The current version's folder and manifest. Raises: IndexMissingError, IndexError_ for a damaged one."""
    root = folder_of(settings)
    try:
        name = _current_name(root)
    except OSError as error:
        raise IndexError_(f"{root}：索引读不出（{error}）；{CURE}") from error
    if not name:
        raise IndexMissingError(f"{root}：还没有索引；请运行 planqa index")
    try:
        value: dict[str, Any] = _read_json(root / name / "manifest.json")
        return root / name, Manifest(**{**value, "plans": tuple((i, d) for i, d in value["plans"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexError_(f"{root / name}：索引不完整；{CURE}") from error


def check(manifest: Manifest, sources: Sequence[Source], settings: Settings) -> None:
    """Raises: IndexMismatchError that names the first difference between an index and what it should be."""
    expected = describe(sources, settings)
    for name, built, now in (
        ("格式", manifest.format, expected.format),
        ("planqa 版本", manifest.version, expected.version),
        ("嵌入模型", manifest.model, expected.model),
        ("分块长度", manifest.max_chars, expected.max_chars),
    ):
        if built != now:
            raise IndexMismatchError(f"索引的{name}为 {built}，当前为 {now}；{CURE}")
    for (plan, built), (_, now) in zip(manifest.plans, expected.plans, strict=False):
        if built != now:
            raise IndexMismatchError(
                f"索引建立后，计划 {plan} 的文字或旁注数据变了（sha256 由 {built[:8]} 变为 {now[:8]}）；{CURE}"
            )
    if manifest != expected:
        raise IndexError_(f"索引清单与内容不符；{CURE}")


@dataclass(frozen=True)
class Stored:
    """An opened version: everything that searching needs, read once. `version` is its folder's name."""

    version: str
    manifest: Manifest
    sources: tuple[Source, ...]
    ways: Ways
    questions: Ways
    words: WordIndex
    question_words: WordIndex
    english: Table
    background: dict[str, Background]

    def without_questions(self) -> "Stored":
        """The same as if no plan had questions that its sentences are known to answer."""
        sources = tuple(replace(source, expansion={}) for source in self.sources)
        return replace(self, manifest=replace(self.manifest, questions=0), sources=sources)


def _read(folder: Path, manifest: Manifest, sources: tuple[Source, ...]) -> Stored:
    from chromadb.errors import ChromaError

    chunks = sum(len(chunk_plan(s.plan, manifest.max_chars)) for s in sources)
    try:
        client = _client(folder / "vectors")
        ways, questions = (Ways(client.get_collection(name, embedding_function=None)) for name in (WAYS, QUESTIONS))
        found = len(ways), len(questions)
        if found != (manifest.ways, manifest.questions):
            raise IndexError_(f"{folder}：应有 {manifest.ways}+{manifest.questions} 条向量，实有 {found[0]}+{found[1]}；{CURE}")
        chance: dict[str, Any] = _read_json(folder / "background.json")
        background = {n: Background(tuple(chance[n]["text"]), tuple(chance[n]["known"])) for n in ("zh", "en")}
        if ways.in_memory and questions.in_memory:
            client.close()
        return Stored(
            folder.name,
            manifest,
            sources,
            ways,
            questions,
            WordIndex.load(folder / "words", chunks),
            WordIndex.load(folder / "question-words", chunks),
            _read_json(folder / "english.json"),
            background,
        )
    except (OSError, EOFError, ValueError, TypeError, KeyError, ChromaError) as error:
        raise IndexError_(f"{folder}：索引不完整（{_reason(error)}）；{CURE}") from error


def current_version(settings: Settings) -> str | None:
    """The name of the version in use, None where there is none: a new name means that there is something new to read."""
    with contextlib.suppress(OSError):
        return _current_name(folder_of(settings))
    return None


def stored_sources(settings: Settings) -> tuple[Source, ...]:
    """The documents of the current version. Raises: IndexMissingError, IndexMismatchError, IndexError_."""
    return _sources(*read_manifest(settings))


def _sources(folder: Path, manifest: Manifest) -> tuple[Source, ...]:
    paths = [folder / "plans" / f"{plan}.txt" for plan, _ in manifest.plans]
    missing = next((p for p in paths if not p.is_file()), None)
    if missing:
        raise IndexError_(f"{missing}：索引不完整，缺少计划原文；{CURE}")
    try:
        return tuple(load_source(p) for p in paths)
    except SourceError as error:
        # only what is wrong: the cure for a file of one's own is none for the index's copy
        raise IndexMismatchError(f"索引里的计划变了（{str(error).partition('；')[0]}）；{CURE}") from error


def open_index(settings: Settings) -> Stored:
    """The current index. Raises: IndexMissingError, IndexMismatchError, IndexError_; never one built from other things."""
    folder, manifest = read_manifest(settings)
    sources = _sources(folder, manifest)
    check(manifest, sources, settings)
    shipped = next((s for s in sources if s.plan.id == SHIPPED), None)
    if shipped and _digest(shipped) != _digest(load_source(shipped_path())):
        raise IndexMismatchError(f"软件自带的计划 {SHIPPED} 已更新，索引仍是旧文；{CURE}")
    return _read(folder, manifest, sources)


def open_for(sources: Sequence[Source], settings: Settings) -> Stored:
    """The current index, for documents at hand: those of a data set are not stored in a form that can be read back.

    Raises: IndexMissingError, IndexMismatchError, IndexError_; never an index that was built from other documents.
    """
    folder, manifest = read_manifest(settings)
    check(manifest, sources, settings)
    return _read(folder, manifest, tuple(sources))
