from dataclasses import replace

import pytest

from nameplate.domain.actors import Actor, ActorType
from nameplate.domain.policies import Rule, Scope

ROBOT = Actor("amr-1", ActorType.ROBOT, "clinic", owner="ops")
FITTING = Scope(("enter", "leave"), (), ("amr-1",), (ActorType.ROBOT,), ("ops",), ("clinic",))


def test_a_scope_without_limits_fits_everything():
    assert Scope().fits("read", ROBOT)
    assert FITTING.fits("enter", ROBOT)


@pytest.mark.parametrize(
    "other",
    [
        {"actions": ("leave",)},
        {"actors": ("amr-2",)},
        {"types": (ActorType.BOT,)},
        {"owners": ("it",)},
        {"sites": ("plant",)},
    ],
)
def test_one_field_that_does_not_fit_is_enough(other):
    assert not replace(FITTING, **other).fits("enter", ROBOT)


def test_a_rule_is_quoted_with_its_revision_and_compared_without():
    assert Rule("quiet", Scope(), "", 2).name == "quiet@2"
    assert Rule("quiet", Scope(), "", 2) == Rule("quiet", Scope(), "", 3)
