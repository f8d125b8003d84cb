import asyncio
import socket

import pytest

from nameplate.bridges.panel_feed import follow
from nameplate.domain.errors import Unavailable
from nameplate.domain.feeds import Feed, PanelSaid
from tests.bridges.panel_feed.test_listener import free_port

FIELDS = {name: name for name in ("time", "door", "card", "event")}


def feed(source):
    return Feed("f", "s", source, FIELDS, {"v": "vault"}, {"granted": PanelSaid.GRANTED})


async def closed(_feed, _make):
    raise AssertionError("nothing here speaks TLS")


def run(scenario):
    async def main():
        async with asyncio.timeout(20):
            await scenario()

    asyncio.run(main())


def test_a_file_is_followed_and_what_could_not_be_told_is_told_again(tmp_path):
    file, told, away = tmp_path / "feed.csv", list[str](), [True]
    file.write_text("time,door,card,event\n")

    async def tell(events):
        if away.pop() if away else False:
            raise Unavailable("decide_gone", "It is away.")
        told.extend(event.card for event in events)

    async def scenario():
        task = asyncio.create_task(follow(feed(f"csv:{file}"), tmp_path / "p.json", tell, closed))
        await asyncio.sleep(0.3)
        with file.open("a") as opened:
            opened.write(",v,1,granted\n,other,2,granted\n,v,3,hello\n,v,4,granted\n")
        while told != ["1", "4"]:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)
        task.cancel()

    run(scenario)


def test_syslog_is_followed_and_let_go_of(tmp_path):
    port, told = free_port(socket.SOCK_DGRAM), list[str]()

    async def tell(events):
        told.extend(event.card for event in events)

    async def scenario():
        task = asyncio.create_task(follow(feed(f"syslog+udp://127.0.0.1:{port}"), tmp_path / "p.json", tell, closed))
        await asyncio.sleep(0.1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<1>Nov 22 18:04:05 p a: door=v card=7 event=granted", ("127.0.0.1", port))
            while told != ["7"]:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", port))

    run(scenario)


def test_a_source_that_is_not_there_is_an_error_and_a_webhook_has_nothing_to_follow(tmp_path):
    async def tell(_events):
        raise AssertionError

    async def scenario():
        with pytest.raises(OSError, match="none"):
            await follow(feed(f"csv:{tmp_path}/none.csv"), tmp_path / "p.json", tell, closed)
        await follow(feed("webhook"), tmp_path / "p.json", tell, closed)

    run(scenario)
