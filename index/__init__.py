"""Chunks become searchable: vectors in ChromaDB, words in BM25, fused."""
