"""`actor ...`"""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import typer

from nameplate.entry.client import client

from .output import JSON, emit, receipts, say, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)

REASON = typer.Option(..., "--reason", help="Why; it goes into the record.")
ACTOR = typer.Argument(help="Id of the actor.")
_STATES = {
    "suspended": "suspend",
    "in_repair": "repair",
    "in_transfer": "transfer",
    "quarantined": "quarantine",
    "retired": "retire",
}


@app.command("list")
def list_actors(
    where: str = typer.Option("", help="Only these, as in model=T3,owner=pharmacy-ops."),
    state: str = typer.Option("", help="Only those in this state."),
    limit: int = typer.Option(100, min=1, max=1000, help="How many at most."),
    after: str = typer.Option("", help="Continue after this id."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Who there is."""
    query = {"limit": limit, "after": after, "state": state} | (_selector(where) if where else {})
    page = client(data).get(f"/v1/actors?{urlencode({name: value for name, value in query.items() if value})}")
    head = ("ID", "TYPE", "STATE", "UNIT", "OWNER", "CONTRACT", "ZONE")
    rows = [
        [each[name] or "-" for name in ("id", "type", "state", "unit", "owner", "contract", "zone")]
        for each in page["items"]
    ]
    emit(page, as_json=as_json, text=lambda: table(head, rows))
    if page["next"] and not as_json:
        say(f"More: --after {page['next']}")


@app.command()
def show(actor: str = ACTOR, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """One actor: who it is, where it stands, what it may do."""
    found = client(data).get(f"/v1/actors/{quote(actor, safe='')}")
    emit(found, as_json=as_json, text=lambda: "\n".join(f"{name:14} {_plain(value)}" for name, value in found.items()))


@app.command()
def enrol(actor: str = ACTOR, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """A one-time code with which the unit binds its own key. Give it to the unit, and to nobody else."""
    offer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/enrolment", {})
    emit(offer, as_json=as_json, text=lambda: str(offer["code"]))
    say(f"Valid once, until {offer['expires_at']}.")


@app.command()
def stop(
    where: str = typer.Option(..., help="Whom, as in model=T3,supplier=Acme."),
    into: str = typer.Option(..., "--as", help=f"Into which state: {', '.join(_STATES)}."),
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Stop every actor that a selector means, with one order."""
    if into not in _STATES:
        raise typer.BadParameter(f"{into} is not one of {', '.join(_STATES)}.")
    _order({"order": _STATES[into], "where": _selector(where), "reason": reason}, data, as_json)


@app.command()
def activate(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Let it act (again). Credentials from before its last stop stay dead."""
    _order({"order": "activate", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def approve_succession(
    actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON
) -> None:
    """Let it take over the unit of the retired actor that it succeeds. It can be activated then."""
    answer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/succession", {"reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"{actor} takes over from {answer['succeeds']}; activate it next")


@app.command()
def suspend(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Stop it for a while."""
    _order({"order": "suspend", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def repair(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Stop it because it is being repaired."""
    _order({"order": "repair", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def transfer(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Stop it because it changes hands."""
    _order({"order": "transfer", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def quarantine(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Stop it because it may be compromised."""
    _order({"order": "quarantine", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def retire(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Stop it for ever. There is no way back."""
    _order({"order": "retire", "actors": [actor], "reason": reason}, data, as_json)


@app.command()
def place(
    actor: str = ACTOR,
    zone: str = typer.Option("", "--zone", help="Where it is."),
    unknown: bool = typer.Option(False, "--unknown", help="Nobody knows where it is."),
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Correct in which zone an actor is, as anti-passback and the way out count it."""
    if bool(zone) == unknown:
        raise typer.BadParameter("Give --zone or --unknown, one of the two.")
    answer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/place", {"zone": zone, "reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"{actor}: {answer['zone'] or 'unknown'}")


def _selector(text: str) -> dict[str, str]:
    from nameplate.domain.errors import Invalid
    from nameplate.domain.selectors import parse_selector

    try:
        return parse_selector(text)
    except Invalid as error:
        raise typer.BadParameter(str(error)) from None


def _order(body: dict[str, Any], data: Path | None, as_json: bool) -> None:
    answer = client(data).post("/v1/orders", body)
    emit(answer, as_json=as_json, text=lambda: _told(answer))


def _told(answer: dict[str, Any]) -> str:
    who = answer.get("actor") or f"{len(answer['actors'])} actors"
    stop = answer.get("stop")
    if stop is None:
        return f"{who}: {answer['state']}"
    lines = [
        f"{who}: {answer['state']}, ordered {stop['ordered_at']}"
        + ("" if stop["recorded"] else " - IN FORCE, NOT YET RECORDED")
    ]
    return "\n".join([*lines, *receipts(stop)])


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else "-" if value in (None, "") else str(value)


@app.command()
def orphans(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Actors for which nobody answers, and who is asked to."""
    page = client(data).get("/v1/orphans")
    rows = [[each["actor"], each["why"], each["successor"] or "-", each["until"][:10] or "-"] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("ACTOR", "WHY", "ASKED", "UNTIL"), rows))


@app.command()
def acknowledge(actor: str = ACTOR, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Say yes to answer for an actor whose owner or sponsor has left."""
    answer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/acknowledgement", {})
    emit(answer, as_json=as_json, text=lambda: f"{answer['sponsor'] or 'You'} answer for {actor} from now on.")


@app.command()
def review(actor: str = ACTOR, reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Put on record that somebody has looked at an actor: what it is for, and whether it still needs what it has."""
    answer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/review", {"reason": reason})
    due = answer["due"][:10]
    emit(answer, as_json=as_json, text=lambda: f"{actor} is reviewed." + (f" Next by {due}." if due else ""))


@app.command()
def clone(
    actor: str = ACTOR,
    new: str = typer.Option(..., "--as", help="Id of the new actor."),
    serial: str = typer.Option("", help="Serial number of its own unit, where the original is a physical one."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Another actor like this one. It is staged, and inherits no access and no credential."""
    answer = client(data).post(f"/v1/actors/{quote(actor, safe='')}/clone", {"id": new, "serial": serial})
    emit(answer, as_json=as_json, text=lambda: f"{new} is staged. Give it a contract and enrol its key.")
