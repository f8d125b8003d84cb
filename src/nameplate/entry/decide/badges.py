"""Binding and withdrawing the number of a badge, over the control socket."""

import msgspec

from nameplate.domain.badges import parse_card
from nameplate.domain.errors import Invalid
from nameplate.flows.badges import Badges

from .app import Route
from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class NumberIn(msgspec.Struct, forbid_unknown_fields=True):
    """`number`: `BITS:HEX`; or `seen`, the hash that stands in the record of a reading."""

    number: str = ""
    seen: str = ""


class WithdrawalIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why the number is taken back."""

    reason: str


class BadgeRoutes:
    """Routes for the control socket."""

    def __init__(self, badges: Badges) -> None:
        self._badges = badges

    def patterns(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("POST", "/v1/badges/[^/]+/number"): self.bind,
            ("POST", "/v1/badges/[^/]+/withdrawal"): self.withdraw,
        }

    async def bind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A number for a badge."""
        caller, badge = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, NumberIn)
        if bool(wanted.number) == bool(wanted.seen):
            raise Invalid("badge_number", "Give the number, or the hash of one that was seen.", "One of the two.")
        await self._badges.bind(badge, wanted.seen or parse_card(wanted.number), caller)
        await reply_json(send, {"badge": badge})

    async def withdraw(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take it back."""
        caller, badge = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, WithdrawalIn)
        await self._badges.withdraw(badge, caller, wanted.reason)
        await reply_json(send, {"badge": badge})
