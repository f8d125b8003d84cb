"""What an entry of a directory means: pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from nameplate.domain.names import is_id
from nameplate.domain.notices import ActorNotice, Status

from .people import Someone
from .settings import MEMBER_OF, Settings
from .wire import Entry

MAX_TEXT = 320
MAX_MAIL = 20
SYNC_ATTRIBUTES = ("entryUUID", "entryCSN")
Attributes = Mapping[str, Sequence[bytes]]


def actor_attributes(settings: Settings) -> tuple[str, ...]:
    """What is read of an actor, and nothing else."""
    return (*SYNC_ATTRIBUTES, settings.options["actor_name"], *(each.attribute for each in settings.disabled))


def person_attributes(settings: Settings) -> tuple[str, ...]:
    """What is read of a person, and nothing else."""
    member_of = (MEMBER_OF,) if settings.options["groups"] == MEMBER_OF else ()
    told = (settings.options["manager"], settings.options["mail"], "displayName", "cn")
    return (*SYNC_ATTRIBUTES, *told, *member_of, *(each.attribute for each in settings.disabled))


def actor_notice(settings: Settings, key: str, entry: Entry) -> ActorNotice | None:
    """What an entry says of an actor; None where its name cannot be one."""
    name = text(entry.attributes, settings.options["actor_name"])
    if not is_id(name):
        return None
    status = status_of(settings, entry.attributes)
    return ActorNotice(settings.bridge, key, name, status, decided_at=decided_at(entry.attributes))


def gone_actor(settings: Settings, key: str) -> ActorNotice:
    """An entry that is there no more, or that we may see no more: the two cannot be told apart, so it can return."""
    return ActorNotice(settings.bridge, key, status=Status.DISABLED, reason="gone")


def someone(settings: Settings, entry: Entry) -> Someone:
    """What an entry says of a person."""
    attributes = entry.attributes
    groups = frozenset(first_value(dn) for dn in texts(attributes, MEMBER_OF)) & settings.groups
    return Someone(
        entry.dn,
        status_of(settings, attributes),
        text(attributes, settings.options["manager"]),
        texts(attributes, settings.options["mail"])[:MAX_MAIL],
        text(attributes, "displayName") or text(attributes, "cn"),
        groups,
        decided_at(attributes),
    )


def status_of(settings: Settings, attributes: Attributes) -> Status:
    """Any sign of being disabled is enough."""
    disabled = any(each.holds(attributes) for each in settings.disabled)
    return Status.DISABLED if disabled else Status.ACTIVE


def text(attributes: Attributes, name: str) -> str:
    """The first value, empty if there is none that is text."""
    return next(iter(texts(attributes, name)), "")


def texts(attributes: Attributes, name: str) -> tuple[str, ...]:
    """All values that are text of a usual length."""
    found = []
    for value in attributes.get(name.lower(), ()):
        try:
            found.append(value.decode())
        except UnicodeDecodeError:
            continue
    return tuple(each for each in found if 0 < len(each) <= MAX_TEXT and each.isprintable())


def decided_at(attributes: Attributes) -> int:
    """When the entry last changed (microseconds, UTC), 0 where the directory does not say it finer than a second.

    OpenLDAP's change number begins with that time: 20261129063158.123456Z#...
    """
    stamp = text(attributes, "entryCSN").partition("#")[0]
    try:
        at = datetime.strptime(stamp, "%Y%m%d%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int(at.timestamp() * 1_000_000) if at.microsecond else 0


def first_value(dn: str) -> str:
    """`cn=owners,ou=groups,...` -> `owners`. Escapes (RFC 4514) stay as they stand: such a group has no name."""
    return dn.partition(",")[0].partition("=")[2].strip()


def uuid_of(value: bytes) -> str:
    """The text of an `objectGUID`, empty if it is none."""
    return str(UUID(bytes_le=value)) if len(value) == 16 else ""
