"""Doors that an access system opens when it is called over HTTPS."""

import asyncio
import ssl
from collections.abc import Mapping

import urllib3

from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.points import Channel, DoorApi, Point
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Decision
from nameplate.ports.decision_point import Clock, DecisionPoint, Monotonic

from .mapping import obstacle
from .settings import DoorApiSettings
from .wire import MAX_ANSWER, Call, opened, render


class DoorApiPoint:
    """Enforcement point of type `door-api`; implements `StopsApplied`. All methods belong to one event loop.

    `credentials`: by name, with the keys (and the CA certificates in PEM) that its doors name.
    """

    def __init__(
        self,
        spec: Point,
        credentials: Mapping[str, bytes],
        decision_point: DecisionPoint,
        clock: Clock,
        monotonic: Monotonic,
        settings: DoorApiSettings | None = None,
    ) -> None:
        self._decision_point, self._clock, self._monotonic = decision_point, clock, monotonic
        self._settings, self._cut_offs = settings or DoorApiSettings(), dict[str, int]()
        self._doors = {channel.door: _Caller(channel, credentials, self._settings) for channel in spec.channels}

    async def run(self, stop_event: asyncio.Event) -> None:
        """Be there until `stop_event` is set."""
        await stop_event.wait()

    async def open(self, door: str, decision: Decision) -> str:
        """Have `door` opened, if the decision still allows it; returns why not, or nothing.

        The access system is called once: whoever does not hear its answer cannot know, and does not call again.
        """
        caller = self._doors.get(door)
        if caller is None:
            raise NotFound("unknown_door", f"This point does not serve door {door}.", "Add it to its channels.")
        reason = obstacle(decision, self._clock(), self._cut_offs)
        if reason:
            return reason
        began = self._monotonic()
        self._report(Happening.STRIKE_COMMANDED, door, decision, {})
        trouble = await asyncio.to_thread(caller.call)
        told: dict[str, str | int | float | bool] = {"ms": round((self._monotonic() - began) * 1000, 1)}
        if trouble:
            self._report(Happening.STRIKE_FAILED, door, decision, told | {"reason": trouble})
            return "strike_failed"
        self._report(Happening.STRIKE_ACKNOWLEDGED, door, decision, told)
        return ""

    def apply_stop(self, stop: Stop) -> None:
        """From now on no permit from before the cut-off calls for these actors, or into these zones."""
        for name in stop.names:
            self._cut_offs[name] = max(stop.cut_off, self._cut_offs.get(name, stop.cut_off))

    def begin_install(self, door: str, seconds: float) -> None:
        """There is no reader to install. Raises Refused."""
        del seconds
        raise Refused("no_reader", f"Door {door} has no reader of ours.", "Its access system is called instead.")

    async def rekey(self, door: str, key: bytes) -> bool:
        """There is no reader that could take a key. Raises Refused."""
        del key
        raise Refused("no_reader", f"Door {door} has no reader of ours.", "Its access system is called instead.")

    def expect_keys(self, keys: Mapping[str, bytes]) -> None:
        """There are none."""

    def _report(
        self, happening: Happening, door: str, decision: Decision, detail: dict[str, str | int | float | bool]
    ) -> None:
        outcome = Outcome(happening, self._clock(), door, "", decision.actor, decision.decision_id, detail=detail)
        self._decision_point.report(outcome)


class _Caller:
    """Calls for one door. TLS is always verified, redirects are not followed and nothing is tried twice."""

    def __init__(self, channel: Channel, credentials: Mapping[str, bytes], settings: DoorApiSettings) -> None:
        api = channel.api
        if api is None or not channel.to.startswith("https://"):
            raise Invalid("malformed", f"Door {channel.door} has no API.", "Add `api:` and an https address.")
        self._template = api.template
        self._call: Call = render(api.template, channel.to, api.values, _credential(credentials, api.key))
        self._pool = urllib3.PoolManager(
            ssl_context=_trust(api, credentials),
            timeout=urllib3.Timeout(connect=settings.connect_s, read=settings.answer_s),
            retries=False,
        )

    def call(self) -> str:
        """Call once; returns what was wrong, or nothing. Says nothing of what was sent or answered."""
        method, url, headers, body = self._call
        try:
            answer = self._pool.request(
                method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            try:
                told = answer.read(MAX_ANSWER + 1)
            finally:
                answer.close()
        except urllib3.exceptions.TimeoutError:
            return "timeout"
        except urllib3.exceptions.SSLError:
            return "tls"
        except (urllib3.exceptions.HTTPError, OSError):
            return "unreachable"
        return "" if opened(self._template, answer.status, told) else f"answered {answer.status}"


def _trust(api: DoorApi, credentials: Mapping[str, bytes]) -> ssl.SSLContext:
    pem = _credential(credentials, api.ca).decode("ascii", "replace") if api.ca else None
    try:
        context = ssl.create_default_context(cadata=pem)
    except ssl.SSLError:
        raise Invalid("credential", f"{api.ca} holds no certificate.", "Put the CA's certificate in PEM.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _credential(credentials: Mapping[str, bytes], name: str) -> bytes:
    if name not in credentials:
        raise NotFound("credential", f"There is no credential {name}.", f"Put it: nameplate key put {name} --file FILE")
    return credentials[name]
