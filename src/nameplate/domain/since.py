"""What has changed between two states that bears on one question."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .contracts import Contract
from .manifests.differences import differences
from .manifests.documents import to_document
from .policies import Rule
from .registry import Registry
from .requests import AccessRequest
from .rulebook import Rulebook


class Change(NamedTuple):
    """`what`: a kind of manifest, or `state`, `zone` or `cut_off` of the actor. Empty: it was or is not there.

    `fields`: those that differ, of something declared.
    """

    what: str
    id: str
    before: str
    after: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`Contract c: c@1, now c@2 (grants[0].rate)`."""
        fields = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.what} {self.id}: {self.before or 'none'}, now {self.after or 'none'}{fields}"


def changes(then: Registry, now: Registry, request: AccessRequest, targets: Iterable[str]) -> list[Change]:
    """Everything that differs of what `request` depends on. `targets`: what it comes to, then and now."""
    found: dict[Change, None] = {}
    for kind, ident in _declared(then, now, request, tuple(dict.fromkeys(targets))):
        before, after = then.table(kind).get(ident), now.table(kind).get(ident)
        if before is not after and (change := _declared_change(kind, ident, before, after)):
            found[change] = None
    found.update(dict.fromkeys(_standing(then, now, request.actor)))
    return list(found)


def _declared(
    then: Registry, now: Registry, request: AccessRequest, targets: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """What of the manifests the question depends on, as kind and id."""
    yield "Actor", request.actor
    for registry in (then, now):
        actor = registry.actors.get(request.actor)
        if actor is None:
            continue
        yield "Site", actor.site
        yield "Contract", actor.contract
        book = Rulebook()
        for rule in registry.rules.values():
            book.put(rule)
        yield from (("Rule", rule.id) for name in targets for rule in book.covering(request.action, name, actor))
    for name in targets:
        kind, _, ident = name.partition(":")
        if kind in {"zone", "door"}:
            yield kind.capitalize(), ident


def _declared_change(kind: str, ident: str, before: Any, after: Any) -> Change | None:
    names = _name(before), _name(after)
    if before is None or after is None:
        return Change(kind, ident, *names) if before is not after else None
    fields = tuple(str(each["field"]) for each in differences(to_document(before), to_document(after)))
    return Change(kind, ident, *names, fields) if fields or names[0] != names[1] else None


def _name(value: Any) -> str:
    if isinstance(value, Contract | Rule):
        return value.name
    return "" if value is None else "declared"


def _standing(then: Registry, now: Registry, actor: str) -> Iterator[Change]:
    before, after = then.standings.get(actor), now.standings.get(actor)
    if before is None or after is None:
        return
    for name in ("state", "zone", "cut_off"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(name, actor, str(old or ""), str(new or ""))
