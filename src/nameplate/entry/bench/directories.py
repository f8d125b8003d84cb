"""From a disable in a directory until it is in force here, beside what the directory itself takes for it."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sansldap
from sansldap.asn1 import ASN1Writer

from nameplate.boot.journal import reader
from nameplate.domain.errors import Unavailable
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.serve.started import Server, running_server

from . import keycloak, samba_dc, slapd
from .floors import sync_floor
from .ldap_editor import LdapEditor
from .workload import free_port

BRIDGE, CREDENTIAL = "company", "directory"
SYNC_REQUEST = "1.3.6.1.4.1.4203.1.9.1.1"
WAIT_S, POLL_S = 60.0, 0.005
SITE = """
{kind: Team, id: ops, name: Operations}
---
{kind: Contract, id: runner, grants: [{actions: [read], resources: ["app:*"]}]}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A directory with an account for each actor. `disable`: sends the change; returns when it was sent and answered.

    `told`: when a bare listener heard of it, 0 where the directory tells nobody. All microseconds, UTC.
    """

    manifest: dict[str, str]
    password: str
    disable: Callable[[str], tuple[int, int]]
    told: Callable[[], int]


def run(folder: Path, peer: str, rounds: int) -> dict[str, Any]:
    """`rounds` disables, one after the other. `peer`: one of PEERS."""
    names, data = [f"unit-{number}" for number in range(rounds)], folder / "data"
    data.mkdir()
    with PEERS[peer](folder, names) as directory, running_server(data, free_port()) as server:
        token = prepare(server, directory.manifest, directory.password, names)
        times = [_disable(server, directory, token, name) for name in names]
        shown = server.client.get("/v1/bridges")["items"][0]
    return _report(folder, data, times, shown)


def prepare(server: Server, manifest: dict[str, str], password: str, names: Sequence[str]) -> str:
    """Actors, and the bridge that governs them; returns a token for a point once the bridge has told of them all."""
    value = base64.b64encode(password.encode()).decode()
    server.client.post("/v1/credentials", {"name": CREDENTIAL, "value": value})
    actor = {"kind": "Actor", "type": "workload", "owner": "ops", "purpose": "Reads", "state": "active"}
    documents = [json.dumps({**actor, "id": name, "contract": "runner"}) for name in names]
    bridge = json.dumps({"kind": "Bridge", "id": BRIDGE, "credential": CREDENTIAL, **manifest})
    text = "\n---\n".join([SITE, *documents, bridge])
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
    _wait("the bridge", lambda: _heard(server, len(names)))
    return str(server.client.post("/v1/point-tokens", {"name": "bench"})["token"])


def _heard(server: Server, count: int) -> bool:
    shown = server.client.get("/v1/bridges")["items"]
    return bool(shown and shown[0]["heard_at"] and shown[0]["actors_told"] >= count)


def _disable(server: Server, directory: Peer, token: str, name: str) -> dict[str, Any]:
    if not permits(server, token, name):
        raise Unavailable("bench", f"{name} is not permitted anything before it is disabled.")
    sent, answered = directory.disable(name)
    _wait("the stop", lambda: server.client.get(f"/v1/actors/{name}")["state"] == "suspended")
    late = permits(server, token, name)
    return {"actor": name, "sent": sent, "answered": answered, "told": directory.told(), "permitted_after": late}


def permits(server: Server, token: str, name: str) -> bool:
    """What an enforcement point that asks online is told of an actor."""
    resource = {"type": "app", "id": "r1"}
    question = {"subject": {"type": "actor", "id": name}, "action": {"name": "read"}, "resource": resource}
    body = json.dumps(question).encode()
    head = f"POST /access/v1/evaluation HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as line:
        line.sendall(head.encode() + body)
        whole = b"".join(iter(lambda: line.recv(65_536), b""))
    return bool(json.loads(whole.partition(b"\r\n\r\n")[2])["decision"])


def _report(folder: Path, data: Path, times: list[dict[str, Any]], shown: dict[str, Any]) -> dict[str, Any]:
    in_force = _in_force(data)
    taken = {each["actor"]: (in_force[each["actor"]] - each["sent"]) / 1000 for each in times}
    own = [((each["told"] or each["answered"]) - each["sent"]) / 1000 for each in times]
    beyond = [taken[each["actor"]] - mine for each, mine in zip(times, own, strict=True)]
    return {
        "rounds": len(times),
        "in_force": _spread(list(taken.values())),
        "peer_answers": _spread([(each["answered"] - each["sent"]) / 1000 for each in times]),
        "peer_tells": _spread(own) if all(each["told"] for each in times) else None,
        "beyond_peer": _spread(beyond),
        "sync_floor": sync_floor(folder),
        "bridge_status": shown["stops"],
        "bound_ms": shown["bound_ms"],
        "permitted_after": sum(each["permitted_after"] for each in times),
    }


def _in_force(data: Path) -> dict[str, int]:
    """When each actor's stop was in force in the deciding process."""
    records = (json.loads(entry.raw) for entry in reader(data).read())
    stops = [each for each in records if each["kind"] == "state" and "cut_off" in each]
    return {actor["id"]: parse_rfc3339(each["cut_off"]) or 0 for each in stops for actor in each["actors"]}


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    p50, p99 = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
    return {"p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "max_ms": round(ordered[-1], 2)}


def _wait(what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not ready():
        if time.monotonic() > deadline:
            raise Unavailable("bench", f"{what} did not come.")
        time.sleep(POLL_S)


class Mode(IntEnum):
    """RFC 4533, 2.2."""

    REFRESH_AND_PERSIST = 3


class Listener:
    """A bare consumer of RFC 4533 that only notes when the last message came: what OpenLDAP itself takes."""

    def __init__(self, port: int) -> None:
        client, writer = sansldap.LDAPClient(), ASN1Writer()
        with writer.push_sequence() as value:
            value.write_enumerated(Mode.REFRESH_AND_PERSIST)
        client.bind_simple(slapd.READER, slapd.READER_PASSWORD)
        self._line = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self._line.sendall(client.data_to_send())
        client.receive(self._line.recv(65_536))
        control = sansldap.LDAPControl(SYNC_REQUEST, True, bytes(writer.get_data()))
        client.search_request(slapd.SUFFIX, controls=[control])
        self._line.sendall(client.data_to_send())
        self._line.settimeout(None)
        self.at = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Hang up."""
        self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _listen(self) -> None:
        while self._line.recv(65_536):
            self.at = time.time_ns() // 1000


@contextmanager
def _openldap(folder: Path, names: Sequence[str]) -> Iterator[Peer]:
    with slapd.running_slapd(folder / "slapd") as directory, closing(directory.editor()) as editor:
        for name in names:
            editor.add(f"cn={name},ou=machines,{slapd.SUFFIX}", slapd.device(name))
        manifest = {"type": "ldap", "url": directory.url, "base": slapd.SUFFIX, "bind": slapd.READER}
        manifest |= {"disabled": "employeeType=disabled", "lease": "1m"}

        def disable(name: str) -> tuple[int, int]:
            return _timed(editor, f"cn={name},ou=machines,{slapd.SUFFIX}", "employeeType", "disabled")

        with closing(Listener(directory.port)) as listener:
            yield Peer(manifest, slapd.READER_PASSWORD, disable, lambda: listener.at)


@contextmanager
def _active_directory(_folder: Path, names: Sequence[str]) -> Iterator[Peer]:
    with _short_folder() as folder, samba_dc.running_samba(folder / "s") as domain, closing(domain.editor()) as editor:
        place, off = f"OU=Machines,{samba_dc.DOMAIN}", str(samba_dc.COMPUTER | samba_dc.DISABLED)
        for name in names:
            editor.add(f"CN={name},{place}", samba_dc.computer(name))
        manifest = {"type": "active-directory", "url": domain.url, "base": samba_dc.DOMAIN, "bind": samba_dc.READER}
        manifest |= {"actors_in": place, "lease": "1m"}

        def disable(name: str) -> tuple[int, int]:
            return _timed(editor, f"CN={name},{place}", "userAccountControl", off)

        yield Peer(manifest, samba_dc.READER_PASSWORD, disable, lambda: 0)


@contextmanager
def _short_folder() -> Iterator[Path]:
    """Samba has Unix sockets far below, whose whole paths may have 107 bytes; its processes end after it has ended."""
    with TemporaryDirectory(prefix="np-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _keycloak(folder: Path, names: Sequence[str]) -> Iterator[Peer]:
    with keycloak.running_keycloak(folder / "keycloak") as server:
        clients = {name: server.client(name) for name in names}
        manifest = {"type": "keycloak", "url": server.url, "realm": keycloak.REALM, "lease": "1m"}

        def disable(name: str) -> tuple[int, int]:
            sent = time.time_ns() // 1000
            server.enable_client(clients[name], enabled=False)
            return sent, time.time_ns() // 1000

        yield Peer(manifest, keycloak.READER_SECRET, disable, lambda: 0)


def _timed(editor: LdapEditor, dn: str, name: str, value: str) -> tuple[int, int]:
    sent = editor.replace(dn, {name: [value]})
    return sent, time.time_ns() // 1000


PEERS = {"ldap": _openldap, "ad": _active_directory, "keycloak": _keycloak}
