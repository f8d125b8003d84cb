"""What the deciding process tells of itself on `/metrics`. Nothing here runs until somebody asks."""

from collections.abc import Callable, Iterator
from importlib.metadata import version

from nameplate.boot.deciding import Deciding
from nameplate.domain.figures import Family, Sample, counter, gauge, histogram
from nameplate.flows.stop import Lifecycle
from nameplate.ports.certificates import Certificate

from .connections import Connections
from .gate import Gate


class Figures:
    """All figures of this process. `gate` is set when the public listener is there."""

    def __init__(
        self,
        parts: Deciding,
        connections: Connections,
        lifecycle: Lifecycle,
        shown: Callable[[], Certificate | None] = lambda: None,
    ) -> None:
        self._parts, self._connections, self._lifecycle, self._shown = parts, connections, lifecycle, shown
        self.gate: Gate | None = None

    def families(self) -> Iterator[Family]:
        """In the order in which they are told."""
        parts = self._parts
        about = {"version": version("nameplate"), "node": parts.node}
        yield Family("nameplate_build_info", "gauge", "What runs here.", [Sample("nameplate_build_info", 1, about)])
        yield from self._decisions()
        yield from self._journal()
        yield from self._points()
        yield gauge("nameplate_actors", "Actors declared.", len(parts.registry.actors))
        yield from self._listener()

    def _decisions(self) -> Iterator[Family]:
        name, tally = "nameplate_decisions_total", self._parts.authorizer.tally
        samples = [
            Sample(name, count, {"decision": "permit" if permit else "deny", "reason": str(reason)})
            for (permit, reason), count in sorted(tally.answered.items())
        ]
        yield Family(name, "counter", "Decisions answered, by decision and first reason.", samples)
        meaning = "From the question to the answer, the sync of its record included."
        yield histogram("nameplate_decision_seconds", meaning, tally.taken)

    def _journal(self) -> Iterator[Family]:
        journal, ledger = self._parts.journal, self._parts.ledger
        yield gauge("nameplate_journal_healthy", "1 while it can be written.", int(journal.healthy))
        yield gauge("nameplate_journal_records", "Records in the journal.", journal.next_seq - 1)
        yield gauge("nameplate_journal_queue", "Records that wait for the next sync.", journal.waiting)
        yield histogram("nameplate_journal_sync_seconds", "To write a group of records and sync it.", journal.synced)
        meaning = "Records in force that could not be written yet."
        yield gauge("nameplate_journal_unwritten", meaning, ledger.unwritten)

    def _points(self) -> Iterator[Family]:
        declared = sum(bool(point.channels) for point in self._parts.registry.points.values())
        yield gauge("nameplate_points_declared", "Enforcement points that should be connected.", declared)
        meaning = "Enforcement points connected."
        yield gauge("nameplate_points_connected", meaning, len(self._connections.names))
        meaning = "From the order of a stop to its application at a point, by the receipts."
        yield histogram("nameplate_stop_acknowledgement_seconds", meaning, self._lifecycle.acknowledged)
        meaning = "Points that did not acknowledge a stop in time."
        yield counter("nameplate_stop_receipts_missing_total", meaning, self._lifecycle.missing)

    def _listener(self) -> Iterator[Family]:
        if self.gate is not None:
            yield gauge("nameplate_connections", "Public connections open.", self.gate.connections)
            meaning = "Public connections refused because there were too many."
            yield counter("nameplate_connections_refused_total", meaning, self.gate.refused)
        shown = self._shown()
        if shown is not None:
            meaning = "When the TLS certificate that is shown ends, seconds since the epoch."
            yield gauge("nameplate_tls_not_after_seconds", meaning, shown.not_after / 1_000_000)
