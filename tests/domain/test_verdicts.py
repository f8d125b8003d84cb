from nameplate.domain.verdicts import Decision, Reason, Verdict


def test_a_decision_permits_only_what_its_verdict_permits():
    permit = Verdict(permit=True, reason=Reason.GRANTED, reasons=(Reason.GRANTED,))
    deny = permit._replace(permit=False, reason=Reason.STATE)
    assert Decision(permit, "n-1", 0, 1).permit is True
    assert Decision(deny, "n-1", 0, 1).permit is False


def test_the_refusals_stand_in_the_order_in_which_they_are_checked():
    documented = (
        "unknown_actor state credential cut_off contract_missing contract_expired lockdown interlock anti_passback "
        "fire not_in_contract window network environment task payload presence nearness dual_custody escort rate where "
        "unless rule_forbids approval_required stale_snapshot"
    )
    codes = [str(reason) for reason in Reason]
    first = codes.index("unknown_actor")
    assert codes[first : first + len(documented.split())] == documented.split()


def test_reason_codes_are_words_that_a_reader_can_show():
    assert all(reason.isascii() and reason.islower() and len(reason) <= 32 for reason in Reason)
    assert len({str(reason) for reason in Reason}) == len(Reason)
