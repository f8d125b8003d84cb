"""Why a journal cannot be opened or read."""

from nameplate.domain.errors import Conflict, Unavailable


class JournalBroken(Unavailable):
    """What is there does not hang together: something was altered, or the disk has failed."""

    def __init__(self, file: str, seq: int, what: str) -> None:
        super().__init__(
            "journal_broken",
            f"The journal is broken at record {seq} in {file}: {what}.",
            "Keep a copy of the journal folder for examination, then restore a backup.",
        )
        self.file = file
        self.seq = seq
        self.what = what


class JournalCut(Unavailable):
    """Records that the node has signed for are gone."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "journal_cut",
            f"Records are missing from the journal: {what}.",
            "Restore a backup; or go on with what is left: `nameplate journal accept-cut` records the gap for good.",
        )


class JournalInUse(Conflict):
    """Another process writes this journal."""

    def __init__(self) -> None:
        super().__init__("journal_in_use", "Another process writes this journal.", "Stop it first.")


class JournalPrunedMeanwhile(Conflict):
    """A segment went between the look at what there is and the reading of it."""

    def __init__(self) -> None:
        super().__init__("journal_pruned_meanwhile", "The journal is being pruned just now.", "Try again.")
