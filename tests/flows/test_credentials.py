import asyncio
from contextlib import closing

import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused, Unavailable
from nameplate.domain.sinks import Sink
from nameplate.flows.credentials import Credentials, fingerprint, held
from nameplate.keys.file import FileKeyStore
from tests.flows.heart import WORLD, beating

SECRET = b"a secret of the tests"


def run(tmp_path, scenario):
    async def main():
        async with beating(tmp_path / "heart", *WORLD) as heart:
            with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
                await scenario(heart, keys, Credentials(keys, heart.registry, heart.ledger))

    (tmp_path / "heart").mkdir()
    asyncio.run(main())


def changes(heart):
    return [(each["change"], each["name"], each["by"]) for each in heart.records("credential")]


def test_who_puts_and_removes_is_on_record_and_the_value_is_not(tmp_path):
    async def scenario(heart, keys, credentials):
        await credentials.put("token", SECRET, "uid:0")
        assert credentials.names() == ["token"]
        await credentials.remove("token", "uid:1")
        assert credentials.names() == []
        assert changes(heart) == [("put", "token", "uid:0"), ("removed", "token", "uid:1")]
        assert SECRET.decode() not in str(heart.records("credential"))

    run(tmp_path, scenario)


def test_a_change_that_cannot_be_made_is_on_record_too(tmp_path):
    async def scenario(heart, keys, credentials):
        keys.close()
        with pytest.raises(Unavailable):
            await credentials.put("token", SECRET, "uid:0")
        await heart.ledger.commit({"kind": "started", "node": "n"})
        assert [change for change, *_ in changes(heart)] == ["put", "failed"]

    run(tmp_path, scenario)


def test_a_sink_gets_what_it_names_and_nobody_anything_else(tmp_path):
    async def scenario(heart, keys, credentials):
        await credentials.put("token", SECRET, "uid:0")
        await credentials.put("other", b"other", "uid:0")
        with pytest.raises(Refused):
            await credentials.for_manage("token")
        heart.registry.sinks["s"] = Sink("s", "ocsf", "https://x", secrets=("token", "missing"))
        assert await credentials.for_manage("token") == SECRET
        with pytest.raises(Refused):
            await credentials.for_manage("other")
        with pytest.raises(NotFound):
            await credentials.for_manage("missing")

    run(tmp_path, scenario)


def test_a_name_that_is_none_is_not_repeated(tmp_path):
    async def scenario(heart, keys, credentials):
        with pytest.raises(Invalid) as refused:
            await credentials.put("s3cret value", SECRET, "uid:0")
        assert "s3cret" not in str(refused.value)
        with pytest.raises(NotFound):
            await credentials.remove("nobody", "uid:0")
        assert changes(heart) == []

    run(tmp_path, scenario)


def test_the_fingerprint_of_what_a_point_holds_changes_with_it(tmp_path):
    with closing(FileKeyStore(tmp_path, b"correct horse")) as keys:
        keys.put_credential("a", b"1")
        keys.put_credential("b", b"2")
        assert held(keys, ("a", "c")) == {"a": b"1"}
        first = fingerprint(held(keys, ("a",)), b"salt")
        assert first == fingerprint({"a": b"1"}, b"salt")
        assert first not in (
            fingerprint({"a": b"2"}, b"salt"),
            fingerprint({"a": b"1"}, b"other"),
            fingerprint({}, b"salt"),
        )
