"""`/access/v1/search/*`: AuthZEN searches (section 8)."""

import base64
import hashlib
import hmac
import secrets
from typing import Any

import msgspec

from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.search import Searcher, Wanted

from . import asking, authzen
from .access import Access, Asking, is_made_up
from .asking import MAX_PAGE, PageIn
from .replies import HttpError, Receive, Scope, Send, read_body, reply_json

ANY = "*"
"""Stands where the searched name would. No request with it is ever decided."""
_MAC_BYTES = 16


class SearchIn(authzen.Evaluation):
    """A search: an evaluation without the name that is searched for."""

    page: PageIn | None = None


class PageOut(msgspec.Struct):
    """`next_token` is empty at the end. `count`: results on this page."""

    next_token: str
    count: int


class Results(msgspec.Struct):
    """A page of entities, or of actions."""

    page: PageOut
    results: list[dict[str, str]]


_ANSWER = Answer(Results, problems=(503,))
_read = msgspec.json.Decoder(SearchIn).decode
_canonical = msgspec.json.Encoder(order="sorted").encode


class Searches:
    """The search endpoints. Tokens of pages are good for the same caller and the same question, until a restart."""

    def __init__(self, access: Access, searcher: Searcher) -> None:
        self._access, self._searcher = access, searcher
        self._key = secrets.token_bytes(32)

    @operation("POST /access/v1/search/subject", Who.POINT, _ANSWER, asking.SubjectSearch)
    async def subjects(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who may do that to that (AuthZEN 1.0, section 8.4)."""
        await self._search("subject", scope, receive, send)

    @operation("POST /access/v1/search/resource", Who.POINT, _ANSWER, asking.ResourceSearch)
    async def resources(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the subject may do that to (section 8.5)."""
        await self._search("resource", scope, receive, send)

    @operation("POST /access/v1/search/action", Who.POINT, _ANSWER, asking.ActionSearch)
    async def actions(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the subject may do to that (section 8.6)."""
        await self._search("action", scope, receive, send)

    async def _search(self, what: str, scope: Scope, receive: Receive, send: Send) -> None:
        asking = self._access.asking(scope["headers"])
        given: SearchIn = authzen.read(_read, await read_body(receive))
        page = given.page or PageIn()
        question = _question(given, what)
        mark = _canonical([asking.asked.point, what, question])
        after = self._last(page.token, mark) if page.token else ""
        found = await self._searcher.search(self._wanted(what, question, asking, page, after))
        token = self._token(found.last, mark) if found.last else ""
        kind = question.subject if what == "subject" else question.resource
        results = [_result(what, kind, name) for name in found.names]
        await reply_json(send, Results(PageOut(token, len(results)), results), headers=asking.echo)

    def _wanted(self, what: str, question: authzen.Evaluation, asking: Asking, page: PageIn, after: str) -> Wanted:
        request, asked = self._access.question(question, asking)
        kind = (question.resource.type or "") if question.resource else ""
        hopeless = (asked.simulated and is_made_up(request)) or not request.actor
        return Wanted(what, request, kind, asked, after, min(page.limit, MAX_PAGE), not page.token, hopeless)

    def _token(self, last: str, mark: bytes) -> str:
        return base64.urlsafe_b64encode(self._mac(last, mark) + last.encode()).decode()

    def _last(self, token: str, mark: bytes) -> str:
        try:
            opened = base64.b64decode(token, altchars=b"-_", validate=True)
            last = opened[_MAC_BYTES:].decode()
        except ValueError:
            opened, last = b"", ""
        if not hmac.compare_digest(opened[:_MAC_BYTES], self._mac(last, mark)):
            raise HttpError(400, "page_token", "That page token is not of this search.", "Start again without a token.")
        return last

    def _mac(self, last: str, mark: bytes) -> bytes:
        # The length keeps where the one ends and the other begins.
        return hmac.digest(self._key, b"%d:%b%b" % (len(mark), mark, last.encode()), hashlib.sha256)[:_MAC_BYTES]


def _question(given: SearchIn, what: str) -> authzen.Evaluation:
    """The search as an evaluation of any such name."""
    subject, action, resource = given.subject, given.action, given.resource
    if what == "subject" and subject is not None:
        subject = authzen.Entity(subject.type, ANY, subject.properties)
    elif what == "resource" and resource is not None:
        resource = authzen.Entity(resource.type, ANY, resource.properties)
    elif what == "action":
        action = authzen.Action(ANY)
    return authzen.Evaluation(subject, action, resource, given.context)


def _result(what: str, entity: Any, name: str) -> dict[str, str]:
    return {"name": name} if what == "action" else {"type": entity.type, "id": name}
