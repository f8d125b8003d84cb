"""`journal ...`: works on the files, with the server running or not."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import typer

from nameplate.domain.errors import Invalid, NotFound

from .output import JSON, Exit, emit, log_to_stderr, plain, say
from .places import DATA, existing

app = typer.Typer(no_args_is_help=True)

POLL_S = 0.1


@app.command()
def verify(
    key: str = typer.Option("", help="Verifier key of the node, if you do not trust the one beside the journal."),
    checkpoint: Path | None = typer.Option(None, help="A checkpoint that was kept elsewhere."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Check that nothing was altered (integrity) and nothing cut off (completeness). Exit code 7 unless both are ok."""
    from nameplate.boot.journal import verify_journal

    folder = existing(data)
    report = verify_journal(folder, key=key or None, checkpoint=checkpoint.read_bytes() if checkpoint else None)
    document = report.to_json()
    emit(
        document,
        as_json=as_json,
        text=lambda: f"integrity: {report.integrity}\ncompleteness: {report.completeness}\nrecords: {report.records}",
    )
    for problem in report.problems:
        say(f"{problem.file}:{problem.line or ''} record {problem.seq or '?'}: {problem.what} {problem.remedy}")
    if not report.ok:
        raise typer.Exit(Exit.CHECK_FAILED)


@app.command()
def export(
    out: Path = typer.Option(..., help="File to write, one JSON object a record; - for standard output."),
    since: int = typer.Option(1, "--from", min=1, help="First record."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Write the records as NDJSON."""
    from nameplate.boot.journal import reader

    entries = reader(existing(data)).read(since)
    if str(out) == "-":
        sys.stdout.buffer.writelines(entry.raw + b"\n" for entry in entries)
        return
    count = 0
    with out.open("wb") as file:
        for entry in entries:
            file.write(entry.raw + b"\n")
            count += 1
    emit({"records": count, "out": str(out)}, as_json=as_json, text=lambda: f"{count} records in {out}")


@app.command()
def tail(
    lines: int = typer.Option(20, "-n", min=0, help="How many of the last records to begin with."),
    follow: bool = typer.Option(True, help="Go on as records arrive."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Watch the record grow."""
    from nameplate.boot.journal import last_seq, reader

    folder = existing(data)
    follower = reader(folder).follow(max(1, last_seq(folder) - lines + 1))
    while True:
        entries = follower.poll(1000)
        for entry in entries:
            print(plain(entry.raw.decode() if as_json else _line(json.loads(entry.raw))), flush=True)
        if not follow and not entries:
            return
        if not entries:
            time.sleep(POLL_S)


@app.command()
def prove(
    record: str = typer.Argument(help="Number of a record, or a decision_id."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Prove that a record belongs to the journal, to somebody who has only a checkpoint (RFC 9162, section 2.1.3)."""
    from nameplate.boot.journal import prove_record

    proof = prove_record(existing(data), record_number(record))
    if not record.isdecimal() and json.loads(proof.raw).get("decision_id") != record:
        raise NotFound("decision", f"There is no decision {record} in this journal.", "Copy the id of an answer.")
    document = {
        "seq": proof.seq,
        "record": proof.raw.decode(),
        "leaf_index": proof.leaf_index,
        "tree_size": proof.checkpoint.size,
        "root": proof.checkpoint.root.hex(),
        "hashes": [each.hex() for each in proof.hashes],
        "checkpoint": proof.note.decode(),
    }
    emit(document, as_json=as_json, text=lambda: json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def prune(
    before: str = typer.Option("", help="Remove what is older than this day or time (2026-01-31, or RFC 3339)."),
    older_than: str = typer.Option("", help="Remove what is older than so many days, as in 400d."),
    dry_run: bool = typer.Option(False, help="Only say what would go."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Remove old records: whole segments, whose hashes stay. What they made of the state is written down first."""
    from nameplate.boot.claim import is_claimed
    from nameplate.boot.pruning import prune_offline
    from nameplate.domain.retention import cutoff
    from nameplate.domain.timestamps import rfc3339
    from nameplate.entry.client import Client

    folder, at = existing(data), cutoff(before, older_than, time.time_ns() // 1000)
    log_to_stderr("prune")
    if is_claimed(folder):
        answer = Client(folder).post("/v1/journal/prune", {"before": rfc3339(at), "dry_run": dry_run})
    else:
        answer = prune_offline(folder, at, f"uid:{os.geteuid()}", dry_run=dry_run)._asdict()
    verb = "went" if answer["done"] else "would go"
    text = f"records {answer['first']} to {answer['last']} {verb}" if answer["last"] else "nothing is old enough"
    emit({"before": rfc3339(at), **answer}, as_json=as_json, text=lambda: text)


@app.command("accept-cut")
def accept_cut(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Go on with a journal that has lost its end, with the server down. The loss is put on record for good."""
    from nameplate.boot.recovery import accept_cut as accept

    log_to_stderr("accept-cut")
    last = accept(existing(data))
    emit({"last": last}, as_json=as_json, text=lambda: f"Accepted. The journal goes on after record {last}.")


@app.command()
def verifier(
    out: Path = typer.Option(Path("-"), help="File to write; - for standard output."), as_json: bool = JSON
) -> None:
    """Print the stand-alone verifier: a short program for auditors that shares no code with Nameplate."""
    from nameplate.boot.journal import stand_alone_verifier

    program = stand_alone_verifier()
    if str(out) == "-":
        emit({"program": program}, as_json=as_json, text=lambda: program.rstrip("\n"))
    else:
        out.write_text(program, "utf-8")
        emit({"out": str(out)}, as_json=as_json, text=lambda: f"The verifier is in {out}.")


def record_number(text: str) -> int:
    """The record that a number or a decision_id (`NODE-NUMBER`) means; raises Invalid."""
    number = text.rpartition("-")[2]
    if not number.isdecimal():
        raise Invalid("record", f"{text} is neither the number of a record nor a decision_id.")
    return int(number)


def _line(record: dict[str, Any]) -> str:
    known = ("seq", "at", "kind")
    rest = " ".join(f"{name}={_short(value)}" for name, value in record.items() if name not in known)
    return f"{record['seq']:>8} {record['at'][11:23]} {record['kind']:<18} {rest}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
