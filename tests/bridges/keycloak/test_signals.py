"""Shared signals of the real Keycloak, beside what its admin API says; and its back-channel logout."""

import pytest

from nameplate.entry.bench.keycloak import REALM
from tests.bridges.keycloak.conftest import GROUP, following, status, until
from tests.bridges.ssf.signer import CAEP
from tests.entry.people import Somebody, browser

RECEIVER, AUDIENCE, PASSWORD = "nameplate-signals", "https://nameplate.example/ssf", "correct horse battery"
pytestmark = pytest.mark.timeout(600)


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
