"""Proposals at a heart, and what carries them out: the real declarer, without HTTP around it."""

import asyncio
import json
from contextlib import asynccontextmanager

from nameplate.domain.acts import act_of
from nameplate.domain.errors import NameplateError
from nameplate.flows.declare import Declarer
from nameplate.flows.passkeys import nonce_bytes
from nameplate.flows.propose import Answered, Asked, Proposals
from tests.flows.heart import CONTRACT, robot
from tests.flows.proving import crowded

ACT = act_of("POST", "/v1/apply")
OPE = "person:p-ope"


def asked_for(*documents):
    """What is asked for: that these documents are declared."""
    changes = [{"op": "put", "doc": doc} | ({"revision": 1} if doc["kind"] == "Contract" else {}) for doc in documents]
    return Asked("POST", "/v1/apply", b"/v1/apply", b"application/json", json.dumps(changes).encode())


PLAIN = asked_for(CONTRACT)
HIGH = asked_for(CONTRACT, robot(tier="high"))


class House:
    """Proposals, and what carries them out: `done` tells what was, in whose names."""

    def __init__(self, crowd):
        self.crowd, self.heart = crowd, crowd.heart
        self.declarer = Declarer(self.heart.registry, self.heart.ledger, 0)
        self.proposals = self.restarted()
        self.done = []
        self.reached, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    def restarted(self):
        heart, warrants = self.heart, self.declarer.warrants
        return Proposals(heart.registry, heart.ledger, self.crowd.passkeys, warrants, heart.clock, nonce_bytes)

    async def propose(self, asked=PLAIN, by=OPE, needed=1, act=ACT):
        return (await self.proposals.propose(act, asked, by, "Declare something", needed)).id

    def signed(self, ident, person, **more):
        """What the person's authenticator says to the challenge of a proposal."""
        return self.crowd.keys[person].show(self.proposals.challenge(ident, person), **more)

    async def send(self, ident, person, said):
        return await self.proposals.approve(ident, person, said["nonce"], said["credential"], self.perform)

    async def approve(self, ident, person):
        return await self.send(ident, person, self.signed(ident, person))

    async def perform(self, asked, names):
        self.done.append((asked, names))
        self.reached.set()
        await self.gate.wait()
        try:
            await self.declarer.declare(json.loads(asked.body), names, self.declarer.declared_seq)
        except NameplateError as error:
            return Answered(403, b"text/plain", error.code.encode())
        return Answered(200, b"text/plain", b"declared")

    def state(self, ident):
        return self.heart.registry.proposals[ident].outcome


@asynccontextmanager
async def housed(folder):
    async with crowded(folder) as crowd:
        house = House(crowd)
        await crowd.join("p-own", "owners")
        await crowd.join("p-app", "approvers")
        await crowd.join("p-ope", "operators")
        yield house


def run(folder, scene):
    async def main():
        async with housed(folder) as house:
            await scene(house)
            assert house.declarer.warrants == {}
            await house.heart.ledger.commit({"kind": "mark"})
            assert house.heart.replayed() == house.heart.registry

    asyncio.run(main())
