"""The vectors of an index: what is held in memory and what is asked of the store find the same."""

import contextlib

import numpy as np
import pytest

from index import ways as module
from index.vectors import VectorStore
from index.ways import Ways

VECTORS = np.eye(4, dtype=np.float32)[[0, 1, 2, 0, 3]]
QUESTION = np.array([0.8, 0.5, 0.1, 0.0], dtype=np.float32)


@pytest.fixture
def collection(tmp_path):
    """Makes a collection of vectors, numbered through."""
    with contextlib.closing(VectorStore(tmp_path, "p")) as store:

        def make(vectors):
            made = store.create("ways", len(vectors))
            if len(vectors):
                made.upsert(ids=[f"w{i}" for i in range(len(vectors))], embeddings=vectors)
            return made

        yield make


@pytest.fixture(params=["in memory", "asked"])
def kind(request, monkeypatch):
    if request.param == "asked":
        monkeypatch.setattr(module, "IN_MEMORY", 0)
    return request.param


def test_the_nearest_come_first_with_their_inner_products(collection, kind):
    ways = Ways(collection(VECTORS))
    found = ways.nearest(QUESTION, 4)
    assert (len(ways), ways.ids) == (5, ["w0", "w1", "w2", "w3", "w4"])
    assert (set(found.numbers[:2].tolist()), found.numbers[2:].tolist()) == ({0, 3}, [1, 2])
    assert found.cosines == pytest.approx([0.8, 0.8, 0.5, 0.1], abs=1e-6)


def test_of_equally_near_ones_the_first_comes_first(collection):
    assert Ways(collection(VECTORS)).nearest(QUESTION, 2).numbers.tolist() == [0, 3]


def test_more_than_there_are_cannot_be_found(collection, kind):
    assert len(Ways(collection(VECTORS)).nearest(QUESTION, 99).numbers) == 5


def test_in_nothing_nothing_is_found(collection, kind):
    ways = Ways(collection(VECTORS[:0]))
    found = ways.nearest(QUESTION, 3)
    assert (len(ways), found.numbers.tolist(), found.cosines.tolist()) == (0, [], [])


def test_a_collection_is_read_in_parts(collection, kind, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", 2)
    ways = Ways(collection(VECTORS))
    assert ways.ids == ["w0", "w1", "w2", "w3", "w4"]
    assert ways.nearest(np.array([0, 0, 0, 1], dtype=np.float32), 1).numbers.tolist() == [4]
