import asyncio

import pytest

from nameplate.domain.errors import Refused
from nameplate.domain.feeds import Feed, FeedTls
from nameplate.domain.registry import Registry
from nameplate.entry.decide.showing import Showing
from nameplate.keys.x509 import read_pair
from tests.keys.x509.made import pair_files


def feed(tls=None):
    return Feed("f", "s", "syslog+tls://0.0.0.0:6514" if tls else "webhook", {}, {}, {}, tls=tls)


def asked(registry, find):
    async def main():
        return await Showing(registry, find).handlers()["server_pair"](None, b"")

    return asyncio.run(main())


def test_the_key_is_given_where_a_feed_speaks_tls_and_shown_nowhere(tmp_path):
    pair = read_pair(*pair_files(tmp_path, "a"))
    given = asked(Registry(feeds={"f": feed(FeedTls("ca.pem", ("relay",)))}), lambda: pair)
    assert (given.chain, given.key) == (pair.chain, pair.key)
    assert "PRIVATE" not in repr(given)


@pytest.mark.parametrize("feeds", [{}, {"f": feed()}])
def test_the_key_stays_where_none_does(feeds):
    def find():
        raise AssertionError("the key was looked for")

    with pytest.raises(Refused):
        asked(Registry(feeds=feeds), find)
