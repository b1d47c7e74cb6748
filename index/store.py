"""One plan's part of an index on disk: a folder that is whole or not there, and never changed.

```
HOME/index/p-4f1c…-9a0b…/      manifest.json, plan/, words/ and question-words/ (BM25), maxsim/, english.json, background.json,
                               profile.npy, terms.json, and vectors/ (ChromaDB) unless a server keeps those
```

Which parts are in use says `index.shelf`.
"""

import contextlib
import hashlib
import json
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from corpus.chunks import Chunk, chunk_plan
from corpus.errors import IndexError_, IndexMismatchError, SourceError, first_line
from corpus.load import Source, load_source
from corpus.words import Words, background_questions, words_of
from index.bilingual import Cedict, Table, build_table, in_words, stems
from index.bm25 import WordIndex
from index.disk import move_whole
from index.embed import Embedder, Vectors
from index.maxsim import MaxSim
from index.settings import Settings
from index.vectors import VectorStore
from index.ways import Ways

FORMAT = 7  # raise when what is stored changes its form
CURE = "请运行 planqa index --rebuild"
WAYS, QUESTIONS = "ways", "questions"
_BATCH = 32
_PROFILED = 5_000  # vectors read at a time
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Manifest:
    """What a plan's part was built from; another text, model, setting or version makes another part.

    `digest` is that of the plan's text and of what stands beside it; `ways` and `questions` count the vectors.
    """

    format: int
    version: str
    model: str
    max_chars: int
    plan: str
    digest: str
    chunks: int
    ways: int
    questions: int

    @property
    def name(self) -> str:
        """What the folder's name begins with: the same for the same contents."""
        return f"p-{hashlib.sha256(json.dumps(list(asdict(self).values())).encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Way:
    """A text by which a chunk can be found.

    `id` is unique within a plan: `chunk|start` for the sentence at that offset, `chunk|start|en` for its English
    rendering. `heading` is what the text stands under.
    """

    id: str
    text: str
    heading: str = ""


def ways_of(source: Source, chunk: Chunk) -> list[Way]:
    """Each of the chunk's sentences under its heading, and what each is called in English.

    Not the chunk's text as a whole: beside its sentences it found nothing more (`planqa eval retrieval tuning`: recall@1
    .790 with it, .794 without) and took half the time of a build.
    """
    english = ((s, source.rendering(s.ref, s.text)) for s in chunk.sentences)
    # a flat collection of texts has titles, but no sections whose sentences lean on them
    path = () if source.plan.flat else source.plan.path(chunk.ref)
    heading = next((s.title for s in reversed(path) if s.title), "")
    return [
        *(Way(f"{chunk.id}|{s.start}", s.text, heading) for s in chunk.sentences),
        *(Way(f"{chunk.id}|{s.start}|en", text) for s, text in english if text),
    ]


def questions_of(source: Source, chunk: Chunk) -> list[Way]:
    """The questions that the chunk's sentences are known to answer: `chunk|start|number`."""
    return [Way(f"{chunk.id}|{s.start}|{i}", q) for s in chunk.sentences for i, q in enumerate(source.questions(s.ref, s.text))]


def question_terms(words: Words, question: str) -> list[str]:
    """What a known question is matched by: its words, or the stems of an English one."""
    return list(stems(question)) if question.isascii() else words.terms(question)


def terms_of(source: Source, words: Words, ref: str, chinese: str) -> list[str]:
    """What a sentence or title is matched by: its words, and the stems of its English rendering."""
    return [*words.terms(chinese), *stems(source.rendering(ref, chinese))]


@dataclass(frozen=True)
class ChunkTerms:
    """The terms of each heading above a chunk, the outermost first, and of each of its sentences."""

    headings: list[list[str]]
    sentences: list[list[str]]

    @property
    def all(self) -> list[str]:
        """Every term, as often as it stands there."""
        return [term for text in (*self.headings, *self.sentences) for term in text]

    @property
    def texts(self) -> list[list[str]]:
        """Each sentence by itself, and last the nearest heading: what `MaxSim` is made of."""
        return [*self.sentences, self.headings[-1] if self.headings else []]


def chunk_terms(source: Source, words: Words, chunk: Chunk) -> ChunkTerms:
    """What a chunk's headings and sentences are matched by."""
    return ChunkTerms(
        [terms_of(source, words, s.ref, s.title) for s in source.plan.path(chunk.ref) if s.title],
        [terms_of(source, words, s.ref, s.text) for s in chunk.sentences],
    )


def meeting(question: str, vector: Vectors, table: Table, embedder: Embedder) -> Vectors:
    """The vector of an English question that a plan without a word of English is asked, shape (dim,).

    The mean of its own and that of the question behind the Chinese words that it may stand for: the model brings Chinese to
    Chinese more surely than English. On 258 English questions recall@1 rose from .617 to .678 for the vectors alone.
    """
    words = in_words(question, table)
    return (vector + embedder.query(f"{words} {question}")) / np.float32(2) if words else vector


@dataclass(frozen=True)
class Maker:
    """What parts are made with; one for many parts, for the dictionary takes long to read."""

    settings: Settings
    embedder: Embedder
    cedict: Cedict = field(default_factory=Cedict)


def package_version() -> str:
    """The version of planqa that is installed."""
    return metadata.version("planqa")


def digest_of(source: Source) -> str:
    """The sha256 of a plan's text and of all that stands beside it."""
    beside = [[suffix, hashlib.sha256(data).hexdigest()] for suffix, data in source.sidecars]
    return hashlib.sha256(json.dumps([source.sha256, beside]).encode()).hexdigest()


def describe(source: Source, settings: Settings) -> Manifest:
    """The manifest of the part that a plan and the settings make."""
    chunks = chunk_plan(source.plan, settings.max_chars)
    ways, questions = sum(len(ways_of(source, c)) for c in chunks), sum(len(questions_of(source, c)) for c in chunks)
    digest = digest_of(source)
    return Manifest(
        FORMAT, package_version(), settings.model, settings.max_chars, source.plan.id, digest, len(chunks), ways, questions
    )


# ---- building -------------------------------------------------------------------------------------------------------


def write_json(path: Path, value: object) -> None:
    """A value as JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> Any:  # noqa: ANN401 - as JSON is
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


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


def _write_source(folder: Path, source: Source) -> None:
    folder.mkdir()
    (folder / f"{source.plan.id}.txt").write_bytes(source.data)
    for suffix, data in source.sidecars:
        (folder / f"{source.plan.id}{suffix}").write_bytes(data)


def _write_vectors(store: VectorStore, source: Source, embedder: Embedder, chunks: Sequence[Chunk], progress: Progress) -> None:
    ways = [w for chunk in chunks for w in ways_of(source, chunk)]
    questions = [q for chunk in chunks for q in questions_of(source, chunk)]
    total = len(ways) + len(questions)
    for name, texts, embed, before in (
        (WAYS, ways, embedder.documents, 0),
        (QUESTIONS, questions, embedder.queries, len(ways)),
    ):
        collection = store.create(name, len(texts))
        for at in range(0, len(texts), _BATCH):
            batch = texts[at : at + _BATCH]
            vectors = _embed(batch, embed)
            with store.faults():
                collection.upsert(ids=[w.id for w in batch], embeddings=vectors)
            progress(before + at + len(batch), total)


def _profile(ways: Ways, chunks: Sequence[Chunk]) -> Vectors:
    """What each chunk is about, shape (chunks, dim): the mean of its ways' vectors."""
    row = {chunk.id: i for i, chunk in enumerate(chunks)}
    rows = np.array([row[way.partition("|")[0]] for way in ways.ids], dtype=np.intp)
    total = np.zeros((len(chunks), ways.read(0, 1).shape[1]), dtype=np.float32)
    for at in range(0, len(rows), _PROFILED):
        np.add.at(total, rows[at : at + _PROFILED], ways.read(at, at + _PROFILED))
    counts = np.maximum(np.bincount(rows, minlength=len(chunks)), 1).astype(np.float32)
    return np.divide(total, counts[:, None], dtype=np.float32)


def _write(folder: Path, store: VectorStore, source: Source, maker: Maker, progress: Progress) -> None:
    settings, embedder, cedict = maker.settings, maker.embedder, maker.cedict
    chunks, words = chunk_plan(source.plan, settings.max_chars), words_of(source.lexicon, settings.cache)
    if not chunks:
        raise SourceError(f"{source.plan.id}：只有标题，没有正文；请提供计划全文")
    folder.mkdir(parents=True)
    _write_source(folder / "plan", source)
    by_chunk = [chunk_terms(source, words, chunk) for chunk in chunks]
    terms = [of_chunk.all for of_chunk in by_chunk]
    vocabulary = {term for document in terms for term in document if not term.isascii()}
    english = build_table(vocabulary, source.glossary, cedict.definitions(vocabulary))
    _write_vectors(store, source, embedder, chunks, progress)
    ways, questions = store.read(WAYS), store.read(QUESTIONS)
    np.save(folder / "profile.npy", _profile(ways, chunks))
    background = _measure_background(ways, questions, embedder, None if source.english else english)
    WordIndex.build(terms).save(folder / "words")
    WordIndex.build([[t for q in questions_of(source, chunk) for t in question_terms(words, q.text)] for chunk in chunks]).save(
        folder / "question-words"
    )
    MaxSim.build([text for of_chunk in by_chunk for text in of_chunk.texts], embedder.words).save(folder / "maxsim")
    write_json(folder / "terms.json", Counter(t for document in terms for t in document))
    write_json(folder / "english.json", english)
    write_json(folder / "background.json", {language: asdict(b) for language, b in background.items()})


def write_part(root: Path, source: Source, maker: Maker, progress: Progress) -> Path:
    """A plan's part in its own new folder below `root`. Raises: SourceError when there is nothing but headings; OSError.

    It appears under its name once it is whole; what a killed process leaves bears a name that begins with a dot.
    """
    settings, manifest = maker.settings, describe(source, maker.settings)
    name = f"{manifest.name}-{uuid.uuid4().hex[:8]}"
    folder = root / f".{name}"
    with contextlib.ExitStack() as undo:
        undo.callback(remove_part, folder, settings)
        # Chroma keeps what is open by its path: left open, it would answer for the next folder of that name
        with contextlib.closing(VectorStore(folder / "vectors", name, settings.chroma_url)) as store:
            _write(folder, store, source, maker, progress)
        write_json(folder / "manifest.json", asdict(manifest))
        move_whole(folder, root / name)
        undo.pop_all()
    return root / name


def remove_part(folder: Path, settings: Settings) -> None:
    """Delete a part; what a reader holds open on some systems is tried again at the next change."""
    with contextlib.suppress(IndexError_):
        VectorStore(folder / "vectors", folder.name.lstrip("."), settings.chroma_url).drop()
    shutil.rmtree(folder, ignore_errors=True)


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
    """For each language, what chance looks like in this plan; `across` is given where nothing in it is English."""
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


@dataclass(frozen=True)
class Stored:
    """An opened part: everything that searching a plan needs, read once."""

    manifest: Manifest
    source: Source
    ways: Ways
    questions: Ways
    words: WordIndex
    question_words: WordIndex
    maxsim: MaxSim
    english: Table
    background: dict[str, Background]

    def without_questions(self) -> "Stored":
        """The same as if the plan had no questions that its sentences are known to answer."""
        return replace(self, manifest=replace(self.manifest, questions=0), source=replace(self.source, expansion={}))


def read_manifest(folder: Path) -> Manifest:
    """What a part was built from. Raises: IndexError_ for a damaged one."""
    try:
        return Manifest(**read_json(folder / "manifest.json"))
    except (OSError, ValueError, TypeError) as error:
        raise IndexError_(f"{folder}：索引不完整；{CURE}") from error


def read_source(folder: Path, plan: str) -> Source:
    """The plan of a part. Raises: IndexMismatchError for another text than was indexed, IndexError_ for none."""
    path = folder / "plan" / f"{plan}.txt"
    if not path.is_file():
        raise IndexError_(f"{path}：索引不完整，缺少计划原文；{CURE}")
    try:
        return load_source(path)
    except SourceError as error:
        # only what is wrong: the cure for a file of one's own is none for the index's copy
        raise IndexMismatchError(f"索引里的计划变了（{str(error).partition('；')[0]}）；{CURE}") from error


def check_made(version: str, model: str, max_chars: int, settings: Settings) -> None:
    """Raises: IndexMismatchError that names the first difference between how something was built and the settings."""
    for name, built, now in (
        ("planqa 版本", version, package_version()),
        ("嵌入模型", model, settings.model),
        ("分块长度", max_chars, settings.max_chars),
    ):
        if built != now:
            raise IndexMismatchError(f"索引的{name}为 {built}，当前为 {now}；{CURE}")


def check(manifest: Manifest, source: Source, settings: Settings) -> None:
    """Raises: IndexMismatchError that names the first difference between a part and what it should be."""
    check_made(manifest.version, manifest.model, manifest.max_chars, settings)
    expected = describe(source, settings)
    if manifest.digest != expected.digest:
        built, now = manifest.digest[:8], expected.digest[:8]
        raise IndexMismatchError(
            f"索引建立后，计划 {manifest.plan} 的文字或旁注数据变了（sha256 由 {built} 变为 {now}）；{CURE}"
        )
    if manifest != expected:
        raise IndexError_(f"索引清单与内容不符；{CURE}")


def read_part(folder: Path, source: Source, settings: Settings) -> Stored:
    """A part, for the document at hand. Raises: IndexMismatchError, IndexError_; never one built from other things."""
    manifest = read_manifest(folder)
    check(manifest, source, settings)
    with _damage(folder), contextlib.ExitStack() as opened:
        store = VectorStore(folder / "vectors", folder.name, settings.chroma_url)
        opened.callback(store.close)
        ways, questions = store.read(WAYS), store.read(QUESTIONS)
        found = len(ways), len(questions)
        if found != (manifest.ways, manifest.questions):
            raise IndexError_(f"{folder}：应有 {manifest.ways}+{manifest.questions} 条向量，实有 {found[0]}+{found[1]}；{CURE}")
        if not (ways.in_memory and questions.in_memory):
            opened.pop_all()  # it will be asked
        chance: dict[str, Any] = read_json(folder / "background.json")
        return Stored(
            manifest,
            source,
            ways,
            questions,
            WordIndex.load(folder / "words"),
            WordIndex.load(folder / "question-words"),
            MaxSim.load(folder / "maxsim"),
            read_json(folder / "english.json"),
            {n: Background(tuple(chance[n]["text"]), tuple(chance[n]["known"])) for n in ("zh", "en")},
        )


@contextlib.contextmanager
def _damage(folder: Path) -> Iterator[None]:
    """What is missing or cannot be read becomes one line with the cure."""
    try:
        yield
    except IndexError_:
        raise
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise IndexError_(f"{folder}：索引不完整（{first_line(error)}）；{CURE}") from error


def find_part(
    root: Path, source: Source, settings: Settings, read: Callable[[Path], Source] | None = None
) -> tuple[Path, Stored] | None:
    """A whole part of just this document and these settings, where there is one already.

    `read` gives the document as it lies in a part, where that is to be held against the manifest too.
    """
    for folder in sorted(root.glob(f"{describe(source, settings).name}-*")):
        with contextlib.suppress(IndexError_):
            return folder, read_part(folder, read(folder) if read else source, settings)
    return None
