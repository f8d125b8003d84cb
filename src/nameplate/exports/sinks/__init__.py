"""Receivers, one kind a folder."""
