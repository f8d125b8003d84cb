import asyncio

import pytest

from nameplate.bridges.ssf.transmitter import Transmitter, metadata_of, stream_of, well_known
from nameplate.bridges.ssf.web import Web
from nameplate.domain.errors import Unavailable
from tests.bridges.ssf.upstream import POLL, serving

ISSUER = "https://idp.example"
KEYS = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"}


def test_metadata_lies_between_host_and_path():
    assert well_known(ISSUER) == f"{ISSUER}/.well-known/ssf-configuration"
    assert well_known(f"{ISSUER}/realms/x/") == f"{ISSUER}/.well-known/ssf-configuration/realms/x"


def test_metadata_of_another_or_without_keys_is_none():
    assert metadata_of(KEYS | {"critical_subject_members": ["tenant"]}, ISSUER).critical == {"tenant"}
    documents: list[object] = [
        [],
        {},
        KEYS | {"issuer": f"{ISSUER}/"},
        {"issuer": ISSUER},
        KEYS | {"jwks_uri": "http://idp.example/jwks"},
        KEYS | {"status_endpoint": "file:///etc/passwd"},
    ]
    for document in documents:
        with pytest.raises(Unavailable):
            metadata_of(document, ISSUER)


def test_only_a_stream_that_can_be_polled_is_polled():
    fine = {"stream_id": "s", "delivery": {"method": POLL, "endpoint_url": f"{ISSUER}/poll"}}
    assert stream_of(fine | {"min_verification_interval": 60}, polled=True).pace_s == 60
    assert stream_of({"stream_id": "s"}, polled=False).poll == ""
    for delivery in (None, {"method": "urn:ietf:rfc:8935", "endpoint_url": f"{ISSUER}/x"}, {"method": POLL}):
        with pytest.raises(Unavailable):
            stream_of({"stream_id": "s", "delivery": delivery}, polled=True)


def asked(upstream, scene):
    async def main():
        return await scene(Transmitter(upstream.issuer, "", Web()))

    return asyncio.run(main())


def test_a_stream_is_found_its_status_read_and_its_verification_asked_for():
    with serving() as upstream:
        assert asked(upstream, lambda far: far.stream("", polled=True)).id == "s1"
        assert asked(upstream, lambda far: far.stream("s1", polled=False)).poll == ""
        with pytest.raises(Unavailable, match="0 streams"):
            asked(upstream, lambda far: far.stream("other", polled=True))
        upstream.status = "paused"
        assert asked(upstream, lambda far: far.status("s1")) == "paused"
        assert asked(upstream, lambda far: far.verify("s1", "x"))
        upstream.busy = True
        assert not asked(upstream, lambda far: far.verify("s1", "y"))
        assert upstream.asked == ["x"]


def test_tokens_are_polled_acknowledged_and_reported():
    with serving() as upstream:
        upstream.offer("a", b"one")
        upstream.offer("b", b"two")

        async def scene(far):
            stream = await far.stream("", polled=True)
            first = await far.poll(stream, [], {}, 1, 0)
            rest = await far.poll(stream, ["a"], {"b": ("invalid_request", "no")}, 9, 0)
            return first, rest

        first, rest = asked(upstream, scene)
        assert (first.sets, first.more) == ({"a": "one"}, True)
        assert (rest.sets, rest.more) == ({}, False)
        assert upstream.acked == ["a"]
        assert upstream.errors["b"] == {"err": "invalid_request", "description": "no"}
        answers = upstream.answer
        upstream.answer = lambda method, path, body: (200, []) if path == "/poll" else answers(method, path, body)
        with pytest.raises(Unavailable):
            asked(upstream, scene)
