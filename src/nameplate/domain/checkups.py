"""What a look at an installation found."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How it stands: `warn` can wait, `fail` cannot."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(NamedTuple):
    """One thing that was looked at. `remedy` says what to do next, empty where nothing is to be done."""

    name: str
    state: State
    text: str
    remedy: str = ""


def ok(name: str, text: str) -> Check:
    """Nothing is to be done."""
    return Check(name, State.OK, text)


def warn(name: str, text: str, remedy: str) -> Check:
    """It works, and should be looked at."""
    return Check(name, State.WARN, text, remedy)


def fail(name: str, text: str, remedy: str) -> Check:
    """It does not work, or soon will not."""
    return Check(name, State.FAIL, text, remedy)
