"""Events as lines of a file."""

from .sink import FileSink

__all__ = ["FileSink"]
