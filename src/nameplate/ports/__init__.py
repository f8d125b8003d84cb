"""Protocols between the flows and the outside, over domain values."""
