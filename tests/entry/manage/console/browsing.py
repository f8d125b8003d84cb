"""Looking at pages as a browser does, past the deciding process: who looks is told by the header that it sets."""

import http.client
import re
import socket
from contextlib import closing
from typing import Any, NamedTuple

from nameplate.boot.paths import Paths

PATIENCE_S = 20.0


class Seen(NamedTuple):
    """A page. `text`: without its tags."""

    status: int
    headers: dict[str, str]
    html: str

    def __repr__(self) -> str:
        """Short: a page that is not as it should be is looked at by other means."""
        return f"Seen({self.status}, {self.text[:200]!r})"

    @property
    def text(self) -> str:
        return " ".join(re.sub(r"<[^>]*>", " ", self.html).split())


def look(world: Any, path: str, caller: str = "uid:0", **headers: str) -> Seen:
    """GET a page that is not behind what was done before."""
    world.server.client.get("/v1/actors?limit=1")
    return peek(world, path, caller, **headers)


def peek(world: Any, path: str, caller: str = "uid:0", **headers: str) -> Seen:
    """GET a page as it is, whether anybody decides or not."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_S)
    line.connect(str(Paths(world.server.data).manage))
    with closing(http.client.HTTPConnection("manage")) as connection:
        connection.sock = line
        told = {"accept": "text/html", "x-nameplate-caller": caller}
        connection.request(
            "GET", path, headers=told | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        # A stream of events has no end: its first bytes are enough.
        body = (
            response.read1(4096) + response.read1(4096)
            if "event-stream" in found.get("content-type", "")
            else response.read()
        )
        return Seen(response.status, found, body.decode())
