"""Signing in and out, and the passkeys of a person. What is proved here is proved to this process alone."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.people import LOCAL, Person, owners, roles_of
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.passkeys import Passkeys
from nameplate.flows.sessions import Sessions
from nameplate.ports.ledger import Ledger

from .callers import Caller, caller_in, session_cookie
from .local import local_caller
from .replies import HttpError, Receive, Scope, Send, read_json, reply, reply_json

FRESH_US = 5 * 60 * 1_000_000
LINK_US = 15 * 60 * 1_000_000


class ChallengeOut(msgspec.Struct):
    """`options`: for `navigator.credentials`, as its JSON. `nonce` goes back with the credential."""

    nonce: str
    options: dict[str, Any]


class CredentialIn(msgspec.Struct, forbid_unknown_fields=True):
    """What an authenticator answered, as `credential.toJSON()` gives it."""

    nonce: str
    credential: dict[str, Any]


class LinkIn(msgspec.Struct, forbid_unknown_fields=True):
    """The secret of a one-time link."""

    link: str


class FirstIn(CredentialIn, forbid_unknown_fields=True):
    """The first owner's passkey."""

    link: str


class LinkOut(msgspec.Struct):
    """Whoever opens it first, on whatever machine, becomes the local owner."""

    link: str
    expires_at: str


class MeOut(msgspec.Struct):
    """Who is signed in. Times: RFC 3339."""

    person: str
    roles: list[str]
    passkeys: int
    until: str


class BoundOut(msgspec.Struct):
    """A passkey."""

    passkey: str
    person: str


class EndedOut(msgspec.Struct):
    """How many sessions ended."""

    ended: int


class ReasonIn(msgspec.Struct, forbid_unknown_fields=True):
    """Why."""

    reason: str


class SignIn:
    """Routes for persons. `site` must be set in `passkeys` before the first comes."""

    def __init__(
        self, registry: Registry, ledger: Ledger, passkeys: Passkeys, sessions: Sessions, clock: Callable[[], int]
    ) -> None:
        self._registry, self._ledger, self._passkeys = registry, ledger, passkeys
        self._sessions, self.clock = sessions, clock
        self._proved: dict[str, int] = {}
        self._link, self._link_until = "", 0

    @operation("POST /v1/signin/challenge", Who.EVERYBODY, Answer(ChallengeOut))
    async def challenge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a browser needs to sign somebody in with a passkey."""
        await reply_json(send, self._passkeys.signing_in())

    @operation("POST /v1/signin", Who.EVERYBODY, Answer(MeOut, problems=(403, 503)), CredentialIn)
    async def sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign somebody in who shows a passkey. The session is kept in a cookie."""
        given = await read_json(receive, CredentialIn)
        proof = await self._passkeys.sign_in(given.nonce, given.credential)
        person = self._active(proof.passkey.person)
        await self._begin(send, person, "passkey", {"passkey": proof.passkey.id})

    @operation("POST /v1/me/session/end", Who.PERSON, Answer(EndedOut, problems=(503,)))
    async def sign_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign out here."""
        caller = admitted(scope)
        session = caller.session
        ended = await self._sessions.end(session.id, caller.name, "signed out") if session else False
        await reply_json(send, EndedOut(int(ended)), 200, [session_cookie("", 0)])

    @operation("POST /console/sign-out", Who.EVERYBODY, Answer(None, 303, media=()))
    async def leave(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign out, by a button of the console."""
        caller = caller_in(scope["state"])
        if caller and caller.session:
            await self._sessions.end(caller.session.id, caller.name, "signed out")
        await reply(send, 303, b"", [(b"location", b"/console/sign-in"), session_cookie("", 0)])

    @operation("GET /v1/me", Who.PERSON, Answer(MeOut))
    async def who(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who is signed in, and what they may do."""
        caller = admitted(scope)
        await reply_json(send, self._me(self._active(caller.person), caller.session.until if caller.session else 0))

    @operation("POST /v1/me/passkeys/challenge", Who.PERSON, Answer(ChallengeOut))
    async def creation(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a browser needs to make a passkey. Who has one already must have shown it within five minutes."""
        caller = admitted(scope)
        self._require_fresh(caller)
        await reply_json(send, self._passkeys.creation(f"bind:{caller.name}", caller.person))

    @operation("POST /v1/me/passkeys", Who.PERSON, Answer(BoundOut, problems=(409, 503)), CredentialIn)
    async def bind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put a new passkey of one's own on record."""
        caller, given = admitted(scope), await read_json(receive, CredentialIn)
        self._require_fresh(caller)
        made = await self._passkeys.bind(
            f"bind:{caller.name}", caller.person, given.nonce, given.credential, caller.name
        )
        self._remember(caller)
        await reply_json(send, BoundOut(made.id, made.person))

    @operation("POST /v1/people/{person}/sessions/end", Who.LOCAL, Answer(EndedOut, problems=(404, 503)), ReasonIn)
    async def end_all(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sign somebody out everywhere, at once."""
        caller, person = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, ReasonIn)
        if person not in self._registry.people:
            raise NotFound("person", f"There is no person {person}.", "See `nameplate person list`.")
        await reply_json(send, EndedOut(await self._sessions.end_all(person, caller, wanted.reason)))

    @operation(
        "POST /v1/people/{person}/passkeys/{passkey}/removal",
        Who.LOCAL,
        Answer(BoundOut, problems=(404, 503)),
        ReasonIn,
    )
    async def remove(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forget a passkey: nobody signs in, or approves, with it any more."""
        caller, parts = local_caller(scope), scope["path"].split("/")
        wanted, found = await read_json(receive, ReasonIn), self._registry.passkeys.get(parts[5])
        if found is None or found.person != parts[3]:
            raise NotFound("passkey", "There is no such passkey.", "See `nameplate person show`.")
        record = {"kind": "passkey_removed", "passkey": found.id, "person": found.person}
        await self._ledger.commit(record | {"by": caller, "reason": wanted.reason})
        await reply_json(send, BoundOut(found.id, found.person))

    @operation("POST /v1/first-owner-links", Who.LOCAL, Answer(LinkOut, problems=(409,)))
    async def offer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A one-time link for the first owner, while there is none who can prove themselves. It ends a former one."""
        local_caller(scope)
        self._require_nobody()
        self._link, self._link_until = secrets.token_urlsafe(32), self.clock() + LINK_US
        # The secret stands behind #: a browser keeps that part to itself.
        url = f"{self._passkeys.site.origin}/console/sign-in/first#{self._link}"
        await reply_json(send, LinkOut(url, rfc3339(self._link_until)))

    @operation("POST /v1/first-owner/challenge", Who.EVERYBODY, Answer(ChallengeOut, problems=(403, 409)), LinkIn)
    async def first_challenge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a browser needs to make the first owner's passkey."""
        given = await read_json(receive, LinkIn)
        self._require_link(given.link)
        await reply_json(send, self._passkeys.creation("first owner", LOCAL))

    @operation("POST /v1/first-owner", Who.EVERYBODY, Answer(MeOut, problems=(403, 409, 503)), FirstIn)
    async def first(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The first owner's passkey. From now on the user of the server only reads, stops and proposes."""
        given = await read_json(receive, FirstIn)
        self._require_link(given.link)
        self._link_until = 0  # nobody else gets in meanwhile; who fails asks for another link
        await self._ledger.commit({"kind": "person", "person": LOCAL, "bridge": "local", "active": True})
        await self._passkeys.bind("first owner", LOCAL, given.nonce, given.credential, "link")
        await self._begin(send, self._active(LOCAL), "link", {})

    async def _begin(self, send: Send, person: Person, by: str, more: dict[str, str]) -> None:
        token = await self._sessions.begin(person.id, "console", by, more)
        session = self._sessions.find(token)
        assert session is not None  # noqa: S101 - it has just begun
        self._remember(Caller("", session=session))
        seconds = max(0, session.until - self.clock()) // 1_000_000
        await reply_json(send, self._me(person, session.until), 200, [session_cookie(token, seconds)])

    def _me(self, person: Person, until: int) -> MeOut:
        roles = sorted(roles_of(person, self._registry.bridges))
        keys = sum(each.person == person.id for each in self._registry.passkeys.values())
        return MeOut(person.id, [str(each) for each in roles], keys, rfc3339(until))

    def _active(self, ident: str) -> Person:
        person = self._registry.people.get(ident)
        if person is None or not person.active:
            raise Refused("person", "This person is not active.", "Ask whoever runs the company's directory.")
        return person

    def _remember(self, caller: Caller) -> None:
        sessions = self._registry.sessions
        self._proved = {ident: at for ident, at in self._proved.items() if ident in sessions}
        if caller.session:
            self._proved[caller.session.id] = self.clock()

    def _require_fresh(self, caller: Caller) -> None:
        has = any(each.person == caller.person for each in self._registry.passkeys.values())
        proved_at = self._proved.get(caller.session.id, 0) if caller.session else 0
        if has and proved_at + FRESH_US <= self.clock():
            raise step_up("Sign in with a passkey that you have, then make another.")

    def _require_nobody(self) -> None:
        registry = self._registry
        if owners(registry.people, registry.passkeys, registry.bridges):
            raise Conflict("owner", "There is an owner who can prove themselves.", "Ask them for a role.")

    def _require_link(self, link: str) -> None:
        self._require_nobody()
        valid = self._link_until > self.clock() and hmac.compare_digest(_hash(link), _hash(self._link))
        if not valid:
            raise Refused("link", "This link was used, or is too old.", "Make one: nameplate person link --data DIR")


def admitted(scope: Scope) -> Caller:
    """The person whom the gate let in; raises HttpError 401 where there is none."""
    caller = caller_in(scope.get("state", {}))
    if caller is None or caller.session is None:
        raise HttpError(401, "unauthenticated", "This needs a person who is signed in.", "Sign in.")
    return caller


def step_up(detail: str) -> HttpError:
    """What is missing is a fresh proof (RFC 9470)."""
    error = HttpError(401, "insufficient_user_authentication", detail, "Show a passkey.")
    challenge = f'Bearer error="insufficient_user_authentication", max_age="{FRESH_US // 1_000_000}"'
    error.headers = [(b"www-authenticate", challenge.encode())]
    return error


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
