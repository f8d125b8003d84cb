"""The export from a real journal to a real receiver."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nameplate.exports.dead_letters import DeadLetterFile
from nameplate.exports.formats.ocsf import Ocsf
from nameplate.exports.position import PositionFile
from nameplate.exports.sinks.syslog import Settings, SyslogSink
from nameplate.flows.export import Export, Pace
from nameplate.journals.segments.journal import SegmentJournal
from nameplate.journals.segments.reader import SegmentReader
from nameplate.keys.file.store import FileSigner
from tests.exports.rsyslogd import Rsyslogd, eventually, receiver, until

NODE = "clinic-1"
PACE = Pace(batch=100, idle=0.01, retry=0.01, longest_retry=0.05)
AT = 1_700_000_000_000_000
HARD = 'quote " backslash \\ bracket ] newline \n tab \t é 机'


@pytest.fixture
def rsyslogd(require_peer: Callable[[str, str], str], tmp_path: Path) -> Iterator[Rsyslogd]:
    with receiver(require_peer, tmp_path / "receiver") as daemon:
        yield daemon


class Real(NamedTuple):
    """A real journal, written beside a real receiver."""

    journal: SegmentJournal
    folder: Path

    async def append(self, count: int) -> None:
        bodies = (
            json.dumps({"kind": "finding", "finding": "relay", "severity": "high", "text": HARD}) for _ in range(count)
        )
        futures = {self.journal.append(body.encode(), AT) for body in bodies}
        await asyncio.gather(*futures)

    def export(self, port: int, patience: float) -> Export:
        settings = Settings("127.0.0.1", port, NODE, write_timeout=patience, close_timeout=patience)
        encode = Ocsf(NODE, "0.1.0", settings.event_limit)
        position, letters = PositionFile(self.folder / "siem"), DeadLetterFile(self.folder / "dead")
        return Export(
            SegmentReader(self.folder / "journal"), NODE, encode, SyslogSink(settings), position, letters, PACE
        )


def with_journal(
    folder: Path, port: int, act: Callable[[Real, Export], Awaitable[None]], patience: float = 30.0
) -> None:
    """Run `act` with an export from a real journal under way. `patience`: the sink's time limits in seconds."""

    async def both() -> None:
        real = Real(SegmentJournal(folder / "journal", NODE, FileSigner("journal", bytes(32))), folder)
        export, stop = real.export(port, patience), asyncio.Event()
        task = asyncio.create_task(export.run(stop))
        await act(real, export)
        stop.set()
        await task
        await real.journal.close()

    asyncio.run(both())


def expected(count: int) -> set[str]:
    return {f"{NODE}-{seq}" for seq in range(1, count + 1)}


def test_five_thousand_events_reach_a_real_rsyslogd_complete_and_intact(tmp_path: Path, rsyslogd: Rsyslogd) -> None:
    rsyslogd.start()

    async def act(real: Real, export: Export) -> None:
        await real.append(5000)
        await eventually(lambda: export.progress.settled == 5000)
        await eventually(lambda: len(rsyslogd.received()) >= 5000)

    with_journal(tmp_path, rsyslogd.port, act)
    messages = rsyslogd.received()
    assert len(messages) == 5000
    assert rsyslogd.uids() == expected(5000)
    assert {message.event["finding_info"]["desc"] for message in messages} == {HARD}
    position = PositionFile(tmp_path / "siem").load()
    assert position
    assert position.resume_at == 5001


def test_a_frozen_receiver_holds_up_the_export_but_never_the_journal(tmp_path: Path, rsyslogd: Rsyslogd) -> None:
    rsyslogd.start()

    async def act(real: Real, export: Export) -> None:
        await real.append(100)
        await eventually(lambda: export.progress.settled == 100)
        rsyslogd.freeze()
        for _ in range(10):
            await real.append(1200)
        await eventually(lambda: "took too long" in export.progress.trouble)
        assert real.journal.checkpoint().size == 12_100
        assert export.progress.lag(12_100, AT).records > 0
        rsyslogd.thaw()
        await eventually(lambda: export.progress.settled == 12_100)
        await asyncio.to_thread(wait_for, rsyslogd, 12_100)

    with_journal(tmp_path, rsyslogd.port, act, patience=1.0)
    assert rsyslogd.uids() == expected(12_100)


def test_what_a_killed_receiver_had_not_written_arrives_after_its_restart(tmp_path: Path, rsyslogd: Rsyslogd) -> None:
    rsyslogd.start()

    async def act(real: Real, export: Export) -> None:
        await real.append(1000)
        await asyncio.to_thread(wait_for, rsyslogd, 1000)
        rsyslogd.freeze()
        await real.append(50)  # fits the receiver's socket buffer: its kernel acknowledges what nobody will ever read
        await eventually(lambda: export.progress.settled == 1050)
        rsyslogd.kill()
        await eventually(lambda: bool(export.progress.trouble))
        assert rsyslogd.uids() == expected(1000)
        await real.append(950)
        await asyncio.to_thread(rsyslogd.start)
        await eventually(lambda: export.progress.settled == 2000)
        await asyncio.to_thread(wait_for, rsyslogd, 2000)

    with_journal(tmp_path, rsyslogd.port, act)
    assert rsyslogd.uids() == expected(2000)


def wait_for(rsyslogd: Rsyslogd, count: int) -> None:
    until(lambda: len(rsyslogd.uids()) >= count, "events are missing")
