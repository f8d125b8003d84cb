"""What the demonstration showed: as a document, and in words."""

from collections.abc import Mapping
from typing import Any

from nameplate.domain.timestamps import rfc3339

from .watch import Found, Stopped, Watch

NEXT = (
    ("nameplate serve --data DIR", "run it for a site of your own"),
    ("nameplate import building-map FILE --out site.yaml", "make zones and doors of its floor plan"),
    ("nameplate apply -f site.yaml --data DIR", "declare them"),
)


def document(watch: Watch, journal: Mapping[str, Any], robots: int, doors: int, seconds: float) -> dict[str, Any]:
    """The summary as JSON. `journal`: as `journal verify` prints it."""
    return {
        "seconds": round(seconds, 1),
        "robots": robots,
        "doors": doors,
        "permits": watch.permits,
        "denials": watch.denials.total(),
        "denials_by_reason": dict(watch.denials.most_common()),
        "passages": watch.passages,
        "stops": [_stop(stop) for stop in watch.stops.values()],
        "findings": [_finding(found) for found in watch.findings],
        "journal": dict(journal),
    }


def _stop(stop: Stopped) -> dict[str, Any]:
    who: dict[str, Any] = {"actor": stop.actors[0]} if len(stop.actors) == 1 else {"actors": list(stop.actors)}
    return {
        **who,
        "order": stop.order,
        "state": stop.state,
        "by": stop.by,
        "reason": stop.reason,
        "ordered_at": rfc3339(stop.at),
        "ms": max((receipt["ms"] for receipt in stop.receipts), default=None),
        "receipts": [dict(receipt) for receipt in stop.receipts],
        "first_denial_at": rfc3339(stop.refused_at) if stop.refused_at else None,
        # It was read from the journal.
        "recorded": True,
    }


def _finding(found: Found) -> dict[str, Any]:
    told = {name: value for name, value in found._asdict().items() if value}
    return told | {"at": rfc3339(found.at)}


def words(summary: Mapping[str, Any]) -> str:
    """The same for people."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in summary["denials_by_reason"].items())
    journal, count = summary["journal"], summary["denials"]
    verdict = f"integrity {journal['integrity']}, completeness {journal['completeness']}"
    lines = [
        f"{summary['robots']} robots and {summary['doors']} doors in {summary['seconds']:g} seconds",
        f"  permits   {summary['permits']}, of which {summary['passages']} led through a door",
        f"  denials   {count}: {reasons}" if reasons else "  denials   0",
        *(f"  stop      {_told(stop)}" for stop in summary["stops"]),
        *(f"  finding   {_found(finding)}" for finding in summary["findings"]),
        f"  journal   {journal['records']} records, {verdict}",
        "Next:",
        *(f"  {command:<52}{why}" for command, why in NEXT),
    ]
    return "\n".join(lines)


def _told(stop: Mapping[str, Any]) -> str:
    who = stop.get("actor") or ", ".join(stop["actors"])
    applied = ", ".join(f"{receipt['point']} after {receipt['ms']:.1f} ms" for receipt in stop["receipts"])
    by = " by Nameplate itself" if stop["by"] == "system" else ""
    return f"{who} {stop['state'].replace('_', ' ')}{by}: applied by {applied or 'nobody yet'}"


def _found(finding: Mapping[str, Any]) -> str:
    where = finding.get("door") or finding.get("actor", "")
    return f"{finding['finding']} at {where}: {finding['text']}"
