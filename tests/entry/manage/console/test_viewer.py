import pytest

from nameplate.domain.acts import READ_PEOPLE, STOP
from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.people import Person
from nameplate.domain.registry import Registry
from nameplate.entry.manage.console.viewer import SignInFirst, Viewer, callers_named, viewers
from nameplate.ports.upstream import PersonName


class Known:
    """Names that are known."""

    def put(self, names):
        pass

    def get(self, people):
        return {each: PersonName("Ann") for each in people if each == "p-1"}

    def forget(self, person):
        pass


def seen(*groups, active=True):
    registry = Registry()
    registry.bridges["iam"] = Bridge("iam", "default", BridgeType.SCIM, roles={"ops": Role.OPERATOR})
    registry.people["p-1"] = Person("p-1", "iam", active=active, groups=groups)
    return viewers(registry, Known())


def test_a_person_is_seen_with_name_and_roles():
    viewer = seen("ops", "kitchen")("person:p-1")
    assert (viewer.name, viewer.roles) == ("Ann", {Role.OPERATOR})
    assert viewer.may(STOP)
    assert not viewer.may(READ_PEOPLE)
    assert not viewer.is_machine


def test_an_auditor_is_offered_nothing_that_changes_something():
    assert not Viewer("p-1", "x", frozenset({Role.OWNER, Role.AUDITOR})).may(STOP)
    assert not Viewer("p-1", "x", frozenset({Role.VIEWER})).may(STOP)


def test_names_are_for_those_who_may_look_at_people():
    callers = ["person:p-1", "person:p-2", "uid:0"]
    known = {role: callers_named(Known(), Viewer("p-9", "x", frozenset({role})), callers) for role in Role}
    assert known[Role.APPROVER] == {"person:p-1": "Ann", "person:p-2": "p-2", "uid:0": "this machine (uid:0)"}
    assert known[Role.OPERATOR]["person:p-1"] == known[Role.VIEWER]["person:p-1"] == "p-1"


def test_the_user_of_the_server_is_the_machine():
    viewer = viewers(Registry(), Known())("uid:0")
    assert viewer.is_machine
    assert viewer.may(STOP)


@pytest.mark.parametrize("viewer", [seen(), seen("kitchen"), seen("ops", active=False)])
def test_without_a_role_nobody_looks(viewer):
    with pytest.raises(SignInFirst):
        viewer("person:p-1")
