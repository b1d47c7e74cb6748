"""Vectors kept by model and content: found again, never mixed up, and never wrong after damage."""

import multiprocessing
import sqlite3

import numpy as np
import pytest
from eval_toys import ToyEmbedder

from corpus.errors import IndexError_
from index.cache import CachedEmbedder, EmbeddingCache, cache_path, cached_embedder, digest
from index.settings import Settings

TEXTS = ["绿道", "湖泊", "绿道", "垃圾分类"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "embeddings.sqlite"


def test_what_was_embedded_once_is_not_embedded_again(path):
    first, second = ToyEmbedder(), ToyEmbedder()
    vectors = CachedEmbedder(first, EmbeddingCache(path)).documents(TEXTS)
    again = CachedEmbedder(second, EmbeddingCache(path)).documents(TEXTS)
    assert [t for t in first.seen if t in TEXTS] == ["绿道", "湖泊", "垃圾分类"]
    assert not set(second.seen) & set(TEXTS)
    assert vectors.tobytes() == again.tobytes() == ToyEmbedder().documents(TEXTS).tobytes()


def test_documents_queries_and_models_are_kept_apart():
    keys = {digest(model, kind, "绿道") for model in "ab" for kind in ("document", "query")}
    assert len(keys) == 4


def test_another_model_of_the_same_name_is_told_by_its_vectors():
    assert ToyEmbedder(dim=64).fingerprint != ToyEmbedder(dim=32).fingerprint
    assert ToyEmbedder().fingerprint == ToyEmbedder().fingerprint


def test_what_people_ask_is_never_kept(path):
    embedder = CachedEmbedder(ToyEmbedder(), EmbeddingCache(path))
    embedder.query("我家门口的河怎么了")
    embedder.query_words(("门口", "河"))
    assert not path.exists()


def test_a_questions_words_are_embedded_once_for_all_plans():
    embedder = ToyEmbedder()
    first, again = (embedder.query_words(("门口", "河")) for _ in range(2))
    assert embedder.seen == ["门口", "河"]
    assert first.tobytes() == again.tobytes() == embedder.documents(["门口", "河"]).tobytes()


def test_no_text_is_written_down(path):
    CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents(["独一无二的文字"])
    assert "独一无二".encode() not in path.read_bytes()


def test_no_texts_give_no_vectors(path):
    assert len(CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents([])) == 0


@pytest.mark.parametrize("damage", [b"this is no database" * 100, b""])
def test_a_damaged_file_is_begun_anew(path, damage):
    CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents(TEXTS)
    path.write_bytes(damage)
    embedder = ToyEmbedder()
    vectors = CachedEmbedder(embedder, EmbeddingCache(path)).documents(TEXTS)
    assert vectors.tobytes() == ToyEmbedder().documents(TEXTS).tobytes()
    assert EmbeddingCache(path).get([digest(embedder.fingerprint, "document", "绿道")])


def test_a_file_damaged_in_the_middle_gives_no_wrong_vector(path):
    texts = [f"第{i}条" for i in range(200)]
    CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents(texts)
    data = bytearray(path.read_bytes())
    for at in range(5000, len(data), 3001):
        data[at] ^= 0xFF
    path.write_bytes(data)
    vectors = CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents(texts)
    assert vectors.tobytes() == ToyEmbedder().documents(texts).tobytes()


def test_a_damaged_vector_is_computed_again(path):
    embedder = ToyEmbedder()
    CachedEmbedder(embedder, EmbeddingCache(path)).documents(["绿道"])
    key = digest(embedder.fingerprint, "document", "绿道")
    with sqlite3.connect(path) as base:
        base.execute("UPDATE vectors SET vector = ? WHERE key = ?", (np.ones(1024, dtype="<f4").tobytes(), key))
    assert EmbeddingCache(path).get([key]) == {}
    assert (
        CachedEmbedder(embedder, EmbeddingCache(path)).documents(["绿道"]).tobytes() == embedder.documents(["绿道"]).tobytes()
    )


def test_a_file_of_another_format_is_begun_anew(path):
    CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents(["绿道"])
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    embedder = ToyEmbedder()
    CachedEmbedder(embedder, EmbeddingCache(path)).documents(["绿道"])
    assert "绿道" in embedder.seen


def test_a_place_that_cannot_be_written_is_one_line_with_a_cure(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(IndexError_, match=r"嵌入缓存无法使用.*请检查空间和权限，或删除这个文件"):
        CachedEmbedder(ToyEmbedder(), EmbeddingCache(tmp_path / "cache" / "embeddings.sqlite")).documents(["绿道"])


def _fill(path, start):
    CachedEmbedder(ToyEmbedder(), EmbeddingCache(path)).documents([f"第{i}条" for i in range(start, start + 300)])


def test_two_processes_fill_one_cache(path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(path, start)) for start in (0, 150)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    keys = [digest(ToyEmbedder().fingerprint, "document", f"第{i}条") for i in range(450)]
    assert len(EmbeddingCache(path).get(keys)) == 450


def test_the_cache_of_a_home_stands_in_it(tmp_path):
    settings = Settings(home=tmp_path)
    cached_embedder(settings, ToyEmbedder()).documents(["绿道"])
    assert cache_path(settings) == tmp_path / "cache" / "embeddings.sqlite"
    assert cache_path(settings).is_file()
