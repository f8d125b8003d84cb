import asyncio
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from nameplate.bridges.ssf.configuration import MIN_VERIFICATION_S
from nameplate.bridges.ssf.offering import MAX_STREAMS, Offering, TooSoon
from nameplate.bridges.ssf.signing import Signer
from nameplate.bridges.ssf.streams import StreamFile, seal_key
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.journals.segments import SegmentReader
from tests.bridges.ssf.test_signing import ISSUER, PEM
from tests.flows.heart import WORLD, beating

BRIDGES = {name: Bridge(name, "s", BridgeType.SSF) for name in ("siem", "other")}


def scene(tmp_path, play, bridges=BRIDGES):
    (tmp_path / "journal").mkdir(exist_ok=True)

    async def main():
        async with beating(tmp_path / "journal", *WORLD) as heart:
            file = StreamFile(tmp_path / "signals.db", seal_key(PEM))
            reader = SegmentReader(tmp_path / "journal")
            offering = Offering("n1", reader, file, Signer(ISSUER, PEM), bridges, lambda: heart.registry.seq)
            await offering.start()
            try:
                await play(heart, offering)
            finally:
                await offering.end()

    asyncio.run(main())


def test_a_stream_is_told_what_happens_after_it_was_made_and_goes_on_after_a_restart(tmp_path):
    made = []

    async def first(heart, offering):
        await heart.order("suspend", "amr-1")
        made.append((await offering.create("siem", {}))["stream_id"])
        assert (await offering.poll("siem", made[0], {"returnImmediately": True})) == {"sets": {}}
        await heart.order("quarantine", "amr-1")

    async def second(heart, offering):
        found = await offering.poll("siem", made[0], {"maxEvents": 9})
        assert found["sets"]
        assert [each["stream"] for each in offering.told("siem")] == made
        assert offering.told("other") == []

    scene(tmp_path, first)
    scene(tmp_path, second)


def test_the_stream_of_a_bridge_that_is_gone_is_not_told(tmp_path):
    async def first(heart, offering):
        await offering.create("siem", {})

    async def second(heart, offering):
        with pytest.raises(NotFound):
            offering.show("siem", "st-x")
        assert offering.show("siem") == []

    scene(tmp_path, first)
    scene(tmp_path, second, {"other": BRIDGES["other"]})


async def until(offering, status):
    async with asyncio.timeout(15):
        while offering.told("siem")[0]["status"] != status:  # noqa: ASYNC110 - it looks every now and then, too
            await asyncio.sleep(0.01)


def events(found):
    payloads = [json.loads(urlsafe_b64decode(each.split(".")[1] + "==")) for each in found["sets"].values()]
    return [(uri.rpartition("/")[2], event) for each in payloads for uri, event in each["events"].items()]


def test_a_stream_that_we_disable_and_enable_again_is_told_so_and_nothing_of_what_was_meanwhile(tmp_path):
    bridges = dict(BRIDGES)

    async def play(heart, offering):
        ident = (await offering.create("siem", {}))["stream_id"]
        await heart.order("suspend", "amr-1")
        siem = bridges.pop("siem")
        await until(offering, "disabled")
        await heart.order("quarantine", "amr-1")
        await asyncio.sleep(0.2)
        bridges["siem"] = siem
        await until(offering, "enabled")
        await heart.order("retire", "amr-1")
        told: list[tuple[str, dict[str, str]]] = []
        async with asyncio.timeout(15):
            while len(told) < 4:
                told = events(await offering.poll("siem", ident, {"returnImmediately": True}))
                await asyncio.sleep(0.05)
        assert [name for name, _ in told] == ["stream-updated", "stream-updated", "account-purged", "session-revoked"]
        assert [event["status"] for _, event in told[:2]] == ["disabled", "enabled"]
        # What they order themselves they know.
        for status in ("paused", "enabled"):
            await offering.set_status("siem", {"stream_id": ident, "status": status})
        assert len(events(await offering.poll("siem", ident, {"returnImmediately": True}))) == 4

    scene(tmp_path, play, bridges)


def test_a_stream_is_told_that_it_goes_on_also_when_we_were_started_anew_meanwhile(tmp_path):
    bridges, made = dict(BRIDGES), []

    async def first(heart, offering):
        made.append((await offering.create("siem", {}))["stream_id"])
        bridges.pop("siem")
        await until(offering, "disabled")
        # Nobody can ask for it now: what waits shows only in the file.
        async with asyncio.timeout(15):
            while not offering._file.count(made[0]):  # noqa: ASYNC110, SLF001 - it looks every now and then
                await asyncio.sleep(0.01)

    async def second(heart, offering):
        await heart.order("suspend", "amr-1")
        bridges["siem"] = BRIDGES["siem"]
        await until(offering, "enabled")
        told = events(await offering.poll("siem", made[0], {"returnImmediately": True}))
        assert [(name, event["status"]) for name, event in told[:2]] == [
            ("stream-updated", "disabled"),
            ("stream-updated", "enabled"),
        ]

    scene(tmp_path, first, bridges)
    scene(tmp_path, second, bridges)


def test_what_is_no_subject_and_no_error_is_refused(tmp_path):
    async def play(heart, offering):
        ident = (await offering.create("siem", {}))["stream_id"]
        ours = {"format": "iss_sub", "iss": ISSUER}
        for subject in (ours, ours | {"sub": 7}, {"format": "iss_sub", "sub": "amr-1"}, {"format": 1}, "amr-1"):
            with pytest.raises(Invalid):
                await offering.subject("siem", {"stream_id": ident, "subject": subject}, add=False)
        errors: Any
        for errors in ({"jti": "no"}, {"jti": {}}, {"jti": {"err": 5}}, []):
            with pytest.raises(Invalid):
                await offering.poll("siem", ident, {"maxEvents": 0, "setErrs": errors})
        told = {"stream_id": ident, "subject": ours | {"sub": "amr-1"}, "verified": "yes"}
        with pytest.raises(Invalid):
            await offering.subject("siem", told, add=True)
        # A form that no subject of ours has is nobody we tell of.
        await offering.subject("siem", {"stream_id": ident, "subject": {"format": "email"}}, add=False)
        await offering.subject("siem", {"stream_id": ident, "subject": ours | {"sub": "amr-1"}}, add=False)

    scene(tmp_path, play)


def test_there_are_bounds(tmp_path):
    async def play(heart, offering):
        ident = ""
        for _ in range(MAX_STREAMS):
            ident = (await offering.create("siem", {}))["stream_id"]
        with pytest.raises(Conflict):
            await offering.create("siem", {})
        await offering.create("other", {})
        with pytest.raises(Invalid):
            await offering.verify("siem", {"stream_id": ident, "state": "x" * 600})
        await offering.verify("siem", {"stream_id": ident, "state": "x"})
        with pytest.raises(TooSoon):
            await offering.verify("siem", {"stream_id": ident})
        assert MIN_VERIFICATION_S > 0
        for nought in (0, 0.0):
            assert await offering.poll("siem", ident, {"maxEvents": nought}) == {"sets": {}}
        for wrong in (0.5, True, -1, "1"):
            with pytest.raises(Invalid):
                await offering.poll("siem", ident, {"maxEvents": wrong})

    scene(tmp_path, play)
