"""A person proves themselves with a passkey: for signing in, or for one act. Each challenge counts once, not long."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nameplate.domain.errors import Conflict, NameplateError, Refused
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.people import LOCAL, Passkey, owners
from nameplate.domain.registry import Registry
from nameplate.ports.authority import Alarms
from nameplate.ports.ledger import Ledger
from nameplate.ports.passkeys import Ceremony, Json, Site

LIFETIME_US = 120 * 1_000_000
RANDOM, EXPIRY, MAC = 16, 8, 32
MAX_PASSKEYS = 10


class Proof(NamedTuple):
    """Somebody has proved themselves. `evidence`: what anybody can check the proof by, as it goes on record."""

    passkey: Passkey
    evidence: dict[str, str]


class Passkeys:
    """Owned by one event loop. `site`: where people reach this server. `clock`: microseconds since the epoch, UTC.

    A challenge is not stored before it is used: whoever asks for many takes no memory from others.
    """

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        alarms: Alarms,
        ceremony: Callable[[], Ceremony],
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._ledger, self._alarms = registry, ledger, alarms
        self._ceremony, self.clock = ceremony, clock
        self._secret = secrets.token_bytes(32)
        self._used: dict[bytes, int] = {}
        self._binding: dict[str, str] = {}
        self.site = Site("http://localhost:8470", "localhost")

    def nonce(self, purpose: str) -> str:
        """A nonce for one purpose; it says itself how long it lasts."""
        head = secrets.token_bytes(RANDOM) + (self.clock() + LIFETIME_US).to_bytes(EXPIRY, "big")
        return _text(head + self._mac(head, purpose))

    def creation(self, purpose: str, person: str) -> dict[str, Any]:
        """What a browser needs to make a passkey for that person."""
        nonce = self.nonce(purpose)
        known = [each.id for each in self._registry.passkeys.values() if each.person == person]
        return {"nonce": nonce, "options": self._ceremony().creation(self.site, _challenge(nonce), person, known)}

    def request(self, nonce: str, challenge: bytes, person: str = "") -> dict[str, Any]:
        """What a browser needs to show a passkey: one of that person, or any that it has."""
        known = [each.id for each in self._registry.passkeys.values() if person and each.person == person]
        return {"nonce": nonce, "options": self._ceremony().request(self.site, challenge, known)}

    def signing_in(self) -> dict[str, Any]:
        """What a browser needs to sign somebody in."""
        nonce = self.nonce("sign in")
        return self.request(nonce, _challenge(nonce))

    async def bind(self, purpose: str, person: str, nonce: str, credential: Json, by: str) -> Passkey:
        """Put a person's new passkey on record; raises Refused or Conflict."""
        self._look_at(nonce, purpose)
        bound = self._ceremony().made(self.site, _challenge(nonce), credential)
        # With those that are on their way to the disk: of two at once, one is too many.
        known = {each.id: each.person for each in self._registry.passkeys.values()} | self._binding
        if bound.id in known:
            raise Conflict("passkey", "This passkey is on record already.", "Make another one.")
        if sum(each == person for each in known.values()) >= MAX_PASSKEYS:
            raise Conflict("passkeys", f"A person has {MAX_PASSKEYS} passkeys at most.", "Have one removed first.")
        self._use(nonce)
        record = {"kind": "passkey_bound", "passkey": bound.id, "person": person, "public": bound.public.hex()}
        self._binding[bound.id] = person
        try:
            await self._ledger.commit(record | {"counter": bound.counter, "by": by})
        finally:
            del self._binding[bound.id]
        await self._take_charge(person)
        return self._registry.passkeys[bound.id]

    async def sign_in(self, nonce: str, assertion: Json) -> Proof:
        """Who somebody is who shows a passkey; raises Refused."""
        return await self.prove("sign in", nonce, _challenge(nonce), assertion)

    async def prove(self, purpose: str, nonce: str, challenge: bytes, assertion: Json, person: str = "") -> Proof:
        """The proof of somebody, or of that `person`, for one purpose; raises Refused."""
        self._look_at(nonce, purpose)
        passkey = self._registry.passkeys.get(str(assertion.get("id", "")))
        if passkey is None or (person and passkey.person != person):
            raise Refused("passkey", "This passkey is not on record.", "Use one that was registered here.")
        public = bytes.fromhex(passkey.public)
        try:
            counter = self._ceremony().shown(self.site, challenge, assertion, public, passkey.counter)
        except NameplateError as error:
            self._suspect(passkey, error)
            raise
        self._use(nonce)
        used = {"kind": "passkey_used", "passkey": passkey.id, "person": passkey.person}
        await self._ledger.commit(used | {"counter": counter, "purpose": purpose.partition(":")[0]})
        return Proof(passkey, _evidence(passkey, nonce, assertion))

    def _suspect(self, passkey: Passkey, error: NameplateError) -> None:
        if error.code == "passkey_counter":
            text = f"A passkey of {passkey.person} was shown whose counter did not rise: there may be a copy of it."
            self._alarms.raise_finding(Finding("passkey_copied", Severity.HIGH, text))

    async def _take_charge(self, person: str) -> None:
        """With the first owner who can prove themselves, the machine's own user gives up; then the local owner does."""
        registry = self._registry
        able = owners(registry.people, registry.passkeys, registry.bridges)
        if person in able and person not in registry.in_charge:
            await self._ledger.commit({"kind": "in_charge", "person": person})
        local = registry.people.get(LOCAL)
        if local is not None and local.active and any(each != LOCAL for each in able):
            record = {"kind": "person", "person": LOCAL, "bridge": "local", "active": False}
            await self._ledger.enforce(record | {"reason": "an owner of the company's own is in charge"})

    def _look_at(self, nonce: str, purpose: str) -> None:
        """Raises Refused for a nonce that is not ours, is for something else, is too old, or was used."""
        raw = _bytes(nonce)
        head, mac = raw[: RANDOM + EXPIRY], raw[RANDOM + EXPIRY :]
        known = len(raw) == RANDOM + EXPIRY + MAC and hmac.compare_digest(mac, self._mac(head, purpose))
        if not known or raw in self._used or int.from_bytes(head[RANDOM:], "big") <= self.clock():
            raise Refused("challenge", "This challenge is not, or no longer, one of ours for this.", "Begin again.")

    def _use(self, nonce: str) -> None:
        now = self.clock()
        self._used = {each: until for each, until in self._used.items() if until > now}
        self._used[_bytes(nonce)] = now + LIFETIME_US

    def _mac(self, head: bytes, purpose: str) -> bytes:
        return hmac.new(self._secret, head + purpose.encode(), hashlib.sha256).digest()


def _challenge(nonce: str) -> bytes:
    """Where there is no act that it would be for."""
    return hashlib.sha256(b"nameplate person 1" + _bytes(nonce)).digest()


def _evidence(passkey: Passkey, nonce: str, assertion: Json) -> dict[str, str]:
    response = assertion.get("response")
    said: Mapping[str, Any] = response if isinstance(response, Mapping) else {}
    names = {"authenticator_data": "authenticatorData", "client_data": "clientDataJSON", "signature": "signature"}
    return {"passkey": passkey.id, "nonce": nonce} | {ours: str(said.get(name, "")) for ours, name in names.items()}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """What base64url text says; nothing where it is none, or is written in another way than we do."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return b""
    return raw if _text(raw) == text else b""


def nonce_bytes(nonce: str) -> bytes:
    """The bytes of a nonce, as they go into the challenge of an act."""
    return _bytes(nonce)
