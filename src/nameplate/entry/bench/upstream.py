"""`python -m nameplate.entry.bench.upstream`: who disables many by one SCIM Bulk request, in a process of its own.

What it computes must not hold up who measures, nor take the processor from a server that it would not share.
"""

import json
import os
import sys
import time
from http.client import HTTPConnection
from typing import Any

from .managing import NICENESS

PATCH, BULK = (f"urn:ietf:params:scim:api:messages:2.0:{name}" for name in ("PatchOp", "BulkRequest"))


class Upstream:
    """A provisioning client on one connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection, self._token = HTTPConnection("127.0.0.1", port, timeout=300), token

    def send(self, method: str, path: str, body: Any) -> Any:
        """One request; raises OSError when it is refused."""
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/scim+json"}
        self._connection.request(method, f"/scim/v2{path}", json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise OSError(text.decode(errors="replace")[:500])
        return json.loads(text)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def bulk(self, operations: list[Any]) -> list[Any]:
        """Many at once, on a connection that the server has not ended meanwhile."""
        self.close()
        return list(self.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})["Operations"])


def activity(value: bool) -> Any:
    """The PATCH that makes somebody active or not."""
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": value}]}


def main() -> None:
    """Reads `{port, token, places}`; tells how long it took, when it was answered, and whether all was taken."""
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    operations = [{"method": "PATCH", "path": where, "data": activity(False)} for where in asked["places"]]
    upstream, began = Upstream(asked["port"], asked["token"]), time.perf_counter()
    done = upstream.bulk(operations)
    took, at = time.perf_counter() - began, time.time_ns() // 1000
    upstream.close()
    json.dump({"seconds": took, "at": at, "whole": all(each["status"] == "200" for each in done)}, sys.stdout)


if __name__ == "__main__":
    main()
