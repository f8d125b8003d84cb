"""The requests, one after another."""

import asyncio
import gzip
import ssl
from collections.abc import Callable, Sequence

from nameplate.domain.errors import Unavailable
from nameplate.domain.webhooks import read_secret
from nameplate.exports.https import CONTENT_REFUSED, Answer, Https
from nameplate.ports.sink import Event, Refusal

from .presets import PRESETS, groups
from .settings import Settings
from .signing import signed

AGENT = {"user-agent": "nameplate"}


class HttpSink:
    """The `Sink` port on HTTP. What was answered with 2xx was taken: nothing is sent again after a session.

    A request that is refused for its content is halved until the events that are to blame stand alone.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], int], context: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        self._settings, self._clock, self._context = settings, clock, context
        self._preset = PRESETS[settings.preset]
        self._https: Https | None = None
        self._keys: list[bytes] = []

    @property
    def margin(self) -> int:
        """See `Sink`."""
        return 0

    async def open(self) -> None:
        """See `Sink`. Whether anybody listens shows at the first event."""
        await self.close()
        self._settings.authorization()
        self._keys = [read_secret(each) for each in self._settings.secrets]
        self._https = Https(self._settings.url, await asyncio.to_thread(self._context) if self._context else None)

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """See `Sink`."""
        if self._https is None:
            raise Unavailable("sink_unreachable", "The session with the receiver is over.")
        refused: list[Refusal] = []
        for group in groups(events, self._preset.most, self._settings.max_body):
            refused += await self._deliver(self._https, group)
        return refused

    async def close(self) -> bool:
        """See `Sink`."""
        if self._https is not None:
            self._https.close()
            self._https = None
        return True

    async def _deliver(self, https: Https, group: Sequence[Event]) -> list[Refusal]:
        body = self._preset.body(group, self._settings)
        headers = AGENT | {"content-type": self._preset.content_type} | self._settings.authorization()
        if self._keys:
            headers |= signed(group[0].uid, self._clock(), body, self._keys)
        if self._settings.gzip:
            body, headers = gzip.compress(body, 5), headers | {"content-encoding": "gzip"}
        answer = await https.post(body, headers)
        if not answer.taken:
            return await self._refused(https, group, answer)
        refused = self._preset.refused(answer, group)
        if refused is None:
            raise https.unavailable(answer.said)
        return refused

    async def _refused(self, https: Https, group: Sequence[Event], answer: Answer) -> list[Refusal]:
        """Who is to blame, if it is one of them; raises where it is to be tried again."""
        is_final = self._preset.is_final(answer.status) and answer.status not in CONTENT_REFUSED
        if is_final or (https.refuse(answer) and len(group) == 1):
            return [Refusal(event, answer.said) for event in group]
        half = len(group) // 2
        return [*await self._deliver(https, group[:half]), *await self._deliver(https, group[half:])]
