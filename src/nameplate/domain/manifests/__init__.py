"""Manifests: the declared objects as plain mappings, read into domain values and written back. Pure."""
