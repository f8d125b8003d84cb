import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.exports.https import Answer, Https
from tests.exports.receivers import receiving


@pytest.fixture
def silent() -> Iterator[int]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def post(url: str, **limits: float) -> Answer:
    https = Https(url, None, **limits)
    try:
        return asyncio.run(https.post(b"x", {}))
    finally:
        https.close()


def test_an_answer_is_whatever_the_receiver_says() -> None:
    with receiving(lambda _: (418, {"X-Tea": "green"}, b"short and stout")) as receiver:
        answer = post(receiver.url)
    assert (answer.status, answer.headers["x-tea"], answer.said) == (418, "green", "HTTP 418 short and stout")
    assert not answer.taken


def test_a_receiver_that_says_nothing_does_not_hold_us_for_ever(silent: int) -> None:
    with pytest.raises(Unavailable, match="too long"):
        post(f"http://127.0.0.1:{silent}", connect=0.2, read=0.2)


def test_a_receiver_that_breaks_off_is_unavailable(silent: int) -> None:
    def break_off() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            ports.append(server.getsockname()[1])
            ready.set()
            server.accept()[0].close()

    ports: list[int] = []
    ready = threading.Event()
    thread = threading.Thread(target=break_off, daemon=True)
    thread.start()
    assert ready.wait(10)
    with pytest.raises(Unavailable, match="broke"):
        post(f"http://127.0.0.1:{ports[0]}")
    thread.join(10)


def test_the_query_of_a_target_is_not_shown() -> None:
    with receiving(lambda _: (500, {}, b"")) as receiver:
        https = Https(f"{receiver.url}/in?channel=private", None)
        answer = asyncio.run(https.post(b"", {}))
        with pytest.raises(Unavailable) as caught:
            https.refuse(answer)
        https.close()
    assert "private" not in str(caught.value)
