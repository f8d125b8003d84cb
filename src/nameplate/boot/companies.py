"""Providers by which people sign in."""

from nameplate.domain.bridges import Bridge
from nameplate.ports.company import Provider


def provider(bridge: Bridge, secret: bytes) -> Provider:
    """What speaks to the provider of a bridge of type oidc. Loaded when the first person comes."""
    from nameplate.bridges.oidc import OidcProvider

    return OidcProvider(bridge, secret)
