import pytest

from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.enforcement.door_api.mapping import obstacle


def decision(*, permit=True, actor="amr-1", at=10, expires_at=20, target=""):
    reason = Reason.GRANTED if permit else Reason.WINDOW
    return Decision(Verdict(permit, reason, (), target=target), "d", at, expires_at, actor)


@pytest.mark.parametrize(
    ("given", "now", "cut_offs", "reason"),
    [
        (decision(), 11, {}, ""),
        (decision(), 11, {"amr-1": 9, "amr-2": 99}, ""),
        (decision(permit=False), 11, {}, "window"),
        (decision(actor=""), 11, {}, "nameless"),
        (decision(), 11, {"amr-1": 10}, "stopped"),
        (decision(), 20, {}, "expired"),
        (decision(target="zone:ward"), 11, {"zone:ward": 10}, "lockdown"),
        (decision(target="zone:ward"), 11, {"zone:ward": 9, "zone:hall": 99}, ""),
        (decision(target="door:vault"), 11, {"zone:hall": 10}, "lockdown"),
        (decision(target="door:vault"), 11, {"zone:hall": 9}, ""),
    ],
)
def test_a_call_is_made_only_on_a_permit_that_holds(given, now, cut_offs, reason):
    assert obstacle(given, now, cut_offs) == reason
