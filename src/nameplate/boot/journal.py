"""Reading a journal without its server."""

from pathlib import Path

from nameplate.journals.segments import InclusionProof, Report, SegmentReader, prove, verify
from nameplate.journals.segments import verifier as stand_alone
from nameplate.journals.segments.reader import durable_size

from .paths import Paths

__all__ = [
    "InclusionProof",
    "Report",
    "last_seq",
    "prove_record",
    "reader",
    "stand_alone_verifier",
    "verify_journal",
]


def reader(data: Path) -> SegmentReader:
    """The journal of a data directory."""
    return SegmentReader(Paths(data).journal)


def last_seq(data: Path) -> int:
    """The last record that is durable; 0 in an empty journal."""
    return durable_size(Paths(data).journal) or 0


def verify_journal(data: Path, *, key: str | None, checkpoint: bytes | None) -> Report:
    """Both verdicts on it."""
    return verify(Paths(data).journal, vkey=key, checkpoint=checkpoint)


def prove_record(data: Path, seq: int) -> InclusionProof:
    """That one record belongs to it."""
    return prove(Paths(data).journal, seq)


def stand_alone_verifier() -> str:
    """The text of a program that checks a journal and shares no code with us."""
    return Path(stand_alone.__file__).read_text("utf-8")
