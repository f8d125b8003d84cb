"""The words and the rules: plain values and plain functions. Standard library only; no I/O, no clock, no randomness."""
