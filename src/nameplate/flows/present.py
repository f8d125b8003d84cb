"""A unit proves itself at a reader: identify -> decide -> journal, and an alarm where somebody cheats."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from nameplate.domain.asked import Asked
from nameplate.domain.errors import NotFound
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.identities import Identified, Unproven
from nameplate.domain.places import Door
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.ports.authority import Alarms, Authority, Quarantine


class Identifies(Protocol):
    """Issues challenges and judges the answers; see `flows.identify`."""

    def challenge(self, door: str, reader: str) -> bytes:
        """A fresh challenge for that reader."""
        ...

    def identify(self, door: str, reader: str, answer: bytes) -> Identified | Unproven:
        """Who answered, or why that is not proven."""
        ...


class Presenter:
    """What happens between a reader and a decision."""

    def __init__(
        self,
        identifies: Identifies,
        authority: Authority,
        alarms: Alarms,
        quarantine: Quarantine,
        door: Callable[[str], Door | None],
        clock: Callable[[], int],
    ) -> None:
        self._identifies, self._authority, self._alarms = identifies, authority, alarms
        self._quarantine, self._door, self._clock = quarantine, door, clock

    def challenge(self, door: str, reader: str) -> bytes:
        """A fresh challenge for whoever stands at `reader`; raises NotFound for a reader that is not declared."""
        declared = self._door(door)
        if declared is None or declared.reader(reader) is None:
            raise NotFound(
                "unknown_reader", f"Door {door} has no reader {reader}.", "Declare it in the manifest of the door."
            )
        return self._identifies.challenge(door, reader)

    async def present(self, point: str, door: str, reader: str, answer: bytes) -> Decision:
        """The decision on whoever gave `answer` through that reader."""
        found = self._identifies.identify(door, reader, answer)
        if isinstance(found, Unproven):
            return await self._refuse(found, point, door, reader)
        request = self._request(found.actor, door, reader)._replace(credential_at=found.credential_at)
        return await self._authority.authorize(request, Asked(point, key=found.handle, counter=found.counter))

    async def _refuse(self, found: Unproven, point: str, door: str, reader: str) -> Decision:
        reasons = (found.reason.value, found.detail) if found.detail else (found.reason.value,)
        verdict = Verdict(permit=False, reason=found.reason, reasons=reasons)
        refusal = self._authority.refuse(verdict, self._request(found.actor, door, reader), Asked(point))
        if found.reason is Reason.CLONED_KEY:
            # Side by side: the other body must not act while the record of this refusal is on its way to the disk.
            quarantine = self._quarantine.quarantine(found.actor, "Its key answered from two bodies.")
            decision, _ = await asyncio.gather(refusal, quarantine)
            self._alarms.raise_finding(_cloned(found, door, decision))
            return decision
        decision = await refusal
        if found.reason is Reason.RELAYED:
            self._alarms.raise_finding(_relayed(found, door, decision))
        return decision

    def _request(self, actor: str, door: str, reader: str) -> AccessRequest:
        return AccessRequest(actor, "enter", f"door:{door}", self._clock(), presence="reader", reader=reader)


def _relayed(found: Unproven, door: str, decision: Decision) -> Finding:
    text = f"An answer that {found.actor} gave elsewhere was carried to {door}. {found.detail}".strip()
    return Finding("relay", Severity.HIGH, text, actor=found.actor, door=door, decision_id=decision.decision_id)


def _cloned(found: Unproven, door: str, decision: Decision) -> Finding:
    text = f"The key of {found.actor} exists twice: a copy answered at {door}. {found.detail}".strip()
    return Finding(
        "cloned_key", Severity.CRITICAL, text, actor=found.actor, door=door, decision_id=decision.decision_id
    )
