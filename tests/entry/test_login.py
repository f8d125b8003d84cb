"""A terminal signs in at a real server: a code, a person in between, a file that nobody else reads."""

import json
import stat
import threading

import pytest

from nameplate.domain.errors import Invalid, NameplateError, Refused
from nameplate.entry import login
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import client
from nameplate.entry.serve.started import running_server
from tests.entry.people import Raw, link_of
from tests.entry.world import RECORDS, run
from tests.keys.webauthn.authenticator import Authenticator


@pytest.fixture(name="tokens", autouse=True)
def tokens_fixture(tmp_path, monkeypatch):
    path = tmp_path / "config" / "login.json"
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(path))
    return path


@pytest.fixture(scope="module", name="server")
def server_fixture(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server:
        server.client.post("/v1/apply", {"files": [{"name": "world.yaml", "text": RECORDS}]})
        yield server


@pytest.fixture(scope="module", name="owner")
def owner_fixture(server):
    """The first owner, at a browser that is only headers: confirms codes and approves proposals."""
    return Owner(server)


class Owner:
    def __init__(self, server):
        self.raw = Raw(server)
        self.authenticator = Authenticator(self.raw.origin)
        link = {"link": link_of(server).partition("#")[2]}
        _, asked = self.raw.call("POST", "/v1/first-owner/challenge", link)
        status, _ = self.raw.call("POST", "/v1/first-owner", link | self.authenticator.make(asked))
        assert status == 200
        self.cookie = self.raw.cookie

    def post(self, path, body=None):
        return self.raw.call("POST", path, body or {}, cookie=self.cookie, origin=self.raw.origin)

    def approve(self, proposal):
        _, asked = self.post(f"/v1/proposals/{proposal}/challenge")
        return self.post(f"/v1/proposals/{proposal}/approval", self.authenticator.show(asked))


def confirming(owner, how="confirmation"):
    def tell(url, code):
        assert url.endswith(code)
        threading.Thread(target=owner.post, args=(f"/v1/devices/{code}/{how}",)).start()

    return tell


def test_a_terminal_signs_in_works_and_signs_out(server, owner, tokens):
    url = f"http://localhost:{server.port}"
    assert run("proposal", "list", "--server", url).code == 4
    waited: list[float] = []
    found = login.sign_in(url, confirming(owner), waited.append)
    assert (found["person"], found["roles"]) == ("p-local", ["owner"])
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
    assert run("proposal", "list", "--server", url, "--json").json["items"] == []
    assert run("person", "list", "--server", url, "--json").json["items"][0]["id"] == "p-local"
    shown = run("person", "show", "p-local", "--server", url)
    assert "owner" in shown.out
    token = login.kept(url)
    assert run("logout", "--server", url).code == 0
    with pytest.raises(Refused):
        login.kept(url)
    with pytest.raises(NameplateError):
        client(None, url, token).get("/v1/me")


def test_a_code_that_is_refused_signs_nobody_in(server, owner, tokens):
    with pytest.raises(NameplateError) as refused:
        login.sign_in(f"http://localhost:{server.port}", confirming(owner, "refusal"), lambda _: None)
    assert refused.value.code in {"access_denied", "slow_down", "expired_token"}
    assert not tokens.exists()


def test_what_is_proposed_says_what_to_do_next(server, owner):
    told = run("actor", "activate", "alice", "--reason", "x", "--data", server.data)
    assert told.code == 4
    assert "nameplate proposal answer pr-" in told.err
    listed = run("proposal", "list", "--data", server.data, "--json").json["items"]
    ident = next(each["id"] for each in listed if each["act"] == "activate")
    link = run("proposal", "approve-link", ident, "--data", server.data, "--json").json["approve"]
    assert link == f"http://localhost:{server.port}/console/approvals/{ident}"
    assert ident in run("proposal", "show", ident, "--data", server.data).out
    assert "withdrawn" in run("proposal", "withdraw", ident, "--data", server.data).out
    assert owner.approve(ident)[0] == 409
    assert run("proposal", "show", "pr-none", "--data", server.data).code == 3


def test_manifests_wait_for_approval_and_then_come_into_force_byte_for_byte(server, owner, tmp_path):
    manifest = tmp_path / "m.yaml"
    manifest.write_text("{kind: Team, id: proposed, name: Proposed}")
    told = run("apply", "-f", manifest, "--data", server.data, "--json")
    assert told.code == 4
    assert "proposed" not in run("export", "--data", server.data).out
    status, done = owner.approve(told.json["proposal"])
    assert (status, done["state"]) == (200, "done"), done
    assert "proposed" in run("export", "--data", server.data).out
    answer = run("proposal", "answer", told.json["proposal"], "--data", server.data, "--json").json
    assert [each["id"] for each in answer["operations"]] == ["proposed"]


def test_contracts_of_high_tier_take_two_also_through_manage(server, owner, tmp_path):
    manifest = tmp_path / "m.yaml"
    manifest.write_text("{kind: Actor, id: big, type: workload, owner: ops, purpose: P, tier: high, contract: author}")
    told = run("apply", "-f", manifest, "--data", server.data, "--json")
    status, done = owner.approve(told.json["proposal"])
    assert (status, done["state"], done["needed"], done["approved_by"]) == (200, "open", 2, ["p-local"])
    assert "big" not in run("export", "--data", server.data).out
    assert owner.approve(told.json["proposal"])[0] == 403


def test_somebody_is_signed_out_from_the_machine(server, owner):
    done = run("person", "session", "end", "p-none", "--reason", "x", "--data", server.data)
    assert done.code == 3
    assert run("person", "link", "--data", server.data).code == 5, "there is an owner"


@pytest.mark.parametrize("server_url", ["http://clinic.example", "clinic.example", "ftp://x", "", "http://"])
def test_a_token_does_not_travel_in_the_clear(server_url):
    with pytest.raises(Invalid):
        login.normal(server_url)


def test_what_lies_in_the_file_is_one_token_a_server(tokens):
    login.keep("https://a.example", "nps_a")
    login.keep("https://B.example", "nps_b")
    login.keep("https://a.example", "")
    assert json.loads(tokens.read_text()) == {"https://b.example": "nps_b"}
    tokens.write_text("{")
    with pytest.raises(Refused):
        login.kept("https://b.example")
