"""A provider that others wrote, canaille: what is asked of it, and what is not taken of it."""

import asyncio
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nameplate.bridges.oidc.provider import OidcProvider
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Refused, Unavailable
from nameplate.entry.bench.workload import free_port
from tests.entry.company import running_company


@pytest.fixture(scope="module", name="issuer")
def issuer_fixture():
    with running_company("http://localhost:1/back") as issuer:
        yield issuer


def provider(issuer, **options):
    return OidcProvider(Bridge("idp", "s", BridgeType.OIDC, issuer, options={"client": "nameplate", **options}), b"")


def test_what_is_asked_for_says_how_strong_and_how_recent(issuer):
    begun = asyncio.run(provider(issuer, acr="urn:x", max_age="60").begin("http://localhost:1/back"))
    for part in ("code_challenge_method=S256", "max_age=60", "acr_values=urn%3Ax", f"state={begun.state}", "nonce="):
        assert part in begun.url
    assert begun.verifier not in begun.url


def test_a_code_that_is_none_is_refused(issuer):
    one = provider(issuer)
    begun = asyncio.run(one.begin("http://localhost:1/back"))
    with pytest.raises(Refused):
        asyncio.run(one.finish(begun, {"state": begun.state, "code": "x", "iss": issuer}, "http://localhost:1/back"))
    with pytest.raises(Refused):
        asyncio.run(one.finish(begun, {"state": begun.state, "code": "x"}, "http://localhost:1/back"))


def test_a_provider_that_is_away_or_another_one_signs_nobody_in(issuer):
    with pytest.raises(Unavailable):
        asyncio.run(provider(f"http://localhost:{free_port()}").begin("http://localhost:1/back"))
    with pytest.raises(Refused):
        asyncio.run(provider(issuer + "/").begin("http://localhost:1/back"))


@contextmanager
def describing(endpoint: str):
    """The issuer of a provider that is only its metadata."""

    class Metadata(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"issuer": issuer, "authorization_endpoint": endpoint}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield issuer
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://localhost.example/authorize",
        "http://127.0.0.1.example/authorize",
        "http://localhost@idp.example/authorize",
        "http://idp.example/authorize",
        "ftp://localhost/authorize",
        "https:///authorize",
        "http://[::1/authorize",
        "",
    ],
)
def test_nobody_is_sent_to_an_address_in_plain_beyond_this_machine(endpoint):
    with describing(endpoint) as issuer, pytest.raises(Refused, match="authorization_endpoint"):
        asyncio.run(provider(issuer).begin("http://localhost:1/back"))


@pytest.mark.parametrize("endpoint", ["https://idp.example/authorize", "http://[::1]:80/authorize"])
def test_an_address_by_tls_or_on_this_machine_is_taken(endpoint):
    with describing(endpoint) as issuer:
        assert asyncio.run(provider(issuer).begin("http://localhost:1/back")).url.startswith(endpoint)


def test_signing_out_there_comes_back_here(issuer):
    assert asyncio.run(provider(issuer).ended("http://localhost:1/x")).startswith(
        f"{issuer}/oauth/end_session?client_id="
    )
