"""The index as a LangChain retriever."""

import asyncio

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from qa.retriever import PlanRetriever


@pytest.fixture
def retriever(qa):
    return PlanRetriever(shelf=qa.shelf, k=3)


def test_documents_are_the_hits_with_their_place_and_score(retriever, qa):
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("新建绿道多少公里")
    hits = qa.index("putuo-2021-2023").search("新建绿道多少公里", k=3)
    assert documents == [
        Document(
            id=f"putuo-2021-2023|{hit.chunk.id}",
            page_content=hit.chunk.text,
            metadata={
                "plan": "putuo-2021-2023",
                "ref": hit.ref,
                "heading": hit.chunk.heading,
                "score": hit.score,
                "rank": rank,
            },
        )
        for rank, hit in enumerate(hits, 1)
    ]


def test_the_best_document(retriever):
    best = retriever.invoke("新建绿道多少公里")[0]
    assert best.id == "putuo-2021-2023|二/（六）/2#0"
    assert best.page_content.startswith("完善普陀区“市级-区级-社区级”多层次绿道体系建设，推进新建绿道 18 公里。")
    assert best.metadata["ref"] == "二/（六）/2"
    assert best.metadata["heading"] == "主要任务安排 生态环境保护与生态建设 推进多层次绿道贯通建设"
    assert best.metadata["rank"] == 1
    assert best.metadata["score"] > 0.9


def test_k(retriever, qa):
    assert len(PlanRetriever(shelf=qa.shelf).invoke("绿道")) == 10
    one = PlanRetriever(shelf=qa.shelf, k=1).invoke("绿道")
    assert one == retriever.invoke("绿道")[:1]
    every = PlanRetriever(shelf=qa.shelf, k=10_000).invoke("绿道")
    assert len({d.id for d in every}) == len(every) == len(qa.index("putuo-2021-2023").chunks)


def test_an_english_question_is_searched_as_english(retriever, qa):
    question = "How many kilometres of greenway will be built?"
    documents = retriever.invoke(question)
    assert documents[0].metadata["ref"] == "二/（六）/2"
    assert [d.metadata["score"] for d in documents] == [
        h.score for h in qa.index("putuo-2021-2023").search(question, k=3, language="en")
    ]


def test_batch_async_and_composition(retriever):
    best = retriever.invoke("绿道")[0]
    assert [found[0] for found in retriever.batch(["绿道", "绿道"])] == [best, best]
    assert asyncio.run(retriever.ainvoke("绿道"))[0] == best
    assert (retriever | RunnableLambda(lambda documents: documents[0].metadata["ref"])).invoke("绿道") == best.metadata["ref"]
