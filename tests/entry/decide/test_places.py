"""Orders over places over the control socket: what they answer, and what they refuse."""

import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused

DEPOT = "{kind: Site, id: depot}\n---\n{kind: Zone, id: dock, site: depot}\n---\n{kind: Zone, id: cage, site: depot}\n"


@pytest.fixture(scope="module")
def depot(file_world):
    file_world.apply(DEPOT)
    return file_world


def test_a_lockdown_bites_at_once_and_apply_does_not_lift_it(depot):
    grant = {"actions": ["enter"], "resources": ["zone:dock"], "presence": "remote"}
    depot.apply(f"{{kind: Contract, id: docker, grants: [{grant}]}}")
    actor = depot.actor("lifter", site="depot", contract="docker")
    ask = {"actor": actor, "action": "enter", "resource": "zone:dock"}
    post = depot.server.client.post
    assert post("/v1/check", ask)["decision"] == "permit"
    answer = post("/v1/zones/lockdown", {"zones": ["dock"], "reason": "Leak."})
    assert answer.keys() == {"zones", "state", "ordered_at", "recorded", "stop"}
    assert answer["stop"]["ordered_at"] == answer["ordered_at"]
    assert answer["stop"].keys() == {"id", "ordered_at", "recorded", "receipts", "online", "missing", "bound_ms"}
    assert (answer["state"], answer["recorded"]) == ("locked", True)
    depot.apply("{kind: Zone, id: dock, site: depot, public: true}")
    refused = post("/v1/check", ask)
    assert refused["reasons"] == ["lockdown", "zone"]
    told = depot.server.client.get(f"/v1/decisions/{refused['decision_id']}/explanation")["sentence"]
    assert "dock is locked down (Leak.)" in told
    post("/v1/zones/release", {"zones": ["dock"], "reason": "Over."})
    assert post("/v1/check", ask)["decision"] == "permit"


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/v1/zones/lockdown", {"zones": ["nowhere"], "reason": "x"}, NotFound),
        ("/v1/zones/lockdown", {"zones": ["dock"], "reason": ""}, Refused),
        ("/v1/zones/lockdown", {"zones": ["dock"], "reason": "x", "for": "1h"}, Invalid),
        ("/v1/zones/release", {"zones": ["dock"], "reason": "x"}, NotFound),
        ("/v1/sites/threat", {"level": "panic", "site": "depot", "reason": "x"}, Invalid),
        ("/v1/sites/threat", {"level": "high", "site": "nowhere", "reason": "x"}, NotFound),
    ],
)
def test_what_cannot_be_done_is_refused(depot, path, body, error):
    with pytest.raises(error):
        depot.server.client.post(path, body)
