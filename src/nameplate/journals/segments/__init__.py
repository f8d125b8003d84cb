"""The journal in append-only segment files, with a hash chain, a Merkle tree and signed checkpoints.

`format` fixes the bytes, `writer` and `journal` write them, `reader` and `follower` read them, `verify` and, apart from
all others, `verifier` prove them. `README.md` says what that can and cannot show.
"""

from .errors import JournalBroken, JournalCut, JournalInUse, JournalPrunedMeanwhile
from .follower import SegmentFollower
from .journal import SegmentJournal
from .proofs import InclusionProof, prove
from .reader import SegmentReader, find, read
from .settings import Settings
from .verify import Report, verify

__all__ = [
    "InclusionProof",
    "JournalBroken",
    "JournalCut",
    "JournalInUse",
    "JournalPrunedMeanwhile",
    "Report",
    "SegmentFollower",
    "SegmentJournal",
    "SegmentReader",
    "Settings",
    "find",
    "prove",
    "read",
    "verify",
]
