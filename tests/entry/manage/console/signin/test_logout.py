"""Back-channel logout, whole rounds: people who signed in by a provider, and what its tokens end."""

import http.client
import http.server
import json
import threading
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from nameplate.bridges.oidc.logout import EVENT
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.bridges.ssf.signer import Signer
from tests.entry.people import journal

IDP = Signer("k1")
FORM = "application/x-www-form-urlencoded"


class Provider:
    """A provider of identities that vouches for whatever the test says."""

    def __init__(self, url):
        self.url, self.claims = url, {}

    def documents(self, path):
        about = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", "token_endpoint": f"{self.url}/token"}
        token = {"access_token": "x", "token_type": "bearer", "id_token": IDP.token(self.claims, typ="JWT").decode()}
        described = about | {"authorization_endpoint": f"{self.url}/authorize"}
        return {"/jwks": json.loads(IDP.jwks()), "/token": token}.get(path, described)

    def vouch(self, nonce, subject, session):
        now = int(time.time())
        said = {"iss": self.url, "aud": "nameplate", "sub": subject, "nonce": nonce, "groups": ["owners"]}
        self.claims = said | {"iat": now, "exp": now + 60, "auth_time": now} | ({"sid": session} if session else {})

    def logout(self, **said):
        now = int(time.time())
        usual = {"iss": self.url, "aud": "nameplate", "iat": now, "exp": now + 120, "events": {EVENT: {}}}
        return IDP.token(usual | {"jti": f"j-{time.time_ns()}"} | said, typ="logout+jwt").decode()


@contextmanager
def providing():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.dumps(provider.documents(self.path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as the standard library calls it

        def log_message(self, *_):
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        provider = Provider(f"http://127.0.0.1:{web.server_address[1]}")
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield provider
        web.shutdown()


@pytest.fixture(scope="module", name="provider")
def provider_fixture():
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module", name="server")
def server_fixture(provider, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server:
        bridge = {"kind": "Bridge", "id": "idp", "type": "oidc", "url": provider.url, "client": "nameplate"}
        text = json.dumps(bridge | {"roles": {"owners": "viewer"}})
        server.client.post("/v1/apply", {"files": [{"name": "b.yaml", "text": text}]})
        yield server


def ask(server, method, path, body=None, **headers):
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read(), answer.headers.get_all("set-cookie") or []
    finally:
        line.close()


def sign_in(server, provider, subject, session=""):
    """The cookie of somebody who has come back from the provider."""
    _, headers, _, cookies = ask(server, "GET", "/console/sign-in/oidc/idp")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(headers["location"]).query).items()}
    provider.vouch(asked["nonce"], subject, session)
    back = f"/console/sign-in/oidc/idp/callback?{urlencode({'code': 'c', 'state': asked['state']})}"
    status, _, body, cookies = ask(server, "GET", back, Cookie=cookies[0].partition(";")[0])
    assert status == 200, body
    return next(each.partition(";")[0] for each in cookies if each.startswith("__Host-nameplate="))


def is_in(server, cookie):
    return ask(server, "GET", "/v1/me", Cookie=cookie)[0] == 200


def log_out(server, token, bridge="idp", kind=FORM, **more):
    body = urlencode({"logout_token": token} | more)
    status, headers, said, _ = ask(server, "POST", f"/console/sign-in/oidc/{bridge}/logout", body, Content_Type=kind)
    assert headers["cache-control"] == "no-store"
    return status, json.loads(said)["type"].rpartition(":")[2] if said else ""


def test_the_session_that_ended_there_ends_here_and_no_other(server, provider, tmp_path):
    one, two = sign_in(server, provider, "ada", "s-1"), sign_in(server, provider, "ada", "s-2")
    bob = sign_in(server, provider, "bob", "s-3")
    assert log_out(server, provider.logout(sub="bob", sid="s-1")) == (200, "")
    assert is_in(server, one), "that is not a session of theirs"
    assert log_out(server, provider.logout(sub="ada", sid="s-1")) == (200, "")
    assert [is_in(server, each) for each in (one, two, bob)] == [False, True, True]
    assert log_out(server, provider.logout(sid="s-2")) == (200, "")
    assert [is_in(server, each) for each in (two, bob)] == [False, True]
    ended = [each for each in journal(server, tmp_path) if each["kind"] == "session_ended"]
    assert {(each["by"], each["reason"]) for each in ended} == {("oidc:idp", "signed out at the provider")}
    assert "s-1" not in str(journal(server, tmp_path))


def test_who_signed_out_there_is_signed_out_everywhere(server, provider):
    cleo = [sign_in(server, provider, "cleo", "s-4"), sign_in(server, provider, "cleo")]
    dan = sign_in(server, provider, "dan", "s-5")
    assert log_out(server, provider.logout(sub="cleo")) == (200, "")
    assert [is_in(server, each) for each in (*cleo, dan)] == [False, False, True]
    assert log_out(server, provider.logout(sub="nobody")) == (200, ""), "who is not signed in has been signed out"


def test_a_provider_that_names_no_session_when_people_sign_in_ends_all_of_theirs(server, provider):
    eve = sign_in(server, provider, "eve")
    assert log_out(server, provider.logout(sub="eve", sid="never told of")) == (200, "")
    assert not is_in(server, eve)


def test_a_logout_token_counts_once(server, provider):
    token = provider.logout(sub="fay")
    assert log_out(server, token) == (200, "")
    again = sign_in(server, provider, "fay")
    assert log_out(server, token) == (400, "oidc_replayed")
    assert is_in(server, again)


def test_what_is_no_logout_of_that_provider_is_refused(server, provider):
    gil = sign_in(server, provider, "gil", "s-6")
    good = provider.logout(sub="gil")
    assert log_out(server, provider.logout(sub="gil", aud="another")) == (400, "oidc_audience")
    assert log_out(server, good, bridge="nobody") == (400, "bridge")
    assert log_out(server, good, kind="application/json") == (400, "malformed")
    assert log_out(server, good, logout_token="") == (400, "malformed")
    assert log_out(server, "x" * 200_000) == (400, "too_large")
    body = f"logout_token={good}&logout_token={good}"
    assert ask(server, "POST", "/console/sign-in/oidc/idp/logout", body, Content_Type=FORM)[0] == 400
    assert ask(server, "GET", f"/console/sign-in/oidc/idp/logout?logout_token={good}")[0] in {404, 405}
    assert is_in(server, gil)
