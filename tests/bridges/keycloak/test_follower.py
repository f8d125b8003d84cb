"""Against the real Keycloak, one for all tests, and so all in this file: it takes a while to start."""

import time
from contextlib import contextmanager, nullcontext

import pytest

from nameplate.entry.bench import directories
from nameplate.entry.bench.keycloak import INSTALL, READER_SECRET, REALM, home, running_keycloak
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.bridges.ssf.signer import CAEP
from tests.conftest import missing
from tests.entry.people import Somebody, browser
from tests.entry.world import World

pytestmark = pytest.mark.timeout(600)
PATIENCE_S = 30.0
USERS = '["user"]'
GROUP = "nameplate-owners"
RECEIVER, AUDIENCE, PASSWORD = "nameplate-signals", "https://nameplate.example/ssf", "correct horse battery"
_TRANSMITTER = "--spi-ssf-transmitter--default--"
_SET = ("outbox-drainer-interval=1s", "allow-insecure-push-targets=true")
SIGNALS = ("--features=ssf", *(f"{_TRANSMITTER}{each}" for each in _SET))
"""The feature is there for all tests; the realm tells nothing before its own switch is on."""


@pytest.fixture(scope="module", name="keycloak")
def keycloak_fixture(tmp_path_factory):
    if home() is None:
        missing(f"Keycloak is not there; get it with: {INSTALL}")
    with running_keycloak(tmp_path_factory.mktemp("kc") / "kc", *SIGNALS) as server:
        yield server


@pytest.fixture(name="world")
def world_fixture(tmp_path):
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        yield World(server)


@contextmanager
def following(world, server, lease="20s"):
    world.run("key", "put", "keycloak", stdin=READER_SECRET)
    manifest = f"{{kind: Bridge, id: kc, type: keycloak, url: '{server.url}', realm: {REALM}, credential: keycloak"
    world.apply(f"{manifest}, lease: {lease}, interval: '0.2', roles: {{{GROUP}: owner}}}}")
    until(lambda: status(world).get("status") == "ok" and status(world)["heard_at"])
    yield


def until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def status(world, bridge="kc"):
    return next((each for each in world.run("bridge", "status", "--json").json["items"] if each["id"] == bridge), {})


def state(world, actor):
    return world.run("actor", "show", actor, "--json").json["state"]


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


def transmitting(keycloak, *, on):
    realm = keycloak.call("GET", "")
    switch = {"ssf.transmitterEnabled": "true" if on else "false"}
    keycloak.call("PUT", "", {"attributes": realm["attributes"] | switch})


def stream(keycloak, world, place):
    """A push stream to us, as an administrator of Keycloak makes one."""
    attributes = {"ssf.enabled": "true", "ssf.validPushUrls": place, "ssf.streamAudience": AUDIENCE}
    attributes |= {"ssf.defaultSubjects": "ALL"}
    client = {"clientId": RECEIVER, "publicClient": False, "serviceAccountsEnabled": True, "attributes": attributes}
    keycloak.call("POST", "clients", client)
    token = world.run("bridge", "token", "idp", "--json").json["token"]
    delivery = {"method": "urn:ietf:rfc:8935", "endpoint_url": place, "authorization_header": f"Bearer {token}"}
    wanted = {"delivery": delivery, "events_requested": [f"{CAEP}session-revoked", f"{CAEP}credential-change"]}
    keycloak.call("POST", f"ssf/clients/{RECEIVER}/stream", wanted)
    keycloak.call("POST", f"ssf/clients/{RECEIVER}/stream/verify")


def people_told(world):
    lines = world.run("journal", "export", "--out", "-").out.splitlines()
    return [line for line in lines if '"kind":"person"' in line]


def test_what_the_realm_tells_by_signals_is_looked_at_and_heard_by_the_bridge_beside(world, keycloak):
    ann = keycloak.user("ann-of-signals", email="ann-s@clinic.example")
    with following(world, keycloak):
        assert status(world)["detail"]["signals"] == "none: the realm tells none"
        transmitting(keycloak, on=True)
        try:
            until(lambda: "session-revoked: not of accounts" in status(world)["detail"]["signals"])
            assert status(world)["detail"]["way"] == "admin events by number"
            pair = f"issuer: '{keycloak.url}/realms/{REALM}', audience: '{AUDIENCE}', subjects: kc"
            world.apply(f"{{kind: Bridge, id: idp, type: ssf, {pair}}}")
            until(lambda: status(world, "idp").get("status") == "ok")
            stream(keycloak, world, f"http://127.0.0.1:{world.server.port}/ssf/push/idp")
            until(lambda: status(world, "idp")["detail"]["taken"] == 1)
            keycloak.call("POST", f"users/{ann}/logout")
            until(lambda: '"reason":"session-revoked"' in people_told(world)[-1])
            assert '"end_sessions":true' in people_told(world)[-1]
            # Of an account it says nothing: that comes by the admin events, as the status has told.
            keycloak.call("PUT", f"users/{ann}", keycloak.call("GET", f"users/{ann}") | {"enabled": False})
            until(lambda: '"active":false' in people_told(world)[-1])
            assert status(world, "idp")["detail"]["taken"] == 2
        finally:
            transmitting(keycloak, on=False)


def test_who_is_signed_out_there_is_signed_out_here(world, keycloak):
    site = f"http://localhost:{world.server.port}"
    back, logout = (f"{site}/console/sign-in/oidc/sso/{each}" for each in ("callback", "logout"))
    attributes = {"backchannel.logout.url": logout, "backchannel.logout.session.required": "true"}
    client = {"clientId": "console", "publicClient": True, "redirectUris": [back], "attributes": attributes}
    keycloak.call("POST", "clients", client)
    keycloak.group(GROUP)
    secret = [{"type": "password", "value": PASSWORD, "temporary": False}]
    who = {"email": "ben@clinic.example", "firstName": "Ben", "lastName": "Berg", "groups": [GROUP]}
    ben = keycloak.user("ben", credentials=secret, **who)
    with following(world, keycloak), browser() as chromium:
        issuer = f"{keycloak.url}/realms/{REALM}"
        world.apply(f"{{kind: Bridge, id: sso, type: oidc, url: '{issuer}', client: console, people: kc}}")
        somebody = Somebody(chromium.new_context(), site)
        somebody.open("/console/sign-in")
        somebody.page.get_by_role("link", name="Sign in by sso").click()
        somebody.page.locator("#username").fill("ben")
        somebody.page.locator("#password").fill(PASSWORD)
        somebody.page.locator("#kc-login").click()
        somebody.page.wait_for_url("**/console/passkeys")
        assert [each["name"] for each in people(world) if each["sessions"]] == ["Ben Berg"]
        keycloak.call("POST", f"users/{ben}/logout")
        until(lambda: not any(each["sessions"] for each in people(world)))
        lines = world.run("journal", "export", "--out", "-").out.splitlines()
        (ended,) = [line for line in lines if '"kind":"session_ended"' in line]
        assert '"by":"oidc:sso"' in ended


def people(world):
    return world.run("person", "list", "--json").json["items"]


def test_the_benchmark_finds_a_disable_in_force_after_the_next_look(keycloak, tmp_path, monkeypatch):
    # With the Keycloak that runs already.
    monkeypatch.setattr("nameplate.entry.bench.keycloak.running_keycloak", lambda _folder: nullcontext(keycloak))
    figures = directories.run(tmp_path, "keycloak", 3)
    assert (figures["rounds"], figures["permitted_after"], figures["peer_tells"]) == (3, 0, None)
    assert (figures["bridge_status"]["count"], figures["bound_ms"]) == (3, 60_270)
