"""The packed contract index: the same answers as `reference`, in microseconds."""

from .index import Index

__all__ = ["Index"]
