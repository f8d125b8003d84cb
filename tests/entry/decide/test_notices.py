import asyncio

import msgspec
import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.links import ActorsNoticed, BridgeHeard, Noticed, PeopleNoticed
from nameplate.domain.notices import ActorNotice, PersonNotice, Status
from nameplate.entry.decide.notices import Notices
from nameplate.flows.lease import Leases
from nameplate.flows.uphold import Upholder
from tests.flows.heart import WORLD, beating


def call(folder, *messages):
    """What the handlers answer to messages as they come over the socket; and what has become of the state."""

    async def main():
        async with beating(folder, *WORLD) as heart:
            upholder = Upholder(heart.registry, heart.ledger, heart.lifecycle, bytes(32), heart.clock)
            leases = Leases(heart.registry, heart.rules, heart.index, lambda: heart.mono)
            handlers = Notices(upholder, leases).handlers()
            answers = [await handlers[verb](None, msgspec.msgpack.encode(body)) for verb, body in messages]
            return answers, heart.registry, leases

    return asyncio.run(main())


def test_what_bridges_say_of_actors_and_people_is_put_in_force_and_answered_in_order(tmp_path):
    said = ActorsNoticed("iam", (ActorNotice("iam", "k", "amr-1", Status.DISABLED), ActorNotice("iam", "j", "amr-9")))
    persons = PeopleNoticed((PersonNotice("iam", "ada", Status.ACTIVE), PersonNotice("iam", "", addresses=("x@y",))))
    (actors, people), registry, _ = call(tmp_path, ("actors_noticed", said), ("people_noticed", persons))
    assert isinstance(actors, Noticed)
    assert [(each.id, each.state) for each in actors.effects] == [("amr-1", "suspended"), ("amr-9", "")]
    assert [bool(each.id) for each in people.effects] == [True, False]
    assert registry.standings["amr-1"].state == "suspended"


def test_a_bridge_that_was_heard_begins_its_lease_anew(tmp_path):
    _, _, leases = call(tmp_path, ("bridge_heard", BridgeHeard("iam", 5.0)))
    assert leases.age("iam") == 5.0


def test_a_message_that_is_none_is_refused(tmp_path):
    for verb in ("actors_noticed", "people_noticed", "bridge_heard"):
        with pytest.raises(Invalid, match="cannot be read"):
            call(tmp_path, (verb, {"nonsense": [1]}))
