"""Resources to notices, and to what is declared here. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scim2_models import InvalidValueException, Resource

from nameplate.domain.actors import Actor, ActorType, State, Tier
from nameplate.domain.bridges import Bridge
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.notices import ActorNotice, PersonNotice, Status
from nameplate.ports.directory import Entry, Known

from .governed import governed, microseconds
from .naming import folded, governed_key, team_id
from .schemas import EnterpriseUser, NameplateActor

USER, GROUP, DEVICE, AGENT = "User", "Group", "Device", "Agent"
MACHINES = frozenset({DEVICE, AGENT})
_BOTS = frozenset({"bot", "rpa"})
_TYPES = {
    DEVICE: frozenset({ActorType.ROBOT, ActorType.WORKLOAD}),
    AGENT: frozenset({ActorType.BOT, ActorType.AGENT, ActorType.WORKLOAD}),
}
_TIERS = frozenset(map(str, Tier))


class Around(NamedTuple):
    """What the rest of the directory says of a machine. `sponsor`: the pseudonym of its sponsor, empty if unknown.

    `owner`: the name of what owns it, and `is_group`: whether that is a group. `groups`: names of those that it is in.
    """

    sponsor: str = ""
    owner: str = ""
    groups: Sequence[str] = ()
    is_group: bool = False


def lookups(kind: str, resource: Resource[Any]) -> Iterator[tuple[str, str]]:
    """By what a resource is found."""
    if resource.external_id:
        yield "externalid", resource.external_id
    names = {
        "username": getattr(resource, "user_name", None),
        "agentusername": getattr(resource, "agent_user_name", None),
        "displayname": getattr(resource, "display_name", None),
    }
    yield from ((name, folded(value)) for name, value in names.items() if value)
    if kind == GROUP and names["displayname"]:
        yield "name", names["displayname"]
    if kind == USER:
        yield from (("mail", folded(address)) for address in addresses(resource))
    if kind in MACHINES and (sponsor := extension(resource).sponsor):
        yield "sponsor", folded(sponsor)


def addresses(user: Resource[Any]) -> tuple[str, ...]:
    """The mail addresses of a user, the one to write to first."""
    told = [each for each in getattr(user, "emails", None) or () if each.value]
    return tuple(dict.fromkeys(str(each.value) for each in sorted(told, key=lambda each: not each.primary)))


def extension(resource: Resource[Any]) -> NameplateActor:
    """Our attributes of a machine; empty where there are none."""
    found = resource[NameplateActor]
    return found if isinstance(found, NameplateActor) else NameplateActor(tier=None)


def key_of(kind: str, resource: Resource[Any], ident: str) -> str:
    """By which notices name it."""
    said = governed(resource) if kind == AGENT else None
    if said is not None:
        return governed_key(str(said.issuer), str(said.subject))
    return resource.external_id or ident if kind == USER else ident


def status_of(kind: str, resource: Resource[Any]) -> Status:
    """What it says of whether it may act. Without a word it may, as far as the other side is concerned."""
    said = governed(resource) if kind == AGENT else None
    if said is not None:
        return Status(str(said.status))
    return Status.DISABLED if getattr(resource, "active", None) is False else Status.ACTIVE


def actor_notice(entry: Entry, resource: Resource[Any]) -> ActorNotice:
    """What a machine's resource says of its actor."""
    notice = ActorNotice(entry.bridge, entry.key, entry.actor, status_of(entry.kind, resource))
    said = governed(resource) if entry.kind == AGENT else None
    if said is None:
        return notice
    return ActorNotice(
        entry.bridge,
        entry.key,
        entry.actor,
        notice.status,
        version=int(str(said.version)),
        cut_off=microseconds(said.authorization_not_before),
        # What ended before 1970 has ended: 0 and less would be no end at all.
        valid_until=max(1, microseconds(said.valid_until)),
        decided_at=microseconds(said.asserted_at),
    )


def person_notice(entry: Entry, user: Resource[Any], manager: str, groups: Iterable[str]) -> PersonNotice:
    """What a user says of a person. `manager`: the key of theirs, empty if they have none."""
    return PersonNotice(
        entry.bridge,
        entry.key,
        status_of(USER, user),
        manager,
        addresses(user),
        tuple(groups),
        name=person_name(user),
    )


def person_name(user: Any) -> str:
    """What people call them."""
    name = user.name
    parts = " ".join(part for part in (name.given_name, name.family_name) if part) if name else ""
    return user.display_name or (name and name.formatted) or parts or user.user_name or ""


def manager_of(user: Resource[Any]) -> str:
    """Who leads a user, as the other side names them."""
    work = user[EnterpriseUser]
    manager = work.manager if isinstance(work, EnterpriseUser) else None
    if manager is None:
        return ""
    return manager.value or (str(manager.ref).rpartition("/")[2] if manager.ref else "")


def unit_of(resource: Resource[Any]) -> tuple[str, str, str] | None:
    """Which physical unit a machine is, if that is told in full."""
    told = extension(resource)
    unit = (told.manufacturer or "", told.model or "", told.serial_number or "")
    return unit if all(unit) else None


def type_of(kind: str, resource: Resource[Any]) -> ActorType:
    """What sort of actor a machine is."""
    if kind == DEVICE:
        return ActorType.ROBOT if unit_of(resource) else ActorType.WORKLOAD
    return ActorType.BOT if (getattr(resource, "agent_type", None) or "").lower() in _BOTS else ActorType.AGENT


def may_be(kind: str, actor: Actor) -> bool:
    """Whether such a resource can stand for that actor."""
    return actor.type in _TYPES[kind]


def contract_of(bridge: Bridge, resource: Resource[Any], groups: Sequence[str]) -> str:
    """The contract that its groups, its entitlements or its own word give it: the first that the bridge knows."""
    entitled = [name for each in getattr(resource, "entitlements", None) or () for name in (each.value, each.display)]
    names = {*groups, *entitled, extension(resource).contract}
    return next((contract for name, contract in bridge.contracts.items() if name in names), "")


def documents(
    bridge: Bridge, entry: Entry, resource: Resource[Any], around: Around, former: Known | None, holder: str = ""
) -> list[dict[str, object]]:
    """What is declared for a machine: its actor and, where that is new, its team.

    `former`: as it is declared now. `holder`: the retired actor that was this unit before.
    """
    told = extension(resource)
    if told.tier and told.tier not in _TIERS:
        raise InvalidValueException(detail=f"tier is none of {', '.join(sorted(_TIERS))}")
    owner = told.owner or around.owner
    team, group = team_id(owner), {"group": owner} if around.is_group else {}
    fields: dict[str, object] = {
        "owner": team,
        "sponsor": around.sponsor,
        "purpose": told.purpose or getattr(resource, "description", None) or "",
        "environment": told.environment or "",
        "tier": told.tier or "",
        "contract": contract_of(bridge, resource, around.groups),
    }
    if former is not None and former.standing.state is State.ACTIVE:
        # What acts needs an owner and a purpose: they are never taken away without another.
        fields |= {name: getattr(former.actor, name) for name in ("owner", "purpose") if not fields[name]}
    document = {**(to_document(former.actor) if former else _new(bridge, entry, resource, holder)), **fields}
    teams: list[dict[str, object]] = [{"kind": "Team", "id": team, "name": owner, **group}] if team else []
    return [*teams, {name: value for name, value in document.items() if value not in ("", None)}]


def _new(bridge: Bridge, entry: Entry, resource: Resource[Any], holder: str) -> dict[str, object]:
    unit = unit_of(resource)
    document: dict[str, object] = {
        "kind": "Actor",
        "id": entry.actor,
        "type": str(type_of(entry.kind, resource)),
        "site": bridge.site,
    }
    if unit:
        document["unit"] = dict(zip(("manufacturer", "model", "serial"), unit, strict=True))
    return document | ({"succeeds": holder} if holder else {})


def not_in_force(bridge: Bridge, resource: Resource[Any], around: Around, actor: Actor) -> list[str]:
    """Our attributes that the other side has told, and that do not hold here."""
    told = extension(resource)
    unit = actor.unit.identity if actor.unit else ("", "", "")
    pairs: Mapping[str, tuple[str | None, str]] = {
        "owner": (told.owner and (team_id(told.owner) or told.owner), actor.owner),
        "sponsor": (told.sponsor and (around.sponsor or told.sponsor), actor.sponsor),
        "purpose": (told.purpose, actor.purpose),
        "manufacturer": (told.manufacturer, unit[0]),
        "model": (told.model, unit[1]),
        "serialNumber": (told.serial_number, unit[2]),
        "tier": (told.tier, str(actor.tier)),
        "environment": (told.environment, actor.environment),
        "contract": (told.contract and bridge.contracts.get(told.contract, "?"), actor.contract),
    }
    return [name for name, (said, holds) in pairs.items() if said and said != holds]
