"""Bridges that call us: their tokens, and who a caller is by one."""

import hashlib
import secrets
from typing import Annotated

import msgspec

from nameplate.domain.errors import NotFound
from nameplate.domain.names import ID
from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, Who, operation, pattern
from nameplate.ports.ledger import Ledger

from .local import local_caller
from .replies import Receive, Scope, Send, header, read_json, reply_json

BEARER = b"bearer "


class BridgeTokenIn(msgspec.Struct, forbid_unknown_fields=True):
    """`bridge token`."""

    name: Annotated[str, pattern(ID)]


class BridgeTokenOut(msgspec.Struct):
    """The token, shown this once."""

    bridge: str
    token: str


class Bridges:
    """Routes for the control socket, and the callers that they make."""

    def __init__(self, registry: Registry, ledger: Ledger) -> None:
        self._registry, self._ledger = registry, ledger

    @operation("POST /v1/bridge-tokens", Who.LOCAL, Answer(BridgeTokenOut, problems=(404, 503)), BridgeTokenIn)
    async def token(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new bearer token for a SCIM client or a signal transmitter; it replaces the former one."""
        caller, wanted = local_caller(scope), await read_json(receive, BridgeTokenIn)
        if wanted.name not in self._registry.bridges:
            raise NotFound("bridge", f"There is no bridge {wanted.name}.", "Declare it: `kind: Bridge`.")
        token = f"npb_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(token.encode()).hexdigest()
        await self._ledger.commit({"kind": "bridge_token", "bridge": wanted.name, "token_hash": digest, "by": caller})
        await reply_json(send, BridgeTokenOut(wanted.name, token))

    def caller(self, scope: Scope) -> str:
        """The bridge whose token the request bears, empty if none."""
        given = header(scope, b"authorization")
        if given[: len(BEARER)].lower() != BEARER:
            return ""
        digest = hashlib.sha256(given[len(BEARER) :].strip()).hexdigest()
        # Looked up by the hash of a random token: how long that takes tells nothing of any token.
        found = (name for name, known in self._registry.bridge_tokens.items() if known == digest)
        return next((name for name in found if name in self._registry.bridges), "")
