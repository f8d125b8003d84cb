import json
from typing import Any

import pytest

from nameplate.exports.formats.ocsf import MIN_LIMIT, Ocsf
from nameplate.exports.formats.ocsf.size import fit
from tests.exports.formats.ocsf.samples import DECISION, errors, record

SMALL = Ocsf("clinic-1", "0.1.0", MIN_LIMIT)


def event(**members: Any) -> dict[str, Any]:
    return {"metadata": {"uid": "n-1"}, "message": "m", **members}


def test_what_fits_is_left_as_it_is() -> None:
    body = fit(event(unmapped={"a": "é"}), 100)
    assert body == '{"metadata":{"uid":"n-1"},"message":"m","unmapped":{"a":"é"}}'.encode()


def test_free_data_goes_first_and_the_event_says_so() -> None:
    members = event(unmapped={"a": "x" * 200}, entity={"uid": "e", "data": "y" * 200})
    size = len(json.dumps(members, separators=(",", ":")))
    shrunk = json.loads(fit(members, 200))
    assert shrunk["entity"] == {"uid": "e"}
    assert "unmapped" not in shrunk
    assert shrunk["metadata"] == {"uid": "n-1", "is_truncated": True, "untruncated_size": size}


def test_then_texts_and_lists_are_cut_but_never_the_id() -> None:
    members = event(message="x" * 5000, privileges=["p"] * 500) | {"metadata": {"uid": "u" * 300}}
    shrunk = json.loads(fit(members, 1000))
    assert shrunk["metadata"]["uid"] == "u" * 300
    assert shrunk["message"] == "x" * 256
    assert shrunk["privileges"] == ["p"] * 8


@pytest.mark.parametrize("name", ["actor", "unit", "resource", "reason", "point", "decision_id", "action"])
def test_a_huge_value_makes_a_smaller_event_and_not_an_invalid_one(name: str) -> None:
    (small,) = SMALL({"seq": 7, "at": record("started", "")["at"]} | DECISION | {name: '\x01"é' * 50_000})
    assert len(small.body) <= MIN_LIMIT
    assert json.loads(small.body)["metadata"]["is_truncated"] is True
    assert errors(small) == []
