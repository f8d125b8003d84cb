from nameplate.domain.sponsorships import Handover, Sponsorship, told

AT = "2026-01-01T00:00:00.000000Z"
OFFER = {"actor": "amr-1", "state": "offered", "former": "p-1", "successor": "p-2", "until": AT, "at": AT}


def test_an_offer_is_accepted_lapses_and_ends():
    found: dict[str, Sponsorship] = {}
    assert told(found, OFFER) == "amr-1"
    assert (found["amr-1"].successor, found["amr-1"].state) == ("p-2", Handover.OFFERED)
    told(found, {"actor": "amr-1", "state": "lapsed", "at": AT})
    assert found["amr-1"].state == Handover.LAPSED
    told(found, {"actor": "amr-1", "state": "accepted", "at": AT})
    assert str(found["amr-1"].state) == "accepted"
    told(found, {"actor": "amr-1", "state": "ended", "at": AT})
    assert found == {}


def test_nobody_accepts_what_was_not_offered():
    found: dict[str, Sponsorship] = {}
    told(found, {"actor": "amr-1", "state": "accepted", "at": AT})
    assert found == {}
