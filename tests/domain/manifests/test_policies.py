import pytest

from nameplate.domain.actors import ActorType
from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.policies import Rule, Scope

RULE = {
    "kind": "Rule",
    "id": "quiet",
    "scope": {"actions": ["enter"], "resources": ["zone:ward-*"], "types": ["robot"], "owners": ["ops"]},
    "cedar": "forbid (principal, action, resource)  \n  when { context.minute < 360 };\n\n",
}


def problems(**fields):
    return {each.where for each in read_document(RULE | fields)[1]}


def test_a_rule_is_read_and_written_back():
    rule = from_document(RULE)
    scope = Scope(("enter",), ("zone:ward-*",), (), (ActorType.ROBOT,), ("ops",))
    assert rule == Rule("quiet", scope, "forbid (principal, action, resource)\n  when { context.minute < 360 };")
    assert from_document(to_document(rule)) == rule
    assert to_document(from_document(RULE | {"on_error": "deny"})) == to_document(rule)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"scope": None}, "scope"),
        ({"scope": {}}, "scope"),
        ({"scope": {"actions": []}}, "scope.actions"),
        ({"scope": {"actions": ["ent*"]}}, "scope.actions"),
        ({"scope": {"resources": ["zone:*-a"]}}, "scope.resources[0]"),
        ({"scope": {"actors": ["amr-*"]}}, "scope.actors[0]"),
        ({"scope": {"types": ["drone"]}}, "scope.types[0]"),
        ({"scope": {"actions": ["a"], "mood": 1}}, "scope.mood"),
        ({"scope": {"actors": [f"a{number}" for number in range(101)]}}, "scope.actors"),
        ({"on_error": "permit"}, "on_error"),
        ({"cedar": None}, "cedar"),
        ({"cedar": 7}, "cedar"),
        ({"cedar": " \n "}, "cedar"),
        ({"cedar": "forbid\x07"}, "cedar"),
        ({"cedar": "forbid\u202e"}, "cedar"),
        ({"cedar": "x" * 8_193}, "cedar"),
    ],
)
def test_what_is_no_rule_is_refused_at_its_field(fields, where):
    assert where in problems(**fields)
