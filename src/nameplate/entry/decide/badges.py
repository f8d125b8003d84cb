"""Binding and withdrawing the number of a badge, over the control socket."""

from typing import Annotated

import msgspec

from nameplate.domain.badges import parse_card
from nameplate.domain.errors import Invalid
from nameplate.entry.operations import Answer, Who, one_of, operation, pattern
from nameplate.flows.badges import Badges

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class NumberIn(msgspec.Struct, forbid_unknown_fields=True):
    """`number`: `BITS:HEX`; or `seen`, the hash that stands in the record of a reading."""

    number: Annotated[str, pattern("(\\d{1,3}:([0-9A-Fa-f]{2})+)?")] = ""
    seen: Annotated[str, pattern("([0-9a-f]{64})?")] = ""


_NUMBER = Annotated[NumberIn, one_of(number="Length", seen="Length")]


class WithdrawalIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why the number is taken back."""

    reason: str


class BadgeOut(msgspec.Struct):
    """The badge whose number changed."""

    badge: str


class BadgeRoutes:
    """Routes for the control socket."""

    def __init__(self, badges: Badges) -> None:
        self._badges = badges

    @operation("POST /v1/badges/{badge}/number", Who.LOCAL, Answer(BadgeOut, problems=(404, 409, 503)), _NUMBER)
    async def bind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind a number to a badge."""
        caller, badge = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, NumberIn)
        if bool(wanted.number) == bool(wanted.seen):
            raise Invalid("badge_number", "Give the number, or the hash of one that was seen.", "One of the two.")
        await self._badges.bind(badge, wanted.seen or parse_card(wanted.number), caller)
        await reply_json(send, BadgeOut(badge))

    @operation("POST /v1/badges/{badge}/withdrawal", Who.LOCAL, Answer(BadgeOut, problems=(404, 503)), WithdrawalIn)
    async def withdraw(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Withdraw the number of a badge."""
        caller, badge = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, WithdrawalIn)
        await self._badges.withdraw(badge, caller, wanted.reason)
        await reply_json(send, BadgeOut(badge))
