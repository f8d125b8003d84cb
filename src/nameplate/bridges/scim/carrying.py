"""What other systems change, put in force: who must stop has stopped before anything is stored or answered."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scim2_models import (
    ConflictException,
    MutabilityException,
    NotFoundException,
    Resource,
    SCIMException,
    UniquenessException,
)

from nameplate.domain.actors import State
from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Conflict, Invalid, NameplateError
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.notices import ActorNotice, Effect, PersonNotice, Status
from nameplate.ports.directory import Directory, Entry, Provisions
from nameplate.ports.upstream import Hears

from . import governed, mapping
from .errors import error_of
from .finding import Finder
from .mapping import AGENT, MACHINES, USER
from .naming import actor_names
from .shelf import Change, Shelf

AGAIN = 5
"""How often a plan is made anew that somebody else's came before."""


class Carrier:
    """Carries out changes of the bridge's own resources. Callers see to it that no two run at once.

    `hears`: takes notices. `forget`: has the name of a person forgotten.
    """

    def __init__(
        self,
        bridge: Bridge,
        directory: Directory,
        shelf: Shelf,
        provisions: Provisions,
        hears: Callable[[], Hears],
        forget: Callable[[str], None],
    ) -> None:
        self._bridge, self._directory, self._shelf, self._provisions = bridge, directory, shelf, provisions
        self._hears, self._forget = hears, forget
        self._finder = Finder(bridge, directory, provisions)

    async def carry_out(self, changes: Sequence[Change]) -> list[Entry | SCIMException]:
        """Put some changes of users, devices and agents in force, each of another resource.

        What came of each: the entry as it is now (of one that goes: as it was), or why it was refused.
        """
        taken: set[tuple[str, str]] = set()
        for change in changes:
            _unless_refused(change, partial(self._prepare, change, taken))
        self._check(_left(changes))
        await self._restrict(_left(changes))
        await self._declare(_left(changes))
        self._store(_left(changes))
        await self._release(_left(changes))
        await self._follow_up(_left(changes))
        return [_outcome(change) for change in changes]

    async def reassert(self, change: Change) -> None:
        """Say again what a resource says that has not changed: it may have been lost on the way before."""
        await self._restrict([change])
        await self._release(_left([change]))
        if change.refused:
            raise error_of(change.refused)

    # -- before anything has happened ---------------------------------------------------------------------------

    def _prepare(self, change: Change, taken: set[tuple[str, str]]) -> None:
        before, resource = change.before, change.resource
        if resource is None:
            if before is not None and before.kind == AGENT:
                governed.require_retired(before.body)
            return
        change.after = self._shelf.entry(change, before.id if before else uuid.uuid4().hex)
        self._require_unique(change.after, taken)
        if change.kind == AGENT:
            self._require_governed(change)
        if change.kind in MACHINES:
            self._prepare_machine(change, change.after, resource)

    def _prepare_machine(self, change: Change, after: Entry, resource: Resource[Any]) -> None:
        if change.before is None:
            after = change.after = self._linked(after, resource)
        elif _only_active(change.before, after):
            return
        if after.made:
            known = self._provisions.known(after.actor)
            unit = mapping.unit_of(resource)
            holder = self._provisions.holder(unit) if unit and known is None else ""
            around = self._finder.around(after, resource)
            change.documents = self._new_only(
                mapping.documents(self._bridge, after, resource, around, known, holder), known
            )

    def _new_only(self, documents: list[dict[str, object]], known: Any) -> list[dict[str, object]]:
        """Without teams that are there, and without an actor that stays as it is."""
        has_team = self._provisions.has_team
        needed = [each for each in documents if each["kind"] != "Team" or not has_team(str(each["id"]))]
        if known is not None and needed and needed[-1] == to_document(known.actor):
            return []
        return needed

    def _linked(self, after: Entry, resource: Resource[Any]) -> Entry:
        """With the actor that it is: the one declared before under that name, or a new one."""
        told = (getattr(resource, "display_name", None), getattr(resource, "agent_user_name", None))
        for name in actor_names(told, after.id):
            known = self._provisions.known(name)
            if known is None:
                return replace(after, actor=name, made=True)
            if known.standing.state is State.RETIRED or self._directory.linked(self._bridge.id, name):
                continue
            beside = {*self._bridge.option("beside").split(), self._bridge.id}
            if foreign := sorted({*known.bridges} - beside):
                raise UniquenessException(detail=f"The actor {name} is governed by {', '.join(foreign)}")
            if not mapping.may_be(after.kind, known.actor):
                raise UniquenessException(detail=f"The actor {name} is a {known.actor.type}")
            return replace(after, actor=name)
        raise UniquenessException(detail="There is no name left for it")

    def _require_unique(self, after: Entry, taken: set[tuple[str, str]]) -> None:
        """What a user or an agent is called is given once, and so is what a person is known by."""
        for attribute, value in after.lookups:
            if attribute not in {"username", "agentusername"} and (attribute, after.kind) != ("externalid", USER):
                continue
            found = self._directory.find(self._bridge.id, (after.kind,), attribute, value)
            if any(each.id != after.id for each in found) or (attribute, value) in taken:
                raise UniquenessException(detail=f"{attribute} is taken")
            taken.add((attribute, value))

    def _require_governed(self, change: Change) -> None:
        after, resource = change.after, change.resource
        said = governed.governed(resource) if resource is not None else None
        former = governed.governed(self._shelf.resource(change.before)) if change.before else None
        if said is not None and resource is not None:
            governed.require_consistent(said, active=getattr(resource, "active", None), now=datetime.now(UTC))
        if former is not None and change.before is not None and after is not None:
            governed.require_next(former, said, same=after.body == change.before.body)
        elif said is not None and change.before is not None:
            raise MutabilityException(detail="An agent is governed from its creation on, or never")
        elif said is not None and after is not None and self._directory.keyed(self._bridge.id, after.key):
            raise UniquenessException(detail="This issuer and subject are known already")

    def _check(self, changes: Sequence[Change]) -> None:
        """Refuse what could not be declared, before anybody is told of it."""
        declaring = [change for change in changes if change.documents]
        if not declaring:
            return
        try:
            self._provisions.check(_documents(declaring))
        except Invalid:
            good: list[Change] = []
            for change in declaring:
                _unless_refused(change, partial(self._provisions.check, _documents([*good, change])))
                good += [] if change.refused else [change]

    # -- in force -----------------------------------------------------------------------------------------------

    async def _restrict(self, changes: Sequence[Change]) -> None:
        """Whatever takes something away, and whoever is new."""
        machines = [each for each in changes if each.kind in MACHINES and (_stops(each) or each.before is None)]
        effects = await self._told([self._actor_notice(each) for each in machines])
        _note(machines, effects)
        people = [notice for change in changes if change.kind == USER for notice in self._farewells(change)]
        if people:
            await self._hears().people(people)

    async def _release(self, changes: Sequence[Change]) -> None:
        """Whatever gives something back, once it is stored: what is refused then lies there as it did before."""
        machines = [each for each in changes if each.kind in MACHINES and each.before is not None and not _stops(each)]
        people = [each for each in changes if each.kind == USER and each.resource is not None]
        try:
            effects = await self._told([self._actor_notice(each) for each in machines])
            await self._introduce(people)
        except NameplateError:
            self._put_back([*machines, *people])
            raise
        _note(machines, effects)
        self._put_back([change for change in machines if change.refused])

    async def _introduce(self, changes: Sequence[Change]) -> None:
        notices = [self._finder.person_notice(change.after, change.resource) for change in changes]
        if not notices:
            return
        effects = await self._hears().people(notices)
        known = []
        for change, effect in zip(changes, effects, strict=True):
            if change.after is not None and change.after.actor != effect.id:
                change.after = replace(change.after, actor=effect.id)
                known.append(change.after)
        self._directory.write(known)

    async def _told(self, notices: Sequence[ActorNotice]) -> Sequence[Effect]:
        return await self._hears().actors(notices) if notices else ()

    def _actor_notice(self, change: Change) -> ActorNotice:
        if change.after is not None and change.resource is not None:
            return mapping.actor_notice(change.after, change.resource)
        before = change.before
        assert before is not None  # noqa: S101 - what goes was there
        return ActorNotice(before.bridge, before.key, before.actor, Status.RETIRED, reason="deleted")

    def _farewells(self, change: Change) -> list[PersonNotice]:
        """Of whom nothing more is said, and who is disabled."""
        before, after = change.before, change.after
        if before is not None and (after is None or after.key != before.key):
            return [PersonNotice(before.bridge, before.key, Status.RETIRED, end_sessions=True, groups=())]
        if after is not None and change.resource is not None and _stops(change):
            return [PersonNotice(after.bridge, after.key, Status.DISABLED)]
        return []

    async def _declare(self, changes: Sequence[Change]) -> None:
        declaring = [change for change in changes if change.documents]
        for turn in range(AGAIN if declaring else 0):
            try:
                await self._provisions.declare(_documents(declaring))
            except Conflict:
                if turn == AGAIN - 1:
                    raise
            else:
                return

    def _store(self, changes: Sequence[Change]) -> None:
        puts = [change.after for change in changes if change.after is not None and change.after is not change.before]
        drops = [change.before for change in changes if change.resource is None and change.before is not None]
        self._directory.write(puts, drops)
        for each in drops:
            if each.kind == USER and each.actor:
                self._forget(each.actor)

    def _put_back(self, changes: Sequence[Change]) -> None:
        former = [each.before for each in changes if each.before is not None]
        lookups = [
            replace(each, lookups=tuple(mapping.lookups(each.kind, self._shelf.resource(each)))) for each in former
        ]
        new = [each.after for each in changes if each.before is None and each.after is not None]
        self._directory.write(lookups, new)

    async def _follow_up(self, changes: Sequence[Change]) -> None:
        """Machines that wait for a sponsor have one now."""
        users = [each.after for each in changes if each.kind == USER and each.after is not None]
        waiting = {found.id: found for user in users for found in self._finder.sponsored(user)}
        await self.renew(list(waiting.values()))

    async def renew(self, entries: Sequence[Entry], groups: Callable[[str], Sequence[str]] | None = None) -> None:
        """Declare machines anew after something else has changed. `groups`: names of those of a member."""
        changes = []
        for entry in entries:
            known = self._provisions.known(entry.actor)
            if not entry.made or known is None or known.standing.state is State.RETIRED:
                continue
            resource = self._shelf.resource(entry)
            around = self._finder.around(entry, resource, groups(entry.id) if groups else None)
            documents = self._new_only(mapping.documents(self._bridge, entry, resource, around, known), known)
            changes.append(Change(entry.kind, entry, resource, entry, documents))
        await self._declare(changes)


def _left(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.refused is None]


def _only_active(before: Entry, after: Entry) -> bool:
    """Whether nothing that is declared can have changed."""
    was, now = ({name: value for name, value in each.body.items() if name != "active"} for each in (before, after))
    return was == now


def _documents(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Teams once, and before their actors."""
    found = {(str(each["kind"]), str(each["id"])): each for change in changes for each in change.documents}
    return sorted(found.values(), key=lambda each: each["kind"] != "Team")


def _stops(change: Change) -> bool:
    resource = change.resource
    return resource is None or mapping.status_of(change.kind, resource) is not Status.ACTIVE


def _unless_refused(change: Change, work: Callable[[], None]) -> None:
    try:
        work()
    except (SCIMException, NameplateError) as error:
        change.refused = error


def _note(changes: Sequence[Change], effects: Sequence[Effect]) -> None:
    for change, effect in zip(changes, effects, strict=True):
        change.refused, change.state = _refusal(effect), effect.state


def _refusal(effect: Effect) -> SCIMException | None:
    if not effect.refused:
        return None
    return ConflictException(detail=effect.message or effect.refused)


def _outcome(change: Change) -> Entry | SCIMException:
    if change.refused is not None:
        return error_of(change.refused)
    found = change.after or change.before
    return found if found is not None else NotFoundException()
