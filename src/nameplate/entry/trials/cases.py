"""Case files and drafts as text -> what came of each case."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from nameplate.boot.manifests import read_manifests
from nameplate.boot.rules import review_of, rule_faults
from nameplate.domain.cases import Case, read_case
from nameplate.domain.contracts import ACTION_CLASSES, ActionClass
from nameplate.domain.drafts import drafted
from nameplate.domain.manifests.problems import Document, InvalidManifests, Problem
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Verdict
from nameplate.domain.windows import Transitions
from nameplate.entry.decide.authzen import request_of
from nameplate.flows.apply import plan
from nameplate.flows.cases import Cases, Tried

Text = tuple[str, str]
"""The name of a file, only for messages, and what it holds."""


class Clockwork:
    """What trials need of time: zones, and what time it is (microseconds, UTC)."""

    def __init__(
        self,
        transitions: Callable[[str], Transitions],
        wall: Callable[[str, int], datetime],
        is_timezone: Callable[[str], bool],
        now: Callable[[], int],
    ) -> None:
        self.transitions, self.wall, self.is_timezone, self.now = transitions, wall, is_timezone, now


def draft(
    registry: Registry,
    files: Sequence[Text],
    clockwork: Clockwork,
    classes: Mapping[str, ActionClass] = ACTION_CLASSES,
) -> Registry:
    """The registry with the manifests of `files` applied to a copy; raises InvalidManifests."""
    documents = [document for name, text in files for document in read_manifests(text, name)]
    made = plan(
        registry,
        documents,
        is_timezone=clockwork.is_timezone,
        action_classes=classes,
        rule_faults=rule_faults,
    )
    return drafted(registry, made.changes)


def run_cases(registry: Registry, files: Sequence[Text], clockwork: Clockwork) -> dict[str, Any]:
    """`cases`, each with what was expected and found; `passed` and `failed` count them. Raises InvalidManifests.

    `rules`: how many rules were in force.
    """
    documents = [document for name, text in files for document in read_manifests(text, name)]
    cases = _read(documents)
    now = clockwork.now()
    asked = ((case, _request(case, now)) for _, case in cases)
    tried = Cases(registry, clockwork.transitions, clockwork.wall, review_of).run(asked)
    rows = [_row(document, each) for (document, _), each in zip(cases, tried, strict=True)]
    passed = sum(row["passed"] for row in rows)
    return {"passed": passed, "failed": len(rows) - passed, "rules": len(registry.rules), "cases": rows}


def _read(documents: Sequence[Document]) -> list[tuple[Document, Case]]:
    cases: dict[str, tuple[Document, Case]] = {}
    problems: list[Problem] = []
    for document in documents:
        case, found = read_case(document)
        problems += found
        if case is not None and cases.setdefault(case.id, (document, case))[0] is not document:
            message = f"There is a case {case.id!r} above already."
            problems.append(Problem("id", message, "Give it another id.").within(document))
    if problems or not cases:
        nothing = Problem("", "There is no case in these files.", "Write `kind: Case` documents.")
        raise InvalidManifests(problems or [nothing])
    return list(cases.values())


def _request(case: Case, now: int) -> AccessRequest:
    at = now if case.at is None else case.at
    subject, action, resource = (case.properties.get(name, {}) for name in ("subject", "action", "resource"))
    return request_of((case.actor, case.action, case.resource, at), case.context, (subject, action, resource))


def _row(document: Document, tried: Tried) -> dict[str, Any]:
    case, row = tried.case, {"id": tried.case.id, "file": document.file, "line": document.line}
    expected = {"decision": "permit" if case.permit else "deny", "reason": case.reason}
    row |= {"passed": tried.passed, "expected": expected, "found": _found(tried.verdict), "sentence": tried.sentence}
    row |= {"softened": tried.softened} if tried.softened else {}
    return row | ({} if tried.other is None else {"index": _found(tried.other)})


def _found(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": "permit" if verdict.permit else "deny",
        "reason": verdict.reason,
        "reasons": list(verdict.reasons),
        "contract_revision": verdict.contract,
        "grant": verdict.grant,
    }


def failures(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The failed cases for people: what was expected, what was found, and why."""
    for row in rows:
        if not row["passed"]:
            expected, found = row["expected"], row["found"]
            yield f"FAILED {row['id']} ({row['file']}:{row['line']})"
            yield f"  - {expected['decision']}" + (f": {expected['reason']}" if expected["reason"] else "")
            yield f"  + {found['decision']}: {', '.join(found['reasons'])}"
            yield f"    {row['sentence']}"
            if "softened" in row:
                yield f"    The mode of the point permits it for now: {row['softened']}."
            if "index" in row:
                yield f"  ! the index says {row['index']}: report this as a fault of Nameplate"
