from nameplate.domain.tally import Tally
from nameplate.domain.verdicts import Reason, Verdict


def test_permits_and_denials_are_counted_by_reason_and_timed():
    tally = Tally()
    granted, stopped, out = (
        Verdict(permit, reason, (reason,))
        for permit, reason in ((True, Reason.GRANTED), (False, Reason.STATE), (True, Reason.WAY_OUT))
    )
    tally.count([granted, stopped, stopped], 0.5)
    tally.count([out], 0.5)
    tally.count([], 0.5)
    assert (tally.permits, tally.denials) == (2, 2)
    assert tally.answered[False, Reason.STATE] == 2
    assert tally.taken.total == 2.0
