from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import Actor, ActorType
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.rulebook import Rulebook

ACTORS = [
    Actor(f"amr-{n}", kind, "clinic", owner=owner)
    for n, kind, owner in ((1, ActorType.ROBOT, "ops"), (2, ActorType.BOT, ""))
]
ACTIONS, RESOURCES = ("enter", "read"), ("zone:a", "zone:ab", "door:a", "record:zone:a")
PATTERNS = (*RESOURCES, "zone:*", "zone:a*", "door:*", "z*", "record:zone:a*")


def some(choices):
    return st.lists(st.sampled_from(choices), max_size=2, unique=True).map(tuple)


scopes = st.builds(
    Scope,
    some(ACTIONS),
    some(PATTERNS),
    some(("amr-1", "amr-2")),
    some(tuple(ActorType)),
    some(("ops", "it")),
    some(("clinic", "plant")),
)
rules = st.builds(Rule, st.sampled_from("abcd"), scopes, st.just(""), st.integers(1, 9))
changes = st.lists(rules | st.sampled_from("abcd"), max_size=12)


def covers(rule, action, resource, actor):
    patterns = rule.scope.resources or ("*",)
    named = any(resource.startswith(each[:-1]) if each.endswith("*") else resource == each for each in patterns)
    return named and rule.scope.fits(action, actor)


@given(changes)
def test_the_book_finds_just_the_rules_whose_scope_holds_the_request(history):
    book, kept = Rulebook(), {}
    for change in history:
        if isinstance(change, Rule):
            book.put(change)
            kept[change.id] = change
        else:
            book.drop(change)
            kept.pop(change, None)
    assert bool(book) is bool(kept)
    for action in ACTIONS:
        for resource in RESOURCES:
            for actor in ACTORS:
                wanted = [kept[ident] for ident in sorted(kept) if covers(kept[ident], action, resource, actor)]
                found = book.covering(action, resource, actor)
                assert [(each.name, each.scope) for each in found] == [(each.name, each.scope) for each in wanted]


def test_a_thousand_rules_elsewhere_are_not_even_looked_at():
    class Watched(Scope):
        def fits(self, *_):
            raise AssertionError("looked at")

    book = Rulebook()
    for number in range(1_000):
        book.put(Rule(f"r{number}", Watched(("read",), (f"record:{number:04}*",)), "", 1))
    book.put(Rule("own", Scope(("read",), ("record:x*",)), "", 1))
    assert [rule.id for rule in book.covering("read", "record:x1", ACTORS[0])] == ["own"]
