"""`key rotate`: a new key in the place of one of our own."""

from typing import Annotated

import msgspec

from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.rotate import Rotated, Rotator

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class NodeRotationIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key rotate node`."""

    reason: str


class PointRotationIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key rotate point`."""

    point: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
    reason: str


class TransportRotationIn(msgspec.Struct, forbid_unknown_fields=True):
    """`key rotate transport`: the door whose reader gets another key."""

    door: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
    reason: str


class RotatedOut(msgspec.Struct):
    """What was changed. `former`, `key`: public keys, hex; empty for a transport key, which is a secret.

    `in_use`: whether it is already; a point that is not connected takes its new key when it comes back.
    """

    of: str
    former: str
    key: str
    in_use: bool


class Rotations:
    """Routes for the control socket."""

    def __init__(self, rotator: Rotator) -> None:
        self._rotator = rotator

    @operation("POST /v1/keys/node/rotate", Who.LOCAL, Answer(RotatedOut, problems=(409, 503)), NodeRotationIn)
    async def node(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new key for the journal, announced in it under the former one."""
        caller, wanted = local_caller(scope), await read_json(receive, NodeRotationIn)
        await _reply(send, await self._rotator.node(caller, wanted.reason))

    @operation("POST /v1/keys/points/rotate", Who.LOCAL, Answer(RotatedOut, problems=(404, 409, 503)), PointRotationIn)
    async def point(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new key for a point to sign its receipts with. The former counts no more."""
        caller, wanted = local_caller(scope), await read_json(receive, PointRotationIn)
        await _reply(send, await self._rotator.point(wanted.point, caller, wanted.reason))

    @operation(
        "POST /v1/keys/transport/rotate", Who.LOCAL, Answer(RotatedOut, problems=(404, 409, 503)), TransportRotationIn
    )
    async def transport(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new transport key for the reader of a door. It answers when the reader has come back with it."""
        caller, wanted = local_caller(scope), await read_json(receive, TransportRotationIn)
        await _reply(send, await self._rotator.transport(wanted.door, caller, wanted.reason))


async def _reply(send: Send, done: Rotated) -> None:
    await reply_json(send, RotatedOut(*done))
