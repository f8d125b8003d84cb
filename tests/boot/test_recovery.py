"""Going on after a loss."""

import asyncio
import json
from contextlib import closing

import pytest

from nameplate.boot.deciding import node_name, open_keys
from nameplate.boot.journal import verify_journal
from nameplate.boot.paths import Paths
from nameplate.boot.recovery import accept_cut
from nameplate.boot.settings import Settings
from nameplate.journals.segments import JournalCut, SegmentJournal, read


async def write(settings: Settings, records: int) -> None:
    paths = Paths(settings.data)
    paths.create()
    with closing(open_keys(paths, settings)) as keys:
        journal = SegmentJournal(paths.journal, node_name(paths), keys.signer("node"))
        for number in range(records):
            await journal.append(b'{"kind":"sample"}', number)
        await journal.close()


def test_a_loss_is_refused_until_it_is_accepted_and_then_on_record(tmp_path):
    settings = Settings.read(data=tmp_path)
    asyncio.run(write(settings, 5))
    (segment,) = Paths(tmp_path).journal.glob("*.journal")
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:-2]))
    with pytest.raises(JournalCut, match="accept-cut"):
        asyncio.run(write(settings, 1))
    assert accept_cut(tmp_path) == 4
    last = json.loads(list(read(Paths(tmp_path).journal))[-1].raw)
    assert (last["kind"], last["lost_first"], last["lost_last"]) == ("journal_cut", 4, 5)
    assert verify_journal(tmp_path, key=None, checkpoint=None).ok
