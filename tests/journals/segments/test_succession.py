"""One key hands over to the next: what both verifiers make of it, of old checkpoints, of crashes and of forgeries."""

import asyncio
import json
import random
import shutil

import pytest

from nameplate.domain.errors import Conflict
from nameplate.domain.notes import VerifierKey, origin_of, seal
from nameplate.journals.segments import SegmentFollower, SegmentJournal, read, verifier, verify
from nameplate.journals.segments.durable import durable
from nameplate.journals.segments.files import Files
from nameplate.journals.segments.format import list_segments
from nameplate.journals.segments.heads import ed25519_holds
from nameplate.journals.segments.succession import Reign, announce, announced, handovers, reigns
from nameplate.keys.file import FileSigner
from nameplate.ports.journal import JournalUnavailable
from tests.journals.segments.samples import AT, OTHER_SIGNER, SIGNER, SMALL, FailingFiles, body, open_journal, segments
from tests.journals.segments.samples import write as write_some
from tests.journals.segments.test_verifier import alter

SECOND = FileSigner("journal", bytes([2]) * 32)
THIRD = FileSigner("journal", bytes([3]) * 32)
TOLD = {"by": "uid:0", "reason": "Every year"}


def key_of(signer, node="n1"):
    return VerifierKey(origin_of(node), signer.public_key)


def both(directory, kept=None, key=None):
    """(integrity, completeness) of both; they must agree."""
    note = kept.read_bytes() if kept else None
    report = verify(directory, vkey=str(key) if key else None, checkpoint=note)
    vkey = str(key).encode() if key else verifier.read(directory / "node.vkey")
    other = verifier.check(directory, vkey, [kept] if kept else [])
    assert (report.integrity, report.completeness) == (other["integrity"], other["completeness"]), (report, other)
    assert (report.records, report.torn_tail_bytes) == (other["records"], other["torn_tail_bytes"])
    return report.integrity, report.completeness


async def appending(journal, count, start=0):
    await asyncio.gather(*{journal.append(body(number), AT + number) for number in range(start, start + count)})


def hand_over(directory, signer, to, before=0, after=5):
    """A journal of `signer` goes on with `before` records, then `to` signs for `after` more."""

    async def main():
        journal = SegmentJournal(directory, "n1", signer, settings=SMALL)
        await appending(journal, before)
        seq = await journal.hand_over(to, TOLD, AT)
        await appending(journal, after)
        assert journal.signer is to
        await journal.close()
        return seq

    return asyncio.run(main())


@pytest.fixture(name="journal")
def journal_fixture(tmp_path):
    write_some(tmp_path / "journal", 20)
    return tmp_path / "journal"


@pytest.fixture(name="kept")
def kept_fixture(journal, tmp_path):
    """A checkpoint of the first 20 records, kept elsewhere."""
    path = tmp_path / "kept"
    path.write_bytes((journal / "head.0").read_bytes())
    return path


def test_the_new_key_signs_and_every_key_of_the_line_vouches_for_the_whole(journal, kept, tmp_path):
    assert hand_over(journal, SIGNER, SECOND) == 21
    later = tmp_path / "later"
    later.write_bytes((journal / "head.0").read_bytes())
    assert hand_over(journal, SECOND, THIRD, before=30, after=30) == 57
    assert (journal / "node.vkey").read_text() == f"{key_of(THIRD)}\n"
    assert not (journal / "former.vkey").exists()
    for key in (None, key_of(SIGNER), key_of(SECOND), key_of(THIRD)):
        for note in (None, kept, later):
            assert both(journal, note, key) == ("ok", "ok")
    assert both(journal, kept, key_of(OTHER_SIGNER)) == ("broken", "unknown")
    found = handovers(list_segments(journal))
    assert reigns(found, b"") == [
        Reign(SIGNER.public_key, 0, 21),
        Reign(SECOND.public_key, 21, 57),
        Reign(THIRD.public_key, 57, None),
    ]
    record = json.loads(next(iter(read(journal, 57))).raw)
    assert (record["kind"], record["by"], record["reason"]) == ("node_key", "uid:0", "Every year")


def test_it_is_opened_with_the_new_key_and_no_other(journal):
    hand_over(journal, SIGNER, SECOND)
    hand_over(journal, SECOND, THIRD)
    for signer in (SIGNER, SECOND, OTHER_SIGNER):
        with pytest.raises(Exception, match=r"checkpoint"):
            hand_over(journal, signer, THIRD)


def test_a_key_that_none_has_announced_is_refused(journal, kept):
    """Whoever can write the folder puts a key of his own in the place of the node's, and signs with it."""
    hand_over(journal, SIGNER, SECOND)
    checkpoint = durable(journal).checkpoint
    for name in ("head.0", "head.1"):
        (journal / name).write_bytes(seal(checkpoint, key_of(OTHER_SIGNER), OTHER_SIGNER.sign))
    assert both(journal) == ("broken", "unknown")
    (journal / "node.vkey").write_text(f"{key_of(OTHER_SIGNER)}\n")
    assert both(journal)[0] == both(journal, kept)[0] == both(journal, kept, key_of(SIGNER))[0] == "broken"


@pytest.mark.parametrize("pretender", [OTHER_SIGNER, SECOND])
def test_a_step_that_the_key_in_force_has_not_signed_leads_nowhere(journal, pretender):
    """Also not when it is signed by the key that it leads to."""
    forged = announce(21, SIGNER.public_key, SECOND.public_key, pretender.sign)

    async def main():
        journal_of_old = open_journal(journal)
        record = {"kind": "node_key", **forged.members()}
        await journal_of_old.append(json.dumps(record, separators=(",", ":")).encode(), AT)
        await journal_of_old.close()

    asyncio.run(main())
    assert handovers(list_segments(journal)) == []
    assert both(journal) == ("ok", "ok")
    checkpoint = durable(journal).checkpoint
    (journal / "node.vkey").write_text(f"{key_of(SECOND)}\n")
    (journal / "head.0").write_bytes(seal(checkpoint, key_of(SECOND), SECOND.sign))
    assert both(journal)[0] == both(journal, key=key_of(SIGNER))[0] == "broken"


def test_a_key_that_was_succeeded_signs_for_nothing_later(journal, tmp_path):
    """Whoever has got hold of it can neither write on nor hand over to a key of his own."""
    hand_over(journal, SIGNER, SECOND)
    checkpoint = durable(journal).checkpoint
    late = tmp_path / "late"
    late.write_bytes(seal(checkpoint, key_of(SIGNER), SIGNER.sign))
    assert both(journal, late) == ("broken", "ok")
    shutil.copy(late, journal / "head.0")
    assert both(journal)[0] == "broken"


def test_a_key_that_was_succeeded_announces_no_other(journal):
    hand_over(journal, SIGNER, SECOND)
    stolen = announce(27, SIGNER.public_key, OTHER_SIGNER.public_key, SIGNER.sign)

    async def main():
        later = SegmentJournal(journal, "n1", SECOND, settings=SMALL)
        await later.append(json.dumps({"kind": "node_key", **stolen.members()}, separators=(",", ":")).encode(), AT)
        await later.close()

    asyncio.run(main())
    assert [step.key for step in handovers(list_segments(journal))] == [SECOND.public_key]
    assert both(journal) == ("ok", "ok")
    assert both(journal, key=key_of(OTHER_SIGNER))[0] == "broken"


def test_the_record_of_a_step_is_read_as_it_was_written_and_in_no_other_way():
    step = announce(7, SIGNER.public_key, SECOND.public_key, SIGNER.sign)
    raw = (
        b'{"seq":7,"at":"2026-11-22T11:06:40.123456Z",'
        + json.dumps({"kind": "node_key", **step.members()}, separators=(",", ":")).encode()[1:]
    )
    assert announced(raw) == step
    assert ed25519_holds(SIGNER.public_key, step.signature, f"nameplate key {step.step}".encode())
    others = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw) - 2)]
    assert [announced(other) for other in others if announced(other) not in {None, step}] == []
    unseen = raw.index(b'"kind"')
    assert all(announced(other) is None for other in others[unseen:])
    assert announced(b"") is announced(b'{"seq":7,"kind":"node_key"}') is None


class Watched(Files):
    """A disk that copies the folder before everything that it does: each copy is what a crash would leave."""

    def __init__(self, directory, copies):
        self.directory, self.copies, self.count = directory, copies, 0

    def look(self):
        if self.copies is not None:
            shutil.copytree(self.directory, self.copies / f"{self.count:03d}")
            self.count += 1

    def write(self, fd, data, offset):
        half = super().write(fd, data[: len(data) // 2], offset)
        self.look()
        return half + super().write(fd, data[half:], offset + half)

    def sync(self, fd):
        self.look()
        super().sync(fd)

    def truncate(self, fd, size):
        self.look()
        super().truncate(fd, size)

    def remove(self, path):
        self.look()
        super().remove(path)

    def rename(self, path, to):
        self.look()
        super().rename(path, to)


def test_a_crash_at_any_moment_leaves_a_journal_that_verifies_and_goes_on(journal, kept, tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()

    async def main():
        files = Watched(journal, None)
        watched = open_journal(journal, files=files)
        files.copies = copies
        await asyncio.gather(watched.hand_over(SECOND, TOLD, AT), appending(watched, 3))
        await appending(watched, 2)
        await watched.close()

    asyncio.run(main())
    found = set()
    for copy in sorted(copies.iterdir()):
        if verify(copy).integrity == "broken":
            # A head that is half written: a reader looks again, a crash leaves the other one.
            broken = [problem.file for problem in verify(copy).problems]
            assert set(broken) <= {"head.0", "head.1"}, broken
        found.add(asyncio.run(after_crash(copy)))
        for key in (None, key_of(SIGNER)):
            assert both(copy, kept, key) == ("ok", "ok")
    assert found == {SIGNER, SECOND}
    assert len(list(copies.iterdir())) > 20


async def after_crash(directory):
    journal = open_journal(directory, successor=SECOND)
    signer = journal.signer
    await appending(journal, 4)
    await journal.close()
    return signer


def test_a_disk_that_fails_leaves_the_old_key_or_the_new_one_and_both_verify(journal, kept):
    async def main():
        files = FailingFiles()
        mended = asyncio.Event()
        faulty = open_journal(journal, files=files, on_recovery=mended.set)
        files.fail("sync")
        with pytest.raises(JournalUnavailable):
            await faulty.hand_over(SECOND, TOLD, AT)
        assert faulty.signer is SIGNER
        files.heal()
        await mended.wait()
        await appending(faulty, 3)
        assert await faulty.hand_over(SECOND, TOLD, AT) == 24
        await appending(faulty, 3)
        await faulty.close()

    asyncio.run(main())
    assert both(journal, kept) == both(journal, kept, key_of(SIGNER)) == ("ok", "ok")


def test_heads_that_cannot_be_written_at_the_handover_are_written_once_the_disk_is_mended(journal):
    class NoRemove(FailingFiles):
        def remove(self, path):
            self._do("remove", path.name)
            Files.remove(self, path)

    async def main():
        files = NoRemove()
        mended = asyncio.Event()
        faulty = open_journal(journal, files=files, on_recovery=mended.set)
        files.fail("remove")
        assert await faulty.hand_over(SECOND, TOLD, AT) == 21
        assert (faulty.signer, faulty.healthy) == (SECOND, False)
        files.heal()
        await mended.wait()
        await appending(faulty, 3)
        await faulty.close()

    asyncio.run(main())
    assert both(journal) == both(journal, key=key_of(SIGNER)) == ("ok", "ok")


def test_one_handover_at_a_time_and_none_of_a_closed_journal(journal):
    async def main():
        busy = open_journal(journal)
        first = asyncio.ensure_future(busy.hand_over(SECOND, TOLD, AT))
        await asyncio.sleep(0)
        with pytest.raises(Conflict):
            await busy.hand_over(THIRD, TOLD, AT)
        assert await first == 21
        assert await busy.hand_over(THIRD, TOLD, AT) == 22
        await busy.close()
        with pytest.raises(JournalUnavailable):
            await busy.hand_over(SECOND, TOLD, AT)

    asyncio.run(main())
    assert both(journal, key=key_of(SIGNER)) == ("ok", "ok")


def test_what_is_appended_meanwhile_is_kept_in_order(journal):
    async def main():
        busy = open_journal(journal)
        told = []

        async def appender(number):
            for _ in range(30):
                seq = busy.next_seq
                await busy.append(body(number), AT)
                told.append(seq)

        async def handing_over():
            for signer in (SECOND, THIRD):
                await asyncio.sleep(0.002)
                told.append(await busy.hand_over(signer, TOLD, AT))

        await asyncio.gather(handing_over(), *(appender(number) for number in range(8)))
        assert busy.waiting == 0
        await busy.close()
        return told

    told = asyncio.run(main())
    assert sorted(told) == list(range(21, 21 + 8 * 30 + 2))
    assert both(journal, key=key_of(SIGNER)) == ("ok", "ok")


def test_readers_go_on_through_a_handover(journal):
    async def main():
        busy = open_journal(journal)
        follower, seen = SegmentFollower(journal), 0
        for signer in (SECOND, THIRD):
            await busy.hand_over(signer, TOLD, AT)
            seen += len(follower.poll(100))
            assert durable(journal).key == key_of(signer)
        await busy.close()
        follower.close()
        return seen

    assert asyncio.run(main()) == 22


def test_random_damage_to_a_journal_of_three_keys_is_found(journal, tmp_path):
    hand_over(journal, SIGNER, SECOND)
    hand_over(journal, SECOND, THIRD)
    random_numbers = random.Random(23)
    original = {path.name: path.read_bytes() for path in journal.iterdir() if path.name not in {"lock", "reserve"}}
    missed = []
    for number in range(150):
        directory = tmp_path / "altered"
        files, what = alter(dict(original), random_numbers)
        if files == original:
            continue
        directory.mkdir()
        for name, content in files.items():
            (directory / name).write_bytes(content)
        if both(directory) == ("ok", "ok"):
            missed.append((number, what))
        shutil.rmtree(directory)
    assert missed == []
    assert len(segments(journal)) > 1
