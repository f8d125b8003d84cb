"""documents -> read -> check against each other and the registry -> changes. All of it, or nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from nameplate.domain import known
from nameplate.domain.actors import Actor, State
from nameplate.domain.contracts import ACTION_CLASSES, ActionClass, Contract
from nameplate.domain.manifests.differences import differences, typed
from nameplate.domain.manifests.documents import DEFAULT_SITE, KINDS, Declared, kind_of, read_document, to_document
from nameplate.domain.manifests.problems import MAX_KEPT, Document, InvalidManifests, Problem
from nameplate.domain.policies import Rule
from nameplate.domain.registry import Registry, unit_key
from nameplate.domain.rules import Prospect, check, references, warn_of_state, warnings
from nameplate.domain.supplies import Supplies, supplied

Change = dict[str, Any]
Pair = tuple[Document, Declared]
RuleFaults = Callable[[Rule, Collection[str], Supplies], Iterable[str]]
"""What is wrong with the Cedar of a rule, given the actions that it can be asked about and what callers send."""


class Plan(NamedTuple):
    """What applying would do. `changes` is what the `declared` record holds; `unchanged` names the rest (kind, id)."""

    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...] = ()
    unchanged: tuple[tuple[str, str], ...] = ()


def _unchecked(_rule: Rule, _actions: Collection[str], _supplies: Supplies) -> Iterator[str]:
    yield "Rules cannot be checked here."


def plan(
    registry: Registry,
    documents: Sequence[Document],
    *,
    is_timezone: Callable[[str], bool],
    action_classes: Mapping[str, ActionClass] = ACTION_CLASSES,
    rule_faults: RuleFaults = _unchecked,
    prune: bool = False,
) -> Plan:
    """What it takes to make the registry agree with `documents`.

    Never changes the state of an actor that exists. `prune` deletes whatever is not among the documents, except
    actors, which can only be retired. Raises InvalidManifests with the problems of all documents, `MAX_KEPT` at most.
    """
    pairs, problems = _read(registry, documents, prune=prune)
    after = _after(registry, pairs, prune=prune)
    prospect = Prospect(
        registry=registry,
        after=after,
        named={(document.kind, _id(document)) for document in documents},
        newcomers=_newcomers(registry, pairs),
        served=_served(after["Point"]),
        is_timezone=is_timezone,
        action_classes=action_classes,
        rule_faults=_by_its_surroundings(rule_faults, after),
    )
    kept = [(document, _keep_initial(registry, value)) for document, value in pairs]
    found = (problem.within(document) for document, value in kept for problem in check(prospect, value))
    problems += islice(found, MAX_KEPT)
    problems += _dangling(registry, after) if prune else ()
    if problems:
        raise InvalidManifests(sorted(problems, key=lambda problem: (problem.file, problem.line)))
    return _result(registry, prospect, pairs, kept, prune=prune)


def _by_its_surroundings(
    rule_faults: RuleFaults, after: Mapping[str, Mapping[str, Any]]
) -> Callable[[Rule], Iterable[str]]:
    """A rule is held against the actions that it can meet, and against what points supply."""
    supplies, actions = supplied(after["Point"].values()), known.actions(after["Contract"].values())
    return lambda rule: rule_faults(rule, rule.scope.actions or actions, supplies)


def _read(registry: Registry, documents: Sequence[Document], *, prune: bool) -> tuple[list[Pair], list[Problem]]:
    sites = {_id(document) for document in documents if document.kind == "Site"}
    usual = _usual_site(sites if prune else sites | set(registry.sites))
    pairs: dict[tuple[str, str], Pair] = {}
    problems: list[Problem] = []
    for document in documents:
        if len(problems) >= MAX_KEPT:
            break
        value, found = read_document(document.mapping, _site_of(registry, document, usual))
        problems += (problem.within(document) for problem in found)
        if value is None:
            continue
        first = pairs.setdefault((document.kind, value.id), (document, value))[0]
        if first is not document:
            problems.append(_twice(document, first))
    return list(pairs.values()), problems


def _usual_site(sites: Collection[str]) -> str:
    """Where something lies that does not say so; nothing when there is a choice."""
    return "" if len(sites) > 1 else next(iter(sites), DEFAULT_SITE)


def _site_of(registry: Registry, document: Document, usual: str) -> str:
    former = registry.table(document.kind).get(_id(document)) if document.kind in KINDS else None
    return getattr(former, "site", usual)


def _id(document: Document) -> str:
    ident = document.mapping.get("id")
    return str(ident) if isinstance(ident, str) or (isinstance(ident, int) and abs(ident) < 2**63) else ""


def _twice(document: Document, first: Document) -> Problem:
    place = f" ({first.file}:{first.line})" if first.line else ""
    name = f"{document.kind} {document.mapping['id']!r}"
    return Problem("id", f"{name} is declared twice{place}.", "Remove one, or give it another id.").within(document)


def _after(registry: Registry, pairs: list[Pair], *, prune: bool) -> dict[str, dict[str, Any]]:
    keeps = {"Actor"} if prune else set(KINDS)
    after = {kind: dict(registry.table(kind)) if kind in keeps else {} for kind in KINDS}
    for document, value in pairs:
        after[document.kind][value.id] = value
    return after


def _newcomers(registry: Registry, pairs: list[Pair]) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, value in pairs:
        if isinstance(value, Actor) and value.unit and value.id not in registry.actors:
            found.setdefault(unit_key(value.unit.identity), value.id)
    return found


def _served(points: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for point in points.values():
        for channel in point.channels:
            found.setdefault(channel.door, point.id)
    return found


def _keep_initial(registry: Registry, value: Declared) -> Declared:
    """An actor keeps the initial state that it had; who takes over a unit is not active before that is approved."""
    if not isinstance(value, Actor):
        return value
    former = registry.actors.get(value.id)
    if former is None:
        return replace(value, initial=State.STAGED) if value.succeeds else value
    return replace(value, initial=former.initial)


def _dangling(registry: Registry, after: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """References from what cannot be pruned to what would be."""
    for actor in registry.actors.values():
        for _, kind, ident in references(actor):
            if ident in registry.table(kind) and ident not in after[kind]:
                yield Problem(
                    "",
                    f"{kind} {ident!r} cannot be deleted: actor {actor.id!r} refers to it.",
                    "Keep it among the manifests.",
                )


def _result(registry: Registry, prospect: Prospect, pairs: list[Pair], kept: list[Pair], *, prune: bool) -> Plan:
    order = list(KINDS)
    values = sorted((value for _, value in kept), key=lambda value: (order.index(kind_of(value)), value.id))
    changed = [value for value in values if not _same(registry.table(kind_of(value)).get(value.id), value)]
    same = [
        (kind_of(value), value.id) for value in values if _same(registry.table(kind_of(value)).get(value.id), value)
    ]
    deletes = _deletes(registry, prospect.after) if prune else ()
    told = (problem.within(document) for document, value in pairs for problem in _warnings(prospect, value))
    changes = (*(_put(registry, value) for value in changed), *deletes)
    return Plan(changes, tuple(islice(told, MAX_KEPT)), tuple(same))


def _same(former: Declared | None, value: Declared) -> bool:
    # Values within `where` compare as equal although true is not 1: only their documents can tell.
    return former == value and (
        not isinstance(value, Contract) or typed(to_document(value)) == typed(to_document(former))
    )


def _put(registry: Registry, value: Declared) -> Change:
    change: Change = {"op": "put", "doc": to_document(value)}
    if isinstance(value, Contract | Rule):
        change["revision"] = registry.revision(kind_of(value), value.id) + 1
    return change


def _deletes(registry: Registry, after: Mapping[str, Mapping[str, Any]]) -> Iterator[Change]:
    for kind in reversed(tuple(KINDS)):
        for ident in sorted(registry.table(kind).keys() - after[kind].keys()):
            yield {"op": "delete", "kind": kind, "id": ident}


def _warnings(prospect: Prospect, value: Declared) -> Iterator[Problem]:
    yield from warnings(prospect, value)
    if isinstance(value, Actor):
        yield from warn_of_state(prospect.registry, value)


def diff(registry: Registry, planned: Plan) -> list[dict[str, object]]:
    """The plan for people: `{op: create|update|delete|unchanged, kind, id, fields: [{field, from, to}]}` each."""
    told = [_told(registry, change) for change in planned.changes]
    return told + [{"op": "unchanged", "kind": kind, "id": ident, "fields": []} for kind, ident in planned.unchanged]


def _told(registry: Registry, change: Change) -> dict[str, object]:
    new = change.get("doc", {})
    kind, ident = (new or change)["kind"], (new or change)["id"]
    former = registry.table(kind).get(ident)
    op = "delete" if change["op"] == "delete" else "update" if former else "create"
    return {"op": op, "kind": kind, "id": ident, "fields": differences(to_document(former) if former else {}, new)}


def export(registry: Registry, kinds: Collection[str] = tuple(KINDS)) -> Iterator[dict[str, object]]:
    """The documents of everything declared now, in the order in which they can be applied, then by id. One at a time.

    An actor that may not act now is written without `state`: an export must never bring a stopped actor back.
    """
    tables = [registry.table(kind) for kind in KINDS if kind in kinds]
    values = [_now(registry, table[ident]) for table in tables for ident in sorted(table)]
    return map(to_document, values)


def _now(registry: Registry, value: Declared) -> Declared:
    if not isinstance(value, Actor):
        return value
    initial = State.ACTIVE if registry.standings[value.id].state is State.ACTIVE else State.STAGED
    return value if value.initial is initial else replace(value, initial=initial)
