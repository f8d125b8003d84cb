"""A restored journal goes on under a new name: what both verifiers make of it, and of checkpoints of both names."""

import asyncio
import shutil

import pytest

from nameplate.domain.notes import VerifierKey
from nameplate.journals.segments import SegmentJournal, read
from nameplate.journals.segments.epochs import Epoch, begins, epochs, keys
from nameplate.journals.segments.format import list_segments
from tests.journals.segments.samples import AT, SIGNER, SMALL, segments, write
from tests.journals.segments.test_verifier import both

RESTORED = b'{"kind":"restored","former":"%s","node":"%s","by":"uid:0"}'


def go_on(directory, former, node, *, record=None, more=5):
    """What a restore does: the same journal, from now on under another name."""

    async def main():
        journal = SegmentJournal(directory, node, SIGNER, settings=SMALL, former=former)
        await journal.append(record or RESTORED % (former.encode(), node.encode()), AT)
        for number in range(more):
            await journal.append(b'{"kind":"sample","number":%d}' % number, AT)
        await journal.close()

    asyncio.run(main())


@pytest.fixture(name="journal")
def journal_fixture(tmp_path):
    write(tmp_path / "journal", 30)
    return tmp_path / "journal"


@pytest.fixture(name="kept")
def kept_fixture(journal, tmp_path):
    """A checkpoint of the 30 records, kept elsewhere."""
    path = tmp_path / "kept"
    path.write_bytes((journal / "head.0").read_bytes())
    return path


def test_it_goes_on_in_a_file_of_its_own_and_stays_whole(journal, kept):
    go_on(journal, "n1", "n2")
    assert epochs(list_segments(journal)) == [Epoch(1, "n1"), Epoch(31, "n2")]
    assert both(journal) == both(journal, kept) == ("ok", "ok", None)
    assert len(list(read(journal))) == 36
    go_on(journal, "n2", "n3", more=80)
    assert [epoch.node for epoch in epochs(list_segments(journal))] == ["n1", "n2", "n3"]
    assert both(journal) == both(journal, kept) == ("ok", "ok", None)


def test_it_is_opened_again_under_the_new_name_only(journal):
    go_on(journal, "n1", "n2")

    async def reopen(node):
        journal_again = SegmentJournal(journal, node, SIGNER, settings=SMALL)
        await journal_again.append(b'{"kind":"sample"}', AT)
        await journal_again.close()

    asyncio.run(reopen("n2"))
    assert both(journal) == ("ok", "ok", None)
    with pytest.raises(Exception, match=r"checkpoint"):
        asyncio.run(reopen("n1"))


def test_a_checkpoint_of_what_the_restore_left_behind_shows_a_cut_for_good(journal, tmp_path):
    backup = shutil.copytree(journal, tmp_path / "backup")
    write(journal, 3)
    later = tmp_path / "later"
    later.write_bytes((journal / "head.0").read_bytes())
    go_on(backup, "n1", "n2", more=1)
    assert both(backup) == ("ok", "ok", None)
    assert both(backup, later) == ("ok", "cut", None)
    go_on(backup, "n2", "n3", more=30)
    assert both(backup, later) == ("ok", "cut", None)
    shutil.copy(later, backup / "head.1")
    assert both(backup) == ("ok", "cut", None)


def test_a_name_does_not_change_without_a_record_that_says_so(journal):
    go_on(journal, "n1", "n2", record=b'{"kind":"sample"}')
    assert both(journal)[0] == "broken"


def test_the_record_must_name_both(journal):
    go_on(journal, "n1", "n2", record=RESTORED % (b"n0", b"n2"))
    assert both(journal)[0] == "broken"


def test_a_renamed_header_is_found(journal):
    path = segments(journal)[1]
    path.write_bytes(path.read_bytes().replace(b'"node":"n1"', b'"node":"n7"', 1))
    assert both(journal)[0] == "broken"


def test_a_key_of_another_name_does_not_verify_it(journal):
    go_on(journal, "n1", "n2")
    (journal / "node.vkey").write_text(str(VerifierKey("nameplate/n9", SIGNER.public_key)))
    assert both(journal)[0] == "broken"
    (journal / "node.vkey").write_text(str(VerifierKey("nameplate/n1", SIGNER.public_key)))
    assert both(journal) == ("ok", "ok", None)


def test_keys_are_the_same_key_under_each_name():
    key = VerifierKey("nameplate/n2", SIGNER.public_key)
    names = [each.name for each in keys(key, [Epoch(1, "n1"), Epoch(9, "n2")])]
    assert names == ["nameplate/n2", "nameplate/n1"]


def test_a_record_that_quotes_one_of_a_restore_is_none():
    raw = b'{"seq":9,"at":"2026-11-22T11:06:40.123456Z","kind":"restored","former":"n1","node":"n2"}'
    assert begins(raw, "n1", "n2")
    assert not begins(raw, "n2", "n1")
    assert not begins(b'{"seq":9,"at":"2026-11-22T11:06:40.123456Z","text":%s}' % raw, "n1", "n2")
