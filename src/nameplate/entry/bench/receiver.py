"""`python -m nameplate.entry.bench.receiver`: takes syslog frames (RFC 6587) and counts which records they are of.

Prints its port, and one JSON line once its standard input ends.
"""

import json
import re
import socket
import sys
import threading
from collections import Counter
from contextlib import suppress

UID = re.compile(rb' uid="([^"]+)" seq="([0-9]+)"')
PIECE = 1024 * 1024


class Counts:
    """What arrived: how often each event, by its id, and the numbers of the records."""

    def __init__(self) -> None:
        self.uids: Counter[bytes] = Counter()
        self.seqs: set[int] = set()
        self._lock = threading.Lock()

    def take(self, data: bytes) -> bytes:
        """Count the whole frames in `data`, and give back the rest."""
        start = 0
        with self._lock:
            while (gap := data.find(b" ", start, start + 10)) > 0:
                end = gap + 1 + int(data[start:gap])
                if end > len(data):
                    break
                if found := UID.search(data, gap, end):
                    self.uids[found[1]] += 1
                    self.seqs.add(int(found[2]))
                start = end
        return data[start:]

    def report(self) -> dict[str, int]:
        """Events by their ids, how many came more than once, and how many records they are of."""
        with self._lock:
            repeated = sum(count - 1 for count in self.uids.values())
            return {"events": len(self.uids), "repeated": repeated, "records": len(self.seqs)}


def read(connection: socket.socket, counts: Counts) -> None:
    """Until the other side ends."""
    rest = b""
    with connection, suppress(ConnectionError):
        while data := connection.recv(PIECE):
            rest = counts.take(rest + data)


def accept(server: socket.socket, counts: Counts) -> None:
    """For ever."""
    while True:
        threading.Thread(target=read, args=(server.accept()[0], counts), daemon=True).start()


def main() -> None:
    """Serve until standard input ends."""
    counts = Counts()
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(server, counts), daemon=True).start()
    sys.stdout.write(f"{server.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    sys.stdout.write(json.dumps(counts.report()) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
