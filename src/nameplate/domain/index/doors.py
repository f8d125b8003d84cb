"""Which zone a door is asked for: from the side of the reader, else from where the actor was last seen."""

from nameplate.domain.places import Door
from nameplate.domain.verdicts import Reason, Verdict


class Way:
    """One direction through a door, with the verdicts that hold where the zone beyond is public.

    `side` is the zone in which the actor stands, None where that is not known.
    """

    __slots__ = ("public_permit", "public_refusal", "side", "target", "zone")

    def __init__(self, side: str | None, zone: str) -> None:
        self.side = side
        self.zone = zone
        self.target = f"zone:{zone}"
        self.public_permit = Verdict(True, Reason.PUBLIC_ZONE, (Reason.PUBLIC_ZONE,), target=self.target)
        self.public_refusal = Verdict(False, Reason.PRESENCE, (Reason.PRESENCE,), target=self.target)


Ways = tuple[Way, ...]


class Passage:
    """A declared door, ready to be asked for."""

    __slots__ = ("_across", "_both", "_by_reader", "_only", "door", "name", "site")

    def __init__(self, door: Door) -> None:
        first, second = door.joins
        self.door = door.id
        self.name = f"door:{door.id}"
        self.site = door.site
        self._across: dict[str, Ways] = {first: (Way(first, second),), second: (Way(second, first),)}
        self._both: Ways = (Way(None, first), Way(None, second))
        self._by_reader: dict[str, Ways] = {}
        for reader in door.readers:
            self._by_reader.setdefault(reader.id, self._across.get(reader.side, ()))
        self._only: Ways | None = self._by_reader[door.readers[0].id] if len(door.readers) == 1 else None

    def ways(self, reader: str | None, last_zone: str) -> Ways:
        """The ways to judge: all must be permitted. None at all means an unknown reader."""
        if reader is not None:
            return self._by_reader.get(reader, ())
        if self._only is not None:
            return self._only
        return self._across.get(last_zone, self._both)
