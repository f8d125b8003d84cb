"""One provider: its metadata, its keys, codes for tokens. Authlib speaks OAuth, all else is looked at in `wire`."""

import secrets
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Refused, Unavailable
from nameplate.domain.networks import is_loopback
from nameplate.ports.company import Begun, LoggedOut, Vouched

from .logout import logged_out
from .wire import asked, checked, claims_of, ended_at, expected_of, returned, scope_of, signed, vouched

TIMEOUT_S = 10.0
KEPT_S, AGAIN_S = 600.0, 30.0
MAX_BODY = 1024 * 1024


class OidcProvider:
    """The `Provider` port for a bridge. `secret`: of our client there; empty: a public client, by PKCE alone."""

    def __init__(self, bridge: Bridge, secret: bytes) -> None:
        self._bridge, self._secret = bridge, secret.decode("utf-8", "strict").strip()
        self._expected = expected_of(bridge)
        self._metadata: Mapping[str, Any] = {}
        self._read_at = float("-inf")
        self._keys: Mapping[str, Any] = {}
        self._keys_at = float("-inf")

    async def begin(self, back: str) -> Begun:
        """See the port."""
        metadata = await self._describe()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        async with self._client(back) as client:
            url, _ = client.create_authorization_url(
                _endpoint(metadata, "authorization_endpoint"),
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                scope=scope_of(metadata),
                **asked(self._expected),
            )
        return Begun(url, state, nonce, verifier)

    async def finish(self, begun: Begun, said: Mapping[str, str], back: str) -> Vouched:
        """See the port."""
        metadata = await self._describe()
        names_itself = metadata.get("authorization_response_iss_parameter_supported") is True
        code = returned(said, begun.state, self._bridge.url, names_itself=names_itself)
        async with self._client(back) as client:
            token = await self._token(client, _endpoint(metadata, "token_endpoint"), code, begun.verifier)
            claims = claims_of(str(token.get("id_token", "")), await self._read_keys(0.0))
            key = checked(claims, self._expected, begun.nonce, int(time.time()))
            more: Mapping[str, Any] = {}
            if self._expected.groups not in claims and "userinfo_endpoint" in metadata:
                bearer = {"authorization": f"Bearer {token.get('access_token', '')}"}
                more = await self._json(client, _endpoint(metadata, "userinfo_endpoint"), bearer)
        return vouched(key, claims, more, self._expected)

    async def logged_out(self, token: str) -> LoggedOut:
        """See the port. Whoever sends tokens here makes us ask for keys no more than once in AGAIN_S."""
        try:
            header, claims = signed(token, await self._read_keys(KEPT_S))
        except Refused:
            header, claims = signed(token, await self._read_keys(AGAIN_S))
        return logged_out(header, claims, self._expected, int(time.time()))

    async def ended(self, back: str) -> str:
        """See the port."""
        endpoint = str((await self._describe()).get("end_session_endpoint", ""))
        return ended_at(endpoint, self._expected.client, back) if endpoint else ""

    async def _describe(self) -> Mapping[str, Any]:
        """The provider's metadata (OpenID Connect Discovery, section 4), which must be its own."""
        if time.monotonic() - self._read_at > KEPT_S:
            async with self._client("") as client:
                url = self._bridge.url.rstrip("/") + "/.well-known/openid-configuration"
                found = await self._json(client, url)
            if found.get("issuer") != self._bridge.url:
                raise Refused("oidc_issuer", "The provider calls itself otherwise.", "Correct `url` of the bridge.")
            self._metadata, self._read_at = found, time.monotonic()
        return self._metadata

    async def _read_keys(self, kept_s: float) -> Mapping[str, Any]:
        """The provider's keys, as they were `kept_s` seconds ago at most."""
        if time.monotonic() - self._keys_at > kept_s:
            metadata = await self._describe()
            async with self._client("") as client:
                # Also a try that fails counts.
                self._keys_at = time.monotonic()
                self._keys = await self._json(client, _endpoint(metadata, "jwks_uri"))
        return self._keys

    async def _token(self, client: Any, endpoint: str, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = await client.fetch_token(
                endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
            )
        except AuthlibBaseError as error:
            message = f"The provider does not take the code: {str(error.error)[:60]}."
            raise Refused("oidc_code", message, "Begin again.") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from None
        return found

    async def _json(self, client: Any, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        try:
            # Authlib would want a token of its own for this.
            answer = await client.request("GET", url, withhold_token=True, headers=dict(headers or {}))
            answer.raise_for_status()
            found = answer.json() if len(answer.content) <= MAX_BODY else None
        except (httpx2.HTTPError, ValueError) as error:
            raise _away(error) from None
        if not isinstance(found, dict):
            raise Unavailable("oidc_provider", "The provider answers something else than was asked.", "Try again.")
        return found

    def _client(self, back: str) -> Any:
        ca = self._bridge.option("ca")
        context = ssl.create_default_context(cafile=Path(ca) if ca else None)
        return AsyncOAuth2Client(
            self._expected.client,
            self._secret or None,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            verify=context,
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
        )


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    found = metadata.get(name)
    if not isinstance(found, str) or not _may_be_called(found):
        raise Refused("oidc_metadata", f"The provider names no {name} that could be used.", "Look at its metadata.")
    return found


def _may_be_called(url: str) -> bool:
    """Secrets go there: by https, or in plain to this very machine."""
    try:
        scheme, host = (parts := urlsplit(url)).scheme, parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (scheme == "https" or (scheme == "http" and is_loopback(host)))


def _away(error: Exception) -> Unavailable:
    return Unavailable("oidc_provider", f"The provider does not answer: {type(error).__name__}.", "Try again.")
