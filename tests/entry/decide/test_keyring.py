"""Credentials over the control socket: put, listed, removed, given to those who are named, and never shown."""

import asyncio
import base64

import pytest

from nameplate.boot import bus
from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.entry.decide.keyring import CredentialIn
from tests.docs.records import recorded

VALUE = "v3ry-s3cret-of-the-tests"


def put(world, name, value=VALUE):
    return world.server.client.post(
        "/v1/credentials", {"name": name, "value": base64.b64encode(value.encode()).decode()}
    )


def ask(world, name):
    async def main():
        peer = await bus.dial(world.server.data / "run" / "internal.sock")
        try:
            return await peer.call("credential", name, bytes, 20)
        finally:
            await peer.close()

    return asyncio.run(main())


def listed(world):
    return {each["name"] for each in world.server.client.get("/v1/credentials")["items"]}


def test_what_is_put_is_listed_by_name_and_gone_when_removed(world):
    assert put(world, "ring/one") == {"name": "ring/one", "stored": True}
    assert "ring/one" in listed(world)
    assert world.server.client.post("/v1/credentials/remove", {"name": "ring/one"})["removed"] is True
    assert "ring/one" not in listed(world)
    with pytest.raises(NotFound):
        world.server.client.post("/v1/credentials/remove", {"name": "ring/one"})


def test_strangers_neither_see_nor_change_anything(world):
    put(world, "ring-kept")
    body = {"name": "ring-kept", "value": "eA=="}
    replies = [world.post("/v1/credentials", body), world.post("/v1/credentials/remove", {"name": "ring-kept"})]
    assert [reply.status for reply in [*replies, world.get("/v1/credentials")]] == [401, 401, 401]
    assert "ring-kept" in listed(world)


@pytest.mark.parametrize("name", ["", "../node", "a b", "x" * 129])
def test_odd_names_are_refused(world, name):
    with pytest.raises(Invalid):
        put(world, name)


@pytest.mark.parametrize("body", [{}, {"name": "a"}, {"name": "a", "value": "no base64"}, {"name": "a", "value": ""}])
def test_what_is_no_credential_is_refused_and_not_repeated(world, body):
    with pytest.raises(Invalid) as refused:
        world.server.client.post("/v1/credentials", body)
    assert "no base64" not in str(refused.value)


def test_our_own_processes_get_what_a_declared_sink_names_and_nothing_else(world, tmp_path):
    put(world, "ring-token")
    with pytest.raises(Refused):
        ask(world, "ring-token")
    world.apply(
        "{kind: Sink, id: ring, format: ocsf, to: 'http://127.0.0.1:9/', preset: webhook, "
        "secrets: [ring-token, ring-none]}"
    )
    assert ask(world, "ring-token") == VALUE.encode()
    for name, error in (("node", Refused), ("ring-other", Refused), ("ring-none", NotFound)):
        with pytest.raises(error):
            ask(world, name)


def test_the_record_names_who_and_which_and_nothing_shows_the_value(world):
    put(world, "ring-silent")
    records = [each for each in recorded(world.server.data / "journal") if each.get("name") == "ring-silent"]
    assert [(each["change"], each["by"].partition(":")[0]) for each in records] == [("put", "uid")]
    for shown in (VALUE, base64.b64encode(VALUE.encode()).decode()):
        for file in [world.server.data / "serve.log", *(world.server.data / "journal").iterdir()]:
            assert shown.encode() not in file.read_bytes()
    assert VALUE not in repr(CredentialIn("a", VALUE.encode()))
