"""What the rest of the directory says of a resource: its groups, its sponsor, its manager."""

from collections.abc import Sequence
from typing import Any

from scim2_models import Resource

from nameplate.domain.bridges import Bridge
from nameplate.domain.notices import PersonNotice
from nameplate.ports.directory import Directory, Entry, Provisions

from . import mapping
from .mapping import AGENT, DEVICE, GROUP, USER, Around
from .naming import folded


class Finder:
    """Looks up."""

    def __init__(self, bridge: Bridge, directory: Directory, provisions: Provisions) -> None:
        self._bridge, self._directory, self._provisions = bridge, directory, provisions

    def around(self, entry: Entry, resource: Resource[Any], groups: Sequence[str] | None = None) -> Around:
        """What else is known of a machine. `groups`: names of its groups, where they are known already."""
        told, owner = mapping.extension(resource).sponsor, ""
        sponsor = self.user(told) if told else None
        for each in getattr(resource, "owners", None) or ():
            found = self._directory.get(self._bridge.id, each.value) if each.value else None
            if found is not None and found.kind == GROUP:
                owner = owner or str(found.body.get("displayName", ""))
            elif found is not None and found.kind == USER and not told:
                sponsor = sponsor or found
        owner = mapping.extension(resource).owner or owner
        named = self.groups(entry.id) if groups is None else groups
        return Around(sponsor.actor if sponsor else "", owner, named, self._is_group(owner))

    def _is_group(self, name: str) -> bool:
        return bool(name and self._directory.find(self._bridge.id, (GROUP,), "name", name))

    def groups(self, member: str) -> Sequence[str]:
        """The names of the groups that somebody belongs to."""
        return [each.name for each in self._directory.memberships(self._bridge.id, (member,))]

    def user(self, told: str) -> Entry | None:
        """The user of that id, userName, externalId or mail address."""
        found = self._directory.get(self._bridge.id, told)
        if found is not None:
            return found if found.kind == USER else None
        for attribute, value in (("username", folded(told)), ("externalid", told), ("mail", folded(told))):
            matching = self._directory.find(self._bridge.id, (USER,), attribute, value)
            if matching:
                return matching[0]
        return None

    def sponsored(self, user: Entry) -> Sequence[Entry]:
        """The machines that name a user as their sponsor."""
        by = {folded(value) for attribute, value in user.lookups if attribute in {"username", "externalid", "mail"}}
        return [
            found
            for value in sorted({*by, folded(user.id)})
            for found in self._directory.find(self._bridge.id, (DEVICE, AGENT), "sponsor", value)
        ]

    def person_notice(self, entry: Entry | None, user: Resource[Any] | None) -> PersonNotice:
        """What a user says of a person."""
        assert entry is not None  # noqa: S101
        assert user is not None  # noqa: S101
        told = mapping.manager_of(user)
        manager = self.user(told) if told else None
        return mapping.person_notice(entry, user, manager.key if manager else told, self.groups(entry.id))
