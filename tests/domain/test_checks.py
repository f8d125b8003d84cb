"""The order of the checks. What each decides: tests/cases and the properties of the index."""

from nameplate.domain.checks import CHECKS, ON_OTHERS
from nameplate.domain.verdicts import Reason


def test_the_checks_stand_in_the_order_of_the_reasons() -> None:
    reasons = [reason for reason, _ in CHECKS]
    order = [reason for reason in Reason if reason in reasons]
    assert reasons == order
    assert len(set(reasons)) == len(reasons)


def test_what_rests_on_others_is_among_them() -> None:
    assert {reason for reason, _ in CHECKS} >= ON_OTHERS == {"rate", "dual_custody", "escort"}
