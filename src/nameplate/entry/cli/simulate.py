"""`simulate ...`: hardware that is real but for its steel, to try things on a bench."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from .output import JSON, emit, say

app = typer.Typer(no_args_is_help=True)

FOR = typer.Option("", "--for", help="End by itself after so long, as in 600s.")
FOLDER = typer.Argument(help="A folder for its lines and sockets; made if it is not there.")
KEY_BYTES = 16


@app.command()
def door(
    folder: Path = FOLDER,
    readers: int = typer.Option(2, min=1, max=4, help="How many readers it has."),
    for_: str = FOR,
    as_json: bool = JSON,
) -> None:
    """A door with its readers, until Ctrl-C. FOLDER/line leads to its OSDP line, robots speak to FOLDER/reader-0.sock.

    Its electronics are libosdp's own peripheral, fresh from the factory: it takes the key that it is given in an
    install window. Each release of the strike is told.
    """
    from nameplate.boot.doors import SimulatedDoor

    seconds = _seconds(for_)
    folder.mkdir(parents=True, exist_ok=True)
    with SimulatedDoor(bytes(KEY_BYTES), folder, name="reader", readers=readers, install=True) as made:
        made.on_strike = lambda strike: _tell({"event": "strike", "seconds": strike.seconds}, as_json=as_json)
        with _linked(folder / "line", made.path):
            _until_ended({"line": made.path, "readers": [str(path) for path in made.air]}, seconds, as_json=as_json)


@app.command()
def panel(
    folder: Path = FOLDER,
    port: list[str] = typer.Option(..., help="A reader port, DOOR/READER; once for each."),
    key_file: Path = typer.Option(..., help="File with the key (SCBK) of these ports: 16 bytes as hex digits."),
    cards: Path | None = typer.Option(None, help="The cards it knows: the table that `card list --csv` gives."),
    for_: str = FOR,
    as_json: bool = JSON,
) -> None:
    """An access panel that decides by a card list of its own, until Ctrl-C. FOLDER/DOOR-READER leads to each port.

    It shows its verdict by light and tone at the reader, and writes FOLDER/feed.csv. Each card that comes in is told.
    """
    from nameplate.boot.panels import SimulatedPanel, read_cards, read_key

    known, key, seconds = read_cards(cards) if cards else (), read_key(key_file), _seconds(for_)
    folder.mkdir(parents=True, exist_ok=True)
    with SimulatedPanel(dict.fromkeys(port, key), known, feed=folder / "feed.csv") as made:
        made.on_read = lambda read: _tell(
            {"event": "card", "port": read.port, "card": read.card, "granted": read.granted}, as_json=as_json
        )
        with _linked_all({folder / name.replace("/", "-"): path for name, path in made.paths.items()}):
            _until_ended(
                {"ports": made.paths, "feed": str(folder / "feed.csv"), "cards": len(known)}, seconds, as_json=as_json
            )


@contextmanager
def _linked(link: Path, target: str) -> Iterator[None]:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    # A point that has given up root must still reach its line.
    Path(target).chmod(0o666)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)


@contextmanager
def _linked_all(links: dict[Path, str]) -> Iterator[None]:
    if not links:
        yield
        return
    (link, target), *rest = links.items()
    with _linked(link, target), _linked_all(dict(rest)):
        yield


def _seconds(text: str) -> float:
    from nameplate.domain.manifests.quantities import parse_seconds

    seconds = parse_seconds(text) if text else 0.0
    if seconds is None:
        raise typer.BadParameter(f"{text} is not a duration such as 600s.")
    return seconds


def _until_ended(made: dict[str, Any], seconds: float, *, as_json: bool) -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    _tell({"event": "ready", **made}, as_json=as_json)
    say(f"Ends with Ctrl-C{f', or after {seconds:g} s' if seconds else ''}.")
    ended.wait(seconds or None)


def _tell(event: dict[str, Any], *, as_json: bool) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    facts = "  ".join(f"{name}: {value}" for name, value in event.items() if name != "event")
    emit({"at": now, **event}, as_json=as_json, text=lambda: f"{now}  {event['event']}  {facts}")
