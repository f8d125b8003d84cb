"""The provider of a bridge, which is loaded only for people who sign in by it."""

import asyncio
import subprocess
import sys

import pytest

from nameplate.boot.companies import provider
from nameplate.bridges.oidc import OidcProvider
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.workload import free_port

BACK = "https://nameplate.example/console/sign-in/oidc/company/callback"


def bridge_at(url):
    return Bridge("company", "s", BridgeType.OIDC, url, options={"client": "nameplate"})


def test_a_bridge_of_type_oidc_is_spoken_to_by_its_adapter():
    made = provider(bridge_at("https://idp.example"), b"a secret of the tests\n")
    assert isinstance(made, OidcProvider)
    assert "a secret of the tests" not in repr(made)


def test_each_bridge_has_a_provider_of_its_own():
    bridge = bridge_at("https://idp.example")
    assert provider(bridge, b"") is not provider(bridge, b"")


def test_a_provider_that_is_not_there_vouches_for_nobody():
    made = provider(bridge_at(f"https://127.0.0.1:{free_port()}"), b"a secret of the tests")
    for work in (made.begin, made.ended):
        with pytest.raises(Unavailable) as caught:
            asyncio.run(work(BACK))
        assert "a secret of the tests" not in str(caught.value)


def test_a_secret_that_is_no_text_is_not_taken():
    with pytest.raises(ValueError, match="utf-8"):
        provider(bridge_at("https://idp.example"), b"\xff\xfe")


def test_the_adapter_is_not_loaded_before_somebody_comes():
    code = "import sys, nameplate.boot.companies; sys.exit('nameplate.bridges.oidc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
