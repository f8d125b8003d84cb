"""The rules of draft-mcguinness-oauth-governed-agent-lifecycle for one assertion after another. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scim2_models import ConflictException, ForbiddenException, InvalidValueException, Resource

from nameplate.domain.notices import Status

from .schemas import GOVERNED, GovernedAgent

AHEAD = timedelta(seconds=60)
"""By how much the clock of the one who governs may be ahead of ours, and a cut-off ahead of its assertion."""
MOST = 2**63 - 1
_VERSION = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_STATUSES = frozenset(map(str, Status))
_TEXTS, _TIMES = ("issuer", "subject"), ("authorization_not_before", "asserted_at", "valid_until")


def governed(resource: Resource[Any]) -> GovernedAgent | None:
    """The assertion that an agent bears, if it bears one."""
    if GovernedAgent not in type(resource).get_extension_models().values():
        return None
    found = resource[GovernedAgent]
    return found if isinstance(found, GovernedAgent) else None


def require_consistent(said: GovernedAgent, *, active: bool | None, now: datetime) -> None:
    """Raises InvalidValueException for an assertion that contradicts itself."""
    for name in (*_TEXTS, "version", "status", *_TIMES):
        _require(bool(getattr(said, name)), f"{name} is missing: the assertion must be complete")
    version, status = str(said.version), str(said.status)
    _require(bool(_VERSION.fullmatch(version)) and int(version) <= MOST, "version is not a decimal of 1 to 2^63-1")
    _require(status in _STATUSES, f"status is none of {', '.join(sorted(_STATUSES))}")
    _require(active is (status == Status.ACTIVE), "active must be true exactly when status is active")
    cut_off, asserted, until = (_utc(getattr(said, name)) for name in _TIMES)
    _require(asserted <= now + AHEAD, "assertedAt lies in the future")
    _require(cut_off <= asserted + AHEAD, "authorizationNotBefore lies too far behind assertedAt")
    _require(status != Status.ACTIVE or until > asserted, "validUntil is not later than assertedAt")


def require_next(before: GovernedAgent, said: GovernedAgent | None, *, same: bool) -> None:
    """Raises ConflictException or InvalidValueException unless one may follow upon the other.

    `same`: whether the whole resource is what it was.
    """
    if said is None:
        raise InvalidValueException(detail="A governed agent stays one: send its complete assertion")
    if (said.issuer, said.subject) != (before.issuer, before.subject):
        raise InvalidValueException(detail="issuer and subject never change")
    former, version = int(str(before.version)), int(str(said.version))
    if version < former:
        raise ConflictException(detail=f"Version {version} is older than {former}")
    if version == former:
        if not same:
            raise ConflictException(detail=f"Version {version} was said before, with another content")
        return
    _require(before.status != Status.RETIRED or said.status == Status.RETIRED, "retired is final")
    was, now = _utc(before.authorization_not_before), _utc(said.authorization_not_before)
    _require(now >= was, "authorizationNotBefore never decreases")
    _require(_utc(said.asserted_at) >= _utc(before.asserted_at), "assertedAt never decreases")
    turned = (before.status == Status.ACTIVE) != (said.status == Status.ACTIVE)
    _require(now > was or not turned, "whoever is disabled or enabled needs a later authorizationNotBefore")


def require_retired(body: Mapping[str, Any]) -> None:
    """Raises ForbiddenException where an agent would be deleted that is not retired."""
    said = body.get(GOVERNED)
    if said is not None and said.get("status") != Status.RETIRED:
        raise ForbiddenException(detail="A governed agent is retired before it is deleted")


def microseconds(at: datetime | None) -> int:
    """Since the epoch."""
    return int(_utc(at).timestamp() * 1_000_000) if at else 0


def _utc(at: datetime | None) -> datetime:
    value = at or datetime.min.replace(tzinfo=UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _require(condition: bool, detail: str) -> None:  # noqa: FBT001 - as in assert
    if not condition:
        raise InvalidValueException(detail=detail)
