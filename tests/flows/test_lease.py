import pytest

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.notices import Status
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.requests import AccessRequest
from nameplate.domain.upstreams import Upstream
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.flows.lease import Leases

PERMIT = Verdict(True, Reason.GRANTED, (Reason.GRANTED,))
REQUEST = AccessRequest("amr-1", "enter", "door:d", 0)


class Rules:
    """Leaves what the index has said."""

    def review(self, verdict, _request):
        return verdict


class World:
    """A bridge `iam` with a lease of 60 s that governs amr-1; `way`: how it may leave."""

    def __init__(self, lease_s=60.0, way=None):
        self.registry, self.now, self.way = Registry(), 0.0, way
        self.registry.bridges["iam"] = Bridge("iam", "s", BridgeType.LDAP, lease_s=lease_s)
        self.registry.upstreams.put(Upstream("iam", "k", "amr-1"))
        self.leases = Leases(self.registry, Rules(), self, lambda: self.now)

    def way_out(self, _request):
        return self.way

    def review(self, verdict=PERMIT, at=0):
        return self.leases.review(verdict, REQUEST._replace(at=at))

    def say(self, upstream):
        self.registry.upstreams.put(upstream)
        self.leases.touched(Touched("upstream", upstream.id))


def test_before_the_first_word_and_after_the_lease_its_actors_are_refused():
    world = World()
    assert world.review().reasons == (Reason.STALE_SNAPSHOT, "iam")
    world.leases.heard("iam")
    assert world.review().permit
    world.now = 59.9
    assert world.review().permit
    world.now = 60.0
    assert not world.review().permit
    world.leases.heard("iam")
    assert world.review().permit


def test_what_was_known_a_while_ago_counts_from_then_and_never_backwards():
    world = World()
    world.leases.heard("iam", 50)
    world.now = 10.0
    assert not world.review().permit
    world.leases.heard("iam")
    world.leases.heard("iam", 40)
    assert world.leases.age("iam") == 0.0
    assert world.leases.age("other") is None


def test_without_a_lease_or_a_governing_bridge_nothing_runs_out():
    assert World(lease_s=0).review().permit
    world = World()
    assert world.leases.review(PERMIT, AccessRequest("amr-2", "enter", "door:d", 0)).permit


def test_a_word_that_names_its_end_holds_until_then_also_without_a_lease_and_a_later_word_prolongs_it():
    world = World(lease_s=0)
    world.say(Upstream("iam", "k", "amr-1", valid_until=100))
    assert world.review(at=99).permit
    assert world.review(at=100).reasons == (Reason.STALE_SNAPSHOT, "iam")
    world.say(Upstream("iam", "k", "amr-1", valid_until=200))
    assert world.review(at=100).permit
    assert not world.review(at=200).permit
    world.say(Upstream("iam", "k", "amr-1"))
    assert world.review(at=200).permit


def test_with_both_the_lease_and_the_end_count():
    world = World(lease_s=60)
    world.leases.heard("iam")
    world.say(Upstream("iam", "k", "amr-1", valid_until=100))
    assert world.review(at=99).permit
    assert not world.review(at=100).permit
    world.now = 60.0
    assert not world.review(at=99).permit


@pytest.mark.parametrize("reason", [Reason.WAY_OUT, Reason.PUBLIC_ZONE])
def test_who_may_leave_whatever_forbids_it_may_leave(reason):
    assert World().review(Verdict(True, reason, (reason,))).permit
    way = Verdict(True, Reason.WAY_OUT, (Reason.WAY_OUT,))
    assert World(way=way).review() == way


def test_a_refusal_stays_the_refusal_that_it_was():
    refusal = Verdict(False, Reason.STATE, (Reason.STATE,))
    assert World().review(refusal) == refusal


def test_leases_follow_what_is_declared():
    world = World()
    del world.registry.bridges["iam"]
    world.leases.touched(Touched("Bridge", "iam"))
    assert world.review().permit
    world.registry.bridges["iam"] = Bridge("iam", "s", BridgeType.LDAP, lease_s=5)
    world.leases.touched(Touched("Bridge", "iam"))
    assert not world.review().permit


def test_an_actor_is_governed_from_the_first_word_and_until_the_subject_means_another():
    world = World()
    world.say(Upstream("iam", "k", "amr-9", Status.ACTIVE))
    assert world.review().permit
    assert not world.leases.review(PERMIT, AccessRequest("amr-9", "enter", "door:d", 0)).permit
