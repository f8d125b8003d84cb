"""A fleet in a table, as a spreadsheet or an asset register writes it: one actor a row."""

from .reader import Fault, Fleet, Row, read_fleet

__all__ = ["Fault", "Fleet", "Row", "read_fleet"]
