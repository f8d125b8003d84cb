"""What happened in the last days, put to a draft. Reads the journal beside the server, or without it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nameplate.boot.history import Past
from nameplate.boot.rules import rules_of
from nameplate.domain.timestamps import rfc3339
from nameplate.flows.trial import Clocks, Trial, report

from .cases import Clockwork, Text, draft

PROGRESS = 100_000


def try_draft(
    past: Past,
    files: Sequence[Text],
    clockwork: Clockwork,
    verify_every: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """What would change; see `flows.trial.report`. `past` begins where the trial does. Raises InvalidManifests."""
    trying = draft(past.registry, files, clockwork)
    clocks = Clocks(clockwork.transitions, clockwork.wall)
    trial = Trial(past.registry, trying, past.zones, clocks, verify_every, rules=rules_of)
    for number, record in enumerate(past.records(), 1):
        trial.take(record)
        if number % PROGRESS == 0:
            say(f"{number} records, {trial.counts['newly_denied'] + trial.counts['newly_permitted']} answers changed")
    return {"since": rfc3339(past.since), **report(trial)}


def lines(found: Mapping[str, Any]) -> list[str]:
    """What would change, for people."""
    counts = found["counts"]
    told = [f"{counts['compared']} of {counts['decisions']} decisions compared since {found['since'][:19]}Z."]
    told.append(f"{counts['rules']} rules are part of the draft, on top of its contracts.")
    for key, words in (("newly_denied", "newly denied"), ("newly_permitted", "newly permitted")):
        told.append(f"{counts[key]} {words}" + (":" if found[key] else "."))
        told += [_line(each, f" ({each['reason']})") for each in found[key]]
    if counts["softened"]:
        told.append(f"{counts['softened']} of those denied would be permitted for now, by the mode of their point.")
    if counts["undecidable"]:
        told.append(f"{counts['undecidable']} depend on properties that are not on record:")
        told += [_line(each, "") for each in found["undecidable"]]
    if counts["verified"]:
        told.append(f"{counts['verified']} answers compared with the reference: {counts['mismatches']} differ.")
    return told


def _line(each: Mapping[str, Any], why: str) -> str:
    examples = ", ".join(each["examples"])
    return f"  {each['count']:>6}  {each['actor']}  {each['action']} {each['resource']}{why}  {examples}"
