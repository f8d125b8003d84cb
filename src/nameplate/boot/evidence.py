"""Reading copies of the journal that were kept elsewhere: its NDJSON export, or the events that a sink got."""

import json
from pathlib import Path
from typing import Any

from nameplate.domain.errors import Invalid
from nameplate.exports.formats.ocsf.evidence import record_of
from nameplate.flows.evidence import Evidence
from nameplate.ports.journal import Entry

MAX_LINE = 4 * 1024 * 1024


def read_evidence(path: Path, node: str, newest: Entry | None) -> Evidence:
    """What the file tells of the records behind `newest`, the last one of the backup, of `node`.

    One JSON object a line: a record of `journal export`, or an OCSF event of a sink (also behind a syslog header).
    Raises Invalid, with the line, for anything else, and for copies of another journal.
    """
    evidence = Evidence(node, newest.seq if newest else 0)
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), 1):
            try:
                if len(line) > MAX_LINE:
                    raise _odd("The line is too long.")
                _take(evidence, line.strip(), newest)
            except Invalid as error:
                message = f"{path}:{number}: {error.message}"
                raise Invalid(error.code, message, error.remedy) from None
    return evidence


def _take(evidence: Evidence, line: bytes, newest: Entry | None) -> None:
    if not line:
        return
    raw = line[max(0, line.find(b"{")) :]
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise _odd("This is no JSON object.") from None
    if not isinstance(document, dict):
        raise _odd("This is no JSON object.")
    evidence.take(_record(document, raw, evidence.node, newest))


def _record(document: dict[str, Any], raw: bytes, node: str, newest: Entry | None) -> dict[str, Any]:
    if "metadata" in document:
        told = record_of(document)
        if told is None:
            raise _odd("This event is not one of Nameplate's.")
        if told[0] != node:
            raise _odd(f"This event is of node {told[0]}, the backup of {node}.")
        return told[1]
    if newest and document.get("seq") == newest.seq and raw != newest.raw:
        raise _odd(f"Record {newest.seq} is another one in the backup.")
    return document


def _odd(message: str) -> Invalid:
    return Invalid("evidence", message, "Give copies of this journal: of `journal export`, or of a sink's events.")
