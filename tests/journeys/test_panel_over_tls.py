"""A panel elsewhere in the building: its events come through a real relay over TLS, and only through that."""

import contextlib
import json
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nameplate.boot.journal import reader
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.world import World
from tests.exports.certificates import Authority, Pair
from tests.exports.relay import relaying
from tests.exports.rsyslogd import until

SITE = """
{{kind: Zone, id: hall}}
---
{{kind: Zone, id: cash}}
---
{{kind: Door, id: vault, joins: [hall, cash]}}
---
kind: Feed
id: panel
to: syslog+tls://127.0.0.1:{port}
tls: {{ca: "{ca}", peers: [relay.clinic.example]}}
doors: {{DR-12: vault}}
watch: [vault]
within: 1s
"""
LINE = "<13>Nov 22 18:04:05 panel acs: door=DR-12 card={card} event=opened"


def events(world: World) -> list[dict[str, Any]]:
    found = (json.loads(entry.raw) for entry in reader(world.server.data).read())
    return [record for record in found if record["kind"] == "panel_event"]


def status(world: World) -> str:
    return str(world.run("panel", "feeds", "--json").json["items"][0]["status"])


def say(port: int, ca: Path, client: Pair | None) -> None:
    """What somebody says who is no peer, as far as they get."""
    context = ssl.create_default_context(cafile=str(ca))
    if client:
        context.load_cert_chain(client.cert, client.key)
    text = LINE.format(card="12:1666").encode()
    with (
        contextlib.suppress(ConnectionError, ssl.SSLError),
        socket.create_connection(("127.0.0.1", port), timeout=20) as line,
        context.wrap_socket(line, server_hostname="localhost") as encrypted,
    ):
        encrypted.sendall(b"%d %b" % (len(text), text))
        while encrypted.recv(1):
            pass


@pytest.mark.timeout(120)
def test_a_relay_with_its_certificate_is_heard_and_nobody_else(
    require_peer: Callable[[str, str], str], tmp_path: Path
) -> None:
    panels, stranger, port, ca = (
        Authority(tmp_path, "panels"),
        Authority(tmp_path, "stranger"),
        free_port(),
        tmp_path / "np.pem",
    )
    relay = panels.issue("relay", host="relay.clinic.example")
    (tmp_path / "data").mkdir()
    with running_server(tmp_path / "data", free_port()) as server:
        world = World(server)
        world.apply(SITE.format(port=port, ca=panels.cert))
        until(lambda: "no certificate" in status(world), "the missing certificate is told")
        world.run("tls", "init")
        world.run("tls", "issue", "--name", "localhost")
        world.run("tls", "show", "--out", ca)
        until(lambda: status(world) == "ok", "the feed is heard")
        with relaying(require_peer, tmp_path / "relay-data", ca, relay, port) as send:
            send(LINE.format(card="12:1001"))
            until(lambda: len(events(world)) == 1, "an event of the panel is missing")
            (event,) = events(world)
            assert (event["feed"], event["door"], event["event"]) == ("panel", "vault", "opened")
            for other in (
                None,
                stranger.issue("a", host="relay.clinic.example"),
                panels.issue("b", host="else.example"),
            ):
                say(port, ca, other)
            # With another certificate of the server the line that is open goes on, and new ones follow.
            world.run("tls", "issue", "--name", "localhost")
            send(LINE.format(card="12:1002"))
            until(lambda: len(events(world)) == 2, "an event of the panel is missing")
        with relaying(require_peer, tmp_path / "another-relay", ca, relay, port) as send:
            send(LINE.format(card="12:1003"))
            until(lambda: len(events(world)) == 3, "an event of the panel is missing")
