"""Keeping in step with what one search finds (RFC 4533): a refresh, and the changes after it. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .syncrepl import INFO, Change, Info, Mode, done, info, request, state
from .wire import REFRESH_REQUIRED, SUCCESS, Done, Elsewhere, Entry, Garbled, Message, Search

CHANGE_NUMBER = "entrycsn"
MAX_HELD, MAX_NUMBER = 500_000, 64


@dataclass(slots=True)
class Stream:
    """One search. `take`: an entry is there or has changed; returns whether it means anything here. `gone`: it is not.

    `held`: change number (OpenLDAP's entryCSN, empty where there is none) by id, of all that mean something.
    `cookie`: how far the last whole refresh has got. Cookies of single changes are left alone: a change that was lost
    on the way would lie behind the next one, and never be found. `left`: who was dropped since a refresh last began.
    """

    kind: str
    base: str
    filter: str
    attributes: tuple[str, ...]
    take: Callable[[str, Entry], bool]
    gone: Callable[[str], None]
    held: dict[str, bytes] = field(default_factory=dict)
    cookie: bytes = b""
    left: set[str] = field(default_factory=set)

    def search(self, mode: Mode) -> Search:
        """From where the last whole refresh ended; from the beginning where there was none."""
        return Search(self.base, self.filter, self.attributes, controls=(request(mode, self.cookie),))

    def put(self, key: str, entry: Entry) -> None:
        """An entry as it is now, or was: two searches overtake each other, and the older of two words is dropped."""
        number = next(iter(entry.attributes.get(CHANGE_NUMBER, ())), b"")[:MAX_NUMBER]
        if number < self.held.get(key, b""):
            return
        if len(self.held) >= MAX_HELD and key not in self.held:
            raise Garbled(f"more than {MAX_HELD} entries")
        if self.take(key, entry):
            self.held[key] = number
        else:
            self.drop(key)

    def drop(self, key: str) -> None:
        """An entry that is there no more."""
        self.left.add(key)
        if self.held.pop(key, None) is not None:
            self.gone(key)


class Round:
    """One synchronization that was asked for. `refreshed`: all that held when it began has been told."""

    def __init__(self, stream: Stream, mode: Mode) -> None:
        self.stream, self.mode = stream, mode
        self.refreshed = False
        self._whole = not stream.cookie
        self._before = frozenset(stream.held)
        stream.left.clear()
        self._seen: set[str] = set()
        self._cookie = b""

    def on(self, message: Message) -> bool:
        """Take a message in. Returns False when the server wants a refresh from the beginning. Raises Garbled."""
        if isinstance(message, Entry):
            self._entry(message)
        elif isinstance(message, Done):
            return self._end(message)
        elif not isinstance(message, Elsewhere) and message.name == INFO:
            self._info(info(message.value))
        return True

    def _entry(self, entry: Entry) -> None:
        said, stream = state(entry.controls), self.stream
        if said.change is Change.DELETE:
            stream.drop(said.uuid)
            return
        if not self.refreshed:
            self._seen.add(said.uuid)
        overtaken = self.mode is Mode.REFRESH_ONLY and said.uuid in stream.left
        if said.change is not Change.PRESENT and not overtaken:
            stream.put(said.uuid, entry)

    def _info(self, told: Info) -> None:
        self._cookie = told.cookie or self._cookie
        if told.gone:
            for key in told.uuids:
                self.stream.drop(key)
        elif not self.refreshed:
            self._seen.update(told.uuids)
            if len(self._seen) > MAX_HELD:
                raise Garbled(f"more than {MAX_HELD} entries")
        if self.refreshed or not (told.present or told.refreshed):
            return
        if told.present or (told.refreshed and self._whole):
            self._sweep()
        if told.refreshed:
            self._finish()

    def _end(self, end: Done) -> bool:
        if end.code == REFRESH_REQUIRED:
            self.stream.cookie = b""
            return False
        if end.code == SUCCESS and self.mode is Mode.REFRESH_ONLY:
            self._info(done(end.controls))
            return True
        raise Garbled(f"the end of a synchronization, with code {end.code}" + (f" ({end.text})" if end.text else ""))

    def _sweep(self) -> None:
        """Whom a refresh did not name is gone. Who came after it began cannot be named by it."""
        for key in self._before - self._seen:
            self.stream.drop(key)

    def _finish(self) -> None:
        self.refreshed, self._seen, self._before = True, set(), frozenset()
        self.stream.cookie = self._cookie or self.stream.cookie
