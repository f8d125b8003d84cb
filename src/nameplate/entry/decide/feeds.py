"""A panel's events by webhook: JSON from whoever holds the token of a point that is named like the feed.

Where the feed names secrets the signature of the webhook stands in place of the token. What was signed long ago, or
before we started, is refused; what was taken already is not taken again.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec
import structlog

from nameplate.domain.errors import Invalid, NameplateError, NotFound, Unavailable
from nameplate.domain.feeds import Feed, PanelEvent
from nameplate.domain.registry import Registry
from nameplate.domain.webhooks import TOLERANCE_S, Claimed, is_signed, moment, read_secret
from nameplate.entry.operations import Answer, Who, operation

from .replies import HttpError, Receive, Scope, Send, header, read_body, reply_json

MAX_EVENTS = 1_000
MAX_DEPTH = 4
MAX_TAKEN = 100_000

log = structlog.get_logger()

Told = dict[str, Any] | Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_EVENTS)]
Read = Callable[[Feed, Mapping[str, str]], PanelEvent | None]


class TakenOut(msgspec.Struct):
    """How many events came, and how many of them say something about a door of ours."""

    received: int
    taken: int


class Taken:
    """The ids of webhooks that were taken, for as long as they could be sent again."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], int] = {}

    def has(self, feed: str, ident: str) -> bool:
        """Whether it was taken."""
        return (feed, ident) in self._until

    def put(self, feed: str, ident: str, now_s: int) -> None:
        """It is taken now."""
        self._until[feed, ident] = now_s + 2 * TOLERANCE_S

    def room(self, now_s: int) -> bool:
        """Whether another one can be remembered; what is too old to come again is forgotten."""
        # In their order: the oldest first.
        while oldest := next(iter(self._until), None):
            if self._until[oldest] >= now_s:
                break
            del self._until[oldest]
        return len(self._until) < MAX_TAKEN


class FeedHook:
    """Takes events. `read` says what one means, `hear` judges it. `credential`: by its name; raises NotFound.

    `clock`: microseconds, UTC.
    """

    def __init__(
        self,
        registry: Registry,
        read: Read,
        hear: Callable[[PanelEvent], None],
        credential: Callable[[str], bytes],
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._read, self._hear = registry, read, hear
        self._credential, self._clock = credential, clock
        self._taken, self._began_s = Taken(), clock() // 1_000_000

    @operation("POST /v1/feeds/{feed}/events", Who.POINT, Answer(TakenOut, problems=(404,)), Told)
    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what a panel tells: one event, or a list of them. The token is that of a point named like the feed.

        A feed that names `secrets` wants a signature (Standard Webhooks) instead; sent again, a webhook has no effect.
        """
        name = scope["path"].split("/")[3]
        feed = self._registry.feeds.get(name)
        if feed is not None and feed.secrets:
            await reply_json(send, self.take_signed(feed, scope, await read_body(receive)))
            return
        self._authenticate(scope, name)
        if feed is None or feed.source != "webhook":
            raise NotFound("feed", f"There is no feed {name} that takes webhooks.", "Declare it with `to: webhook`.")
        await reply_json(send, self._hear_all(feed, await read_body(receive)))

    def _hear_all(self, feed: Feed, body: bytes) -> TakenOut:
        told = _objects(body)
        events = [event for each in told if (event := self._read(feed, dict(_flat(each)))) is not None]
        for event in events:
            self._hear(event)
        return TakenOut(len(told), len(events))

    def take_signed(self, feed: Feed, scope: Scope, body: bytes) -> TakenOut:
        """Take what is signed with a secret of the feed, now, and was not taken before; raises HttpError 401."""
        names = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")
        claimed = Claimed(*(header(scope, name).decode("latin-1") for name in names))
        holds, at, now_s = is_signed(claimed, body, self._keys(feed)), moment(claimed), self._clock() // 1_000_000
        fresh = at is not None and abs(now_s - at) <= TOLERANCE_S and at > self._began_s
        if not holds or not fresh:
            remedy = f"Sign it with a secret of the feed, at most {TOLERANCE_S} s ago by the clock of this server."
            raise HttpError(401, "unauthenticated", "This needs a signature of the feed.", remedy)
        if self._taken.has(feed.id, claimed.id):
            return TakenOut(0, 0)
        if not self._taken.room(now_s):
            raise Unavailable("webhooks", "Too many webhooks came in the last minutes.", "Send it again later.")
        told = self._hear_all(feed, body)
        self._taken.put(feed.id, claimed.id, now_s)
        return told

    def _keys(self, feed: Feed) -> list[bytes]:
        """Those that are stored and can be used: one that is not signs nothing."""
        keys = []
        for name in feed.secrets:
            try:
                keys.append(read_secret(self._credential(name)))
            except NameplateError as error:
                log.warning("a signing secret of a feed cannot be used", feed=feed.id, name=name, why=error.code)
        return keys

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
