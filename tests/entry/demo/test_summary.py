from nameplate.entry.demo.summary import document, words

from .records import AT, PHARMACY, decision, denial, finding, outcome, receipt, stopped, watch_of

JOURNAL = {"integrity": "ok", "completeness": "ok", "records": 9}


def summed(*records):
    return document(watch_of(*records), JOURNAL, 12, 15, 20.04)


def test_it_counts_and_keeps_the_verdict_on_the_journal():
    summary = summed(decision("amr-11"), denial("amr-11", "rate"), denial("amr-12", "rate"), outcome("passage"))
    assert summary == {
        "seconds": 20.0,
        "robots": 12,
        "doors": 15,
        "permits": 1,
        "denials": 2,
        "denials_by_reason": {"rate": 2},
        "passages": 1,
        "stops": [],
        "findings": [],
        "journal": JOURNAL,
    }


def test_a_stop_tells_whom_when_and_how_fast():
    records = (stopped("amr-14"), receipt("amr-14", ms=0.9), receipt("amr-14", ms=2.5), denial("amr-14", "state"))
    (stop,) = summed(*records)["stops"]
    assert (stop["actor"], stop["state"], stop["ms"], stop["recorded"]) == ("amr-14", "in_repair", 2.5, True)
    assert [receipt["signature"] for receipt in stop["receipts"]] == ["5169", "5169"]
    assert stop["first_denial_at"] is not None


def test_a_stop_of_several_names_them_all_and_without_receipt_has_no_time():
    (stop,) = summed(stopped("cln-33", "cln-34"))["stops"]
    assert (stop["actors"], stop["ms"], stop["receipts"], stop["first_denial_at"]) == (
        ["cln-33", "cln-34"],
        None,
        [],
        None,
    )


def test_findings_leave_out_what_they_do_not_know():
    (found,) = summed(outcome("tamper"))["findings"]
    assert (found["finding"], found["door"]) == ("tamper", PHARMACY)
    assert "actor" not in found
    assert isinstance(found["at"], str)


def test_the_words_hold_what_matters():
    records = (
        denial("amr-11", "rate"),
        stopped("amr-13", by="system"),
        receipt("amr-13"),
        finding("cloned_key", "amr-13"),
    )
    text = words(summed(*records))
    for part in (
        "1 rate",
        "amr-13 in repair by Nameplate itself",
        "1.2 ms",
        "cloned_key at amr-13",
        "integrity ok",
        "Next:",
    ):
        assert part in text
    assert str(AT) not in text


def test_the_words_admit_that_nobody_confirmed():
    text = words(summed(stopped("amr-14")))
    assert "nobody yet" in text
    assert "denials   0" in text
