from dataclasses import replace

import pytest

from nameplate.domain.cases import Case, read_case
from nameplate.domain.manifests.problems import Document

CASE = {"kind": "Case", "id": "c1", "actor": "amr-1", "action": "enter", "resource": "door:d", "expect": "deny"}


def read(**fields):
    return read_case(Document.of({name: value for name, value in (CASE | fields).items() if value is not ...}))


def test_a_case_is_read_whole():
    case, problems = read(
        reason="window",
        at="2026-11-23T10:00:00+01:00",
        context={"presence": "reader"},
        properties={"resource": {"status": "open"}},
        point="scada",
    )
    assert problems == []
    at, properties = 1_795_424_400_000_000, {"resource": {"status": "open"}}
    usual = Case("c1", "amr-1", "", "enter", "door:d", False, "window", at, {"presence": "reader"}, properties)
    assert case == replace(usual, point="scada")


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("kind", "Cases", "kind"),
        ("id", ..., "id"),
        ("action", ..., "action"),
        ("resource", "door", "resource"),
        ("resource", ..., "resource"),
        ("expect", ..., "expect"),
        ("expect", "allow", "expect"),
        ("expect", True, "expect"),
        ("reason", "no", "reason"),
        ("point", "two words", "point"),
        ("at", "noon", "at"),
        ("at", "2026-11-23", "at"),
        ("context", ["presence"], "context"),
        ("properties", {"door": {}}, "properties.door"),
        ("properties", {"subject": "x"}, "properties.subject"),
        ("actor", ..., "actor"),
        ("more", 1, "more"),
    ],
)
def test_a_fault_names_its_field(field, value, place):
    case, problems = read(**{field: value})
    assert case is None
    assert place in {problem.where for problem in problems}
    assert all(problem.remedy for problem in problems)


def test_a_contract_may_stand_for_the_actor():
    case, _ = read(actor=..., contract="runner")
    assert case is not None
    assert (case.actor, case.contract) == ("", "runner")
