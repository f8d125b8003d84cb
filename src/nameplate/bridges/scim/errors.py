"""Our errors as those of the protocol."""

from scim2_models import ConflictException, InvalidValueException, SCIMException, UniquenessException

from nameplate.domain.errors import Conflict, Invalid, NameplateError, Refused

LONGEST = 1_000


class UnavailableException(SCIMException):
    """It cannot be done now (RFC 7644 knows no type for it)."""

    status = 503
    _default_detail = "It cannot be done now: try again"


def error_of(error: Exception) -> SCIMException:
    """The error of the protocol. What the client cannot mend is told without details."""
    if isinstance(error, SCIMException):
        return error
    if isinstance(error, Invalid):
        text = str(error)
        taken = "unit.serial" in text
        return (UniquenessException if taken else InvalidValueException)(detail=text[:LONGEST])
    if isinstance(error, Conflict | Refused):
        return ConflictException(detail=str(error)[:LONGEST])
    if isinstance(error, NameplateError | OSError):
        return UnavailableException()
    raise error
