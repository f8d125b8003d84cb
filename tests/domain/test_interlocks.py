"""Whether doors are known to be closed, as the journal tells."""

from typing import Any

import pytest

from nameplate.domain.interlocks import Interlock, Leaf
from nameplate.domain.registry import Registry, fold

DOORS = [{"kind": "Door", "id": door, "site": "s", "joins": ["a", "b"]} for door in ("in", "out")]
POINT = {"kind": "Point", "id": "p", "type": "osdp", "site": "s", "channels": [{"door": "in", "to": "pty:/x"}]}
AIRLOCK = {"kind": "Interlock", "id": "airlock", "site": "s", "doors": ["in", "out"]}
OPEN, AWAY, OPEN_AWAY = Leaf(open=True), Leaf(open=False, unseen=True), Leaf(open=True, unseen=True)


def told(*happenings: str, door: str = "in") -> Registry:
    registry = Registry()
    changes = [{"op": "put", "doc": doc} for doc in (*DOORS, AIRLOCK, POINT)]
    feed(registry, {"kind": "declared", "by": "uid:0", "changes": changes})
    for happening in happenings:
        started = happening == "started"
        feed(registry, {"kind": "started"} if started else {"kind": "outcome", "happening": happening, "door": door})
    return registry


def feed(registry: Registry, record: dict[str, Any]) -> None:
    fold(registry, record | {"seq": registry.seq + 1, "at": "2026-11-22T12:00:00.000000Z"})


def test_an_interlock_is_declared_with_its_doors() -> None:
    assert told().interlocks == {"airlock": Interlock("airlock", "s", ("in", "out"), 30.0)}


@pytest.mark.parametrize(
    ("happenings", "leaf"),
    [
        (("door_opened",), OPEN),
        (("door_forced",), OPEN),
        (("door_opened", "door_held"), OPEN),
        (("door_opened", "door_closed"), None),
        (("strike_commanded", "no_passage"), None),
        (("reader_offline",), AWAY),
        (("door_opened", "secure_channel_lost"), OPEN_AWAY),
        (("reader_offline", "reader_online"), None),
        (("door_opened", "reader_offline", "reader_online"), OPEN),
        (("door_opened", "reader_offline", "door_closed"), None),
        # A reader that comes online without having left belongs to a point that has started anew.
        (("door_opened", "reader_online"), None),
        (("door_opened", "started"), AWAY),
        (("started", "reader_online"), None),
    ],
)
def test_what_is_reported_says_whether_a_door_is_known_to_be_closed(
    happenings: tuple[str, ...], leaf: Leaf | None
) -> None:
    assert told(*happenings).leaves.get("in") == leaf


def test_a_door_that_no_reader_of_ours_watches_is_never_out_of_sight() -> None:
    assert told("started").leaves == {"in": AWAY}
    assert told("door_opened", door="elsewhere").leaves == {}
