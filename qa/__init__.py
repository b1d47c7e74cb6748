"""A question becomes a checked answer with citations."""
