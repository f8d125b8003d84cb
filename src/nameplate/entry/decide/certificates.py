"""The certificate of the public listener: kept up to date while it runs, and `tls ...` over the control socket."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from nameplate.domain.errors import NameplateError, NotFound
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Who, operation
from nameplate.flows.certify import DAY_US, Certifier
from nameplate.ports.authority import Alarms
from nameplate.ports.certificates import Certificate, Pair

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json
from .tls import ServerTls

LOOK_S, RENEWAL_S = 2.0, 3600.0
WARN_BEFORE_US = 14 * DAY_US
log = structlog.get_logger()


class NamesIn(msgspec.Struct, forbid_unknown_fields=True):
    """`tls issue`."""

    names: list[str]


class CertificateOut(msgspec.Struct):
    """What a certificate says. `serial` and `sha256`: hex."""

    names: tuple[str, ...]
    not_before: str
    not_after: str
    serial: str
    sha256: str


class AuthorityOut(msgspec.Struct):
    """The authority's certificate, PEM."""

    authority: str


class TlsOut(AuthorityOut):
    """The authority, what it has issued and what the listener shows."""

    issued: CertificateOut | None
    shown: CertificateOut | None


class Keeper:
    """Keeps `tls` at what `find` gives; `state` differs when files have changed. Without `tls` it only renews."""

    def __init__(
        self,
        tls: ServerTls | None,
        find: Callable[[], Pair],
        state: Callable[[], object],
        certifier: Certifier,
        alarms: Alarms,
        clock: Callable[[], int],
    ) -> None:
        self._tls, self._find, self._state = tls, find, state
        self._certifier, self._alarms, self._clock = certifier, alarms, clock
        self._asked = asyncio.Event()
        self._warned_at = 0
        certifier.on_change = self._asked.set

    @property
    def shown(self) -> Certificate | None:
        """What the listener shows."""
        return self._tls.certificate if self._tls else None

    def context(self) -> ssl.SSLContext | None:
        """What the next connection is to be encrypted with; nothing where the listener speaks in the clear."""
        return self._tls.context if self._tls else None

    def reload(self) -> None:
        """Look at once (SIGHUP)."""
        self._asked.set()

    async def run(self) -> None:
        """For ever."""
        seen, renewal = self._state(), 0.0
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() >= renewal:
                renewal = loop.time() + RENEWAL_S
                await self._renew()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._asked.wait()
            except TimeoutError:
                pass
            now = self._state()
            if self._asked.is_set() or now != seen:
                self._asked.clear()
                seen = now
                self._load()

    async def _renew(self) -> None:
        try:
            if await self._certifier.renew_if_due():
                log.info("the TLS certificate was renewed")
        except NameplateError as error:
            log.warning("the TLS certificate cannot be renewed; tried again in an hour", why=str(error))
        shown = self.shown
        if shown and shown.not_after - self._clock() < WARN_BEFORE_US and self._clock() - self._warned_at > DAY_US:
            self._warned_at = self._clock()
            text = f"The TLS certificate of the server ends at {rfc3339(shown.not_after)}."
            self._alarms.raise_finding(Finding("certificate_ends", Severity.HIGH, text))

    def _load(self) -> None:
        if self._tls is None:
            return
        try:
            shown = self._tls.replace(self._find())
        except NameplateError as error:
            text = f"The new TLS certificate cannot be used; the former one is still shown. {error}"
            self._alarms.raise_finding(Finding("certificate_unusable", Severity.HIGH, text))
        else:
            log.info("TLS certificate loaded", names=shown.names, ends=rfc3339(shown.not_after))


class TlsRoutes:
    """`tls init`, `tls issue`, `tls show` and `key rotate tls`. `shown`: what the listener shows now."""

    def __init__(self, certifier: Certifier, shown: Callable[[], Certificate | None]) -> None:
        self._certifier, self._shown = certifier, shown

    @operation("GET /v1/tls", Who.LOCAL, Answer(TlsOut, problems=(404,)))
    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The authority's certificate and what is shown and issued."""
        local_caller(scope)
        authority, issued, shown = self._certifier.authority(), self._certifier.server(), self._shown()
        if authority is None and shown is None:
            raise NotFound("tls", "There is no certificate.", "Run: nameplate tls init")
        await reply_json(send, TlsOut((authority or b"").decode(), _told(issued), _told(shown)))

    @operation("POST /v1/tls/authority", Who.LOCAL, Answer(AuthorityOut, problems=(409, 503)), dict[str, Any])
    async def init(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make the authority."""
        caller = local_caller(scope)
        await read_json(receive, dict[str, Any])
        await self._certifier.init(caller)
        await reply_json(send, AuthorityOut((self._certifier.authority() or b"").decode()))

    @operation("POST /v1/tls/certificate", Who.LOCAL, Answer(CertificateOut, problems=(404, 409, 503)), NamesIn)
    async def issue(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A certificate for the server."""
        caller, wanted = local_caller(scope), await read_json(receive, NamesIn)
        await reply_json(send, _told(await self._certifier.issue(tuple(wanted.names), caller)))


def _told(found: Certificate | None) -> CertificateOut | None:
    if found is None:
        return None
    begin, end = rfc3339(found.not_before), rfc3339(found.not_after)
    return CertificateOut(found.names, begin, end, found.serial, found.sha256)
