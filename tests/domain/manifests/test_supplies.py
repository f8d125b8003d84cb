from typing import Any

import pytest

from nameplate.domain.contracts import Contract, Grant
from nameplate.domain.contracts import Test as Line
from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.manifests.supplies import MAX_SUPPLIES, conflicting, unsupplied, withdrawn
from nameplate.domain.points import Point
from nameplate.domain.supplies import supplied


def document(supplies: Any) -> dict[str, Any]:
    return {"kind": "Point", "id": "scada", "type": "http", "supplies": supplies}


def point(ident="scada", **supplies: str) -> Point:
    return Point(ident, "http", "default", supplies={name.replace("__", "."): kind for name, kind in supplies.items()})


def test_supplies_are_read_and_written():
    supplies = {"resource.status": "text", "action.value": "decimal", "context.load-kg": "integer"}
    value = from_document(document(supplies))
    assert isinstance(value, Point)
    assert value.supplies == supplies
    assert to_document(value)["supplies"] == supplies
    assert "supplies" not in to_document(point())


@pytest.mark.parametrize(
    "supplies",
    [
        {"subject.tier": "text"},
        {"subject.mood": "text"},
        {"status": "text"},
        {"resource": "text"},
        {"resource.": "text"},
        {"resource.a.b": "text"},
        {"resource.__extn": "text"},
        {'resource.a"b': "text"},
        {"resource.été": "text"},
        {f"resource.{'a' * 65}": "text"},
        {"context.ip": "text"},
        {"context.presence": "text"},
        {"resource.status": "number"},
        {"resource.status": None},
        {"resource.status": ["text"]},
        {},
        {f"resource.n{number}": "text" for number in range(MAX_SUPPLIES + 1)},
        ["resource.status"],
        "resource.status",
    ],
)
def test_what_cannot_be_supplied_is_refused_where_it_stands(supplies):
    _, problems = read_document(document(supplies))
    assert problems
    assert all(problem.where.startswith("supplies") for problem in problems)


def test_one_property_has_one_type():
    own, other = point(resource__status="text"), point("plc", resource__status="integer")
    assert [each.where for each in conflicting(own, [own, other])] == ["supplies.resource.status"]
    assert list(conflicting(own, [own, point("plc", resource__status="text")])) == []


def test_what_is_withdrawn_is_what_nobody_supplies_as_before():
    former = point(resource__status="text", action__value="integer")
    assert withdrawn(former, supplied([point("b", resource__status="text")])) == ["action.value"]
    assert withdrawn(former, supplied([point(resource__status="integer", action__value="integer")])) == [
        "resource.status"
    ]
    assert withdrawn(None, {}) == []


def test_conditions_on_what_nobody_supplies_are_told_of_once_points_say_what_they_supply():
    lines = tuple(Line(tuple(path.split(".")), ("x",)) for path in ("resource.status", "subject.mood", "context.ip"))
    contract = Contract("c", (Grant(("read",), ("app:x",), where=lines, unless=lines[:1]),))
    told = [each.where for each in unsupplied(contract, supplied([point(action__value="integer")]))]
    assert told == ["grants[0].where.resource.status", "grants[0].unless.resource.status"]
    assert list(unsupplied(contract, supplied([point(resource__status="text")]))) == []
    assert list(unsupplied(contract, {})) == []
