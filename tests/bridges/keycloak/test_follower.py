"""Against the real Keycloak."""

import time

import pytest

from nameplate.entry.bench.keycloak import READER_SECRET
from tests.bridges.keycloak.conftest import GROUP, following, status, until


def state(world, actor):
    return world.run("actor", "show", actor, "--json").json["state"]


@pytest.mark.timeout(600)
def test_what_keycloak_disables_stops_here_and_what_it_enables_comes_back(world, keycloak):
    client = keycloak.client("amr-1")
    world.actor("amr-1")
    with following(world, keycloak):
        assert world.permits("amr-1")
        assert status(world)["detail"]["way"] == "admin events by number"
        keycloak.enable_client(client, enabled=False)
        until(lambda: not world.permits("amr-1"))
        assert state(world, "amr-1") == "suspended"
        refused = world.run("actor", "activate", "amr-1", "--reason", "I want it to")
        assert (refused.code, "disabled by kc" in refused.err) == (4, True)
        keycloak.enable_client(client, enabled=True)
        until(lambda: world.permits("amr-1"))
        stops = status(world)["stops"]
        assert stops["count"] == 1
        # Disabling the account behind the client stops it, too; a local stop is not lifted from there.
        account = keycloak.call("GET", f"clients/{client}/service-account-user")
        keycloak.call("PUT", f"users/{account['id']}", account | {"enabled": False})
        until(lambda: state(world, "amr-1") == "suspended")
        world.order("quarantine", "amr-1")
        keycloak.call("PUT", f"users/{account['id']}", account | {"enabled": True})
        keycloak.call("DELETE", f"clients/{client}")
        until(lambda: "active" not in told_of(world, "amr-1"))
        assert state(world, "amr-1") == "quarantined"


def told_of(world, actor):
    records = world.run("journal", "export", "--out", "-").out.splitlines()
    return [line for line in records if '"kind":"upstream"' in line and f'"actor":"{actor}"' in line][-1]


@pytest.mark.timeout(600)
def test_people_are_known_by_pseudonym_and_their_groups_give_roles(world, keycloak):
    groups = [GROUP, "porters", "nobody-asked"]
    for name in groups:
        keycloak.group(name)
    ann = keycloak.user("ann", email="ann@clinic.example", firstName="Ann", lastName="Berg", groups=groups)
    world.apply("{kind: Team, id: porters, group: porters}")
    with following(world, keycloak):
        journal = world.run("journal", "export", "--out", "-").out
        assert '"kind":"person"' in journal
        assert f'"groups":["{GROUP}","porters"]' in journal, "of a role, and of a team"
        for secret in ("ann@clinic.example", "Ann", "Berg", ann):
            assert secret not in journal
        keycloak.call("PUT", f"users/{ann}", keycloak.call("GET", f"users/{ann}") | {"enabled": False})
        until(lambda: '"active":false' in world.run("journal", "export", "--out", "-").out)


@pytest.mark.timeout(600)
def test_what_no_event_tells_of_is_found_within_the_lease(world, keycloak):
    client = keycloak.client("amr-9")
    world.actor("amr-9")
    keycloak.call("PUT", "", {"adminEventsEnabled": False})
    try:
        with following(world, keycloak):
            assert status(world)["detail"]["way"].startswith("reading everything")
            keycloak.enable_client(client, enabled=False)
            began = time.monotonic()
            until(lambda: not world.permits("amr-9"))
            assert time.monotonic() - began < status(world)["bound_ms"] / 1000
    finally:
        keycloak.call("PUT", "", {"adminEventsEnabled": True})


@pytest.mark.timeout(600)
def test_a_wrong_secret_is_told_and_nobody_governed_acts_without_a_word(world, keycloak):
    keycloak.client("amr-7")
    world.actor("amr-7")
    with following(world, keycloak, lease="2s"):
        assert world.permits("amr-7")
        world.run("key", "put", "keycloak", stdin="wrong")
        until(lambda: "does not sign in" in status(world)["status"])
        assert "wrong" not in status(world)["status"]
        until(lambda: not world.permits("amr-7"))
        assert world.evaluate("amr-7", "read", "record-1")["context"]["reason"] == "stale_snapshot"
        world.run("key", "put", "keycloak", stdin=READER_SECRET)
        until(lambda: world.permits("amr-7"))
