"""Errors, sorted by what the caller does next. A refusal by policy is a `Verdict`, not an error."""


class NameplateError(Exception):
    """Something could not be done. `code` is stable, `remedy` says what to do next."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """The message, followed by what to do next."""
        return f"{self.message} {self.remedy}".strip()


class Invalid(NameplateError):
    """The request cannot be understood: correct it."""


class NotFound(NameplateError):
    """What the request names does not exist."""


class Conflict(NameplateError):
    """The request collides with what is there: look, then ask again."""


class Refused(NameplateError):
    """The rules of the house forbid it."""


class Unavailable(NameplateError):
    """It cannot be done now: try again, or call an operator."""
