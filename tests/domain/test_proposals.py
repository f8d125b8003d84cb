"""What an approval is over, and how proposals come and go on record."""

from typing import Any

from nameplate.domain.proposals import KEPT_US, Proposal, act_digest, approval_challenge, told
from nameplate.domain.timestamps import rfc3339

PARTS: tuple[Any, ...] = ("pr-1", "POST", b"/v1/apply", b"application/json", b"{}")


def record(kind, at=1_000_000, **more):
    body = {
        "kind": kind,
        "proposal": "pr-1",
        "at": rfc3339(at),
        "act": "declare",
        "method": "POST",
        "path": "/v1/apply",
    }
    body |= {"digest": "00", "summary": "s", "by": "uid:0", "needed": 1, "expires_at": rfc3339(at + 1)}
    return body | more


def _changed(place, other):
    parts = list(PARTS)
    parts[place] = other
    return act_digest(*parts)


def test_each_part_of_a_request_changes_the_digest():
    others: tuple[Any, ...] = ("pr-2", "PUT", b"/v1/applyx", b"text/plain", b"{} ")
    digests = {act_digest(*PARTS)}
    for place, other in enumerate(others):
        digests.add(_changed(place, other))
    assert len(digests) == 6


def test_no_part_borrows_from_its_neighbour():
    assert act_digest("a", "bc", b"", b"", b"") != act_digest("ab", "c", b"", b"", b"")
    assert approval_challenge(b"ab", "c") != approval_challenge(b"a", "bc")


def test_one_person_counts_once_and_needed_never_falls():
    proposals: dict[str, Proposal] = {}
    list(told(proposals, record("proposed", needed=2)))
    for _ in range(2):
        list(told(proposals, record("proposal_approved", person="p-1", needed=1)))
    assert proposals["pr-1"].approved_by == ("p-1",)
    assert proposals["pr-1"].needed == 2


def test_what_is_over_stays_so():
    proposals: dict[str, Proposal] = {}
    list(told(proposals, record("proposed")))
    list(told(proposals, record("proposal_closed", outcome="withdrawn")))
    list(told(proposals, record("proposal_approved", person="p-1")))
    list(told(proposals, record("proposal_closed", outcome="done", status=200)))
    assert (proposals["pr-1"].outcome, proposals["pr-1"].approved_by) == ("withdrawn", ())


def test_those_that_are_long_over_are_forgotten():
    proposals: dict[str, Proposal] = {}
    list(told(proposals, record("proposed")))
    list(told(proposals, record("proposal_closed", outcome="done")))
    later = record("proposed", at=2_000_000 + KEPT_US, proposal="pr-2")
    assert list(told(proposals, later)) == ["pr-1", "pr-2"]
    assert list(proposals) == ["pr-2"]
