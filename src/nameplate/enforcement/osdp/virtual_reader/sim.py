"""An access panel that is real but for its doors: libosdp's control panel, a card list of its own, lights and a feed.

It knows nothing but what arrives on its reader ports, and decides by its own list whatever we may have decided.
"""

import csv
import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import osdp

from nameplate.domain.cards import read_presented
from nameplate.enforcement.osdp.lines import Line
from nameplate.enforcement.osdp.mapping import light, sound
from nameplate.enforcement.osdp.panel import Panel

TICK_S = 0.02
# Until libosdp has understood that its reader is not to be asked yet.
SETTLE_S = 0.15
FEED = ("time", "door", "reader", "card", "event")


class Read(NamedTuple):
    """A card that came in at a port. `card`: its id, as in `wiegand-26:12:1001`. `at`: monotonic seconds."""

    port: str
    card: str
    granted: bool
    at: float


class _ReaderPort:
    """The panel's end of one reader line."""

    def __init__(self, key: bytes, address: int) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.control = Panel(address, key, time.monotonic)
        self._begun_at, self._connected = time.monotonic(), False

    def work(self) -> list[dict[str, Any]]:
        """Let libosdp work; returns what the reader told."""
        if not self._connected and time.monotonic() - self._begun_at > SETTLE_S:
            self._connected = True
            self.control.look_again(Line(os.dup(self.master)))
        return [event for _ in range(max(1, 2 * self.control.channel.pump())) for event in self.control.refresh()]

    def start_afresh(self) -> None:
        """Look for the reader again: libosdp would look away for five minutes."""
        line = self.control.let_go()
        if line is not None:
            os.close(line.fd)
        self._begun_at, self._connected = time.monotonic(), False

    def close(self) -> None:
        """Let go of the line."""
        self.start_afresh()
        os.close(self.master)
        os.close(self.slave)


class SimulatedPanel:
    """Ports by name, `DOOR/READER`; a bridge connects to `paths[name]`. Use as a context manager.

    `cards`: ids of the cards it knows, of people and of units. `feed`: a CSV file that it adds a line to for each card.
    `open_s`: how long it releases a door. `says`: whether it shows its verdict at the reader. `reads`: all cards that
    came in; `on_read` is called for each, in the panel's own thread.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        cards: Iterable[str] = (),
        *,
        feed: Path | None = None,
        open_s: float = 3.0,
        address: int = 0,
        says: bool = True,
    ) -> None:
        self.cards, self.says, self.reads = set(cards), says, list[Read]()
        self.on_read: Callable[[Read], None] = lambda _: None
        self.deaf = False
        self._feed, self._open_s = feed, open_s
        self._ports = {name: _ReaderPort(key, address) for name, key in keys.items()}
        self.paths = {name: port.path for name, port in self._ports.items()}
        self._ending = False
        self._jobs: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._live, name="access panel", daemon=True)
        if feed is not None and not feed.exists():
            self._write(FEED)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._thread.join()
        for port in self._ports.values():
            port.close()

    def secure(self, name: str) -> bool:
        """Whether a reader answers at that port, with the port's own key."""
        return self._ports[name].control.secure

    def restart(self) -> None:
        """Lose power for a moment: every Secure Channel begins anew."""
        self._jobs += [port.start_afresh for port in self._ports.values()]

    def command(self, name: str, command: dict[str, Any]) -> None:
        """Send a command of one's own making to the reader at a port."""
        self._jobs.append(lambda: self._send(name, command))

    def somebody_comes(self, name: str, card: str) -> None:
        """A card is held to a reader of the panel's own beside that port, as a copied one would be."""
        self._jobs.append(lambda: self._judge(name, card))

    def _send(self, name: str, command: dict[str, Any]) -> None:
        self._ports[name].control.send(command)

    def _live(self) -> None:
        lines = {port.master: name for name, port in self._ports.items()}
        asked_at = time.monotonic()
        while not self._ending:
            select.select(list(lines), [], [], TICK_S)
            jobs, self._jobs = self._jobs, []
            for job in jobs:
                job()
            if self.deaf:
                time.sleep(TICK_S)
                continue
            for name, port in self._ports.items():
                for event in port.work():
                    self._hear(name, event)
            asked_at = self._look_again(asked_at)

    def _look_again(self, asked_at: float) -> float:
        if time.monotonic() - asked_at < 2.0:
            return asked_at
        for port in self._ports.values():
            if not port.control.secure:
                port.start_afresh()
        return time.monotonic()

    def _hear(self, name: str, event: dict[str, Any]) -> None:
        if event["event"] == osdp.Event.CardRead:
            number = read_presented(event["length"], bytes(event["data"]))
            self._judge(name, number.id if number else "unreadable")

    def _judge(self, name: str, card: str) -> None:
        granted = card in self.cards
        read = Read(name, card, granted, time.monotonic())
        self.reads.append(read)
        if self.says:
            self._send(name, light(0, self._open_s, permit=granted))
            self._send(name, sound(0, permit=granted))
        door, _, reader = name.partition("/")
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write((now, door, reader, card, "granted" if granted else "refused"))
        self.on_read(read)

    def _write(self, row: Iterable[str]) -> None:
        if self._feed is not None:
            with self._feed.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(row)
