"""Certificates (RFC 5280): an authority of the site's own, and reading those that others issued."""

from .files import CertificateFiles
from .pairs import describe, read_pair

__all__ = ["CertificateFiles", "describe", "read_pair"]
