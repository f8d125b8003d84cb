"""Manifests as text."""

from collections.abc import Mapping, Sequence

from nameplate.bridges.manifest_yaml import read, write
from nameplate.domain.manifests.problems import Document


def read_manifests(text: str, file: str) -> Sequence[Document]:
    """The documents of a text; raises InvalidManifests. `file` only for error messages."""
    return read(text, file)


def write_manifest(document: Mapping[str, object]) -> str:
    """One document as text, to be followed by others."""
    return write([document])
