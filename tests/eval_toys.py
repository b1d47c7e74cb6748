"""Small things that the evaluation's tests share: an embedder without a model, and files to evaluate."""

import json
import zlib
from itertools import pairwise

import numpy as np

from index.embed import Embedder

DOCUMENTS = {
    "d1": ("绿道", "推进新建绿道十八公里。绿道沿河布置。"),
    "d2": ("湖泊", "新开湖泊约一万平方米。湖边种树。"),
    "d3": ("垃圾", "垃圾分类达标率维持百分之九十五。"),
    "d4": ("", "雨水管道由水务部门养护。"),
}
QUERIES = {"q1": ("新建多少绿道", "d1"), "q2": ("新开湖泊多大", "d2"), "q3": ("垃圾分类达标率是多少", "d3")}


class ToyEmbedder(Embedder):
    """Counts the pairs of characters; counts its calls too."""

    def __init__(self, model="toy", dim=1024):
        super().__init__(model)
        self.dim = dim
        self.seen = []

    def documents(self, texts):
        self.seen += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dim)

    queries = documents

    def query(self, text):
        return self.documents([text])[0]

    def load(self):
        pass

    def _vector(self, text):
        vector = np.full(self.dim, 1e-3)
        for pair in pairwise(text):
            vector[zlib.crc32("".join(pair).encode()) % self.dim] += 1
        return vector / np.linalg.norm(vector)


def write_lines(path, values):
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


def write_beir(folder, documents=DOCUMENTS, queries=QUERIES):
    folder.mkdir()
    write_lines(folder / "corpus.jsonl", [{"id": i, "title": title, "text": text} for i, (title, text) in documents.items()])
    write_lines(folder / "queries.jsonl", [{"id": i, "text": text} for i, (text, _) in queries.items()])
    rows = ["query-id\tcorpus-id\tscore", *(f"{i}\t{document}\t1" for i, (_, document) in queries.items())]
    (folder / "qrels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def gold_line(**changes):
    """A question that is right in every field."""
    return {
        "id": "g1",
        "question": "绿道目标是多少？",
        "lang": "zh",
        "type": "numeric_zh",
        "answer": ["18"],
        "answer_mode": "any",
        "sections": ["二/（六）/2"],
        "sections_mode": "any",
    } | changes


def answer_line(**changes):
    """An answer that is right in every field."""
    citation = {"ref": "二/（六）/2", "quote": "推进新建绿道 18 公里。"}
    return {"id": "g1", "status": "answered", "text": "推进新建绿道 18 公里。[1]", "citations": [citation]} | changes
