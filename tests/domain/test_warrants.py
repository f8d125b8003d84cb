"""What a change takes: people, two of them, or none."""

from types import MappingProxyType

import pytest

from nameplate.domain.registry import Registry, fold
from nameplate.domain.warrants import beyond_machines, is_high, touches

AT = "2026-11-29T00:00:00Z"
COMMON = MappingProxyType({"kind": "Actor", "site": "default", "type": "bot", "owner": "ops", "purpose": "p"})


def put(**doc):
    return {"op": "put", "doc": doc}


@pytest.fixture(name="registry")
def registry_fixture():
    registry = Registry()
    docs = [{"op": "put", "doc": {"kind": "Contract", "id": name}, "revision": 1} for name in ("calm", "mighty")]
    docs += [put(**COMMON, id="low", contract="calm"), put(**COMMON, id="high", tier="high", contract="mighty")]
    fold(registry, {"kind": "declared", "at": AT, "changes": docs})
    return registry


@pytest.mark.parametrize(
    ("change", "high"),
    [
        (put(**COMMON, id="low", contract="calm"), False),
        (put(**COMMON, id="new"), False),
        (put(**COMMON, id="new", tier="high"), True),
        (put(**COMMON, id="low", tier="high"), True),
        (put(**COMMON, id="high", tier="low"), True),
        (put(kind="Contract", id="calm"), False),
        (put(kind="Contract", id="mighty"), True),
        ({"op": "delete", "kind": "Contract", "id": "mighty"}, True),
        ({"op": "delete", "kind": "Contract", "id": "calm"}, False),
        (put(kind="Team", id="high"), False),
    ],
)
def test_what_takes_two(registry, change, high):
    assert is_high(registry, [put(kind="Team", id="t"), change]) is high


def test_a_contract_counts_for_an_actor_that_comes_in_the_same_step(registry):
    assert is_high(registry, [put(kind="Contract", id="new"), put(**COMMON, id="x", tier="high", contract="new")])


@pytest.mark.parametrize(
    ("change", "beyond"),
    [
        (put(**COMMON, id="new"), ""),
        (put(**COMMON, id="new", state="staged"), ""),
        (put(**COMMON, id="new", state="active"), "the state of new"),
        (put(**{**COMMON, "owner": "others"}, id="low"), ""),
        (put(**COMMON, id="high", tier="low"), "the tier of high"),
        (put(**COMMON, id="high"), "the tier of high"),
        (put(kind="Team", id="t"), ""),
        (put(kind="Contract", id="calm"), "put Contract calm"),
        (put(kind="Bridge", id="b"), "put Bridge b"),
        ({"op": "delete", "kind": "Team", "id": "t"}, "delete Team t"),
    ],
)
def test_what_no_machine_declares_by_itself(registry, change, beyond):
    assert beyond_machines(registry, [change]) == beyond


def test_what_is_touched():
    changes = [put(kind="Team", id="t"), {"op": "delete", "kind": "Bridge", "id": "b"}]
    assert touches(changes, "Bridge")
    assert not touches(changes, "Contract")
