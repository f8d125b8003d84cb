import ssl

import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused, Unavailable
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Client, Faults, client, trust
from tests.keys.x509.made import AUTHORITY


def test_documents_travel_both_ways(world):
    assert world.server.client.get("/healthz") == {"status": "ok"}
    assert world.server.client.post("/v1/diff", {"files": []}) == {"operations": [], "warnings": []}


def test_lines_come_one_by_one(world):
    assert any('"id":"alice"' in line for line in world.server.client.lines("/v1/export?format=ndjson"))


@pytest.mark.parametrize(
    ("method", "path", "body", "family"),
    [
        ("get", "/v1/actors/nobody", None, NotFound),
        ("post", "/v1/orders", {"order": "suspend", "actors": ["alice"], "reason": ""}, Refused),
        ("post", "/v1/orders", {}, Invalid),
    ],
)
def test_a_problem_document_becomes_the_error_it_was(world, method, path, body, family):
    with pytest.raises(family) as caught:
        getattr(world.server.client, method)(path, *([body] if body is not None else []))
    assert caught.value.code
    assert not caught.value.code.startswith("http_")


def test_faults_keep_their_places(world):
    files = [{"name": "here.yaml", "text": "kind: Team\nid: x\nname: X\ncolour: red"}]
    with pytest.raises(Faults) as caught:
        world.server.client.post("/v1/apply", {"files": files})
    (problem,) = caught.value.problems
    assert (problem["file"], problem["line"], problem["field"]) == ("here.yaml", 4, "colour")


def test_over_tcp_nothing_local_is_answered(world):
    remote = Client(world.server.data, f"http://127.0.0.1:{world.server.port}")
    assert remote.get("/healthz") == {"status": "ok"}
    with pytest.raises(Refused):
        remote.get("/v1/actors")


def test_nobody_there_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="serve --data"):
        Client(tmp_path).get("/healthz")
    with pytest.raises(Unavailable):
        Client(tmp_path, f"http://127.0.0.1:{free_port()}").get("/healthz")


def test_the_data_directory_comes_from_the_environment(world, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_DATA", str(world.server.data))
    assert client(None).get("/healthz") == {"status": "ok"}
    with pytest.raises(Unavailable):
        client(tmp_path).get("/healthz")


def test_only_a_file_of_certificates_can_be_trusted(tmp_path):
    file = tmp_path / "ca.pem"
    with pytest.raises(Invalid, match="No such file"):
        trust(file)
    file.write_text("no certificate")
    with pytest.raises(Invalid, match="no certificate in it"):
        trust(file)
    file.write_bytes(AUTHORITY)
    assert trust(file).minimum_version == ssl.TLSVersion.TLSv1_2
