"""Who answers for an actor: orphans, successors who say yes, reviews."""

import msgspec

from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, Who, operation
from nameplate.flows.sponsor import Sponsors

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class ReviewIn(msgspec.Struct, forbid_unknown_fields=True):
    """What was looked at."""

    reason: str


class OrphanOut(msgspec.Struct):
    """An actor for which nobody answers. `successor`: who is asked to, by pseudonym, `until` then (empty if nobody)."""

    actor: str
    why: str
    successor: str
    until: str


class AnswersOut(msgspec.Struct):
    """Who answers for it now, by pseudonym."""

    actor: str
    sponsor: str


class ReviewedOut(msgspec.Struct):
    """When the next review is due, empty for never."""

    actor: str
    due: str


class SponsorRoutes:
    """The routes."""

    def __init__(self, sponsors: Sponsors) -> None:
        self._sponsors = sponsors

    @operation("GET /v1/orphans", Who.LOCAL, Answer(Page[OrphanOut]))
    async def orphans(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Actors for which nobody answers. There are few: one page holds them."""
        local_caller(scope)
        found = [
            OrphanOut(each.actor, str(each.why), each.successor, rfc3339(each.until) if each.until else "")
            for each in self._sponsors.orphans()
        ]
        await reply_json(send, Page(found, ""))

    @operation("POST /v1/actors/{actor}/acknowledgement", Who.LOCAL, Answer(AnswersOut, problems=(404, 409, 503)))
    async def acknowledge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say yes to answer for an actor whose owner or sponsor has left."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        accepted = await self._sponsors.accept(actor, caller)
        await reply_json(send, AnswersOut(actor, accepted.successor))

    @operation("POST /v1/actors/{actor}/review", Who.LOCAL, Answer(ReviewedOut, problems=(404, 503)), ReviewIn)
    async def review(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put on record that somebody has looked at an actor."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, ReviewIn)
        due = await self._sponsors.review(actor, caller, wanted.reason)
        await reply_json(send, ReviewedOut(actor, "" if due is None else rfc3339(due)))
