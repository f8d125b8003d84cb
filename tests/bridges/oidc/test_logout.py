"""Logout tokens, signed by nothing of ours: each way in which one can be wrong is refused, by itself."""

import asyncio
import http.server
import json
import threading
import time
from contextlib import contextmanager

import pytest

from nameplate.bridges.oidc.logout import EVENT
from nameplate.bridges.oidc.provider import OidcProvider
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Refused, Unavailable
from tests.bridges.ssf.signer import Signer

NOW = int(time.time())
IDP, STRANGER = Signer("k1"), Signer("k1")


def claims(**more):
    """Claims that hold, but for `more`; what is None there is left out."""
    usual = {"iss": "ISSUER", "aud": "nameplate", "iat": NOW, "exp": NOW + 120, "jti": "j-1", "events": {EVENT: {}}}
    return {name: value for name, value in (usual | {"sub": "u-1", "sid": "s-1"} | more).items() if value is not None}


def of(signer=IDP, header=None, **more):
    """What makes a token for an issuer."""

    def token(issuer):
        made = claims(**more)
        made["iss"] = issuer if made.get("iss") == "ISSUER" else made.get("iss")
        held = {name: value for name, value in made.items() if value is not None}
        return signer.token(held, **({"typ": "logout+jwt"} | (header or {}))).decode()

    return token


REFUSED = {
    "typ of an ID token": (of(header={"typ": "JWT"}), "type"),
    "typ of a security event": (of(header={"typ": "secevent+jwt"}), "type"),
    "alg none": (of(header={"alg": "none"}), "signature"),
    "alg HS256 with the public key": (of(header={"alg": "HS256"}), "signature"),
    "alg of another kind of key": (of(header={"alg": "ES256"}), "signature"),
    "unknown kid": (of(header={"kid": "k9"}), "signature"),
    "no kid among several keys": (of(header={"kid": None}), "signature"),
    "critical header": (of(header={"crit": ["x"], "x": 1}), "signature"),
    "signature of somebody else": (of(STRANGER), "signature"),
    "no token at all": (lambda _: "none", "signature"),
    "too long": (lambda issuer: of()(issuer) + "A" * 70_000, "token"),
    "iss of another": (of(iss="https://evil.example"), "issuer"),
    "iss missing": (of(iss=None), "issuer"),
    "aud of another": (of(aud="nameplate2"), "audience"),
    "aud missing": (of(aud=None), "audience"),
    "iat in the future": (of(iat=NOW + 600), "issued"),
    "iat too old": (of(iat=NOW - 600), "issued"),
    "iat missing": (of(iat=None), "issued"),
    "iat as text": (of(iat=str(NOW)), "issued"),
    "exp past": (of(exp=NOW - 120), "expired"),
    "exp missing": (of(exp=None), "expired"),
    "jti missing": (of(jti=None), "jti"),
    "jti no text": (of(jti=7), "jti"),
    "jti too long": (of(jti="x" * 300), "jti"),
    "events missing": (of(events=None), "events"),
    "events without the member": (of(events={"urn:other": {}}), "events"),
    "events a list": (of(events=[EVENT]), "events"),
    "member no object": (of(events={EVENT: "yes"}), "events"),
    "neither sub nor sid": (of(sub=None, sid=None), "subject"),
    "sub no text": (of(sub=["u-1"]), "subject"),
    "nonce there": (of(nonce="n-1"), "nonce"),
    "nonce there and empty": (of(nonce=""), "nonce"),
}


@contextmanager
def issuing():
    """The metadata and the keys of IDP; how often the keys were asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            about = json.dumps({"issuer": issuer, "jwks_uri": f"{issuer}/jwks"}).encode()
            body = IDP.jwks() if self.path == "/jwks" else about
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        issuer = f"http://127.0.0.1:{web.server_address[1]}"
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield issuer, asked
        web.shutdown()


@pytest.fixture(scope="module", name="issuer")
def issuer_fixture():
    with issuing() as (issuer, _):
        yield issuer


def hear(issuer, token):
    provider = OidcProvider(Bridge("idp", "s", BridgeType.OIDC, issuer, options={"client": "nameplate"}), b"")
    return asyncio.run(provider.logged_out(token))


@pytest.mark.parametrize(
    "header", [{}, {"typ": None}, {"typ": "application/Logout+JWT"}, {"kid": "k1-ec", "alg": "ES256"}]
)
def test_a_good_token_says_who_has_signed_out(issuer, header):
    said = hear(issuer, of(header=header)(issuer))
    assert (said.id, said.subject, said.session) == ("j-1", "u-1", "s-1")
    assert NOW + 120 <= said.until <= NOW + 400


def test_one_of_subject_and_session_is_enough(issuer):
    assert hear(issuer, of(sub=None)(issuer))[2:] == ("", "s-1")
    assert hear(issuer, of(sid=None, aud=["x", "nameplate"])(issuer))[2:] == ("u-1", "")


@pytest.mark.parametrize(("token", "code"), REFUSED.values(), ids=REFUSED)
def test_a_logout_token_is_refused(issuer, token, code):
    with pytest.raises(Refused) as refused:
        hear(issuer, token(issuer))
    assert refused.value.code == f"oidc_{code}"
    assert "u-1" not in str(refused.value)


def test_who_sends_nonsense_does_not_make_us_ask_for_keys_again_and_again():
    with issuing() as (issuer, asked):
        provider = OidcProvider(Bridge("idp", "s", BridgeType.OIDC, issuer, options={"client": "nameplate"}), b"")

        async def main():
            for _ in range(5):
                with pytest.raises(Refused):
                    await provider.logged_out(of(STRANGER)(issuer))
            await provider.logged_out(of()(issuer))

        asyncio.run(main())
        assert asked.count("/jwks") == 1


def test_a_provider_that_is_away_signs_nobody_out():
    with pytest.raises(Unavailable):
        hear("http://127.0.0.1:9", of()("http://127.0.0.1:9"))
