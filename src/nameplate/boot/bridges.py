"""What follows a bridge, by its type. Adding one is a folder and a line here. Types that call us are not followed."""

from collections.abc import Callable, Mapping

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.ports.upstream import Follower

Build = Callable[[Bridge, bytes], Follower]
"""(as declared, its credential, empty where it names none) -> what follows it."""

FOLLOWERS: Mapping[BridgeType, Callable[[], Build]] = {}
"""Each loads its code when it is called: a server without bridges carries none of it."""


def follower(bridge: Bridge, credential: bytes) -> Follower | None:
    """What follows a declared bridge; None for one that calls us."""
    load = FOLLOWERS.get(bridge.type)
    return load()(bridge, credential) if load else None
