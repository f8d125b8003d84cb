"""What the server itself says, over its control socket."""

from collections.abc import Iterator
from typing import Any

from nameplate.domain.checkups import Check, fail, ok, warn
from nameplate.domain.errors import NameplateError

from .client import Client

LATE_S = 60.0


def ask(client: Client) -> Iterator[Check]:
    """Whether it can decide, and what hangs on it."""
    try:
        client.get("/readyz")
    except NameplateError as error:
        yield fail("server", error.message, error.remedy or "See the log of the server.")
        return
    yield ok("server", "It answers and can decide.")
    try:
        yield from _points(client.get("/v1/points")["items"])
        yield from _sinks(client.get("/v1/sinks")["items"])
    except NameplateError as error:
        yield fail("manage", error.message, error.remedy or "See the log of the server.")


def _points(points: list[dict[str, Any]]) -> Iterator[Check]:
    gone = [each["id"] for each in points if each["doors"] and not each["connected"]]
    if gone:
        yield fail(
            "points", f"Not connected: {', '.join(gone)}.", "See their lines in the log: their doors stay locked."
        )
    else:
        yield ok("points", f"{sum(each['connected'] for each in points)} connected.")


def _sinks(sinks: list[dict[str, Any]]) -> Iterator[Check]:
    for each in sinks:
        name, lag = f"sink {each['id']}", f"{each['lag_records']} records behind, {each['lag_seconds']:.0f} s."
        if each["status"] != "ok":
            yield fail(name, f"{each['status']} {lag}", "See the log of the server: it is tried again.")
        elif each["lag_seconds"] > LATE_S:
            yield warn(name, lag, "Look at the receiver: it takes less than is sent.")
        else:
            yield ok(name, lag)
