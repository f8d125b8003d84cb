"""The provider of a bridge."""

from nameplate.boot.companies import provider
from nameplate.bridges.oidc import OidcProvider
from nameplate.domain.bridges import Bridge, BridgeType


def test_a_bridge_has_a_provider():
    bridge = Bridge("idp", "s", BridgeType.OIDC, "https://idp.example", options={"client": "n"})
    assert isinstance(provider(bridge, b"secret\n"), OidcProvider)
