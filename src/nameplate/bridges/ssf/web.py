"""HTTP to other parties: TLS checked, no redirects, no proxies, bounded answers; each request in a thread."""

import asyncio
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import urllib3

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.domain.networks import is_loopback

MAX_ANSWER = 1024 * 1024
CONNECT_S, READ_S = 5.0, 10.0


class Answer(NamedTuple):
    """An HTTP answer, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The JSON in it; raises Unavailable for anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unavailable("signals", "The other side answered something that is no JSON.") from None


class Web:
    """Requests to one party. `ca`: file of the certificates to trust, the system's when empty.

    `token`: a bearer token, sent with each request. `private`: networks in which addresses of a push may lie.
    Raises Invalid for a file or an address that cannot be used.
    """

    def __init__(self, ca: str = "", token: str = "", private: tuple[str, ...] | None = None) -> None:
        self._private = None if private is None else _networks(private)
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        try:
            self._context = ssl.create_default_context(cafile=ca or None)
        except (OSError, ssl.SSLError):
            raise Invalid("ca", f"The certificates in {ca} cannot be read.", "Correct `ca:` of the bridge.") from None
        # Of its own: a poll waits long, and must not take the threads of everything else.
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="signals")
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    async def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None, read_s: float = READ_S
    ) -> Answer:
        """The answer, whatever it says. Raises Unavailable when there is none."""
        sent = {**self._headers, **(headers or {})}
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._request, method, url, body, sent, read_s)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable("signals", f"{_place(url)} cannot be reached: {type(error).__name__}.") from None

    async def call(self, method: str, url: str, document: Any = None, read_s: float = READ_S) -> Answer:
        """The answer to a request with JSON in it, if it is one of success; raises Unavailable otherwise."""
        body = b"" if document is None else json.dumps(document).encode()
        answer = await self.request(method, url, body, {"content-type": "application/json"}, read_s)
        if not 200 <= answer.status < 300:
            raise Unavailable("signals", f"{_place(url)} answers {answer.status}.", "See the bridge and its token.")
        return answer

    def _request(self, method: str, url: str, body: bytes, headers: Mapping[str, str], read_s: float) -> Answer:
        parts = urlsplit(require_web(url))
        target = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        with self._pool(parts.scheme, parts.hostname or "", parts.port) as pool:
            response = pool.request(
                method,
                target,
                body=body or None,
                headers={"host": parts.netloc, **headers},
                timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                found = {name.lower(): value for name, value in response.headers.items()}
                body = response.read(MAX_ANSWER + 1)
                if len(body) > MAX_ANSWER:
                    raise OSError("the answer is too long")
                return Answer(response.status, found, body)
            finally:
                response.close()

    def _pool(self, scheme: str, host: str, port: int | None) -> urllib3.HTTPConnectionPool:
        """To the very address that was looked at: a name could mean another one a moment later."""
        address = self._address(host, port or (443 if scheme == "https" else 80))
        if scheme == "http":
            return urllib3.HTTPConnectionPool(address, port)
        return urllib3.HTTPSConnectionPool(
            address, port, ssl_context=self._context, server_hostname=host, assert_hostname=host
        )

    def _address(self, host: str, port: int) -> str:
        if self._private is None:
            return host
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        for text in found:
            if not may_reach(text, self._private):
                raise OSError("its address is not public, and not in `private:` of the bridge")
        return found[0]


def may_reach(address: str, private: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    """Whether we push to that address: a public one, or one in the networks that the operator has named."""
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    return (ip.is_global and not ip.is_multicast) or any(ip in network for network in private)


def require_web(url: str) -> str:
    """An address that we call: https, or http on this machine. Raises Unavailable."""
    if not _may_be_called(url):
        raise Unavailable("signals", "An address of the other side is neither https nor on this machine.")
    return url


def _may_be_called(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    fine = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return fine and bool(parts.hostname) and port != 0 and parts.username is None and url.isprintable()


def _networks(texts: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(text.strip()) for text in texts if text.strip())
    except ValueError:
        raise Invalid("private", "`private:` holds what is no network.", "Write 10.20.0.0/16, 10.30.0.0/16") from None


def _place(url: str) -> str:
    """Without a query: it may hold more than an address."""
    return url.partition("?")[0][:200]
