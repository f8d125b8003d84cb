"""Manifests as they are given -> what they would change."""

from collections.abc import Iterable
from typing import Any

from nameplate.boot.managing import Managing
from nameplate.boot.manifests import read_manifests
from nameplate.flows.apply import Plan, diff, plan

Files = Iterable[tuple[str, str]]
"""Name, only for error messages, and text of each file."""


class Applying:
    """Owned by the event loop of the managing process."""

    def __init__(self, parts: Managing) -> None:
        self._parts, self._registry = parts, parts.projection.registry

    def planned(self, files: Files, *, prune: bool) -> Plan:
        """What it would take; raises InvalidManifests."""
        documents = [document for name, text in files for document in read_manifests(text, name)]
        return plan(
            self._registry,
            documents,
            is_timezone=self._parts.is_timezone,
            action_classes=self._parts.action_classes,
            rule_faults=self._parts.rule_faults,
            prune=prune,
        )

    def told(self, made: Plan) -> dict[str, Any]:
        """The same in words: `operations` and `warnings`."""
        warnings = [
            {"file": each.file, "line": each.line, "field": each.where, "message": each.message, "remedy": each.remedy}
            for each in made.warnings
        ]
        return {"operations": diff(self._registry, made), "warnings": warnings}
