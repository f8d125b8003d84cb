from dataclasses import replace

from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant
from nameplate.domain.index import Index
from nameplate.domain.index.barriers import Barriers
from nameplate.domain.lockdowns import Threat
from nameplate.domain.places import Door, Reader, Site, Zone
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from tests.domain.index.worlds import MOMENTS

ENTER = Grant(("enter",), ("zone:ward",))
READ = Grant(("read",), ("app:x",))
INTO = AccessRequest("amr-1", "enter", "door:d", MOMENTS[4], presence="reader", reader="r1")
OUT = INTO._replace(reader="r2")


def index(*grants: Grant, zone: str = "") -> Index:
    made = Index(transitions)
    made.put_site(Site("clinic"))
    made.put_zone(Zone("hall", "clinic", public=True))
    made.put_zone(Zone("ward", "clinic"))
    made.put_door(Door("d", "clinic", ("hall", "ward"), (Reader("r1", "hall"), Reader("r2", "ward"))))
    made.put_contract(Contract("k", grants, revision=1))
    made.put_actor(Actor("amr-1", ActorType.ROBOT, "clinic", contract="k"), Standing(State.ACTIVE, zone=zone))
    return made


def reasons(made: Index, request: AccessRequest = INTO) -> tuple[str, ...]:
    return made.decide(request, 0.0).reasons


def test_nobody_enters_a_locked_zone_until_it_is_released() -> None:
    made = index(ENTER)
    assert reasons(made) == ("granted",)
    made.barriers.lock("ward")
    assert made.decide(INTO, 0.0) == Verdict(False, Reason.LOCKDOWN, ("lockdown", "zone"), target="zone:ward")
    assert reasons(made, INTO._replace(resource="zone:ward", reader=None)) == ("lockdown", "zone")
    made.barriers.unlock("ward")
    assert reasons(made) == ("granted",)


def test_leaving_a_locked_zone_stays_as_it_was() -> None:
    made = index(ENTER, zone="ward")
    made.barriers.lock("ward")
    assert reasons(made, OUT) == ("public_zone",)


def test_a_lockdown_closes_a_public_zone_too() -> None:
    made = index(ENTER)
    made.barriers.lock("hall")
    assert reasons(made, OUT) == ("lockdown", "zone")
    assert reasons(made) == ("granted",)


def test_it_holds_for_the_way_out_and_comes_after_a_missing_contract() -> None:
    made = index(replace(ENTER, resources=("zone:*",), task_required=True), zone="ward")
    made.put_zone(Zone("hall", "clinic"))
    assert reasons(made, OUT) == ("way_out",)
    made.barriers.lock("hall")
    assert reasons(made, OUT) == ("lockdown", "zone")
    made.drop_contract("k")
    assert reasons(made, OUT) == ("contract_missing",)


def test_applying_the_zone_again_lifts_nothing() -> None:
    made = index(ENTER)
    made.barriers.lock("ward")
    made.drop_zone("ward")
    made.put_zone(Zone("ward", "clinic", public=True))
    assert reasons(made) == ("lockdown", "zone")


def test_a_grant_holds_up_to_high_and_to_severe_only_where_it_says_so() -> None:
    made = index(ENTER, READ)
    for level in (Threat.ELEVATED, Threat.HIGH):
        made.barriers.set_threat("clinic", level)
        assert reasons(made) == ("granted",)
    made.barriers.set_threat("clinic", Threat.SEVERE)
    assert made.decide(INTO, 0.0) == Verdict(
        False, Reason.LOCKDOWN, ("lockdown", "threat_severe"), "k@1", -1, "zone:ward"
    )
    assert reasons(made, INTO._replace(action="read", resource="app:x")) == ("lockdown", "threat_severe")
    made.put_contract(Contract("k", (ENTER, replace(ENTER, up_to=Threat.SEVERE)), revision=2))
    assert made.decide(INTO, 0.0).grant == 1
    made.barriers.set_threat("clinic", Threat.NORMAL)
    assert made.decide(INTO, 0.0).grant == 0


def test_what_no_grant_names_is_not_blamed_on_the_level() -> None:
    made = index(replace(READ, up_to=Threat.NORMAL))
    made.barriers.set_threat("clinic", Threat.ELEVATED)
    assert reasons(made) == ("not_in_contract",)


def test_the_level_leaves_public_zones_open_and_bars_a_way_out_that_rests_on_a_lower_grant() -> None:
    made = index(replace(ENTER, resources=("zone:*",), task_required=True), zone="ward")
    made.barriers.set_threat("clinic", Threat.SEVERE)
    assert reasons(made, OUT) == ("public_zone",)
    made.put_zone(Zone("hall", "clinic"))
    assert reasons(made, OUT) == ("lockdown", "threat_severe")


def test_the_level_of_another_site_does_not_count() -> None:
    made = index(ENTER)
    made.barriers.set_threat("elsewhere", Threat.SEVERE)
    assert reasons(made) == ("granted",)


def test_only_what_tightens_makes_permits_look_again() -> None:
    bars = Barriers()
    assert not bars.active
    bars.set_threat("clinic", Threat.HIGH)
    bars.set_threat("clinic", Threat.ELEVATED)
    bars.lock("ward")
    assert (bars.tightened, bars.active) == (2, True)
    bars.unlock("ward")
    bars.unlock("ward")
    bars.set_threat("clinic", Threat.NORMAL)
    assert (bars.tightened, bars.active) == (2, False)
