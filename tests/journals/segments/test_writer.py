import errno

import pytest

from nameplate.domain.merkle import Frontier
from nameplate.domain.notes import EMPTY_LINK, VerifierKey
from nameplate.journals.segments import verify
from nameplate.journals.segments.format import RECORD, Chain
from nameplate.journals.segments.heads import KEY_FILE
from nameplate.journals.segments.recovery import Recovered
from nameplate.journals.segments.settings import Settings
from nameplate.journals.segments.writer import Place, SegmentWriter
from tests.journals.segments.samples import SIGNER, SMALL, FailingFiles, segments

KEY = VerifierKey("nameplate/n1", SIGNER.public_key)


def open_writer(directory, files, settings=SMALL):
    (directory / KEY_FILE).write_text(str(KEY))
    place = Place(directory, KEY, SIGNER.sign, lambda: 1_000, files, settings)
    return SegmentWriter(place, Recovered(Chain(EMPTY_LINK, Frontier()), None, None, 0, 0))


def write(writer, count):
    """So many more records."""
    chain, following = writer.chain.copy(), range(writer.chain.size + 1, writer.chain.size + 1 + count)
    text = b'"text":"' + b"x" * 50 + b'"}'
    lines = chain.extend([RECORD % (seq, b"2026-11-18T11:06:40.000005Z", text) for seq in following])
    writer.write(lines, chain, urgent=False)


@pytest.fixture(name="files")
def files_fixture():
    return FailingFiles()


def test_a_group_is_written_synced_and_signed_for(tmp_path, files):
    writer = open_writer(tmp_path, files)
    files.log.clear()
    write(writer, 3)
    assert [name for name, *_ in files.log] == ["write", "sync", "write"]
    assert writer.chain.size == writer.heads.last[0].size == verify(tmp_path).records == 3
    writer.close()


def test_a_new_segment_is_durable_under_its_name_before_a_record_is_in_it(tmp_path, files):
    writer = open_writer(tmp_path, files, SMALL._replace(segment_bytes=600))
    write(writer, 3)
    files.log.clear()
    write(writer, 1)
    done = [name for name, *_ in files.log]
    start = done.index("rename")
    assert done[start - 2 : start + 4] == ["write", "sync", "rename", "sync_directory", "write", "sync"]
    assert [int(path.stem) for path in segments(tmp_path)] == [1, 4]
    assert verify(tmp_path).ok
    writer.close()


def test_a_group_larger_than_a_segment_is_not_split(tmp_path, files):
    writer = open_writer(tmp_path, files, SMALL._replace(segment_bytes=100))
    write(writer, 5)
    write(writer, 5)
    assert [int(path.stem) for path in segments(tmp_path)] == [1, 6]
    writer.close()


@pytest.mark.parametrize("operation", ["write", "sync", "rename", "sync_directory"])
def test_wherever_a_change_of_segment_fails_repair_leaves_what_is_durable(tmp_path, files, operation):
    writer = open_writer(tmp_path, files, SMALL._replace(segment_bytes=600))
    write(writer, 3)
    files.fail(operation)
    with pytest.raises(OSError, match="Input/output"):
        write(writer, 1)
    assert writer.chain.size == 3
    files.heal()
    writer.repair()
    assert [int(path.stem) for path in segments(tmp_path)] == [1]
    assert verify(tmp_path).records == 3
    assert verify(tmp_path).torn_tail_bytes == 0
    write(writer, 1)
    assert verify(tmp_path).records == 4
    writer.close()


def test_a_head_that_cannot_be_written_takes_the_group_back(tmp_path):
    class NoHeads(FailingFiles):
        armed = False

        def write(self, fd, data, offset):
            if self.armed and offset == 0:
                raise OSError(errno.EIO, "the head is bad")
            return super().write(fd, data, offset)

    files = NoHeads()
    writer = open_writer(tmp_path, files, Settings(reserve_bytes=4096))
    files.armed = True
    with pytest.raises(OSError, match="the head is bad"):
        write(writer, 2)
    assert writer.chain.size == 0
    with pytest.raises(OSError, match="the head is bad"):
        writer.repair()
    files.armed = False
    writer.repair()
    assert verify(tmp_path).records == 0
    assert verify(tmp_path).torn_tail_bytes == 0
    writer.close()


def test_repair_sets_the_heads_back_before_it_cuts_the_file(tmp_path, files):
    writer = open_writer(tmp_path, files)
    files.log.clear()
    writer.repair()
    done = [name for name, *_ in files.log]
    assert done[:4] == ["write", "write", "sync", "sync"]
    assert done.index("truncate") > 3
    writer.close()


def test_a_constructor_that_fails_leaves_no_descriptor_open(tmp_path, files):
    files.fail("sync")
    with pytest.raises(OSError, match="Input/output"):
        open_writer(tmp_path, files)
    files.heal()
    open_writer(tmp_path, files).close()
