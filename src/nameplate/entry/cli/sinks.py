"""`sink ...`"""

import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from nameplate.domain.errors import NameplateError, NotFound, Unavailable
from nameplate.entry.client import Client, client

from .output import JSON, Exit, emit, say, table
from .places import DATA

LOOK_S = 0.1
app = typer.Typer(no_args_is_help=True)
NAME = typer.Argument(help="Name of the sink.")


@app.command("list")
def list_sinks(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Where events go, how far each sink has got, and what is wrong."""
    page = client(data).get("/v1/sinks")
    head = ("ID", "FORMAT", "TO", "STATUS", "LAG", "LAG S", "REFUSED", "LAST SUCCESS")
    rows = [
        [
            *(each[key] for key in ("id", "format", "to", "status", "lag_records")),
            f"{each['lag_seconds']:.1f}",
            each.get("dead_letters", 0),
            each.get("last_success", ""),
        ]
        for each in page["items"]
    ]
    emit(page, as_json=as_json, text=lambda: table(head, rows))


@app.command("test")
def send_test(
    name: str = NAME,
    timeout: float = typer.Option(30.0, min=0.1, max=600, help="How long to wait for it, in seconds."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Send a test event the whole way: on record, to this sink, taken by its receiver. Exit 7 when it is refused."""
    server, began = client(data), time.monotonic()
    ordered = server.post(f"/v1/sinks/{quote(name, safe='')}/test", {})
    while _sink(server, name)["settled"] < ordered["seq"]:
        if time.monotonic() > began + timeout:
            raise _not_taken(_sink(server, name), timeout)
        time.sleep(LOOK_S)
    answer = ordered | {"taken": True, "ms": round((time.monotonic() - began) * 1000)}
    why = next((each["why"] for each in _letters(server, name) if each["uid"] == ordered["uid"]), "")
    if why:
        answer |= {"taken": False, "why": why}
    emit(answer, as_json=as_json, text=lambda: f"{name} {'refused' if why else 'took'} event {ordered['uid']}. {why}")
    if why:
        raise typer.Exit(Exit.CHECK_FAILED)


@app.command()
def replay(
    name: str = NAME,
    begin: str = typer.Option(..., "--from", help="Time of the first record, as in 2026-11-22T14:30:00Z."),
    end: str = typer.Option("", "--to", help="Time of the last record; now if not given."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Send what happened in a span of time once more, beside what is new. Events keep their ids."""
    server = client(data)
    server.post(f"/v1/sinks/{quote(name, safe='')}/replay", {"from": begin, "to": end})
    while (state := _sink(server, name)["replay"]).get("state") in (None, "running"):
        time.sleep(LOOK_S)
    if state["state"] != "done":
        raise Unavailable("replay", f"The replay to {name} {state['state']}", "Nothing is lost: order it again.")
    emit(state, as_json=as_json, text=lambda: f"{state['sent']} events were sent again to {name}.")
    if state["refused"]:
        say(f"{state['refused']} events were refused.")


@app.command("dead-letter")
def dead_letter(
    name: str = NAME,
    retry: bool = typer.Option(False, "--retry", help="Offer them to the receiver once more."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Events that the receiver refused for good, and why."""
    server = client(data)
    if retry:
        answer = server.post(f"/v1/sinks/{quote(name, safe='')}/dead-letters/retry", {})
        emit(answer, as_json=as_json, text=lambda: f"{answer['sent']} were taken, {answer['refused']} refused again.")
        return
    letters = _letters(server, name)
    rows = [[each["uid"], each["at"], each["refused_at"], each["why"]] for each in letters]
    page = {"items": letters, "next": ""}
    emit(page, as_json=as_json, text=lambda: table(("EVENT", "OF", "REFUSED", "WHY"), rows))


def _sink(server: Client, name: str) -> dict[str, Any]:
    found = next((each for each in server.get("/v1/sinks")["items"] if each["id"] == name), None)
    if found is None:
        raise NotFound("sink", f"There is no sink {name}.", "See `nameplate sink list`.")
    shown: dict[str, Any] = {"settled": 0, "replay": {}} | found
    return shown


def _letters(server: Client, name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = server.get(f"/v1/sinks/{quote(name, safe='')}/dead-letters")["items"]
    return items


def _not_taken(sink: dict[str, Any], timeout: float) -> NameplateError:
    why = sink["status"] if sink["status"] != "ok" else f"{sink['lag_records']} records wait before it"
    message = f"{sink['id']} has not taken the test event within {timeout:g} s: {why}"
    return Unavailable("sink_test", message, "It is on record and goes out by itself.")
