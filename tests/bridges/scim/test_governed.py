"""The rules of draft-mcguinness-oauth-governed-agent-lifecycle."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.bridges.scim.house import CORE, GOVERNED, PATCH, run

NOW = datetime.now(UTC).replace(microsecond=0)


def when(seconds):
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def said(version, status="active", cut_off=-100, *, asserted=-10, until=300, **more):
    return {
        "issuer": "https://idp.example",
        "subject": "agent-42",
        "version": str(version),
        "status": status,
        "authorizationNotBefore": when(cut_off),
        "assertedAt": when(asserted),
        "validUntil": when(until),
    } | more


def agent(state, *, active=None, **more):
    active = state["status"] == "active" if active is None else active
    return {"schemas": [f"{CORE}Agent", GOVERNED], "agentUserName": "bot-1", "active": active, GOVERNED: state, **more}


def strict(house):
    async def call(method, path, body=None):
        return await house.call(method, path, body, "bridge:strict")

    return call


def test_a_life_from_the_first_assertion_to_the_tombstone(tmp_path):
    async def scenario(house):
        call = strict(house)
        made = await call("POST", "/Agents", agent(said(1)))
        assert made.status == 201, made
        where = f"/Agents/{made.body['id']}"
        assert (await call("DELETE", where)).status == 403
        assert (await call("PUT", where, agent(said(2, "disabled", -50)))).status == 200
        assert {each.status for each in house.registry.upstreams.by_id.values()} == {"disabled"}
        assert (await call("PUT", where, agent(said(3, "retired", -40)))).status == 200
        assert house.state("bot-1") == "retired"
        assert (await call("PUT", where, agent(said(4, "active", -30)))).status == 400
        assert (await call("DELETE", where)).status == 204
        again = await call("POST", "/Agents", agent(said(5, "active", -20)))
        assert again.status == 409
        assert not [each for each in house.registry.standings.values() if each.state == "active" and each.cut_off]

    run(tmp_path, scenario)


def test_versions_only_rise_and_what_was_said_is_not_said_otherwise(tmp_path):
    async def scenario(house):
        call = strict(house)
        where = f"/Agents/{(await call('POST', '/Agents', agent(said(5)))).body['id']}"
        assert (await call("PUT", where, agent(said(4, "disabled", -50)))).status == 409
        assert (await call("PUT", where, agent(said(5)))).status == 200
        assert (await call("PUT", where, agent(said(5), displayName="another"))).status == 409
        assert (await call("PUT", where, agent(said(5, "disabled", -50)))).status == 409
        assert (await call("PUT", where, agent(said(6), displayName="another"))).status == 200
        assert (await call("POST", "/Agents", agent(said(7), agentUserName="bot-2"))).status == 409

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    "state",
    [
        said(2, cut_off=-200),
        said(2, "disabled", -100),
        said(2, "disabled", -50) | {"status": "asleep"},
        said(2, asserted=-20),
        said(2, asserted=500),
        said(2, cut_off=400),
        said(2, until=-60),
        said("007"),
        said("9223372036854775808"),
        said("-2"),
        said(2) | {"version": None},
        said(2) | {"subject": "agent-43"},
        None,
    ],
)
def test_what_may_not_follow_is_refused_and_changes_nothing(tmp_path, state):
    async def scenario(house):
        call = strict(house)
        where = f"/Agents/{(await call('POST', '/Agents', agent(said(1)))).body['id']}"
        body = agent(state) if state else {"schemas": [f"{CORE}Agent"], "agentUserName": "bot-1", "active": True}
        before = (await call("GET", where)).body
        assert (await call("PUT", where, body)).status == 400
        assert (await call("GET", where)).body == before

    run(tmp_path, scenario)


def test_active_and_status_say_the_same(tmp_path):
    async def scenario(house):
        call = strict(house)
        answer = await call("POST", "/Agents", agent(said(1), active=False))
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")
        where = f"/Agents/{(await call('POST', '/Agents', agent(said(1)))).body['id']}"
        off = {"op": "replace", "path": "active", "value": False}
        answer = await call("PATCH", where, {"schemas": [PATCH], "Operations": [off]})
        assert (answer.status, answer.body["scimType"]) == (400, "invalidValue")

    run(tmp_path, scenario)


def test_only_a_bridge_that_is_governed_knows_of_it(tmp_path):
    async def scenario(house):
        for caller, known in (("bridge:strict", True), ("bridge:entra", False)):
            schemas = (await house.call("GET", "/Schemas", None, caller)).body["Resources"]
            assert (GOVERNED in {each["id"] for each in schemas}) is known

    run(tmp_path, scenario)


def test_the_end_of_an_assertion_is_kept_and_only_a_later_version_moves_it(tmp_path):
    async def scenario(house):
        call = strict(house)
        where = f"/Agents/{(await call('POST', '/Agents', agent(said(1, until=60)))).body['id']}"
        ends = house.registry.upstreams.by_id
        assert [each.valid_until for each in ends.values()] == [int((NOW.timestamp() + 60) * 1_000_000)]
        assert (await call("PUT", where, agent(said(1, until=90)))).status == 409
        assert (await call("PUT", where, agent(said(2, until=90)))).status == 200
        assert [each.valid_until for each in ends.values()] == [int((NOW.timestamp() + 90) * 1_000_000)]
        long_ago = {"assertedAt": when(-10), "validUntil": "1969-12-31T23:59:59Z"}
        ended = agent(said(3, "disabled", 0) | long_ago)
        assert (await call("PUT", where, ended)).status == 200
        assert [each.valid_until for each in ends.values()] == [1]

    run(tmp_path, scenario)
