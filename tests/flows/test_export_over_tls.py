"""The whole way over TLS to a real rsyslogd: nothing missing, and a kept checkpoint that proves it."""

import asyncio
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nameplate.domain.notes import parse_key
from nameplate.exports.dead_letters import DeadLetterFile
from nameplate.exports.formats import cef, ecs
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.formats.ocsf.size import fit
from nameplate.exports.position import PositionFile
from nameplate.exports.sinks.syslog import Settings, SyslogSink
from nameplate.exports.tls import client_context
from nameplate.flows.export import Export, Pace
from nameplate.journals.segments import verify
from nameplate.journals.segments.journal import SegmentJournal
from nameplate.journals.segments.reader import SegmentReader
from nameplate.keys.file.store import FileSigner
from tests.exports.certificates import Authority
from tests.exports.rsyslogd import Encrypted, eventually, receiver, until

NODE = "clinic-1"
COUNT = 100_000 if os.environ.get("NAMEPLATE_DEEP") == "1" else 2_000
FORMATS = {"ocsf": fit, "cef": cef.render, "ecs": ecs.render}
AT = 1_700_000_000_000_000


def note_of(form: str, msg: str) -> str:
    """The signed note of a checkpoint as a receiver kept it."""
    if form == "cef":
        found = re.search(r" cs6=((?:\\.|[^\\=])*) cs6Label=checkpoint", msg)
        assert found
        return found[1].replace(r"\n", "\n").replace(r"\=", "=").replace("\\\\", "\\")
    event = json.loads(msg)
    return str(event["raw_data"] if form == "ocsf" else event["event"]["original"])


def uid_of(form: str, msg: str) -> str:
    if form == "cef":
        found = re.search(r" externalId=(\S+)", msg)
        assert found
        return found[1]
    event = json.loads(msg)
    return str(event["metadata"]["uid"] if form == "ocsf" else event["event"]["id"])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("form", FORMATS)
def test_every_event_arrives_over_tls_and_the_kept_checkpoint_verifies_the_journal(
    form: str, require_peer: Callable[[str, str], str], tmp_path: Path
) -> None:
    authority, folder = Authority(tmp_path), tmp_path / "journal"
    client = authority.issue("client")
    tls = Encrypted(authority.cert, authority.issue("server"), clients=True)
    with receiver(require_peer, tmp_path / "receiver", tls) as rsyslogd:
        rsyslogd.start()

        async def run() -> None:
            journal = SegmentJournal(folder, NODE, FileSigner("journal", bytes(32)))
            settings = Settings("127.0.0.1", rsyslogd.port, NODE)
            sink = SyslogSink(settings, lambda: client_context(str(authority.cert), str(client.cert), client.secret))
            encode = Ocsf(NODE, "0.1.0", settings.event_limit, FORMATS[form])
            position, letters = PositionFile(tmp_path / "position"), DeadLetterFile(tmp_path / "dead")
            export = Export(SegmentReader(folder), NODE, encode, sink, position, letters, Pace())
            stop = asyncio.Event()
            task = asyncio.create_task(export.run(stop))
            for start in range(0, COUNT, 1000):
                bodies = [json.dumps({"kind": "stopped", "node": NODE}).encode() for _ in range(start, start + 1000)]
                await asyncio.gather(*{journal.append(body, AT) for body in bodies})
            note = journal.signed_checkpoint().decode()
            await journal.append(json.dumps({"kind": "checkpoint", "note": note}).encode(), AT)
            await eventually(lambda: export.progress.settled == COUNT + 1)
            stop.set()
            await task
            await journal.close()

        asyncio.run(run())
        until(lambda: rsyslogd.raw().count(b"\n") >= COUNT + 1, "events are missing")
        messages = [message.msg for message in rsyslogd.received()]
    assert len(messages) == COUNT + 1
    assert len({uid_of(form, msg) for msg in messages}) == COUNT + 1
    kept = note_of(form, messages[-1]).encode()
    key = (folder / "node.vkey").read_text()
    assert parse_key(key)
    report = verify(folder, vkey=key, checkpoint=kept)
    assert (report.integrity, report.completeness) == ("ok", "ok")
    forged = kept.replace(f"\n{COUNT}\n".encode(), f"\n{COUNT + 1}\n".encode())
    assert verify(folder, vkey=key, checkpoint=forged).integrity == "broken"
