"""The routes of the rollout; what they amount to is seen in `tests/entry/cli/test_rollout.py`."""

import pytest

from nameplate.domain.errors import Invalid, NameplateError


def test_a_body_that_is_none_is_refused(world):
    for body in ({}, {"point": "pep"}, {"point": "pep", "quiet_for": "7d", "more": 1}, {"point": 1, "quiet_for": "7d"}):
        with pytest.raises(Invalid):
            world.server.client.post("/v1/rollout/promotions", body)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "since=x", "after=AAAA", "after=WzFd", "after=%00", "after=é"]
)
def test_a_query_that_makes_no_sense_is_refused(world, query):
    with pytest.raises(NameplateError) as caught:
        world.server.client.get(f"/v1/rollout?{query.replace('é', '%C3%A9')}")
    assert isinstance(caught.value, Invalid)


def test_an_empty_report_says_since_when(world):
    page = world.server.client.get("/v1/rollout?point=nobody&since=1h")
    assert (page["items"], page["next"]) == ([], "")
    assert page["since"].endswith(":00:00.000000Z")
