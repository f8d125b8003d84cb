"""`key put`, `key list` and `key remove`: credentials come in over the control socket and never go out of it."""

import msgspec

from nameplate.flows.credentials import Credentials

from .app import Route
from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class CredentialIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key put`. The value travels as base64."""

    name: str
    value: bytes

    def __repr__(self) -> str:
        """Without the value."""
        return f"CredentialIn({self.name!r})"


class NameIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key remove`."""

    name: str


class Keyring:
    """Routes for the control socket."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def routes(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("GET", "/v1/credentials"): self.listed,
            ("POST", "/v1/credentials"): self.put,
            ("POST", "/v1/credentials/remove"): self.remove,
        }

    async def listed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Their names."""
        local_caller(scope)
        await reply_json(send, {"items": [{"name": name} for name in self._credentials.names()], "next": ""})

    async def put(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Store one, in the place of a former one of that name."""
        caller, wanted = local_caller(scope), await read_json(receive, CredentialIn)
        await self._credentials.put(wanted.name, wanted.value, caller)
        await reply_json(send, {"name": wanted.name, "stored": True})

    async def remove(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forget one."""
        caller, wanted = local_caller(scope), await read_json(receive, NameIn)
        await self._credentials.remove(wanted.name, caller)
        await reply_json(send, {"name": wanted.name, "removed": True})
