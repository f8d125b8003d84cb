"""People sign in by the company's OpenID Connect provider. What it claims is checked here, claim by claim."""

from .provider import OidcProvider

__all__ = ["OidcProvider"]
