"""Rules sorted by scope, so that a decision meets only those that can apply to it, however many there are."""

from collections.abc import Iterator

from .actors import Actor
from .policies import Rule

_EVERYTHING = ""


class _Shelf:
    """Rules by the resources they name. Prefixes lie by their length: finding them takes a look for each length."""

    __slots__ = ("_exact", "_prefixes")

    def __init__(self) -> None:
        self._exact: dict[str, list[Rule]] = {}
        self._prefixes: dict[int, dict[str, list[Rule]]] = {}

    def put(self, rule: Rule) -> None:
        for table, key in self._places(rule):
            table.setdefault(key, []).append(rule)

    def take(self, rule: Rule) -> None:
        for table, key in self._places(rule):
            table[key] = [each for each in table[key] if each.id != rule.id]
            if not table[key]:
                del table[key]
        self._prefixes = {length: table for length, table in self._prefixes.items() if table}

    def _places(self, rule: Rule) -> Iterator[tuple[dict[str, list[Rule]], str]]:
        for pattern in rule.scope.resources or ("*",):
            prefix = pattern.removesuffix("*")
            yield self._exact if prefix == pattern else self._prefixes.setdefault(len(prefix), {}), prefix

    def find(self, resource: str) -> Iterator[Rule]:
        yield from self._exact.get(resource, ())
        for length, table in self._prefixes.items():
            yield from table.get(resource[:length], ())


class Rulebook:
    """All rules in force. Those that name actors lie by actor, the others by action."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._by_actor: dict[str, _Shelf] = {}
        self._by_action: dict[str, _Shelf] = {}

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self._rules)

    def put(self, rule: Rule) -> None:
        """Add a rule, or put a new revision in the place of the former."""
        self.drop(rule.id)
        self._rules[rule.id] = rule
        for table, key in self._keys(rule):
            table.setdefault(key, _Shelf()).put(rule)

    def drop(self, rule_id: str) -> None:
        """Take a rule away."""
        rule = self._rules.pop(rule_id, None)
        if rule is not None:
            for table, key in self._keys(rule):
                table[key].take(rule)

    def covering(self, action: str, resource: str, actor: Actor) -> tuple[Rule, ...]:
        """The rules whose scope holds this, by id."""
        shelves = (
            self._by_actor.get(actor.id),
            self._by_action.get(action),
            self._by_action.get(_EVERYTHING),
        )
        found = (rule for shelf in shelves if shelf for rule in shelf.find(resource))
        fitting = {rule.id: rule for rule in found if rule.scope.fits(action, actor)}
        return tuple(rule for _, rule in sorted(fitting.items()))

    def _keys(self, rule: Rule) -> Iterator[tuple[dict[str, _Shelf], str]]:
        if rule.scope.actors:
            yield from ((self._by_actor, actor) for actor in rule.scope.actors)
        else:
            yield from ((self._by_action, action) for action in rule.scope.actions or (_EVERYTHING,))
