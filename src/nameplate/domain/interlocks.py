"""Interlocks: doors of which at most one may be open or released at a time, as in an airlock."""

from dataclasses import dataclass

from .outcomes import Happening

RELEASE_S = 30.0


@dataclass(frozen=True, slots=True)
class Interlock:
    """`release_s`: how long a permit counts as a released door where nothing reports its end."""

    id: str
    site: str
    doors: tuple[str, ...]
    release_s: float = RELEASE_S


@dataclass(frozen=True, slots=True)
class Leaf:
    """A door that is not known to be closed. `unseen`: its reader is away, so nobody knows; that counts as open."""

    open: bool
    unseen: bool = False


_OPEN = frozenset({Happening.DOOR_OPENED, Happening.DOOR_FORCED, Happening.DOOR_HELD})
_AWAY = frozenset({Happening.READER_OFFLINE, Happening.SECURE_CHANNEL_LOST})


def leaf_after(former: Leaf | None, happening: str) -> Leaf | None:
    """The leaf after what a point reports; None: it is closed, as far as anybody knows.

    A reader that comes online without having left belongs to a point that has started anew, and reports an open door.
    """
    if happening in _OPEN:
        return Leaf(open=True)
    if happening in _AWAY:
        return Leaf(open=bool(former and former.open), unseen=True)
    if happening == Happening.DOOR_CLOSED:
        return None
    if happening == Happening.READER_ONLINE:
        return Leaf(open=True) if former and former.unseen and former.open else None
    return former
