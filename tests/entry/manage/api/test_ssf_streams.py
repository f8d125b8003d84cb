"""Two real servers: one tells, the other hears, pushed and polled; one hears an identity provider by polling."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator

import pytest

from nameplate.boot.journal import reader
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.bridges.ssf.signer import AUDIENCE, DISABLED, RISC
from tests.bridges.ssf.upstream import serving
from tests.entry.manage.api.test_ssf import until
from tests.entry.world import Reply, World

POLL, PUSH = "urn:ietf:rfc:8936", "urn:ietf:rfc:8935"
NEITHER = "kind: Bridge\nid: stranger\ntype: scim\n"


class Teller:
    """A server whose bridges `by-push` and `by-poll` hear from it."""

    def __init__(self, world: World) -> None:
        self.world, self.issuer = world, f"http://127.0.0.1:{world.server.port}"
        for name, alg in (("by-push", "RS256"), ("by-poll", "ES256"), ("other", "RS256")):
            world.apply(f"kind: Bridge\nid: {name}\ntype: ssf\nprivate: 127.0.0.0/8\nalg: {alg}\n")
        world.apply(NEITHER)
        names = ("by-push", "by-poll", "other", "stranger")
        self.tokens = {name: world.server.client.post("/v1/bridge-tokens", {"name": name})["token"] for name in names}

    def call(self, method: str, path: str, body=None, by: str = "other") -> Reply:
        headers = {"Authorization": f"Bearer {self.tokens[by]}" if by else "", "Content-Type": "application/json"}
        return self.world.call(method, path, None if body is None else json.dumps(body).encode(), headers)

    def stream(self, by: str = "other", **wanted) -> str:
        reply = self.call("POST", "/ssf/streams", wanted, by)
        assert reply.status == 201, reply
        return str(reply.body["stream_id"])

    def poll(self, stream: str, by: str = "other", **asked) -> Reply:
        return self.call("POST", f"/ssf/poll/{stream}", {"returnImmediately": True, **asked}, by)


@pytest.fixture(scope="module")
def teller(tmp_path_factory) -> Iterator[Teller]:
    with running_server(tmp_path_factory.mktemp("a"), free_port()) as server:
        yield Teller(World(server))


@pytest.fixture(scope="module")
def hearer(tmp_path_factory, teller) -> Iterator[World]:
    with running_server(tmp_path_factory.mktemp("b"), free_port()) as server:
        world = World(server)
        for way in ("push", "poll"):
            assert world.run("key", "put", f"a-{way}", stdin=teller.tokens[f"by-{way}"]).code == 0
            fields = f"issuer: {teller.issuer}\naudience: {teller.issuer}/ssf/by-{way}\ncredential: a-{way}\n"
            if way == "push":
                world.apply(f"kind: Bridge\nid: a-push\ntype: ssf\n{fields}lease: 30s\n")
                token = server.client.post("/v1/bridge-tokens", {"name": "a-push"})["token"]
                place = f"http://127.0.0.1:{server.port}/ssf/push/a-push"
                delivery = {"method": PUSH, "endpoint_url": place, "authorization_header": f"Bearer {token}"}
                teller.stream("by-push", delivery=delivery)
            else:
                world.apply(f"kind: Bridge\nid: a-poll\ntype: ssf\ndelivery: poll\n{fields}")
        # Heard of both: their streams are there, and are told what happens from now on.
        until(lambda: {each["id"] for each in bridges(world) if each["heard_at"]} == {"a-push", "a-poll"})
        yield world


def bridges(world: World):
    return world.server.client.get("/v1/bridges")["items"]


def state(world: World, actor: str) -> str:
    return str(world.server.client.get(f"/v1/actors/{actor}")["state"])


def holders(world: World, actor: str) -> set[str]:
    records = (json.loads(entry.raw) for entry in reader(world.server.data).read())
    said = {each["bridge"]: each["status"] for each in records if each["kind"] == "upstream" and each["actor"] == actor}
    return {name for name, status in said.items() if status != "active"}


def test_what_one_server_stops_the_other_stops_by_push_and_by_poll(teller, hearer):
    for world in (teller.world, hearer):
        world.actor("bot-1")
    teller.world.order("suspend", "bot-1")
    until(lambda: holders(hearer, "bot-1") == {"a-push", "a-poll"})
    until(lambda: state(hearer, "bot-1") == "suspended")
    teller.world.order("activate", "bot-1")
    until(lambda: state(hearer, "bot-1") == "active")
    assert holders(hearer, "bot-1") == set()
    teller.world.order("retire", "bot-1")
    until(lambda: state(hearer, "bot-1") == "retired")


def test_a_stream_that_is_verified_is_heard_and_its_lease_holds(teller, hearer):
    until(lambda: all(each["heard_at"] for each in bridges(hearer)))
    pushed = next(each for each in bridges(hearer) if each["id"] == "a-push")
    assert (pushed["bound_ms"], pushed["detail"]["refused"]) == (30_270, 0)
    told = next(each for each in bridges(teller.world) if each["id"] == "by-push")
    assert told["detail"]["told"][0]["trouble"] == ""


def test_the_metadata_and_the_keys_are_for_everybody(teller):
    found = teller.call("GET", "/.well-known/ssf-configuration", by="")
    assert (found.status, found.body["issuer"]) == (200, teller.issuer)
    assert found.body["jwks_uri"] == f"{teller.issuer}/ssf/jwks"
    keys = teller.call("GET", "/ssf/jwks", by="").body["keys"]
    shown = [(key["kty"], key["alg"], "d" in key) for key in keys]
    assert shown == [("RSA", "RS256", False), ("EC", "ES256", False)]


def test_each_hearer_gets_the_signatures_that_it_wants(teller):
    for by, alg in (("by-poll", "ES256"), ("other", "RS256")):
        ident = teller.stream(by)
        assert teller.call("POST", "/ssf/verify", {"stream_id": ident}, by).status == 204
        (token,) = teller.poll(ident, by).body["sets"].values()
        assert json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))["alg"] == alg
        assert teller.call("DELETE", f"/ssf/streams?stream_id={ident}", by=by).status == 204


@pytest.mark.parametrize("path", ["/ssf/streams", "/ssf/status?stream_id=x"])
@pytest.mark.parametrize("by", ["", "stranger"])
def test_nobody_but_a_declared_hearer_manages_streams(teller, path, by):
    reply = teller.call("GET", path, by=by)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_stream_is_made_shown_changed_and_ended(teller):
    ident = teller.stream(events_requested=[DISABLED, "https://x.example/unknown"], description="ours")
    shown = teller.call("GET", f"/ssf/streams?stream_id={ident}").body
    assert shown["events_delivered"] == [DISABLED]
    assert shown["delivery"] == {"method": POLL, "endpoint_url": f"{teller.issuer}/ssf/poll/{ident}"}
    assert (shown["iss"], shown["aud"]) == (teller.issuer, f"{teller.issuer}/ssf/other")
    changed = teller.call("PATCH", "/ssf/streams", {"stream_id": ident, "description": "new"}).body
    assert (changed["description"], changed["events_delivered"]) == ("new", [DISABLED])
    whole = teller.call("PUT", "/ssf/streams", {"stream_id": ident, "delivery": {"method": POLL}}).body
    assert "description" not in whole
    assert len(whole["events_delivered"]) == len(whole["events_supported"])
    assert ident in [each["stream_id"] for each in teller.call("GET", "/ssf/streams").body]
    assert teller.call("DELETE", f"/ssf/streams?stream_id={ident}").status == 204
    assert teller.call("DELETE", f"/ssf/streams?stream_id={ident}").status == 404


@pytest.mark.parametrize(
    "wanted",
    [
        {"delivery": {"method": "urn:x"}},
        {"delivery": {"method": PUSH, "endpoint_url": "http://far.example/push"}},
        {"delivery": {"method": PUSH, "endpoint_url": "file:///etc/passwd"}},
        {"delivery": {"method": PUSH, "endpoint_url": "https://user@far.example/"}},
        {"delivery": {"method": PUSH, "endpoint_url": "https://[::1/"}},
        {"delivery": {"method": PUSH, "endpoint_url": "https://far.example:70000/"}},
        {"delivery": {"method": PUSH}},
        {"delivery": {"method": PUSH, "endpoint_url": "https://x.example/", "authorization_header": "a\r\nb: c"}},
        {"events_requested": "all"},
        {"events_requested": [1]},
        {"description": 7},
        {"aud": "https://somebody.example"},
        {"min_verification_interval": 0},
    ],
)
def test_a_configuration_that_cannot_be_is_refused(teller, wanted):
    assert teller.call("POST", "/ssf/streams", wanted).status == 400


def test_no_hearer_reaches_the_stream_of_another(teller):
    ident = teller.stream("other")
    for method, path, body in (
        ("GET", f"/ssf/streams?stream_id={ident}", None),
        ("DELETE", f"/ssf/streams?stream_id={ident}", None),
        ("PATCH", "/ssf/streams", {"stream_id": ident}),
        ("POST", f"/ssf/poll/{ident}", {}),
        ("POST", "/ssf/verify", {"stream_id": ident}),
        ("POST", "/ssf/status", {"stream_id": ident, "status": "disabled"}),
        ("POST", "/ssf/subjects/remove", {"stream_id": ident, "subject": {"format": "opaque", "id": "x"}}),
    ):
        assert teller.call(method, path, body, by="by-poll").status == 404
    teller.call("DELETE", f"/ssf/streams?stream_id={ident}")


def test_what_was_polled_waits_until_it_is_taken_and_survives_in_order(teller):
    ident, actor = teller.stream(events_requested=[DISABLED, f"{RISC}account-enabled"]), teller.world.actor("bot-2")
    for order in ("suspend", "activate"):
        teller.world.order(order, actor)
    until(lambda: len(teller.poll(ident).body["sets"]) == 2)
    one = teller.poll(ident, maxEvents=1).body
    assert (len(one["sets"]), one["moreAvailable"]) == (1, True)
    first, second = teller.poll(ident).body["sets"]
    assert list(one["sets"]) == [first]
    assert list(teller.poll(ident, ack=[first]).body["sets"]) == [second]
    errors = {second: {"err": "invalid_request", "description": "no"}}
    assert teller.poll(ident, setErrs=errors).body["sets"] == {}
    assert teller.poll(ident, maxEvents=-1).status == 400
    assert teller.poll(ident, ack="all").status == 400
    teller.call("DELETE", f"/ssf/streams?stream_id={ident}")


def test_a_verification_comes_with_its_state_and_not_too_often(teller):
    ident = teller.stream()
    assert teller.call("POST", "/ssf/verify", {"stream_id": ident, "state": "mine"}).status == 204
    until(lambda: teller.poll(ident).body["sets"])
    soon = teller.call("POST", "/ssf/verify", {"stream_id": ident})
    assert (soon.status, soon.headers["retry-after"]) == (429, "10")
    assert teller.call("POST", "/ssf/verify", {"state": "mine"}).status == 400
    teller.call("DELETE", f"/ssf/streams?stream_id={ident}")


def test_a_paused_stream_keeps_what_happens_and_a_disabled_one_misses_it(teller):
    ident, actor = teller.stream(events_requested=[DISABLED]), teller.world.actor("bot-3")
    set_to = {"stream_id": ident, "status": "paused", "reason": "maintenance"}
    assert teller.call("POST", "/ssf/status", set_to).body == set_to
    teller.world.order("suspend", actor)
    assert teller.poll(ident).body["sets"] == {}
    teller.call("POST", "/ssf/status", {"stream_id": ident, "status": "enabled"})
    until(lambda: len(teller.poll(ident).body["sets"]) == 1)
    assert teller.call("GET", f"/ssf/status?stream_id={ident}").body == {"stream_id": ident, "status": "enabled"}
    assert teller.call("POST", "/ssf/status", {"stream_id": ident, "status": "off"}).status == 400
    teller.call("DELETE", f"/ssf/streams?stream_id={ident}")


def test_a_subject_that_was_removed_is_not_told_of_until_it_is_added(teller):
    ident, left_out, other = teller.stream(events_requested=[DISABLED]), "bot-4", "bot-5"
    for actor in (left_out, other):
        teller.world.actor(actor)
    named = {"stream_id": ident, "subject": {"format": "iss_sub", "iss": teller.issuer, "sub": left_out}}
    assert teller.call("POST", "/ssf/subjects/remove", named).status == 204
    teller.world.order("suspend", left_out, other)
    until(lambda: len(teller.poll(ident).body["sets"]) == 1)
    assert teller.call("POST", "/ssf/subjects/add", named).status == 200
    teller.world.order("quarantine", left_out)
    until(lambda: len(teller.poll(ident).body["sets"]) == 2)
    assert teller.call("POST", "/ssf/subjects/add", {"stream_id": ident, "subject": "x"}).status == 400
    teller.call("DELETE", f"/ssf/streams?stream_id={ident}")


def test_polling_acknowledges_what_holds_and_reports_what_does_not(hearer):
    with serving() as upstream:
        assert hearer.run("key", "put", "idp", stdin="secret").code == 0
        fields = f"issuer: {upstream.issuer}\naudience: {AUDIENCE}\ncredential: idp\ndelivery: poll\nlease: 6s\n"
        actor = hearer.actor("bot-9")
        subject = {"format": "iss_sub", "iss": upstream.issuer, "sub": actor}
        upstream.offer("good", upstream.token(DISABLED, None, subject, jti="good"))
        upstream.offer("bad", upstream.token(DISABLED, None, subject, jti="bad", aud="https://x.example"))
        hearer.apply(f"kind: Bridge\nid: idp\ntype: ssf\n{fields}")
        until(lambda: "good" in upstream.acked and "bad" in upstream.errors)
        assert upstream.errors["bad"]["err"] == "invalid_audience"
        assert state(hearer, actor) == "suspended"
        until(lambda: next(each for each in bridges(hearer) if each["id"] == "idp")["heard_at"])
    until(lambda: next(each for each in bridges(hearer) if each["id"] == "idp")["status"] != "ok")
