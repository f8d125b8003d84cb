"""The first owner, passkeys and approvals in Chromium, from the pages to the record."""

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.people import Somebody, browser, journal, link_of
from tests.entry.world import RECORDS, run


@pytest.fixture(scope="module", name="chromium")
def chromium_fixture():
    with browser() as started:
        yield started


@pytest.fixture(scope="module", name="server")
def server_fixture(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server:
        server.client.post("/v1/apply", {"files": [{"name": "world.yaml", "text": RECORDS}]})
        yield server


@pytest.fixture(scope="module", name="owner")
def owner_fixture(chromium, server):
    """The first owner, signed in."""
    somebody = Somebody(chromium.new_context(), f"http://localhost:{server.port}")
    link = link_of(server)
    somebody.become_first(link)
    return somebody


def test_the_first_owner_takes_charge_and_the_machine_only_proposes(server, owner, tmp_path):
    assert owner.post("/v1/me/passkeys/challenge")[0] == 200
    told = run("point", "token", "late", "--data", server.data, "--json")
    assert told.code == 4, told
    proposal = told.json["proposal"]
    assert "point_token" in told.json["summary"]
    status, done, _ = owner.approve(proposal)
    assert (status, done["state"], done["status"]) == (200, "done", 200), done
    records = [
        each for each in journal(server, tmp_path) if each["kind"] in {"proposed", "proposal_approved", "caller"}
    ]
    caller = next(each for each in records if each.get("name") == "late")
    assert caller["by"] == "person:p-local"
    assert all("npt_" not in str(each) for each in records)
    answer = run("proposal", "answer", proposal, "--data", server.data, "--json")
    assert answer.json["token"].startswith("npt_")
    assert run("proposal", "answer", proposal, "--data", server.data, "--json").code == 3
