"""A panel's events by webhook: JSON from whoever holds the token of a point that is named like the feed."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.feeds import Feed, PanelEvent
from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, Who, operation

from .replies import HttpError, Receive, Scope, Send, header, read_body, reply_json

MAX_EVENTS = 1_000
MAX_DEPTH = 4

Told = dict[str, Any] | Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_EVENTS)]
Read = Callable[[Feed, Mapping[str, str]], PanelEvent | None]


class TakenOut(msgspec.Struct):
    """How many events came, and how many of them say something about a door of ours."""

    received: int
    taken: int


class FeedHook:
    """Takes events. `read` says what one means, `hear` judges it."""

    def __init__(self, registry: Registry, read: Read, hear: Callable[[PanelEvent], None]) -> None:
        self._registry, self._read, self._hear = registry, read, hear

    @operation("POST /v1/feeds/{feed}/events", Who.POINT, Answer(TakenOut, problems=(404,)), Told)
    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what a panel tells: one event, or a list of them. The token is that of a point named like the feed."""
        name = scope["path"].split("/")[3]
        self._authenticate(scope, name)
        feed = self._registry.feeds.get(name)
        if feed is None or feed.source != "webhook":
            raise NotFound("feed", f"There is no feed {name} that takes webhooks.", "Declare it with `to: webhook`.")
        told = _objects(await read_body(receive))
        events = [event for each in told if (event := self._read(feed, dict(_flat(each)))) is not None]
        for event in events:
            self._hear(event)
        await reply_json(send, TakenOut(len(told), len(events)))

    def _authenticate(self, scope: Scope, name: str) -> None:
        scheme, _, token = header(scope, b"authorization").partition(b" ")
        caller = self._registry.callers.get(name)
        digest = hashlib.sha256(token).hexdigest() if scheme.lower() == b"bearer" and token else ""
        expected = caller.token_hash if caller else ""
        if not expected or not hmac.compare_digest(digest, expected):
            remedy = "Make a token for it: nameplate point token FEED"
            raise HttpError(401, "unauthenticated", "This needs the bearer token of the feed.", remedy)


def _objects(body: bytes) -> list[dict[str, Any]]:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    objects = told if isinstance(told, list) else [told]
    if len(objects) > MAX_EVENTS or any(not isinstance(each, dict) for each in objects):
        raise Invalid("malformed", f"The body is a JSON object, or a list of at most {MAX_EVENTS}.")
    return objects


def _flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """`{"door": {"name": "x"}}` as `door.name`."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)
