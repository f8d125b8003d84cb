"""Real processes that die, and real disks that are full."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nameplate.journals.segments import read, verify
from tests.journals.segments.samples import AT, SMALL, body, open_journal, segments

ROOT = Path(__file__).resolve().parents[3]
DEEP = os.environ.get("NAMEPLATE_DEEP") == "1"
KILLS = 100 if DEEP else 20
STRIDE = 1 if DEEP else 11
CHILD = "tests.journals.segments.child"


def start(directory, *arguments, before=()):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [*before, sys.executable, "-m", CHILD, str(directory), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def test_no_acknowledged_record_is_lost_by_killing_the_writer(tmp_path):
    random_numbers = random.Random(7)
    directory = tmp_path / "journal"
    acknowledged = set()
    for _ in range(KILLS):
        acknowledged |= kill_under_load(directory, random_numbers.randint(1, 400))
        report = verify(directory)
        assert (report.integrity, report.completeness) == ("ok", "ok"), report.problems
        assert report.records >= max(acknowledged)
    assert len(acknowledged) > KILLS
    assert sorted(acknowledged - {entry.seq for entry in read(directory)}) == []


def kill_under_load(directory, records):
    """Kill the writer when it has acknowledged so many records. Gives those it told of."""
    with start(directory) as child:
        told = [child.stdout.readline() for _ in range(records)]
        child.kill()
        rest = child.stdout.read()
    whole = "".join(told) + rest
    return {int(line) for line in whole[: whole.rfind("\n")].split("\n")}


@pytest.fixture(name="unsigned_tail", scope="module")
def unsigned_tail_fixture(tmp_path_factory):
    """A journal with 12 records, the last 5 of them on the disk but not yet signed for, and that point's size."""
    directory = tmp_path_factory.mktemp("tail") / "journal"

    async def main():
        journal = open_journal(directory, settings=SMALL._replace(segment_bytes=1 << 20))
        await asyncio.gather(*{journal.append(body(number), AT) for number in range(7)})
        kept = {name: (directory / name).read_bytes() for name in ("head.0", "head.1")}
        size = segments(directory)[0].stat().st_size
        await asyncio.gather(*{journal.append(body(number), AT) for number in range(5)})
        await journal.close()
        return kept, size

    kept, size = asyncio.run(main())
    for name, note in kept.items():
        (directory / name).write_bytes(note)
    return directory, size


def test_cutting_the_unsigned_tail_anywhere_loses_nothing_that_was_signed_for(unsigned_tail, tmp_path):
    directory, signed = unsigned_tail
    whole = segments(directory)[0].read_bytes()
    ends = {at + step for at in range(len(whole)) if whole[at] == 10 for step in (0, 1, 2)}
    for size in sorted({*range(signed, len(whole) + 1, STRIDE), *(ends & set(range(signed, len(whole) + 1)))}):
        copy = tmp_path / "copy"
        shutil.copytree(directory, copy)
        segments(copy)[0].write_bytes(whole[:size])
        complete = whole[:size].count(b"\n") - 1
        assert verify(copy).ok
        assert verify(copy).torn_tail_bytes == size - whole[:size].rfind(b"\n") - 1
        asyncio.run(reopen(copy, complete))
        assert verify(copy).records == complete + 1
        assert verify(copy).torn_tail_bytes == 0
        shutil.rmtree(copy)


async def reopen(directory, complete):
    journal = open_journal(directory)
    assert journal.next_seq == complete + 1 >= 8
    await journal.append(body(1), AT)
    await journal.close()


def test_junk_behind_the_last_record_is_cut_and_never_read(unsigned_tail, tmp_path):
    directory, signed = unsigned_tail
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    path = segments(copy)[0]
    path.write_bytes(path.read_bytes()[:signed] + b"\0" * 300 + b"\njunk\n")
    assert verify(copy).torn_tail_bytes == 306
    asyncio.run(reopen(copy, 7))
    assert verify(copy).records == 8


def test_a_file_that_may_not_grow_refuses_and_keeps_what_it_has(tmp_path):
    directory = tmp_path / "journal"
    with start(directory, "limit") as child:
        told = child.stdout.read().split()
    assert told[-1] == "refused"
    assert verify(directory).ok
    assert {int(line) for line in told[:-1]} <= {entry.seq for entry in read(directory)}


def test_a_stop_is_recorded_on_a_disk_that_is_really_full(tmp_path, require_peer):
    require_peer("unshare", "apt-get install util-linux")
    script = 'mount -t tmpfs -o size=200k none "$0" && "$@"; code=$?; cp -r "$0/journal" "$0.copy"; exit $code'
    disk = tmp_path / "disk"
    disk.mkdir()
    before = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(disk)]
    if subprocess.run([*before[:5], "-c", "mount -t tmpfs none /mnt"], check=False, capture_output=True).returncode:
        pytest.skip("no private mounts here; run sysctl kernel.unprivileged_userns_clone=1")
    with start(disk / "journal", "stop", before=before) as child:
        told = child.stdout.read().split()
    assert told[-1] == "refused"
    entries = list(read(tmp_path / "disk.copy"))
    assert json.loads(entries[-1].raw)["kind"] == "stop"
    assert verify(tmp_path / "disk.copy").ok
    assert {int(line) for line in told[:-1]} <= {entry.seq for entry in entries}
