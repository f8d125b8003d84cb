import pytest

from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.people import Person
from nameplate.domain.registry import Registry
from nameplate.entry.manage.console.viewer import SignInFirst, Viewer, viewers
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
    assert viewer.may(Role.OPERATOR)
    assert not viewer.may(Role.APPROVER)
    assert Viewer("x", "x", frozenset({Role.OWNER})).may(Role.APPROVER)


@pytest.mark.parametrize("viewer", [seen(), seen("kitchen"), seen("ops", active=False)])
def test_without_a_role_nobody_looks(viewer):
    with pytest.raises(SignInFirst):
        viewer("person:p-1")
