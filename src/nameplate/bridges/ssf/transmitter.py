"""The transmitter on the other side: what it says of itself, and what we ask of it (SSF 1.0, sections 7 and 8)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from nameplate.domain.errors import Unavailable

from .web import Web, require_web

POLL = "urn:ietf:rfc:8936"
BUSY = 429


class Metadata(NamedTuple):
    """What we use of it. Empty: it has no such endpoint. `critical`: members of subjects that must be understood."""

    jwks: str
    configuration: str = ""
    status: str = ""
    verification: str = ""
    critical: frozenset[str] = frozenset()


class Stream(NamedTuple):
    """Our stream there. `poll`: where its tokens are fetched, empty where they are pushed. `pace_s`: least time between
    verifications.
    """

    id: str
    poll: str = ""
    pace_s: float = 0.0


class Polled(NamedTuple):
    """Some tokens, by `jti`, and whether there are more."""

    sets: Mapping[str, str]
    more: bool


class Transmitter:
    """Asked over `web`. All methods raise Unavailable."""

    def __init__(self, issuer: str, place: str, web: Web) -> None:
        self._issuer, self._place, self._web = issuer, place or well_known(issuer), web
        self._metadata: Metadata | None = None

    async def metadata(self) -> Metadata:
        """What it says of itself, once."""
        if self._metadata is None:
            answer = await self._web.call("GET", require_web(self._place))
            self._metadata = metadata_of(answer.json(), self._issuer)
        return self._metadata

    def forget(self) -> None:
        """What it says of itself is asked for anew: it may have changed."""
        self._metadata = None

    async def jwks(self) -> bytes:
        """Its keys as they are now."""
        return (await self._web.call("GET", (await self.metadata()).jwks)).body

    async def stream(self, wanted: str, *, polled: bool) -> Stream | None:
        """Our stream: the one called `wanted`, or the only one; made anew where we poll and there is none."""
        place = (await self.metadata()).configuration
        if not place:
            return None
        found = _list((await self._web.call("GET", place)).json())
        fitting = [each for each in found if wanted in ("", each.get("stream_id"))]
        if not fitting and polled and not wanted:
            fitting = _list((await self._web.call("POST", place, {"delivery": {"method": POLL}})).json())
        if len(fitting) != 1:
            message = f"{self._issuer} has {len(fitting)} streams for us."
            raise Unavailable("stream", message, "Name it: `stream:` of the bridge.")
        return stream_of(fitting[0], polled=polled)

    async def status(self, stream: str) -> str:
        """`enabled`, `paused` or `disabled`; `enabled` where it has no word for that."""
        place = (await self.metadata()).status
        if not place:
            return "enabled"
        answer = (await self._web.call("GET", f"{place}?stream_id={quote(stream, safe='')}")).json()
        status = answer.get("status") if isinstance(answer, dict) else None
        return status if status in ("enabled", "paused", "disabled") else "enabled"

    async def verify(self, stream: str, state: str) -> bool:
        """Ask for a verification event with `state`; False where it wants to be left alone for now, or cannot."""
        place = (await self.metadata()).verification
        if not place:
            return False
        body = json.dumps({"stream_id": stream, "state": state}).encode()
        answer = await self._web.request("POST", place, body, {"content-type": "application/json"})
        if answer.status == BUSY:
            return False
        if not 200 <= answer.status < 300:
            raise Unavailable("verification", f"{self._issuer} answers {answer.status} to a verification.")
        return True

    async def poll(
        self, stream: Stream, ack: Sequence[str], errors: Mapping[str, tuple[str, str]], most: int, wait_s: float
    ) -> Polled:
        """Acknowledge tokens, report the refused ones, fetch more; `wait_s`: how long there need not be any."""
        asked: dict[str, Any] = {"maxEvents": most, "returnImmediately": wait_s <= 0, "ack": list(ack)}
        if errors:
            asked["setErrs"] = {jti: {"err": code, "description": text} for jti, (code, text) in errors.items()}
        answer = (await self._web.call("POST", stream.poll, asked, max(wait_s, 0) + 10)).json()
        sets = answer.get("sets") if isinstance(answer, dict) else None
        if not isinstance(sets, dict):
            raise Unavailable("poll", f"{self._issuer} answers no tokens to a poll.")
        fine = {jti: each for jti, each in sets.items() if isinstance(each, str)}
        return Polled(fine, answer.get("moreAvailable") is True)


def well_known(issuer: str) -> str:
    """Where the metadata of an issuer lies: between host and path (SSF 1.0, section 7.2.1)."""
    parts = urlsplit(issuer)
    return f"{parts.scheme}://{parts.netloc}/.well-known/ssf-configuration{parts.path.rstrip('/')}"


def metadata_of(document: Any, issuer: str) -> Metadata:
    """Raises Unavailable where it is none, or that of another issuer."""
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise Unavailable("metadata", f"What should be the metadata of {issuer} is that of another.")
    names = ("jwks_uri", "configuration_endpoint", "status_endpoint", "verification_endpoint")
    places = [require_web(str(document[name])) if document.get(name) else "" for name in names]
    if not places[0]:
        raise Unavailable("metadata", f"{issuer} does not say where its keys are.")
    critical = document.get("critical_subject_members")
    members = frozenset(map(str, critical)) if isinstance(critical, list) else frozenset[str]()
    return Metadata(places[0], places[1], places[2], places[3], members)


def stream_of(document: Mapping[str, Any], *, polled: bool) -> Stream:
    """A stream configuration. Raises Unavailable where it cannot be ours."""
    delivery = document.get("delivery")
    place = delivery.get("endpoint_url") if isinstance(delivery, dict) and delivery.get("method") == POLL else ""
    if polled and not place:
        raise Unavailable("stream", "The stream there is none that can be polled.", "Make one, or `delivery: push`.")
    pace = document.get("min_verification_interval")
    found = float(pace) if isinstance(pace, int) and pace > 0 else 0.0
    return Stream(str(document.get("stream_id", "")), require_web(str(place)) if polled else "", found)


def _list(document: Any) -> list[dict[str, Any]]:
    found = document if isinstance(document, list) else [document]
    return [each for each in found if isinstance(each, dict)]
