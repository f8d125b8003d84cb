"""The one gate in front of all routes: who may do what, and what has to be approved by persons first.

Whoever it lets in is in the state of the request. Routes whose act is `open` look at credentials of their own.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from nameplate.domain.actors import Tier
from nameplate.domain.acts import UNKNOWN, Act, act_of, allowed
from nameplate.domain.proposals import Proposal
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.flows.propose import MAX_BODY, Asked, Proposals

from .callers import Caller, Callers, is_own_user
from .pages import wants_page
from .replies import HttpError, Receive, Scope, Send, header, read_body, reply, reply_json

Route = Callable[[Scope, Receive, Send], Awaitable[None]]
SUMMARY = 200


class ProposedOut(msgspec.Struct):
    """Nothing has happened yet. `approve`: where a person approves it."""

    proposal: str
    act: str
    summary: str
    needed: int
    roles: list[str]
    expires_at: str
    approve: str


class Admission:
    """Lets a request through to its route, makes a proposal of it, or refuses it."""

    def __init__(self, registry: Registry, callers: Callers, proposals: Proposals, origin: Callable[[], str]) -> None:
        self._registry, self._callers, self._proposals, self._origin = registry, callers, proposals, origin

    async def __call__(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises HttpError for whoever may not."""
        act = act_of(scope["method"], scope["path"])
        caller = self._callers.of(scope) if not act.open else self._known(scope)
        scope["state"]["caller"] = caller
        if act.open:
            await route(scope, receive, send)
            return
        if caller.name == "anonymous" and wants_page(scope):
            await reply(send, 303, b"", [(b"location", b"/console/sign-in?next=" + _asked(scope))])
            return
        if act.by_field is not None:
            body = await read_body(receive)
            act, receive = act.given(_fields(body)), _again(body)
        self._require(act, caller)
        scope["state"]["act"] = act.name
        if act.risky and (self._registry.in_charge or caller.uid is None):
            await self._propose(act, caller, scope, receive, send)
        else:
            await route(scope, receive, send)

    def _known(self, scope: Scope) -> Caller:
        """Who calls an open route. Where it is somebody's browser that was made to, the route hears of nobody."""
        try:
            return self._callers.of(scope)
        except HttpError:
            return Caller("anonymous")

    def _require(self, act: Act, caller: Caller) -> None:
        if caller.uid is not None:
            if not is_own_user(caller.uid):
                message = f"User {caller.uid} may not use the control socket."
                raise HttpError(403, "forbidden", message, "Run as the user of the server.")
            if act.own:
                raise HttpError(403, "person", "Only a person does this.", "Sign in with `nameplate login`.")
        elif caller.session is None:
            remedy = "Run the CLI on the server with --data DIR, or sign in: nameplate login --server URL"
            raise HttpError(401, "unauthenticated", "This needs somebody who is signed in.", remedy)
        elif not allowed(act, caller.roles):
            names = ", ".join(sorted(act.roles)) or "nobody but the user of the server"
            raise HttpError(403, "role", f"This is for: {names}.", "Ask for such a role in the company's directory.")

    async def _propose(self, act: Act, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        if act is UNKNOWN:
            # Whatever is answered has an act: nobody is to be asked to approve what cannot be done.
            raise HttpError(404, "not_found", f"There is nothing at {scope['path']}.", "See /v1/openapi.json.")
        body = await read_whole(receive)
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        asked = Asked(scope["method"], scope["path"], target, header(scope, b"content-type"), body)
        fields = _fields(body)
        needed = 2 if self._is_high(act, scope["path"], fields) else 1
        summary = summary_of(act, scope["path"], fields)
        proposal = await self._proposals.propose(act, asked, caller.name, summary, needed)
        await reply_json(send, self._told(proposal, act), 202)

    def _told(self, proposal: Proposal, act: Act) -> ProposedOut:
        return ProposedOut(
            proposal.id,
            proposal.act,
            proposal.summary,
            proposal.needed,
            sorted(act.approvers),
            rfc3339(proposal.expires_at),
            f"{self._origin()}/console/approvals/{proposal.id}",
        )

    def _is_high(self, act: Act, path: str, fields: Mapping[str, Any]) -> bool:
        """Whether what is granted would be granted to an actor of tier high. What is declared is looked at later."""
        registry = self._registry
        if path.startswith("/v1/actors/"):
            named: list[Any] = [path.split("/")[3]]
        elif act.name == "activate":
            listed = fields.get("actors")
            named = list(listed) if isinstance(listed, list) and listed else list(registry.actors)
        else:
            return False
        found = (registry.actors.get(each) for each in named if isinstance(each, str))
        return any(actor is not None and actor.tier is Tier.HIGH for actor in found)


def summary_of(act: Act, path: str, fields: Mapping[str, Any]) -> str:
    """What approvers read first: the act, what it is about, and the reason that was given. Never the body."""
    parts = [f"{act.name} {path}", *_files(fields.get("files"))]
    for name in ("order", "level", "name", "point", "zones", "actors", "where", "reason"):
        value = fields.get(name)
        if isinstance(value, str | list | dict) and value:
            parts.append(f"{name} {value if isinstance(value, str) else msgspec.json.encode(value).decode()}")
    text = ", ".join(parts)
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"


def _files(files: Any) -> list[str]:
    """The names of the files that are to be declared; nothing where there are none."""
    found = [each.get("name") for each in files if isinstance(each, dict)] if isinstance(files, list) else []
    names = [name for name in found if isinstance(name, str)]
    return [f"files {' '.join(names)}"] if names else []


async def read_whole(receive: Receive) -> bytes:
    """A body that is kept until it is approved; raises HttpError 413."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HttpError(400, "incomplete", "The request ended before its body did.", "Send it again.")
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise HttpError(413, "too_large", f"A proposal holds {MAX_BODY} bytes.", "Propose it in several steps.")
        more = message.get("more_body", False)
    return bytes(body)


def _asked(scope: Scope) -> bytes:
    """Where somebody wanted to go, with what they were looking for there."""
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"] + (f"?{query}" if query else "")).encode()


def _fields(body: bytes) -> dict[str, Any]:
    """The members of a JSON object; none where it is none."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _again(body: bytes) -> Receive:
    """A body that was read, once more."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Mapping[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
