"""HTTP requests to one receiver, in a thread of their own, and what its answers mean."""

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import urllib3

from nameplate.domain.errors import Unavailable
from nameplate.ports.sink import Busy

MAX_ANSWER = 4 * 1024 * 1024
SAID = 200
CONTENT_REFUSED = frozenset({400, 406, 409, 411, 413, 414, 415, 422, 431})
"""What is wrong with the request itself. Any other refusal is about us, or about now: it is tried again."""
BUSY = frozenset({429, 502, 503, 504})
"""With these a receiver, or what stands before it, may say when to come again."""


class Answer(NamedTuple):
    """An HTTP answer. `body` is cut at MAX_ANSWER."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def taken(self) -> bool:
        """Whether the receiver has taken what was sent."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """Status and the beginning of the body, for people."""
        words = self.body[:SAID].decode("utf-8", "replace").strip()
        return f"HTTP {self.status}" + (f" {words}" if words else "")


class Https:
    """Requests to `url`. Redirects are not followed, proxies of the environment not used. Times in seconds."""

    def __init__(self, url: str, context: ssl.SSLContext | None, connect: float = 5.0, read: float = 30.0) -> None:
        self._url, self._name = url, url.split("?", maxsplit=1)[0]
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        self._longest = 2 * (connect + read)
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, ssl_context=context, retries=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="http-sink")

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, whatever it says; raises `Unavailable` when there is none."""
        try:
            async with asyncio.timeout(self._longest):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._post, body, dict(headers))
        except (urllib3.exceptions.HTTPError, OSError, TimeoutError) as error:
            raise self.unavailable(_reason(error)) from None

    def unavailable(self, why: str) -> Unavailable:
        """The error that says that the receiver takes nothing now."""
        message = f"The receiver {self._name} takes no events: {why}."
        return Unavailable("sink_unreachable", message, "Start it or correct the sink: it goes on by itself.")

    def refuse(self, answer: Answer) -> bool:
        """Whether the content is refused for good; raises `Busy` or `Unavailable` where it is to be tried again."""
        if answer.status in CONTENT_REFUSED:
            return True
        after = answer.headers.get("retry-after", "")
        if answer.status in BUSY and after.isascii() and after.isdigit():
            raise Busy(str(self.unavailable(answer.said)), float(after[:9]))
        raise self.unavailable(answer.said)

    def close(self) -> None:
        """Let go of the connection."""
        self._pool.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        response = self._pool.request(
            "POST", self._url, body=body, headers=headers, timeout=self._timeout, redirect=False, preload_content=False
        )
        try:
            found = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status, found, response.read(MAX_ANSWER))
            # What is left unread would be taken for the next answer.
            if response.read(1):
                response.close()
            return answer
        finally:
            response.release_conn()


def _reason(error: Exception) -> str:
    """In words, without the request: its headers hold our credential."""
    cause = error.args[-1] if isinstance(error, urllib3.exceptions.SSLError) and error.args else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({cause.verify_message})"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its name cannot be resolved"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "it cannot be reached"
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return "it took too long"
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.lower().replace("_", " ")
    return f"the connection broke ({type(error).__name__})"
