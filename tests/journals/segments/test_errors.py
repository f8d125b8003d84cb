import pytest

from nameplate.journals.segments.errors import JournalBroken, JournalCut, JournalInUse, JournalPrunedMeanwhile


@pytest.mark.parametrize(
    "error", [JournalBroken("a.journal", 7, "it burnt"), JournalCut("two"), JournalInUse(), JournalPrunedMeanwhile()]
)
def test_each_error_has_a_stable_code_and_says_what_to_do_next(error):
    assert error.code.startswith("journal_")
    assert error.remedy.endswith(".")


def test_a_broken_journal_is_named_by_file_and_record():
    error = JournalBroken("a.journal", 7, "it burnt")
    assert (error.file, error.seq, error.what) == ("a.journal", 7, "it burnt")
    assert "record 7 in a.journal: it burnt" in str(error)
