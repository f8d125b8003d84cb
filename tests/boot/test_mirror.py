from typing import Any

from hypothesis import given

from nameplate.boot.mirror import Mirror
from nameplate.boot.rules import engine
from nameplate.boot.timezones import transitions, wall
from nameplate.domain.index import Index
from nameplate.domain.registry import Registry, fold
from nameplate.domain.requests import AccessRequest
from nameplate.flows.forbid import Rules
from tests.domain.journal_records import at, histories
from tests.flows.heart import CONTRACT, declared, robot

QUESTIONS = [
    AccessRequest(actor, action, resource, 0, presence="reader", reader="r1")
    for actor in ("amr-1", "amr-2", "bot", "stranger")
    for action, resource in (("enter", "door:d"), ("enter", "zone:ward"), ("read", "app:x"))
]


class Hall:
    """A registry with its mirror, told record by record."""

    def __init__(self) -> None:
        self.registry, self.index = Registry(), Index(transitions)
        self.rules = Rules(self.registry, self.index, engine, wall, print, lambda: 0.0)
        self.mirror = Mirror(self.registry, self.index, self.rules)

    def tell(self, *records: dict[str, Any]) -> None:
        for record in records:
            for touched in fold(self.registry, {"at": at(1)} | record):
                self.mirror.touched(touched)

    def answers(self) -> list[object]:
        return [self.index.decide(question, 0.0) for question in QUESTIONS]


@given(histories())
def test_change_by_change_the_index_answers_as_one_that_is_filled_at_once(history):
    hall, later = Hall(), Hall()
    # Two callers never have the same token.
    hall.tell(
        *(
            each | ({"token_hash": each.get("name", "") + each["token_hash"]} if "token_hash" in each else {})
            for each in history
        )
    )
    later.registry = hall.registry
    later.mirror = Mirror(hall.registry, later.index, later.rules)
    later.mirror.fill()
    assert hall.answers() == later.answers()
    assert hall.mirror.tokens == later.mirror.tokens
    assert [hall.mirror.unit(q.actor) for q in QUESTIONS] == [later.mirror.unit(q.actor) for q in QUESTIONS]


def caller(name: str, token_hash: str) -> dict[str, Any]:
    return {"kind": "caller", "name": name, "token_hash": token_hash}


def test_a_new_token_takes_the_place_of_the_old_one_at_once():
    hall = Hall()
    hall.tell(caller("pep", "aa"), caller("other", "bb"), caller("pep", "cc"))
    assert {token: each.name for token, each in hall.mirror.tokens.items()} == {"bb": "other", "cc": "pep"}


def test_a_caller_without_a_token_can_be_nobody():
    hall = Hall()
    hall.tell(caller("pep", "aa"), caller("pep", ""), caller("door", ""))
    assert hall.mirror.tokens == {}
    assert "" not in hall.mirror.tokens


def test_what_is_deleted_no_longer_counts():
    hall = Hall()
    hall.tell(declared(CONTRACT, robot()))
    question = AccessRequest("amr-1", "read", "app:x", 0)
    assert hall.index.decide(question, 0.0).permit
    hall.tell({"kind": "declared", "changes": [{"op": "delete", "kind": "Contract", "id": "c"}]})
    assert not hall.index.decide(question, 0.0).permit


def test_the_unit_of_an_actor_is_named_as_it_is_declared_now():
    hall = Hall()
    assert hall.mirror.unit("amr-1") == ""
    hall.tell(declared(robot()))
    assert hall.mirror.unit("amr-1") == "Acme/T3/amr-1"
    hall.tell(declared(robot(unit={"manufacturer": "Acme", "model": "T4", "serial": "9"})))
    assert hall.mirror.unit("amr-1") == "Acme/T4/9"
    hall.tell(declared(robot("rpa", type="bot", unit=None)))
    assert hall.mirror.unit("rpa") == ""
