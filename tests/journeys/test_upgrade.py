"""A directory of version 1 is brought up once, with nothing lost; one of a later version is left alone."""

import subprocess
import sys
from typing import Any

from nameplate.boot.layout import VERSION
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.boot import version1
from tests.boot.journals import records
from tests.entry.world import World, run
from tests.journals.segments.test_verifier import both

DOCS: list[dict[str, Any]] = [
    {"kind": "Team", "id": "ops", "name": "Operations"},
    {"kind": "Contract", "id": "author", "grants": [{"actions": ["read"], "resources": ["record:*"]}]},
    {
        "kind": "Actor",
        "id": "alice",
        "site": "default",
        "type": "workload",
        "owner": "ops",
        "purpose": "Writes",
        "state": "active",
        "contract": "author",
    },
]
DECLARED: dict[str, object] = {
    "kind": "declared",
    "by": "uid:0",
    "changes": [{"op": "put", "doc": doc} | ({"revision": 1} if doc["kind"] == "Contract" else {}) for doc in DOCS],
}
TOLD: list[dict[str, object]] = [
    {"kind": "started", "node": version1.NODE},
    DECLARED,
    {"kind": "stopped", "node": version1.NODE},
]


def test_a_directory_of_version_1_is_brought_up_and_nothing_is_lost(tmp_path):
    data = tmp_path / "data"
    version1.make(data, TOLD)
    assert both(data / "journal") == ("ok", "ok", None)
    (first,) = (data / "journal").glob("*.journal")
    before = first.read_bytes()
    for _ in range(2):
        with running_server(data, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
            world = object.__new__(World)
            world.server = server
            world.token = world.point("pep")
            assert world.permits("alice")
            assert not world.permits("alice", "delete")
    assert (data / "format").read_text() == f"nameplate-data/{VERSION}\n"
    assert first.read_bytes() == before
    files = sorted((data / "journal").glob("*.journal"))
    assert [path.read_bytes()[:31] for path in files] == [
        b'{"format":"nameplate-journal/1"',
        b'{"format":"nameplate-journal/2"',
    ]
    assert both(data / "journal") == ("ok", "ok", None)
    assert [record["kind"] for record in records(data)][:3] == ["started", "declared", "stopped"]


def test_an_altered_directory_of_version_1_is_found(tmp_path):
    version1.make(tmp_path / "data", TOLD)
    (first,) = (tmp_path / "data" / "journal").glob("*.journal")
    first.write_bytes(first.read_bytes().replace(b"Writes", b"Reads!"))
    assert both(tmp_path / "data" / "journal")[0] == "broken"


def test_a_later_version_is_refused_by_name_and_left_alone(tmp_path):
    data = tmp_path / "data"
    version1.make(data, TOLD)
    (data / "format").write_text(f"nameplate-data/{VERSION + 1}\n")
    journal = {path.name: path.read_bytes() for path in (data / "journal").iterdir()}
    command = [sys.executable, "-m", "nameplate", "serve", "--data", str(data), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 6
    assert f"data {VERSION + 1}, known here {VERSION}" in done.stderr
    assert run("backup", "--data", data, "--to", tmp_path / "b").code == 6
    assert {path.name: path.read_bytes() for path in (data / "journal").iterdir()} == journal
