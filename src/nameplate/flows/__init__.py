"""One use case a file, read top to bottom."""
