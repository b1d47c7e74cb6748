"""The index as a LangChain retriever."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.retrieve import Hit
from index.shelf import Shelf
from qa.understand import language_of


def to_document(hit: Hit) -> Document:
    """A hit as LangChain's document: the chunk's text, with its place and score as metadata."""
    return Document(
        id=f"{hit.plan}|{hit.chunk.id}",
        page_content=hit.chunk.text,
        metadata={"plan": hit.plan, "ref": hit.ref, "heading": hit.chunk.heading, "score": hit.score, "rank": hit.rank},
    )


class PlanRetriever(BaseRetriever):
    """Question in, the k best chunks out: for chains of other people's making."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    shelf: Shelf
    k: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [to_document(hit) for hit in self.shelf.search(query, k=self.k, language=language_of(query))]
