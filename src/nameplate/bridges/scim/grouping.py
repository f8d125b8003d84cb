"""Groups: whoever loses a role or a contract by a change has lost it before that is stored or answered."""

import uuid
from collections.abc import Callable, Sequence

from scim2_models import SCIMException

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import NameplateError
from nameplate.domain.notices import PersonNotice
from nameplate.ports.directory import Directory, Entry
from nameplate.ports.upstream import Hears

from .carrying import Carrier
from .errors import error_of
from .mapping import MACHINES, USER
from .shelf import Change, Shelf

AT_A_TIME = 500


class Grouper:
    """Carries out changes of groups, as `carrying.Carrier` does those of their members."""

    def __init__(
        self, bridge: Bridge, directory: Directory, shelf: Shelf, carrier: Carrier, hears: Callable[[], Hears]
    ) -> None:
        self._bridge, self._directory, self._shelf = bridge, directory, shelf
        self._carrier, self._hears = carrier, hears

    async def carry_out(self, change: Change) -> Entry | SCIMException:
        """What came of it, as there."""
        try:
            return await self._carry_out(change)
        except (SCIMException, NameplateError) as error:
            return error_of(error)

    async def _carry_out(self, change: Change) -> Entry:
        before = change.before
        ident = before.id if before else uuid.uuid4().hex
        after = self._shelf.entry(change, ident) if change.resource is not None else None
        old, new = _said(before), _said(after)
        members = sorted(set(old[1]) | set(new[1]))
        losing = members if old[0] != new[0] else sorted(set(old[1]) - set(new[1]))
        gaining = [member for member in members if member in new[1] and (member in losing or member not in old[1])]
        await self._tell(ident, losing, "")
        self._directory.write([after] if after else [], [before] if before and after is None else [])
        try:
            await self._tell(ident, gaining, new[0])
        except (SCIMException, NameplateError):
            # Nobody has more than the directory says; who was told already has what it will say again.
            self._directory.write([before] if before else [], [] if before or after is None else [after])
            raise
        found = after or before
        assert found is not None  # noqa: S101 - it is there before or after
        return found

    async def _tell(self, group: str, members: Sequence[str], name: str) -> None:
        """Everything about the groups of some members, where this one is called `name`; empty: they are not in it."""
        for start in range(0, len(members), AT_A_TIME):
            part = members[start : start + AT_A_TIME]
            others: dict[str, list[str]] = {member: [name] if name else [] for member in part}
            for each in self._directory.memberships(self._bridge.id, part):
                if each.group != group:
                    others[each.member].append(each.name)
            entries = [found for member in part if (found := self._directory.get(self._bridge.id, member))]
            people = [
                PersonNotice(each.bridge, each.key, groups=tuple(sorted(others[each.id])))
                for each in entries
                if each.kind == USER
            ]
            if people:
                await self._hears().people(people)
            await self._carrier.renew([each for each in entries if each.kind in MACHINES], others.__getitem__)


def _said(entry: Entry | None) -> tuple[str, Sequence[str]]:
    return (str(entry.body.get("displayName", "")), entry.members) if entry else ("", ())
