"""What an approver is shown of a request: manifests, and of nothing else the body."""

import msgspec
import pytest

from nameplate.domain.acts import act_of
from nameplate.domain.errors import Invalid, NotFound
from nameplate.entry.decide.proposed import Proposed
from nameplate.flows.propose import Asked
from tests.flows.proposing import PLAIN, run

SECRET = Asked("POST", "/v1/credentials", b"/v1/credentials", b"application/json", b'{"name":"k","value":"top-secret"}')


def test_manifests_are_shown_as_they_were_proposed_and_no_other_body_is(tmp_path):
    async def scene(house):
        handle = Proposed(house.proposals).handlers()["proposed_manifests"]

        async def ask(ident):
            return await handle(None, msgspec.msgpack.encode(ident))

        assert await ask(await house.propose()) == PLAIN.body
        secret = await house.propose(SECRET, act=act_of("POST", "/v1/credentials"))
        for ident in (secret, "pr-0", ""):
            with pytest.raises(NotFound) as refused:
                await ask(ident)
            assert "top-secret" not in str(refused.value)
        with pytest.raises(Invalid):
            await handle(None, b"\xc1")

    run(tmp_path, scene)


def test_what_is_over_is_shown_no_more(tmp_path):
    async def scene(house):
        ident = await house.propose()
        await house.proposals.withdraw(ident, "uid:0")
        with pytest.raises(NotFound):
            house.proposals.manifests(ident)

    run(tmp_path, scene)
