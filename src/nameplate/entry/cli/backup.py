"""`backup`, `restore`, `accept-restore`."""

import os
from pathlib import Path

import typer

from nameplate.entry.client import Client

from .output import JSON, emit, log_to_stderr, say
from .places import DATA


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("accept-restore")(accept_restore)


def backup(
    to: Path = typer.Option(..., help="File to write; it must not be there yet."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Write everything that a new server needs into one signed file, with the server running or not."""
    from nameplate.boot.backup import back_up

    log_to_stderr("backup")
    folder = _folder(data)

    def ask_server(digest: str) -> bytes:
        return bytes.fromhex(Client(folder).post("/v1/backup-seals", {"sha256": digest})["signature"])

    done = back_up(folder, to, ask_server)
    document = {"file": str(done.file), "bytes": done.bytes, "node": done.node, "records": done.records}
    emit(document, as_json=as_json, text=lambda: f"{done.records} records of {done.node} in {to}, {done.bytes} bytes")
    say("The passphrase of the key store is not in it: keep that elsewhere. Without it nothing can be restored.")


def restore(
    file: Path = typer.Argument(help="A backup."),
    data: Path | None = typer.Option(
        None, envvar="NAMEPLATE_DATA", help="Data directory to make: it must be empty or not there."
    ),
    check: bool = typer.Option(False, "--check", help="Only check the backup: every byte, the signature, the journal."),
    key: str = typer.Option("", help="Verifier key of the node, noted elsewhere: who must have signed the backup."),
    passphrase_file: Path | None = typer.Option(None, help="File with the passphrase of the key store."),
    evidence: Path | None = typer.Option(
        None, help="Later copies of the journal (NDJSON of `journal export`, or events of a sink): stops are kept."
    ),
    as_json: bool = JSON,
) -> None:
    """Set up the data of a server from a backup. Actors that were active are held until `accept-restore`."""
    from nameplate.boot.restore import check_backup, describe
    from nameplate.boot.restore import restore as run

    log_to_stderr("restore")
    if check:
        told = check_backup(file, key)
        emit(told, as_json=as_json, text=lambda: describe(told))
        return
    folder = _folder(data)
    by = f"uid:{os.geteuid()}"
    done = run(file, folder, by=by, vkey=key, passphrase=passphrase_file, evidence=evidence)
    emit(done.to_json(), as_json=as_json, text=lambda: describe(done.to_json()))
    say(f"{folder} is restored as of {done.backed_up_at}. What happened later is known from elsewhere only.")
    say(f"{done.held} actors are held. Start the server, look, apply your manifests, then: nameplate accept-restore")


def accept_restore(
    reason: str = typer.Option(..., help="Why they may go on: it goes into the record."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Let the actors go on that a restore holds. Those that were stopped since stay stopped."""
    answer = Client(_folder(data)).post("/v1/restores/accept", {"reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"{len(answer['activated'])} actors are active again.")


def _folder(data: Path | None) -> Path:
    return data or Path(os.environ.get("NAMEPLATE_DATA", "nameplate-data"))
