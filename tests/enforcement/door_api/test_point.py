"""The point against an access system of our making that follows the vendors' documents, over real TLS."""

import asyncio
import time

import pytest

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.outcomes import Happening
from nameplate.domain.points import Channel, DoorApi, Point
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.enforcement.door_api import POINT, DoorApiPoint, DoorApiSettings
from nameplate.enforcement.door_api.sim import SimulatedAccessSystem
from tests.enforcement.osdp.conftest import ScriptedDecisions, clock

KEY = "a-token-of-the-tests"
COMMANDED, FAILED = Happening.STRIKE_COMMANDED, Happening.STRIKE_FAILED
DONE = [COMMANDED, Happening.STRIKE_ACKNOWLEDGED]


@pytest.fixture(name="system")
def system_fixture():
    with SimulatedAccessSystem(KEY, ("7",)) as system:
        yield system


class Bridge:
    """A point for one door of the system."""

    def __init__(self, system, template="unifi-access", key=KEY, *, trusted=True, **settings):
        values = {"door": "7", "lock": "7"}
        api = DoorApi(template, "token", values, "ca" if trusted else "")
        spec = Point("p", "door-api", "s", (Channel("vault", system.url, api=api),))
        credentials = {"token": key.encode(), "ca": system.ca}
        self.decisions = ScriptedDecisions()
        self.point = DoorApiPoint(spec, credentials, self.decisions, clock, time.monotonic, DoorApiSettings(**settings))

    def open(self, *, permit=True, actor="amr-1", lifetime_us=5_000_000):
        now = clock()
        verdict = Verdict(permit, Reason.GRANTED if permit else Reason.WINDOW, ())
        return asyncio.run(self.point.open("vault", Decision(verdict, "d-1", now, now + lifetime_us, actor)))

    @property
    def happened(self):
        return [each.happening for each in self.decisions.outcomes]


@pytest.mark.parametrize("template", ["unifi-access", "kisi"])
def test_a_permit_opens_the_door_once(system, template):
    bridge = Bridge(system, template)
    assert bridge.open() == ""
    assert system.unlocked == ["7"]
    assert bridge.happened == DONE
    done = bridge.decisions.outcomes[-1]
    assert (done.door, done.actor, done.decision_id) == ("vault", "amr-1", "d-1")
    assert KEY not in str(bridge.decisions.outcomes)


def test_a_refusal_calls_nobody(system):
    bridge = Bridge(system)
    assert bridge.open(permit=False) == "window"
    assert bridge.open(actor="") == "nameless"
    assert bridge.open(lifetime_us=-1) == "expired"
    assert (system.unlocked, bridge.happened) == ([], [])


def test_a_stop_comes_before_a_permit_from_before_it(system):
    bridge = Bridge(system)
    bridge.point.apply_stop(Stop("s", ("amr-1",), State.SUSPENDED, 2**60))
    assert bridge.open() == "stopped"
    assert system.unlocked == []
    assert bridge.open(actor="amr-2") == ""


@pytest.mark.parametrize("template", ["unifi-access", "kisi"])
@pytest.mark.parametrize("mood", ["locked", "lost"])
def test_a_no_of_the_access_system_is_a_failure_and_no_redirect_is_followed(system, template, mood):
    system.mood = mood
    bridge = Bridge(system, template)
    assert bridge.open() == "strike_failed"
    assert bridge.happened == [COMMANDED, FAILED]
    assert len(system.unlocked) <= 1


@pytest.mark.parametrize("template", ["unifi-access", "kisi"])
def test_another_key_opens_nothing(system, template):
    bridge = Bridge(system, template, "wrong")
    assert bridge.open() == "strike_failed"
    assert system.unlocked == []


def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(system):
    bridge = Bridge(system, trusted=False)
    assert bridge.open() == "strike_failed"
    assert bridge.decisions.outcomes[-1].detail["reason"] == "tls"
    assert system.unlocked == []


def test_a_server_that_is_silent_or_gone_is_a_failure(system):
    system.mood = "silent"
    bridge = Bridge(system, answer_s=0.3)
    assert bridge.open() == "strike_failed"
    assert bridge.decisions.outcomes[-1].detail["reason"] == "timeout"
    system.patience.set()
    system.url = "https://127.0.0.1:1"
    gone = Bridge(system)
    assert gone.open() == "strike_failed"
    assert gone.decisions.outcomes[-1].detail["reason"] in ("unreachable", "timeout")


def test_a_door_of_others_and_a_reader_are_refused(system):
    bridge = Bridge(system)
    with pytest.raises(NotFound):
        asyncio.run(bridge.point.open("other", Decision(Verdict(True, Reason.GRANTED, ()), "d", 0, 2**60, "a")))
    with pytest.raises(Refused):
        bridge.point.begin_install("vault", 60)
    assert POINT.factory is DoorApiPoint


def test_what_is_missing_or_no_certificate_is_told_at_the_start(system):
    with pytest.raises(Invalid):
        Bridge(system, "nobodys")
    system.ca = b"no certificate"
    with pytest.raises(Invalid):
        Bridge(system)


def test_it_runs_until_it_is_told_to_end(system):
    async def main():
        ending = asyncio.Event()
        task = asyncio.create_task(Bridge(system).point.run(ending))
        ending.set()
        async with asyncio.timeout(5):
            await task

    asyncio.run(main())
