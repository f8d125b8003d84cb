"""A provider that others wrote, canaille: what is asked of it, and what is not taken of it."""

import asyncio

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


def test_signing_out_there_comes_back_here(issuer):
    assert asyncio.run(provider(issuer).ended("http://localhost:1/x")).startswith(
        f"{issuer}/oauth/end_session?client_id="
    )
