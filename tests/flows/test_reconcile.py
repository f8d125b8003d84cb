"""What a panel tells, held against what was decided; time is moved by hand."""

import asyncio

import pytest

from nameplate.domain.cards import Card, CardNumber, CardPool
from nameplate.domain.feeds import Feed, PanelEvent, PanelSaid
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.registry import Registry
from nameplate.flows import reconcile
from nameplate.flows.reconcile import Reconciler

START, SECOND = 1_700_000_000_000_000, 1_000_000
OURS = CardNumber("wiegand-26", 12, 1001)
GRANTED, REFUSED, OPENED = PanelSaid.GRANTED, PanelSaid.REFUSED, PanelSaid.OPENED


class Site:
    """A vault that only units pass, a lobby that people pass too, and one unit with a number."""

    def __init__(self):
        self.now, self.records, self.findings = START, [], []
        doors = {"v": "vault", "l": "lobby"}
        feed = Feed("f", "s", "webhook", {}, doors, {}, ("vault",))
        self.registry = Registry(
            feeds={"f": feed},
            cardpools={"p": CardPool("p", "s", "wiegand-26", 12, 1001, 1009)},
            cards={OURS.id: Card(OURS, "amr-1", "p", 0)},
        )
        self.subject = Reconciler(self.registry, self.note, self, lambda: self.now)
        self.now += 60 * SECOND

    def note(self, record):
        self.records.append(record)

    def raise_finding(self, finding):
        self.findings.append(finding)

    def shown(self, door="lobby", actor="amr-1", decision="d-1", happening=Happening.CARD_PRESENTED):
        self.subject.outcome(Outcome(happening, self.now, door, "r1", actor, decision))

    def tell(self, *events):
        async def main():
            for event in events:
                self.subject.heard(event)
            await asyncio.sleep(0.02)

        asyncio.run(main())

    @property
    def found(self):
        return [(each.finding, each.actor, each.door, each.decision_id) for each in self.findings]


@pytest.fixture(name="site")
def site_fixture(monkeypatch):
    monkeypatch.setattr(reconcile, "GRACE_S", 0.0)
    return Site()


def event(said, door="lobby", card="12:1001", at=0):
    return PanelEvent("f", door, said, at, card)


def test_what_follows_from_a_decision_is_recorded_and_no_finding(site):
    site.shown()
    site.now += 2 * SECOND
    site.tell(event(GRANTED), event(OPENED))
    assert site.found == []
    assert [(each["event"], each["actor"], each["decision_id"]) for each in site.records] == [
        ("granted", "amr-1", "d-1"),
        ("opened", "amr-1", "d-1"),
    ]
    assert "1001" not in str(site.records)


def test_a_second_opening_on_one_decision_is_found(site):
    site.shown()
    site.tell(event(GRANTED), event(GRANTED))
    assert site.found == [("opening_without_decision", "amr-1", "lobby", "")]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (event(GRANTED), [("opening_without_decision", "amr-1", "lobby", "")]),
        (event(OPENED), [("opening_without_decision", "amr-1", "lobby", "")]),
        (event(REFUSED), [("number_without_decision", "amr-1", "lobby", "")]),
        (event(OPENED, "vault", ""), [("opening_without_decision", "", "vault", "")]),
        (event(GRANTED, "vault", "77:1"), [("opening_without_decision", "", "vault", "")]),
        (event(GRANTED, "lobby", "77:1"), []),
        (event(OPENED, "lobby", ""), []),
    ],
)
def test_what_nobody_decided_is_found_for_our_numbers_and_at_watched_doors(site, told, found):
    site.tell(told)
    assert site.found == found
    assert len(site.records) == len(found)


def test_a_decision_at_another_door_for_another_unit_or_long_ago_does_not_count(site):
    site.shown(door="vault")
    site.shown(actor="amr-2")
    site.tell(event(GRANTED))
    assert site.found == [("opening_without_decision", "amr-1", "lobby", "")]
    site.shown()
    site.now += 31 * SECOND
    site.tell(event(GRANTED))
    assert len(site.findings) == 2


def test_a_slow_feed_counts_by_the_time_that_the_panel_gives(site):
    site.shown()
    at = site.now + SECOND
    site.now += 600 * SECOND
    site.tell(event(GRANTED, at=at))
    assert site.found == []


def test_an_opening_of_a_watched_door_belongs_to_whoever_was_shown_there(site):
    site.shown(door="vault")
    site.tell(event(OPENED, "vault", ""))
    assert site.found == []


def test_a_refusal_of_our_permit_is_found_once_by_light_and_by_feed(site):
    site.shown()
    site.shown(happening=Happening.PANEL_REFUSED)
    site.tell(event(REFUSED))
    assert site.found == [("panel_refused_permit", "amr-1", "lobby", "d-1")]
    site.shown(decision="d-2")
    site.tell(event(REFUSED))
    assert site.found[1:] == [("panel_refused_permit", "amr-1", "lobby", "d-2")]


def test_right_after_a_start_nothing_is_found_that_may_have_been_decided_before(site):
    site.now = START + SECOND
    site.tell(event(GRANTED))
    assert site.found == []


def test_events_of_a_feed_that_is_gone_are_forgotten(site):
    site.registry.feeds.clear()
    site.tell(event(GRANTED, "vault"))
    assert (site.records, site.found) == ([], [])
