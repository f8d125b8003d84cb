"""The identity provider says that a robot's account is disabled: from that answer on no strike at its door."""

import json

import pytest

from nameplate.entry.robot import Outcome
from tests.bridges.ssf.signer import AUDIENCE, DISABLED, RISC
from tests.bridges.ssf.upstream import serving
from tests.journeys.conftest import PHARMACY

pytestmark = pytest.mark.timeout(110)


def test_a_robot_that_is_disabled_upstream_gets_no_strike_any_more(hospital):
    robot, door = hospital.enrolled("amr-1"), hospital.doors[PHARMACY]
    with serving() as upstream:
        bridge = {"kind": "Bridge", "id": "idp", "type": "ssf", "issuer": upstream.issuer, "audience": AUDIENCE}
        hospital.run("apply", "-f", "-", stdin=json.dumps(bridge))
        upstream.bearer = hospital.run("bridge", "token", "idp", "--json").json["token"]
        upstream.where = f"http://127.0.0.1:{hospital.server.port}/ssf/push/idp"
        subject = {"format": "iss_sub", "iss": upstream.issuer, "sub": "amr-1"}
        enabled = f"{RISC}account-enabled"
        hospital.until(lambda: upstream.push(upstream.token(enabled, {}, subject))[0] == 202, "signals are taken")

        assert hospital.come(robot, PHARMACY) == Outcome(permit=True, reason="granted")
        hospital.happened("no_passage", actor="amr-1")
        before = len(door.strikes)
        assert upstream.push(upstream.token(DISABLED, {"reason": "hijacking"}, subject)) == (202, None)
        assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="state")
        assert len(door.strikes) == before

        # It may act again, but the key from before the stop opens nothing.
        assert upstream.push(upstream.token(enabled, {}, subject))[0] == 202
        assert hospital.show("amr-1")["state"] == "active"
        assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="cut_off")
        assert len(door.strikes) == before
        bridges = hospital.run("bridge", "status", "--json").json["items"]
        assert next(each for each in bridges if each["id"] == "idp")["stops"]["count"] == 1
