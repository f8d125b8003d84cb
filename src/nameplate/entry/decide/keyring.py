"""`key put`, `key list` and `key remove`: credentials come in over the control socket and never go out of it."""

from typing import Annotated

import msgspec

from nameplate.domain.names import ID, MAX_ID
from nameplate.entry.operations import Answer, Who, operation, pattern
from nameplate.flows.credentials import Credentials

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json

KeyName = Annotated[str, pattern(f"{ID}(/{ID})*"), msgspec.Meta(extra_json_schema={"maxLength": MAX_ID})]


class CredentialIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key put`. The value travels as base64."""

    name: KeyName
    value: Annotated[bytes, msgspec.Meta(extra_json_schema={"minLength": 4, "maxLength": 87_384})]

    def __repr__(self) -> str:
        """Without the value."""
        return f"CredentialIn({self.name!r})"


class NameIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key remove`."""

    name: KeyName


class Named(msgspec.Struct):
    """One that is stored."""

    name: str


class NamesOut(msgspec.Struct):
    """All of them: there is never a `next` page."""

    items: list[Named]
    next: str = ""


class Stored(Named):
    """It is in the key store."""

    stored: bool = True


class Removed(Named):
    """It was in the key store."""

    removed: bool = True


class Keyring:
    """Routes for the control socket."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    @operation("GET /v1/credentials", Who.LOCAL, Answer(NamesOut))
    async def listed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The names of the credentials in the key store. Their values never come out."""
        local_caller(scope)
        await reply_json(send, NamesOut([Named(name) for name in self._credentials.names()]))

    @operation("POST /v1/credentials", Who.LOCAL, Answer(Stored, problems=(503,)), CredentialIn)
    async def put(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Store a credential, in the place of a former one of that name."""
        caller, wanted = local_caller(scope), await read_json(receive, CredentialIn)
        await self._credentials.put(wanted.name, wanted.value, caller)
        await reply_json(send, Stored(wanted.name))

    @operation("POST /v1/credentials/remove", Who.LOCAL, Answer(Removed, problems=(404, 503)), NameIn)
    async def remove(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forget a credential."""
        caller, wanted = local_caller(scope), await read_json(receive, NameIn)
        await self._credentials.remove(wanted.name, caller)
        await reply_json(send, Removed(wanted.name))
