import asyncio
import time
from typing import Any

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Unavailable
from nameplate.domain.places import Team
from nameplate.domain.registry import Registry, Touched
from nameplate.entry.manage import bridging as module
from nameplate.entry.manage import jobs
from nameplate.entry.manage.bridging import Bridging, bound_ms
from nameplate.entry.manage.hearing import Hearing


class Silent:
    """Commands to a deciding process that takes everything."""

    async def bridge_heard(self, *_):
        await asyncio.sleep(0)


def hearing(name):
    silent: Any = Silent()
    nobodys: Any = None
    return Hearing(name, silent, nobodys)


class Fake:
    """Follows as a test says: `run` is called with the hearing."""

    made = 0

    def __init__(self, run):
        self._run = run
        Fake.made += 1

    async def run(self, hears):
        await self._run(hears)

    def status(self):
        return {"way": "test"}


def ldap(ident, lease_s=0.0, credential=""):
    return Bridge(ident, "s", BridgeType.LDAP, "ldap://127.0.0.1", credential, lease_s)


def run(bridges, follow, work, fetch=None, monkeypatch=None):
    """`work(bridging, registry)` while the bridges are followed by `follow(bridge, credential)`."""

    async def stored(name):
        return name.encode()

    async def main():
        registry = Registry(bridges={each.id: each for each in bridges})
        bridging = Bridging(registry, follow, fetch or stored, hearing)
        task = asyncio.create_task(bridging.run())
        async with asyncio.timeout(20):
            await work(bridging, registry)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


async def until(condition):
    while not condition():  # noqa: ASYNC110 - seen from outside
        await asyncio.sleep(0.01)


def row(bridging, name="a"):
    return next((each for each in bridging.status() if each["id"] == name), {"status": ""})


def test_a_bridge_is_starting_until_it_was_heard_and_then_it_is_well():
    go = asyncio.Event()

    async def follow(hears):
        await go.wait()
        await hears.alive()
        await asyncio.sleep(60)

    async def work(bridging, _registry):
        await until(lambda: row(bridging)["status"] == "starting")
        assert row(bridging)["heard_at"] == ""
        go.set()
        await until(lambda: row(bridging)["status"] == "ok")
        assert (row(bridging)["detail"], row(bridging)["bound_ms"]) == ({"way": "test"}, 30_270)
        assert bridging.hearing("a")
        assert bridging.hearing("nobody") is None

    run([ldap("a", 30.0)], lambda *_: Fake(follow), work)


def test_whoever_reads_groups_begins_anew_when_a_team_names_another():
    async def follow(hears):
        await hears.alive()
        await asyncio.sleep(60)

    async def work(bridging, registry):
        await until(lambda: row(bridging)["status"] == "ok" and row(bridging, "calls")["status"])
        before, calling = Fake.made, bridging.hearing("calls")
        registry.teams["ops"] = Team("ops", group="porters")
        await until(lambda: Fake.made == before + 1)
        registry.teams["ops"] = Team("ops", "Another name", group="porters")
        registry.teams["new"] = Team("new")
        await asyncio.sleep(3 * jobs.LOOK_S)
        assert (Fake.made, bridging.hearing("calls")) == (before + 1, calling)

    calls = Bridge("calls", "s", BridgeType.SCIM)
    run([ldap("a"), calls], lambda bridge, _: None if bridge is calls else Fake(follow), work)


def test_what_cannot_go_on_says_why_and_what_it_knows_outlives_a_broken_line(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.05)
    times = []

    async def follow(hears):
        times.append(time.monotonic())
        if len(times) < 3:
            raise Unavailable("directory", "The line is dead.")
        await hears.alive()
        await asyncio.sleep(60)

    async def work(bridging, _registry):
        before = Fake.made
        await until(lambda: "line is dead" in row(bridging)["status"])
        await until(lambda: row(bridging)["status"] == "ok")
        assert Fake.made - before <= 1

    run([ldap("a")], lambda *_: Fake(follow), work)


def test_a_fault_in_one_ends_neither_it_nor_another_and_tells_no_secret(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_S", 0.05)
    failed = []

    def follow(bridge, credential):
        async def fail(hears):
            failed.append(1)
            raise ZeroDivisionError(credential)

        async def well(hears):
            await hears.alive()
            await asyncio.sleep(60)

        return Fake(fail if bridge.id == "a" else well)

    async def work(bridging, _registry):
        await until(lambda: len(failed) > 2 and row(bridging, "b")["status"] == "ok")
        assert "ZeroDivisionError" in row(bridging)["status"]
        assert "top-secret" not in str(bridging.status())

    run([ldap("a", credential="top-secret"), ldap("b")], follow, work)


def test_bridges_begin_anew_as_they_change_and_end_as_they_are_deleted():
    seen, ended = [], []

    def follow(bridge, credential):
        async def stay(hears):
            seen.append((bridge.id, bridge.lease_s, credential))
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(bridge.id)

        return Fake(stay)

    async def work(bridging, registry):
        await until(lambda: seen == [("a", 0.0, b"key")])
        registry.bridges["a"] = ldap("a", 5.0, "key")
        await until(lambda: len(seen) == 2)
        bridging.touched(Touched("credential", "other"))
        bridging.touched(Touched("credential", "key"))
        await until(lambda: len(seen) == 3)
        assert seen[-1] == ("a", 5.0, b"key")
        del registry.bridges["a"]
        await until(lambda: len(ended) == 3 and not bridging.status())

    run([ldap("a", credential="key")], follow, work)


def test_a_credential_that_is_not_stored_is_told():
    async def missing(name):
        raise Unavailable("credential", f"{name} is not stored.")

    async def work(bridging, _registry):
        await until(lambda: "is not stored" in row(bridging)["status"])

    run([ldap("a", credential="key")], lambda *_: None, work, missing)


def test_who_calls_us_is_well_without_being_followed():
    async def work(bridging, _registry):
        await until(lambda: row(bridging)["status"] == "ok")
        assert row(bridging)["bound_ms"] is None

    run([Bridge("a", "s", BridgeType.SCIM)], lambda *_: None, work)


def test_there_is_a_bound_only_where_silence_can_be_told():
    assert bound_ms(ldap("a")) is None
    assert bound_ms(ldap("a", 60.0)) == 60_270
    assert bound_ms(Bridge("a", "s", BridgeType.OIDC, lease_s=60.0)) is None
