"""A language model beside the default path: it words what that path has found, and code checks every word of it."""
