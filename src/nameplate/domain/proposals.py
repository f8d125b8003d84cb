"""Risky acts that wait for people: what exactly is to be done, and who has approved it so far."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .timestamps import moment

LIFETIME_US = 24 * 3600 * 1_000_000
KEPT_US = 30 * 24 * 3600 * 1_000_000
"""How long one that is over can still be listed. The journal knows it for ever."""


class Outcome(StrEnum):
    """How a proposal ended. `lost`: the process that held the request ended."""

    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`digest`: see `act_digest`, hex. `by`: who proposed. `needed`: how many persons must approve.

    `outcome` empty: it is open. `status`: what the act answered (HTTP). Times: microseconds, UTC.
    """

    id: str
    act: str
    method: str
    path: str
    digest: str
    summary: str
    by: str
    needed: int
    at: int
    expires_at: int
    approved_by: tuple[str, ...] = ()
    outcome: str = ""
    status: int = 0
    closed_at: int = 0


def act_digest(ident: str, method: str, target: bytes, media: bytes, body: bytes) -> str:
    """SHA-256 (hex) over what a proposal would do. Each part is preceded by its length, so that none can borrow."""
    parts = (b"nameplate act 1", ident.encode(), method.encode(), target, media, hashlib.sha256(body).digest())
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


def approval_challenge(nonce: bytes, digest: str) -> bytes:
    """What an authenticator signs (WebAuthn challenge): nobody can use it for another act, or again."""
    return hashlib.sha256(b"nameplate approval 1" + len(nonce).to_bytes(4, "big") + nonce + digest.encode()).digest()


def told(proposals: dict[str, Proposal], record: Mapping[str, Any]) -> Iterator[str]:
    """Take in a record about a proposal; which ones it changed."""
    ident, at = str(record["proposal"]), moment(record["at"])
    if record["kind"] == "proposed":
        yield from _forget(proposals, at)
        proposals[ident] = _proposed(ident, at, record)
    elif ident in proposals:
        proposals[ident] = _after(proposals[ident], at, record)
    yield ident


def _proposed(ident: str, at: int, record: Mapping[str, Any]) -> Proposal:
    act, method, path, digest = (str(record[name]) for name in ("act", "method", "path", "digest"))
    expires_at = moment(record["expires_at"])
    summary, by, needed = str(record["summary"]), str(record["by"]), int(record["needed"])
    return Proposal(ident, act, method, path, digest, summary, by, needed, at, expires_at)


def _after(former: Proposal, at: int, record: Mapping[str, Any]) -> Proposal:
    """What is over stays so."""
    if former.outcome:
        return former
    if record["kind"] == "proposal_closed":
        return replace(former, outcome=str(record["outcome"]), status=int(record.get("status", 0)), closed_at=at)
    person, needed = str(record["person"]), max(former.needed, int(record.get("needed", 1)))
    approved = former.approved_by if person in former.approved_by else (*former.approved_by, person)
    return replace(former, approved_by=approved, needed=needed)


def _forget(proposals: dict[str, Proposal], now: int) -> Iterator[str]:
    gone = [each.id for each in proposals.values() if each.outcome and each.closed_at <= now - KEPT_US]
    for ident in gone:
        del proposals[ident]
    yield from gone
