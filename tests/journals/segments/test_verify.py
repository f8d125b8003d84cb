import json
import os
import shutil

import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.notes import VerifierKey
from nameplate.journals.segments import JournalPrunedMeanwhile, verify
from nameplate.journals.segments.verify import MAX_PROBLEMS
from tests.journals.segments.samples import OTHER_SIGNER, SIGNER, SMALL, pruned_when_opened, segments, write

KEY = str(VerifierKey("nameplate/n1", SIGNER.public_key))


@pytest.fixture(name="journal", scope="module")
def whole_fixture(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole") / "journal"
    write(directory, 60)
    return directory


@pytest.fixture(name="copy")
def copy_fixture(journal, tmp_path):
    return shutil.copytree(journal, tmp_path / "copy")


def test_the_report_of_a_whole_journal(journal):
    report = verify(journal, vkey=KEY)
    assert report.ok
    members = json.loads(json.dumps(report.to_json()))
    assert members.pop("checkpoint").keys() == {"size", "root", "time"}
    assert members == {
        "integrity": "ok",
        "completeness": "ok",
        "records": 60,
        "first": 1,
        "last": 60,
        "segments": len(segments(journal)),
        "pruned": 0,
        "pruned_before": None,
        "beyond_checkpoint": 0,
        "torn_tail_bytes": 0,
        "problems": [],
    }


def test_an_altered_record_is_named_by_file_line_and_number_with_a_remedy(copy):
    path = segments(copy)[1]
    first = int(path.stem)
    path.write_bytes(
        path.read_bytes().replace(b'"seq":%d,"at":"2026' % (first + 2), b'"seq":%d,"at":"2027' % (first + 2))
    )
    report = verify(copy)
    assert (report.integrity, report.ok) == ("broken", False)
    problem = report.problems[0]
    assert (problem.file, problem.line, problem.seq) == (path.name, 4, first + 2)
    assert problem.what == "the record does not match its link"
    assert problem.remedy


def test_one_broken_segment_does_not_hide_the_next(copy):
    for path in segments(copy)[:2]:
        path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":0', 1))
    files = {problem.file for problem in verify(copy).problems}
    assert files >= {path.name for path in segments(copy)[:2]}


def test_a_key_from_outside_is_the_one_trusted(copy):
    other = VerifierKey("nameplate/n1", OTHER_SIGNER.public_key)
    assert verify(copy, vkey=str(other)).completeness == "unknown"
    assert verify(copy, vkey=str(other)).integrity == "broken"
    (copy / "node.vkey").write_text(str(other))
    assert not verify(copy).ok
    assert verify(copy, vkey=KEY).ok


def test_without_any_key_the_chain_is_checked_and_completeness_is_unknown(copy):
    (copy / "node.vkey").unlink()
    assert (verify(copy).integrity, verify(copy).completeness) == ("ok", "unknown")
    segments(copy)[0].write_bytes(segments(copy)[0].read_bytes().replace(b"sample", b"simple", 1))
    assert verify(copy).integrity == "broken"


def test_a_malformed_key_is_the_callers_mistake(journal):
    with pytest.raises(Invalid):
        verify(journal, vkey="not a key")


def test_a_missing_tail_is_cut_and_says_what_is_missing(copy):
    first = int(segments(copy)[-1].stem)
    segments(copy)[-1].unlink()
    report = verify(copy)
    assert (report.integrity, report.completeness, report.last) == ("ok", "cut", first - 1)
    assert report.problems[0].seq == first


def test_records_behind_the_checkpoint_are_counted_apart(tmp_path):
    write(tmp_path, 4, group=2)
    heads = {name: (tmp_path / name).read_bytes() for name in ("head.0", "head.1")}
    write(tmp_path, 3, group=1)
    for name, note in heads.items():
        (tmp_path / name).write_bytes(note)
    assert verify(tmp_path).ok
    assert verify(tmp_path).beyond_checkpoint == 3


def test_records_missing_at_the_beginning_are_a_cut(tmp_path):
    write(tmp_path, 60)
    assert verify(tmp_path).ok
    for path in segments(tmp_path)[:2]:
        path.unlink()
    report = verify(tmp_path)
    assert (report.integrity, report.completeness) == ("ok", "cut")
    assert report.pruned_before == int(segments(tmp_path)[0].stem)


def test_there_are_never_more_problems_than_can_be_read(tmp_path):
    write(tmp_path, 300, settings=SMALL._replace(segment_bytes=300))
    for path in segments(tmp_path):
        path.write_bytes(path.read_bytes().replace(b"sample", b"simple"))
    assert len(verify(tmp_path).problems) == MAX_PROBLEMS


def test_no_journal_is_not_a_whole_one(tmp_path):
    assert not verify(tmp_path).ok
    report = verify(tmp_path / "nothing")
    assert (report.integrity, report.completeness) == ("broken", "unknown")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything; run the tests as another user to see this one")
def test_a_file_that_may_not_be_read_is_a_finding(copy):
    segments(copy)[0].chmod(0)
    assert "cannot be read" in verify(copy).problems[0].what


def test_what_is_pruned_while_it_is_verified_is_no_broken_journal(tmp_path, monkeypatch):
    write(tmp_path, 60)
    # Whose names and keys counted is read from every segment first.
    pruned_when_opened(monkeypatch, tmp_path, times=3)
    with pytest.raises(JournalPrunedMeanwhile):
        verify(tmp_path)
    # Nothing in this journal allows it to be gone.
    assert not verify(tmp_path).ok
