"""Codes are handed out on the control socket and redeemed by whoever holds one: once, and by one."""

import asyncio
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from nameplate.domain.errors import Conflict, NameplateError, NotFound, Refused
from nameplate.domain.presence import enrolment_text, key_handle
from nameplate.entry.decide.enrolments import Enrolments
from nameplate.entry.decide.replies import HttpError
from nameplate.flows.enrol import LIFETIME_US
from nameplate.keys.p256 import P256Agreement
from nameplate.keys.p256.points import CURVE, encode_point, sign
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import WORLD, beating, robot


class Unit:
    """A unit with a fresh key."""

    def __init__(self, serial="amr-1"):
        self.serial, self._private = serial, ec.generate_private_key(CURVE)
        self.public = encode_point(self._private.public_key())
        self.handle = key_handle(self.public)

    def claim(self, code, changed=None):
        signature = sign(self._private, enrolment_text(code, self.serial, self.public))
        usual = {"code": code, "serial": self.serial, "public_key": self.public.hex(), "signature": signature.hex()}
        return usual | (changed or {})


class Desk:
    """The two routes, called as the app calls them."""

    def __init__(self, heart):
        self.heart = heart
        self.routes = Enrolments(heart.registry, heart.ledger, P256Agreement(), heart.clock)

    async def offer(self, actor="amr-1", **state):
        scope = {"path": f"/v1/actors/{actor}/enrolment", "state": state or {"uid": 0}}
        return await spoken(self.routes.offer, scope, b"")

    async def redeem(self, claim):
        return await spoken(self.routes.redeem, {"path": "/v1/enrolments", "state": {}}, json.dumps(claim).encode())


async def spoken(route, scope, body):
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    await route(scope, receive, send)
    assert sent[0]["status"] == 200
    return json.loads(sent[1]["body"])


def test_a_unit_that_redeems_its_code_has_its_key_bound(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk, unit = Desk(heart), Unit()
            offered = await desk.offer()
            answer = await desk.redeem(unit.claim(offered["code"]))
            assert answer == {"actor": "amr-1", "site": "default", "key_handle": unit.handle}
            assert heart.registry.standings["amr-1"].key == unit.handle
            assert heart.records("key_bound")[0]["handle"] == unit.handle
            assert heart.replayed().keys == heart.registry.keys

    asyncio.run(main())


def test_of_two_that_redeem_one_code_at_the_same_moment_one_gets_it(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk, units = Desk(heart), [Unit() for _ in range(5)]
            code = (await desk.offer())["code"]
            heart.files.hold()
            redeeming = [asyncio.create_task(desk.redeem(unit.claim(code))) for unit in units]
            await heart.sync_reached()
            heart.files.let_go()
            results = await asyncio.gather(*redeeming, return_exceptions=True)
            bound = [result for result in results if isinstance(result, dict)]
            refused = [result for result in results if isinstance(result, Refused)]
            assert (len(bound), len(refused)) == (1, 4)
            assert {each.code for each in refused} == {"enrolment_code"}
            assert len(heart.records("key_bound")) == 1
            assert heart.registry.standings["amr-1"].key == bound[0]["key_handle"]

    asyncio.run(main())


def test_one_key_cannot_be_bound_to_two_actors_at_the_same_moment(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2")) as heart:
            desk, unit = Desk(heart), Unit()
            codes = [(await desk.offer(actor))["code"] for actor in ("amr-1", "amr-2")]
            claims = [unit.claim(codes[0])]
            unit.serial = "amr-2"
            claims.append(unit.claim(codes[1]))
            results = await asyncio.gather(*map(desk.redeem, claims), return_exceptions=True)
            assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
            assert len(heart.records("key_bound")) == 1

    asyncio.run(main())


def test_a_code_that_could_not_be_used_up_on_the_disk_is_still_good(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk, unit = Desk(heart), Unit()
            code = (await desk.offer())["code"]
            heart.files.fail("sync")
            with pytest.raises(JournalUnavailable):
                await desk.redeem(unit.claim(code))
            assert heart.registry.standings["amr-1"].key == ""
            await heart.recovered()
            assert (await desk.redeem(unit.claim(code)))["key_handle"] == unit.handle

    asyncio.run(main())


def test_a_stop_that_comes_between_offer_and_redemption_ends_the_offer(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk = Desk(heart)
            code = (await desk.offer())["code"]
            await heart.order("suspend", "amr-1")
            await heart.order("activate", "amr-1")
            with pytest.raises(Refused):
                await desk.redeem(Unit().claim(code))

    asyncio.run(main())


def test_a_code_ends_with_its_time_and_with_the_next_one(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk, first = Desk(heart), (await Desk(heart).offer())["code"]
            second = (await desk.offer())["code"]
            with pytest.raises(Refused):
                await desk.redeem(Unit().claim(first))
            heart.now += LIFETIME_US
            with pytest.raises(Refused):
                await desk.redeem(Unit().claim(second))
            assert heart.records("key_bound") == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "A" * 32},
        {"code": ""},
        {"serial": "amr-2"},
        {"public_key": "zz"},
        {"public_key": "02" + "00" * 32},
        {"signature": "00" * 64},
        {"signature": "zz"},
        {"public_key": "e\u0301"},
    ],
)
def test_a_claim_that_is_wrong_anywhere_binds_nothing_and_leaves_the_code_good(tmp_path, wrong):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk, unit = Desk(heart), Unit()
            code = (await desk.offer())["code"]
            with pytest.raises(NameplateError):
                await desk.redeem(unit.claim(code, wrong))
            assert heart.registry.keys == {}
            await desk.redeem(unit.claim(code))

    asyncio.run(main())


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code":1}', b"\xff", b"[" * 5_000])
def test_a_body_of_another_shape_is_refused(tmp_path, body):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(HttpError) as refused:
                await spoken(Desk(heart).routes.redeem, {"path": "/v1/enrolments", "state": {}}, body)
            assert refused.value.problem.status == 400

    asyncio.run(main())


def test_codes_are_handed_out_on_the_control_socket_only_and_for_known_actors_only(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(NotFound):
                await Desk(heart).offer("nobody")
            with pytest.raises(HttpError) as refused:
                await Desk(heart).offer(anything="else")
            assert refused.value.problem.status == 401
            assert heart.records("enrolment_offered") == []

    asyncio.run(main())


def test_a_code_is_on_record_as_its_hash_only(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            desk = Desk(heart)
            codes = {(await desk.offer())["code"] for _ in range(3)}
            assert len(codes) == 3
            for record, code in zip(heart.records("enrolment_offered"), codes, strict=True):
                assert record["code_hash"] in {hashlib.sha256(each.encode()).hexdigest() for each in codes}
                assert code not in json.dumps(heart.records())

    asyncio.run(main())
