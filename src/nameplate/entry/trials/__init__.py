"""Trying contracts out: cases put to a draft, and what really happened put to it again."""
