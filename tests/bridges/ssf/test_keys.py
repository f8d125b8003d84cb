import asyncio
import json

import pytest

from nameplate.bridges.ssf.keys import AGAIN_S, FRESH_S, KeyCache, read_keys
from nameplate.bridges.ssf.sets import Refusal
from nameplate.domain.errors import Unavailable
from tests.bridges.ssf.signer import Signer

FIRST, SECOND = Signer("k1"), Signer("k2")


class Published:
    """Keys as the other side shows them. `now`: monotonic; `asked`: how often they were fetched."""

    def __init__(self, *signers):
        self.signers, self.now, self.asked, self.down = list(signers), 1000.0, 0, False
        self.cache = KeyCache(self.fetch, lambda: self.now)

    async def fetch(self):
        self.asked += 1
        if self.down:
            raise OSError("away")
        return json.dumps({"keys": [each.jwk for each in self.signers]}).encode()

    def find(self, kid, alg="RS256"):
        return asyncio.run(self.cache.find(kid, alg))


def test_keys_are_fetched_once_and_again_for_an_unknown_one():
    shown = Published(FIRST)
    shown.find("k1")
    shown.find("k1")
    assert shown.asked == 1
    shown.signers, shown.now = [SECOND], shown.now + AGAIN_S
    assert shown.find("k2")
    assert shown.asked == 2
    with pytest.raises(Refusal):
        shown.find("k1")


def test_nobody_makes_us_fetch_again_and_again():
    shown = Published(FIRST)
    for _ in range(20):
        with pytest.raises(Refusal):
            shown.find("guessed")
    assert shown.asked == 1
    shown.now += AGAIN_S
    with pytest.raises(Refusal):
        shown.find("guessed")
    assert shown.asked == 2


def test_a_key_that_was_taken_back_counts_no_longer_than_it_is_fresh():
    shown = Published(FIRST, SECOND)
    shown.find("k2")
    shown.signers, shown.now = [FIRST], shown.now + FRESH_S + 1
    with pytest.raises(Refusal):
        shown.find("k2")


def test_while_they_cannot_be_fetched_the_former_keys_count():
    shown = Published(FIRST)
    shown.find("k1")
    shown.down, shown.now = True, shown.now + FRESH_S + 1
    assert shown.find("k1")
    with pytest.raises(Refusal):
        shown.find("k2")


def test_without_any_it_is_to_be_tried_again():
    shown = Published(FIRST)
    shown.down = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            shown.find("k1")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": 7}', b"{", b'{"key": []}'])
def test_what_is_no_key_set_is_none(body):
    with pytest.raises(Unavailable):
        read_keys(body)


@pytest.mark.parametrize(
    "key", [{"kty": "RSA", "n": "!!", "e": "AQAB"}, {"kty": "RSA", "n": 7, "e": "AQAB"}, {"kty": "RSA"}]
)
def test_a_key_that_is_none_is_refused(key):
    async def fetch():
        return json.dumps({"keys": [key | {"kid": "k"}]}).encode()

    with pytest.raises(Refusal) as refused:
        asyncio.run(KeyCache(fetch, lambda: 0.0).find("k", "RS256"))
    assert refused.value.code == "invalid_key"


def test_a_key_for_encryption_or_another_algorithm_is_not_for_signatures():
    for change in ({"use": "enc"}, {"alg": "RS512"}):

        async def fetch(change=change):
            return json.dumps({"keys": [FIRST.jwk | change]}).encode()

        with pytest.raises(Refusal):
            asyncio.run(KeyCache(fetch, lambda: 0.0).find("k1", "RS256"))


def test_a_private_part_that_somebody_publishes_is_not_read():
    async def fetch():
        return json.dumps({"keys": [FIRST.jwk | {"d": "AAAA"}]}).encode()

    assert not asyncio.run(KeyCache(fetch, lambda: 0.0).find("k1", "RS256")).is_private
