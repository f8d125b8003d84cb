"""Events -> the body of a request, and its answer -> what became of each event. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from nameplate.domain.timestamps import rfc3339
from nameplate.exports.https import Answer
from nameplate.ports.sink import Event, Refusal

from .otlp import MOST, export_request, is_final, rejected_spans
from .settings import Settings

NDJSON = "application/x-ndjson"
Bodies = Callable[[Sequence[Event], Settings], bytes]
Taken = Callable[[Answer, Sequence[Event]], list[Refusal] | None]


def all_taken(_answer: Answer, _events: Sequence[Event]) -> list[Refusal] | None:
    """What was answered with 2xx was taken."""
    return []


class Preset(NamedTuple):
    """How one kind of receiver wants events. `most`: events of one request.

    `refused`: what a 2xx says that it has not taken, None where it means that all is to be sent again. `is_final`:
    whether another status refuses the whole request for good, beyond what is wrong with its content.
    """

    content_type: str
    body: Bodies
    most: int = 500
    refused: Taken = all_taken
    is_final: Callable[[int], bool] = lambda _status: False


def plain(events: Sequence[Event], _settings: Settings) -> bytes:
    """One event a line, as its format writes it."""
    return b"".join(event.body + b"\n" for event in events)


def splunk(events: Sequence[Event], settings: Settings) -> bytes:
    """Splunk's HTTP event collector: one object an event, one behind the other. Indexed fields hold the id."""
    return b"\n".join(
        msgspec.json.encode(
            {
                "time": f"{event.at / 1_000_000:.6f}",
                "host": settings.node,
                "source": "nameplate",
                "sourcetype": f"nameplate:{settings.form}",
                "event": msgspec.Raw(event.body),
                "fields": {"uid": event.uid, "severity": event.severity},
            }
        )
        for event in events
    )


def elastic(events: Sequence[Event], _settings: Settings) -> bytes:
    """The bulk API: an action line before each document. `create` under our id: a twin is refused, not stored twice."""
    return b"".join(
        msgspec.json.encode({"create": {"_id": event.uid}}) + b"\n" + event.body + b"\n" for event in events
    )


def webhook(events: Sequence[Event], _settings: Settings) -> bytes:
    """Standard Webhooks: `type`, `timestamp`, `data`; one event a request."""
    (event,) = events
    about = {"type": f"nameplate.{event.name}", "timestamp": rfc3339(event.at), "data": msgspec.Raw(event.body)}
    return msgspec.json.encode(about)


class Item(msgspec.Struct):
    """What the bulk API says of one action."""

    status: int
    error: Any = None


class Bulk(msgspec.Struct):
    """The answer of the bulk API, as far as we read it."""

    errors: bool
    items: list[dict[str, Item]]


def refused_items(answer: Answer, events: Sequence[Event]) -> list[Refusal] | None:
    """The documents that the bulk API will never take; None when it is to be tried again, or says something else.

    409 means that a document of this id is there already: what we wanted.
    """
    try:
        bulk = msgspec.json.decode(answer.body, type=Bulk)
    except msgspec.DecodeError:
        return None
    items = [item for entry in bulk.items for item in entry.values()]
    if len(items) != len(events) or any(item.status == 429 or item.status >= 500 for item in items):
        return None
    pairs = zip(events, items, strict=True)
    return [Refusal(event, _said(item)) for event, item in pairs if item.status >= 300 and item.status != 409]


def _said(item: Item) -> str:
    error = item.error if isinstance(item.error, dict) else {}
    words = " ".join(str(error[name]) for name in ("type", "reason") if error.get(name))
    return f"status {item.status} {words}"[:300].strip()


PRESETS: Mapping[str, Preset] = {
    "plain": Preset(NDJSON, plain),
    "splunk-hec": Preset("application/json", splunk),
    "elastic-bulk": Preset(NDJSON, elastic, refused=refused_items),
    "webhook": Preset("application/json", webhook, 1),
    "otlp": Preset("application/json", export_request, MOST, rejected_spans, is_final),
}


def groups(events: Sequence[Event], most: int, max_body: int) -> Iterator[Sequence[Event]]:
    """The events in order, in groups of so many events and bytes at most; an event that is too long goes alone."""
    group: list[Event] = []
    size = 0
    for event in events:
        if group and (len(group) == most or size + len(event.body) > max_body):
            yield group
            group, size = [], 0
        group.append(event)
        size += len(event.body)
    if group:
        yield group
