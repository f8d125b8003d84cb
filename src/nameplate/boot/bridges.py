"""What follows a bridge, by its type. Adding one is a folder and a line here. Types that call us are not followed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.ports.upstream import Follower

from .paths import Paths

Build = Callable[[Bridge, bytes, frozenset[str], Path], Follower]
"""(as declared, its credential, empty where it names none, groups of teams, a file for where it has got to) -> what
follows it."""


def _ldap() -> Build:
    from nameplate.bridges.ldap.follower import LdapFollower
    from nameplate.bridges.ldap.known import KnownFile
    from nameplate.bridges.ldap.settings import read_settings

    def build(bridge: Bridge, credential: bytes, teams: frozenset[str], cursor: Path) -> Follower:
        settings = read_settings(bridge, credential, teams)
        return LdapFollower(settings, KnownFile(cursor, settings.digest))

    return build


def _active_directory() -> Build:
    from nameplate.bridges.ldap.active_directory.follower import ActiveDirectoryFollower
    from nameplate.bridges.ldap.known import KnownFile
    from nameplate.bridges.ldap.settings import read_settings

    def build(bridge: Bridge, credential: bytes, teams: frozenset[str], cursor: Path) -> Follower:
        settings = read_settings(bridge, credential, teams)
        return ActiveDirectoryFollower(settings, KnownFile(cursor, settings.digest))

    return build


def _keycloak() -> Build:
    from nameplate.bridges.keycloak.follower import KeycloakFollower
    from nameplate.bridges.keycloak.settings import read_settings

    # It reads everything at each start: there is nothing to keep in between.
    return lambda bridge, credential, teams, _cursor: KeycloakFollower(read_settings(bridge, credential, teams))


FOLLOWERS: Mapping[BridgeType, Callable[[], Build]] = {
    BridgeType.LDAP: _ldap,
    BridgeType.ACTIVE_DIRECTORY: _active_directory,
    BridgeType.KEYCLOAK: _keycloak,
}
"""Each loads its code when it is called: a server without bridges carries none of it."""


def followers(
    paths: Paths, teams: Callable[[], frozenset[str]] = frozenset
) -> Callable[[Bridge, bytes], Follower | None]:
    """What makes the follower of a declared bridge; None for one that calls us. `teams`: the groups of teams."""

    def follower(bridge: Bridge, credential: bytes) -> Follower | None:
        load = FOLLOWERS.get(bridge.type)
        return load()(bridge, credential, teams(), paths.cursors / f"bridge-{bridge.id}.json") if load else None

    return follower
