import pytest

from nameplate.bridges.ssf.events import Kind, signal_of
from nameplate.bridges.ssf.telling import TOLD, tellings
from nameplate.domain.lifecycle import TRANSITIONS

AT = "2026-11-22T11:06:40.000000Z"


def state(order, by="uid:0", **entry):
    entries = [{"id": "amr-1", "from": "active"} | entry]
    return {"kind": "state", "at": AT, "order": order, "actors": entries, "by": by, "reason": "Ada said so"}


STOP = [Kind.ACCOUNT_DISABLED, Kind.SESSION_REVOKED]


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        (state("suspend"), STOP),
        (state("repair"), STOP),
        (state("transfer"), STOP),
        (state("quarantine"), [*STOP, Kind.COMPLIANCE_CHANGE]),
        (state("retire"), [Kind.ACCOUNT_PURGED, Kind.SESSION_REVOKED]),
        (state("activate", **{"from": "suspended"}), [Kind.ACCOUNT_ENABLED]),
        (state("activate", **{"from": "quarantined"}), [Kind.COMPLIANCE_CHANGE, Kind.ACCOUNT_ENABLED]),
        ({"kind": "key_bound", "at": AT, "actor": "amr-1"}, [Kind.CREDENTIAL_CHANGE]),
        ({"kind": "finding", "at": AT, "actor": "amr-1", "severity": "high", "finding": "relay"}, [Kind.RISK_CHANGE]),
        ({"kind": "finding", "at": AT, "actor": "amr-1", "severity": "low", "finding": "x"}, []),
        ({"kind": "finding", "at": AT, "severity": "high", "finding": "x"}, []),
        ({"kind": "decision", "at": AT, "actor": "amr-1"}, []),
        ({"kind": "state", "at": "never"}, []),
    ],
)
def test_each_record_tells_what_the_table_says(record, kinds):
    assert [each.kind for each in tellings(record)] == kinds


@pytest.mark.parametrize("order", list(TRANSITIONS))
def test_what_we_tell_is_what_we_would_take(order):
    told = tellings(state(order, **{"from": "quarantined"}))
    assert told
    for each in told:
        assert each.kind in TOLD
        assert signal_of(each.kind, each.event, 5) is not None


def test_each_actor_of_an_order_is_told_of_and_no_reason_that_somebody_typed():
    record = state("suspend") | {"actors": [{"id": "a"}, {"id": "b"}]}
    told = tellings(record)
    assert [each.actor for each in told] == ["a", "a", "b", "b"]
    assert "Ada" not in str(told)
    assert {each.by for each in told} == {"uid:0"}
