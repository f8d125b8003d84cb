"""Signing terminals in (RFC 8628): a terminal gets a code, a person who is signed in confirms it in a browser."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from nameplate.domain.errors import NotFound
from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.sessions import Sessions

from .callers import Caller
from .replies import (
    PROBLEM,
    HttpError,
    Problem,
    Receive,
    Scope,
    Send,
    encode,
    header,
    read_body,
    read_json,
    reply,
    reply_json,
)
from .signin import admitted

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels: no code is a word (RFC 8628, section 6.1)."""
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFE_US = 600 * 1_000_000
INTERVAL_S = 5
MAX_WAITING = 1_000
MAX_GUESSES = 10
"""Codes that one session may get wrong: 20 ** 8 of them are possible, and few are open."""


NO_STORE = (b"cache-control", b"no-store")
DETAILS = {
    "unsupported_grant_type": "Only the device flow is spoken here.",
    "expired_token": "This code was not confirmed in time, or was used.",
    "slow_down": "Ask less often.",
    "access_denied": "Somebody has refused this code, or was signed out since they confirmed it.",
    "authorization_pending": "Nobody has confirmed this code yet.",
}


class DeviceOut(msgspec.Struct):
    """RFC 8628, section 3.2."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class GrantIn(msgspec.Struct, forbid_unknown_fields=True):
    """RFC 8628, section 3.4; as JSON, too."""

    grant_type: str
    device_code: str
    client_id: str = ""


class GrantOut(msgspec.Struct):
    """The session token of the terminal."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a kind


class ConfirmedOut(msgspec.Struct):
    """It is confirmed, or refused."""

    code: str
    state: str


class OAuthProblem(Problem, kw_only=True):
    """A problem document with the member that OAuth clients look at (RFC 6749, section 5.2)."""

    error: str

    @classmethod
    def of(cls, code: str) -> "OAuthProblem":
        """For an error code."""
        title, detail = code.replace("_", " "), DETAILS.get(code, "The request failed.")
        return cls(f"urn:nameplate:problem:{code}", title, 400, detail, "Begin again.", error=code)


@dataclass(slots=True)
class Waiting:
    """A terminal. `person`: who confirmed it, in `session`; `denied`: somebody said no. Times: microseconds, UTC."""

    device: str
    user: str
    until: int
    interval_us: int = INTERVAL_S * 1_000_000
    asked_at: int = 0
    person: str = ""
    session: str = ""
    denied: bool = False


class Devices:
    """Routes. Codes are kept in memory alone."""

    def __init__(self, sessions: Sessions, clock: Callable[[], int], origin: Callable[[], str]) -> None:
        self._sessions, self.clock, self._origin = sessions, clock, origin
        self._by_device: dict[str, Waiting] = {}
        self._by_user: dict[str, Waiting] = {}
        self._guesses: dict[str, int] = {}

    @operation("POST /device/authorization", Who.EVERYBODY, Answer(DeviceOut, problems=(503,)))
    async def authorize(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A code for a terminal, to be confirmed by a person within ten minutes."""
        # Whoever asks says nothing that would matter: there is one client, and it has no secret.
        await read_body(receive)
        self._forget()
        if len(self._by_device) >= MAX_WAITING:
            raise HttpError(503, "busy", "Too many terminals wait already.", "Try again in a while.")
        code = "".join(secrets.choice(LETTERS) for _ in range(8))
        waiting = Waiting(secrets.token_urlsafe(32), f"{code[:4]}-{code[4:]}", self.clock() + LIFE_US)
        self._by_device[waiting.device] = self._by_user[waiting.user] = waiting
        page = f"{self._origin()}/console/device"
        whole = f"{page}?code={waiting.user}"
        await reply_json(send, DeviceOut(waiting.device, waiting.user, page, whole, LIFE_US // 1_000_000, INTERVAL_S))

    @operation("POST /device/token", Who.EVERYBODY, Answer(GrantOut, problems=(503,)), GrantIn)
    async def token(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The token, once the code is confirmed; until then 400 with the code of RFC 8628, section 3.5."""
        given = await _asked(scope, receive)
        waiting = self._by_device.get(given.device_code)
        refused = self._refusal(given, waiting)
        if refused or waiting is None:
            await reply(send, 400, encode(OAuthProblem.of(refused)), [PROBLEM, NO_STORE])
            return
        self._drop(waiting)
        token = await self._sessions.begin(waiting.person, "cli", "device")
        await reply_json(send, GrantOut(token), 200, [NO_STORE])

    @operation("POST /v1/devices/{code}/confirmation", Who.PERSON, Answer(ConfirmedOut, problems=(404,)))
    async def confirm(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign a terminal in as oneself."""
        caller = self._in_browser(scope)
        waiting = self._named(scope, caller)
        waiting.person, waiting.session = caller.person, caller.session.id if caller.session else ""
        await reply_json(send, ConfirmedOut(waiting.user, "confirmed"))

    @operation("POST /v1/devices/{code}/refusal", Who.PERSON, Answer(ConfirmedOut, problems=(404,)))
    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say no to a terminal."""
        waiting = self._named(scope, self._in_browser(scope))
        waiting.denied = True
        await reply_json(send, ConfirmedOut(waiting.user, "refused"))

    def _in_browser(self, scope: Scope) -> Caller:
        """A terminal does not make further ones."""
        caller = admitted(scope)
        if not caller.cookie:
            raise HttpError(403, "browser", "A code is confirmed in a browser.", "Open the page in a browser.")
        return caller

    def _named(self, scope: Scope, caller: Caller) -> Waiting:
        session = caller.session.id if caller.session else ""
        if self._guesses.get(session, 0) >= MAX_GUESSES:
            raise HttpError(403, "guesses", "Too many codes were wrong.", "Sign in again.")
        waiting = self._by_user.get(scope["path"].split("/")[3])
        if waiting is None or waiting.until <= self.clock() or waiting.person or waiting.denied:
            self._guesses[session] = self._guesses.get(session, 0) + 1
            raise NotFound("code", "No terminal waits with this code.", "Look at your terminal, or begin again.")
        return waiting

    def _refusal(self, given: GrantIn, waiting: Waiting | None) -> str:
        """The error code of RFC 8628, section 3.5; empty where the code is confirmed."""
        now = self.clock()
        if given.grant_type != GRANT:
            return "unsupported_grant_type"
        if waiting is None or waiting.until <= now:
            return "expired_token"
        # Whoever was signed out or disabled since they confirmed it signs nothing in any more.
        if waiting.denied or (waiting.person and not self._sessions.holds(waiting.session)):
            self._drop(waiting)
            return "access_denied"
        if waiting.person:
            return ""
        return "slow_down" if _too_early(waiting, now) else "authorization_pending"

    def _drop(self, waiting: Waiting) -> None:
        self._by_device.pop(waiting.device, None)
        self._by_user.pop(waiting.user, None)

    def _forget(self) -> None:
        for each in [each for each in self._by_device.values() if each.until <= self.clock()]:
            self._drop(each)
        if len(self._guesses) > MAX_WAITING:
            self._guesses.clear()


def _too_early(waiting: Waiting, now: int) -> bool:
    early = bool(waiting.asked_at) and now - waiting.asked_at < waiting.interval_us
    waiting.asked_at = now
    waiting.interval_us += INTERVAL_S * 1_000_000 if early else 0
    return early


async def _asked(scope: Scope, receive: Receive) -> GrantIn:
    """A form as OAuth has it, or JSON as everything else here; raises HttpError 400."""
    if not header(scope, b"content-type").startswith(b"application/x-www-form-urlencoded"):
        return await read_json(receive, GrantIn)
    try:
        fields = dict(parse_qsl((await read_body(receive)).decode("ascii"), max_num_fields=10))
        return GrantIn(fields["grant_type"], fields["device_code"])
    except (ValueError, KeyError):
        raise HttpError(400, "malformed", "The form cannot be read.", "See RFC 8628, section 3.4.") from None
