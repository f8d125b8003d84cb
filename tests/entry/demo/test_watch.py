import pytest

from nameplate.domain.errors import Invalid

from .records import AT, PHARMACY, decision, denial, finding, outcome, receipt, stopped, watch_of


def test_decisions_are_counted_and_the_last_one_is_known():
    watch = watch_of(decision("amr-11"), denial("amr-11", "window"), denial("cln-31", "rate"), denial("cln-31", "rate"))
    assert (watch.permits, dict(watch.denials)) == (1, {"window": 1, "rate": 2})
    assert watch.refused("amr-11", "window")
    assert not watch.refused("amr-11", "rate")
    assert not watch.permitted("amr-11")
    assert not watch.permitted("tug-21")
    assert watch.at_door[PHARMACY].actor == "cln-31"


def test_a_stop_gathers_its_receipts_and_its_first_denial():
    watch = watch_of(
        denial("amr-14", "state", "suspended"),
        stopped("amr-14"),
        receipt("amr-14"),
        denial("amr-14", "window"),
        denial("amr-13", "state", "in_repair"),
        denial("amr-14", "state", "in_repair"),
        denial("amr-14", "state", "in_repair"),
    )
    (stop,) = watch.stops.values()
    assert (stop.order, stop.state, stop.actors) == ("repair", "in_repair", ("amr-14",))
    assert [each["ms"] for each in stop.receipts] == [1.25]
    assert stop.refused_at == AT + 6_000_000
    assert watch.registry.standings["amr-14"].state == "in_repair"


def test_an_order_that_stops_nobody_is_no_stop():
    activation = {"kind": "state", "order": "activate", "to": "active", "actors": [{"id": "amr-14"}], "by": "uid:0"}
    assert watch_of(activation | {"reason": "Mended."}).stops == {}


def test_what_doors_report_is_understood():
    watch = watch_of(outcome("install_done"), outcome("door_opened"), outcome("passage", actor="amr-11"))
    assert (watch.keyed, watch.open_doors, watch.passages) == ({PHARMACY}, {PHARMACY}, 1)
    assert watch_of(outcome("door_opened"), outcome("door_closed")).open_doors == set()


@pytest.mark.parametrize("alarm", ["door_forced", "door_held", "tamper", "secure_channel_lost"])
def test_alarms_of_doors_stand_among_the_findings(alarm):
    watch = watch_of(outcome(alarm))
    assert watch.found(alarm)
    assert not watch.found("relay")


def test_ordinary_reports_are_no_findings():
    assert watch_of(outcome("passage"), outcome("reader_online"), outcome("tamper_cleared")).findings == []


def test_findings_keep_what_they_say():
    (found,) = watch_of(finding("cloned_key", "amr-13")).findings
    assert (found.at, found.finding, found.severity, found.actor) == (
        AT + 1_000_000,
        "cloned_key",
        "critical",
        "amr-13",
    )


def test_a_record_that_nobody_can_have_written_is_refused():
    with pytest.raises(Invalid):
        watch_of({"kind": "state"})
