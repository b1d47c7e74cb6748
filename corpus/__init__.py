"""A plan's text becomes sections, sentences and chunks."""
