"""Why was this decided? From the record back to the question, and to a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import msgspec

from nameplate.domain.actors import Standing, State
from nameplate.domain.contracts import Contract
from nameplate.domain.errors import NotFound
from nameplate.domain.explanation import Explanation, explain
from nameplate.domain.manifests.documents import from_document
from nameplate.domain.recorded import outcome, question
from nameplate.domain.registry import Registry
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.ports.journal import JournalReader

_decode: Any = msgspec.json.Decoder().decode

Wall = Callable[[str, int], datetime]


class Explainer:
    """Finds decisions by id and explains them by the contract revision that decided them."""

    def __init__(self, registry: Registry, reader: JournalReader, wall: Wall) -> None:
        self._registry, self._reader, self._wall = registry, reader, wall

    def record(self, decision_id: str) -> Mapping[str, Any]:
        """The record of a decision; raises NotFound."""
        # Not by the name of the node: a journal that was restored has had several.
        number = decision_id.rpartition("-")[2]
        entry = self._reader.find(int(number)) if number.isdecimal() and len(number) < 19 else None
        record = _decode(entry.raw) if entry else {}
        if record.get("decision_id") != decision_id:
            raise NotFound(
                "decision", f"There is no decision {decision_id} in this journal.", "Copy the decision_id of an answer."
            )
        return record

    def explain(self, record: Mapping[str, Any]) -> Explanation:
        """The decision in plain English, with what would have allowed it."""
        request, verdict = question(record), outcome(record)
        return explain(request, verdict, self._facts(record, verdict), self._wall)

    def _facts(self, record: Mapping[str, Any], verdict: Verdict) -> Any:
        registry, actor = self._registry, record["actor"]
        standings, contracts = registry.standings, registry.contracts
        if actor in standings:
            standings = {actor: _as_of(standings[actor], verdict)}
        ident, _, revision = verdict.contract.rpartition("@")
        if ident and (ident not in contracts or contracts[ident].name != verdict.contract):
            contracts = {ident: former} if (former := self._former(ident, int(revision))) else {}
        return SimpleNamespace(
            sites=registry.sites,
            calendars=registry.calendars,
            lockdowns=registry.lockdowns,
            interlocks=registry.interlocks,
            leaves=registry.leaves,
            threats=registry.threats,
            zones=registry.zones,
            doors=registry.doors,
            actors=registry.actors,
            contracts=contracts,
            standings=standings,
            fires=registry.fires,
        )

    def _former(self, ident: str, revision: int) -> Contract | None:
        """A revision that has been replaced, from the record that declared it."""
        for entry in self._reader.read():
            if b'"kind":"declared"' not in entry.raw or ident.encode() not in entry.raw:
                continue
            for change in _decode(entry.raw)["changes"]:
                doc = change.get("doc", {})
                if (doc.get("kind"), doc.get("id"), change.get("revision")) == ("Contract", ident, revision):
                    contract = from_document(doc)
                    return replace(contract, revision=revision) if isinstance(contract, Contract) else None
        return None


def _as_of(standing: Standing, verdict: Verdict) -> Standing:
    if verdict.reason is Reason.STATE and len(verdict.reasons) > 1 and verdict.reasons[1] in list(State):
        return replace(standing, state=State(verdict.reasons[1]))
    return standing
