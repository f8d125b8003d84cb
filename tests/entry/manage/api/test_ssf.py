"""A real server hears an identity provider, which pushes and is polled, and tells another of our own servers."""

import json
import time
from collections.abc import Iterator

import pytest

from nameplate.boot.journal import reader
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.bridges.ssf.signer import AUDIENCE, CAEP, DISABLED, RISC, SSF, Signer
from tests.bridges.ssf.upstream import Upstream, serving
from tests.entry.world import PATIENCE_S, World

ENABLED = f"{RISC}account-enabled"


class Heard:
    """A world that hears `upstream` by push, as bridge `idp`."""

    def __init__(self, world: World, upstream: Upstream) -> None:
        self.world, self.upstream = world, upstream
        self.declare()
        upstream.bearer = world.server.client.post("/v1/bridge-tokens", {"name": "idp"})["token"]
        upstream.where = f"http://127.0.0.1:{world.server.port}/ssf/push/idp"
        until(lambda: self.status()["status"] == "ok" and self.push(ENABLED, "nobody")[0] == 202)

    def declare(self, **more: object) -> None:
        fields = {"issuer": self.upstream.issuer, "audience": AUDIENCE} | more
        lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
        self.world.apply(f"kind: Bridge\nid: idp\ntype: ssf\n{lines}")

    def status(self, name: str = "idp"):
        bridges = self.world.server.client.get("/v1/bridges")["items"]
        return next((each for each in bridges if each["id"] == name), {"status": "", "detail": {}})

    def push(self, uri: str, actor: str, event=None, **more):
        subject = {"format": "iss_sub", "iss": self.upstream.issuer, "sub": actor}
        return self.upstream.push(self.upstream.token(uri, event, subject, **more))

    def state(self, actor: str) -> str:
        return str(self.world.server.client.get(f"/v1/actors/{actor}")["state"])

    def findings(self) -> list[str]:
        records = (json.loads(entry.raw) for entry in reader(self.world.server.data).read())
        return [record["finding"] for record in records if record["kind"] == "finding"]


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> Iterator[Heard]:
    with (
        serving() as upstream,
        running_server(
            tmp_path_factory.mktemp("np"), free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]'
        ) as server,
    ):
        yield Heard(World(server), upstream)


def test_a_disable_is_in_force_before_it_is_answered_and_lifted_by_its_own_word(heard):
    actor = heard.world.actor("bot-1")
    assert heard.world.permits(actor)
    assert heard.push(DISABLED, actor, {"reason": "hijacking"}) == (202, None)
    assert not heard.world.permits(actor)
    assert heard.state(actor) == "suspended"
    assert heard.push(ENABLED, actor) == (202, None)
    assert heard.world.permits(actor)


def test_being_compliant_again_lifts_only_that_hold(heard):
    actor = heard.world.actor("bot-2")
    change = {"previous_status": "compliant", "current_status": "not-compliant"}
    back = {"previous_status": "not-compliant", "current_status": "compliant"}
    assert heard.push(DISABLED, actor)[0] == 202
    assert heard.push(f"{CAEP}device-compliance-change", actor, change)[0] == 202
    assert heard.push(f"{CAEP}device-compliance-change", actor, back)[0] == 202
    assert not heard.world.permits(actor)
    assert heard.push(ENABLED, actor)[0] == 202
    assert heard.world.permits(actor)


def test_an_upstream_active_never_clears_a_local_stop(heard):
    actor = heard.world.actor("bot-3")
    heard.push(DISABLED, actor)
    heard.world.order("suspend", actor)
    assert heard.push(ENABLED, actor)[0] == 202
    assert heard.state(actor) == "suspended"


def test_a_replay_is_acknowledged_and_changes_nothing(heard):
    actor = heard.world.actor("bot-4")
    subject = {"format": "iss_sub", "iss": heard.upstream.issuer, "sub": actor}
    disabled = heard.upstream.token(DISABLED, None, subject)
    assert heard.upstream.push(disabled)[0] == 202
    assert heard.push(ENABLED, actor)[0] == 202
    again = heard.status()["detail"]["again"]
    assert heard.upstream.push(disabled)[0] == 202
    assert heard.world.permits(actor)
    assert heard.status()["detail"]["again"] == again + 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"authorization": "Bearer npb_wrong"}, "authentication_failed"),
        ({"authorization": ""}, "authentication_failed"),
        ({"content-type": "application/json"}, "invalid_request"),
    ],
)
def test_who_is_not_that_bridge_or_sends_something_else_is_refused(heard, change, code):
    actor = heard.world.actor("bot-5")
    raw = heard.upstream.token(DISABLED, None, {"format": "iss_sub", "iss": heard.upstream.issuer, "sub": actor})
    status, body = heard.upstream.push(raw, **change)
    assert (status, body["err"]) == (400, code)
    assert body["description"]
    assert heard.world.permits(actor)


def test_what_is_not_signed_by_the_issuer_is_refused(heard):
    actor = heard.world.actor("bot-6")
    subject = {"format": "iss_sub", "iss": heard.upstream.issuer, "sub": actor}
    thief = Signer(heard.upstream.signer.kid, issuer=heard.upstream.issuer)
    for raw, code in (
        (thief.token(thief.claims(DISABLED, None, subject)), "authentication_failed"),
        (b"x" * 70_000, "invalid_request"),
        (heard.upstream.token(DISABLED, None, subject, aud="https://other.example"), "invalid_audience"),
        (heard.upstream.token(f"{CAEP}risk-level-change", {}, subject), "invalid_request"),
    ):
        status, body = heard.upstream.push(raw)
        assert (status, body["err"]) == (400, code)
    assert heard.world.permits(actor)


def test_an_event_with_a_critical_member_that_is_not_understood_is_discarded(heard):
    actor = heard.world.actor("bot-7")
    device = {"format": "iss_sub", "iss": heard.upstream.issuer, "sub": actor}
    tenant = {"format": "opaque", "id": "t"}
    critical = heard.upstream.token(DISABLED, None, {"format": "complex", "device": device, "tenant": tenant})
    ignored = heard.status()["detail"]["ignored"]
    assert heard.upstream.push(critical)[0] == 202
    assert heard.world.permits(actor)
    assert heard.status()["detail"]["ignored"] == ignored + 1
    session = heard.upstream.token(DISABLED, None, {"format": "complex", "device": device, "session": tenant})
    assert heard.upstream.push(session)[0] == 202
    assert not heard.world.permits(actor)


def test_a_verification_that_nobody_asked_for_is_refused(heard):
    raw = heard.upstream.token(f"{SSF}verification", {"state": "guessed"}, {"format": "opaque", "id": "s1"})
    status, body = heard.upstream.push(raw)
    assert (status, body["err"]) == (400, "invalid_state")
    of_its_own_accord = heard.upstream.token(f"{SSF}verification", {}, {"format": "opaque", "id": "s1"})
    assert heard.upstream.push(of_its_own_accord)[0] == 202


def test_a_stream_that_is_paused_raises_a_finding(heard):
    raw = heard.upstream.token(f"{SSF}stream-updated", {"status": "paused"}, {"format": "opaque", "id": "s1"})
    assert heard.upstream.push(raw)[0] == 202
    until(lambda: "stream_stopped" in heard.findings())
    back = heard.upstream.token(f"{SSF}stream-updated", {"status": "enabled"}, {"format": "opaque", "id": "s1"})
    assert heard.upstream.push(back)[0] == 202


def test_nobody_pushes_to_a_bridge_that_hears_nothing(heard):
    heard.world.apply("kind: Bridge\nid: deaf\ntype: ssf\n")
    token = heard.world.server.client.post("/v1/bridge-tokens", {"name": "deaf"})["token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/secevent+jwt"}
    reply = heard.world.call("POST", "/ssf/push/deaf", b"x", headers)
    assert (reply.status, reply.body["err"]) == (400, "access_denied")
