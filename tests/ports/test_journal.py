from nameplate.domain.errors import Unavailable
from nameplate.ports.journal import JournalUnavailable


def test_an_unavailable_journal_says_what_to_do_next():
    error = JournalUnavailable("The disk is full.")
    assert isinstance(error, Unavailable)
    assert str(error) == "The disk is full. Free space on the disk or mend it: the journal resumes by itself."
