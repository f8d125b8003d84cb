"""Keeps one reader reachable: opens its line, watches it, looks for it again when it is gone, installs its key."""

import asyncio
from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Any

from nameplate.domain.errors import Refused
from nameplate.domain.outcomes import Happening
from nameplate.domain.points import Channel
from nameplate.ports.decision_point import Monotonic

from .keys import TransportKeys
from .lines import Line, opener
from .mapping import Command, keyset
from .panel import Done, Panel
from .settings import OsdpSettings

Changed = Callable[[Happening, dict[str, str | int | float | bool]], None]

NEVER = -inf
# How long a reader may take to come up with a key that it has just been given.
VERIFY_S = 3.0


class Reach(Enum):
    """How well the reader can be reached."""

    STARTING = "starting"
    ONLINE = "online"
    OFFLINE = "offline"
    INSECURE = "insecure"


class Install(Enum):
    """Where the commissioning of a reader stands."""

    NONE = "none"
    OFFERING = "offering"
    VERIFYING = "verifying"


class Link:
    """One reader. `hear(event)` gets its events, `changed(happening, detail)` the changes of its reach.

    Nothing that a reader says is passed on, and nothing is sent to it, unless `usable`. Runs in the event loop.
    """

    def __init__(
        self,
        channel: Channel,
        key: bytes,
        settings: OsdpSettings,
        monotonic: Monotonic,
        hear: Callable[[dict[str, Any]], None],
        changed: Changed,
    ) -> None:
        self._channel, self._settings, self._monotonic = channel, settings, monotonic
        self._keys, self._rekey_due = TransportKeys(key), False
        self._tried = 0
        self._hear, self._changed = hear, changed
        self._open = opener(channel.to)
        self._opening: asyncio.Task[None] | None = None
        self._closed = False
        self._reach = Reach.STARTING
        self._install = Install.NONE
        self._install_until = self._verify_until = 0.0
        self._panel = Panel(channel.address, self._keys.current, monotonic)
        self._kick_at, self._kicked_at, self._came_up = monotonic(), NEVER, False

    @property
    def usable(self) -> bool:
        """Whether the reader is there now, over a Secure Channel with its own key."""
        return self._install is Install.NONE and self._reached

    def send(self, command: Command, done: Done | None = None) -> bool:
        """Queue a command; False when the reader cannot be reached. `done(acknowledged)` follows once."""
        sent = self.usable and self._panel.send(command, done)
        if sent:
            asyncio.get_running_loop().call_soon(self._refresh)
        return sent

    def distrust(self) -> None:
        """Something went wrong: throw away what is on the line and start afresh."""
        self._kick_at = max(self._monotonic(), self._kicked_at + self._settings.kick_s)

    def step(self) -> None:
        """Do what is due. To be called every few milliseconds."""
        self._refresh()
        if self._install is not Install.NONE:
            self._step_install()
        if self._rekey_due:
            self._rekey_due = False
            self._keys.swap()
            self._replace_panel(Install.NONE)
        if self._panel.channel.lost:
            self._drop_line()
            self.distrust()
        if self._monotonic() >= self._kick_at:
            self._kick()

    def begin_install(self, seconds: float) -> None:
        """Offer the reader its key for so long, under the public default key. Raises Refused while one is under way."""
        if self._install is not Install.NONE:
            raise Refused(
                "installing", f"The reader of {self._channel.door} is being installed.", "Wait until its time is over."
            )
        self._install_until = self._monotonic() + seconds
        self._changed(Happening.INSTALL_STARTED, {"seconds": seconds})
        self._replace_panel(Install.OFFERING)

    def begin_rekey(self, key: bytes) -> None:
        """Have the reader take another key, over the channel that is up; what came of it is told as a change.

        Until the channel is up again either key may be in force, and both are tried in turn. Raises Refused, and the
        reader has heard nothing then.
        """
        if self._install is not Install.NONE or self._keys.open:
            raise Refused("rekeying", f"The key of the reader of {self._channel.door} is being changed already.")
        if not self.usable:
            raise self._offline()
        self._keys.offer(key)
        if not self.send(keyset(key), self._took):
            self._keys.withdraw()
            raise self._offline()

    def expect(self, key: bytes) -> None:
        """The reader may have taken this key, in the life of another process or in ours. Told as a change."""
        if self._keys.open:
            return  # It will be told.
        if key == self._keys.current:
            self._changed(Happening.TRANSPORT_KEY_CHANGED, {})
        elif self.usable:
            self._changed(Happening.TRANSPORT_KEY_KEPT, {})
        else:
            self._keys.offer(key)

    def close(self) -> None:
        """Let go of the line for good."""
        self._closed = True
        self._drop_line()

    @property
    def _reached(self) -> bool:
        return self._panel.secure and self._monotonic() - self._panel.channel.heard_at <= self._settings.offline_after_s

    def _offline(self) -> Refused:
        message = f"The reader of {self._channel.door} cannot be reached: nothing was sent to it."
        return Refused("reader_offline", message, "Mend its line, then try again.")

    def _took(self, acknowledged: bool) -> None:  # noqa: FBT001 - called back by the panel
        if acknowledged:
            self._changed(Happening.TRANSPORT_KEY_ACKNOWLEDGED, {})
            # Not from within the panel, which is replaced by this.
            self._rekey_due = True
        else:
            self.distrust()

    def _readable(self) -> None:
        # One turn takes a reply in, the next one sends what waits: without it a command would wait for the tick.
        for _ in range(2 * self._panel.channel.pump()):
            self._refresh()

    def _refresh(self) -> None:
        for event in self._panel.refresh():
            if self.usable:
                self._hear(event)
        self._track()

    def _track(self) -> None:
        if self._rekey_due:
            return  # libosdp lets go of the channel with the former key: that is no loss.
        if self._reached and not self._came_up:
            self._kick_at, self._came_up, self._tried = inf, True, 0
            if self._install is Install.NONE:
                self._settle()
        if self.usable:
            self._move(Reach.ONLINE, Happening.READER_ONLINE)
        elif self._reach is Reach.ONLINE and self._panel.secure:
            self._move(Reach.OFFLINE, Happening.READER_OFFLINE)
            self.distrust()
        elif self._reach is Reach.ONLINE:
            self._move(Reach.INSECURE, Happening.SECURE_CHANNEL_LOST)
            self.distrust()

    def _settle(self) -> None:
        if self._keys.open:
            changed = self._keys.settle()
            self._changed(Happening.TRANSPORT_KEY_CHANGED if changed else Happening.TRANSPORT_KEY_KEPT, {})

    def _move(self, reach: Reach, happening: Happening) -> None:
        if reach is not self._reach:
            self._reach = reach
            self._changed(happening, {})

    def _kick(self) -> None:
        failed = self._install is Install.NONE and self._kicked_at > NEVER and not self._came_up
        heard = self._panel.channel.heard_at > self._kicked_at
        if failed:
            self._never_came_up(heard=heard)
        self._drop_line()
        if failed and heard and self._keys.open:
            self._keys.swap()
            self._panel = Panel(self._channel.address, self._keys.current, self._monotonic)
        self._kicked_at, self._came_up = self._monotonic(), False
        self._kick_at = self._kicked_at + self._settings.kick_s
        if self._opening is None or self._opening.done():
            self._opening = asyncio.get_running_loop().create_task(self._reopen())

    def _never_came_up(self, *, heard: bool) -> None:
        # A reader that answers and yet does not come up has another key, or is somebody else.
        self._tried += heard
        if heard and self._tried > self._keys.open:
            self._move(Reach.INSECURE, Happening.SECURE_CHANNEL_LOST)
        elif self._reach is Reach.STARTING:
            self._move(Reach.OFFLINE, Happening.READER_OFFLINE)

    async def _reopen(self) -> None:
        await asyncio.sleep(self._settings.kick_pause_s)
        try:
            line = Line(await asyncio.to_thread(self._open))
        except OSError:
            return
        if self._closed or self._panel.channel.line is not None:
            line.close()
            return
        self._panel.look_again(line)
        asyncio.get_running_loop().add_reader(line.fd, self._readable)

    def _drop_line(self) -> None:
        if self._reach is Reach.ONLINE and not self._closed:
            self._move(Reach.OFFLINE, Happening.READER_OFFLINE)
        line = self._panel.let_go()
        if line is not None:
            asyncio.get_running_loop().remove_reader(line.fd)
            line.close()

    def _step_install(self) -> None:
        now = self._monotonic()
        if now >= self._install_until:
            self._end_install(Happening.INSTALL_EXPIRED)
        elif self._install is Install.OFFERING and self._reached:
            self._verify_until = now + VERIFY_S
            self._replace_panel(Install.VERIFYING)
        elif self._install is Install.VERIFYING and self._reached:
            self._install = Install.NONE
            self._changed(Happening.INSTALL_DONE, {})
            self._settle()
        elif self._install is Install.VERIFYING and now >= self._verify_until:
            self._replace_panel(Install.OFFERING)

    def _end_install(self, happening: Happening) -> None:
        self._changed(happening, {})
        self._replace_panel(Install.NONE)

    def _replace_panel(self, install: Install) -> None:
        if install is Install.NONE and self._keys.open:
            self._reach = Reach.STARTING  # It goes on in a moment with the other key: no outage to be told of.
        self._drop_line()
        self._install = install
        offering = install is Install.OFFERING
        self._panel = Panel(self._channel.address, self._keys.current, self._monotonic, install=offering)
        self._reach = Reach.STARTING
        self._kick_at, self._kicked_at, self._came_up = self._monotonic(), NEVER, False
