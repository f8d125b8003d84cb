"""Interlocks, compiled: which doors a door must wait for. Bounded by the number of declared doors."""

from collections.abc import Iterable

from nameplate.domain.interlocks import Interlock
from nameplate.domain.verdicts import Reason, Verdict

Others = tuple[tuple[str, float], ...]


class Interlocks:
    """`released` remembers when a door was last permitted; times are monotonic seconds."""

    __slots__ = ("_declared", "_not_closed", "_others", "_released")

    def __init__(self) -> None:
        self._declared: dict[str, Interlock] = {}
        self._others: dict[str, Others] = {}
        self._not_closed: set[str] = set()
        self._released: dict[str, float] = {}

    def __bool__(self) -> bool:
        """Whether any is declared."""
        return bool(self._declared)

    def put(self, interlock: Interlock) -> None:
        """Declare an interlock or replace it."""
        self._compile({**self._declared, interlock.id: interlock})

    def drop(self, ident: str) -> None:
        """Forget an interlock."""
        self._compile({name: each for name, each in self._declared.items() if name != ident})

    def set_leaf(self, door: str, *, closed: bool) -> None:
        """Whether a door is known to be closed."""
        (self._not_closed.discard if closed else self._not_closed.add)(door)

    def release(self, door: str, mono: float) -> None:
        """A permit is given at a door: until it ends the others wait."""
        if door in self._others:
            self._released[door] = mono

    def ended(self, door: str) -> None:
        """The crossing that was permitted is over."""
        self._released.pop(door, None)

    def refusal(self, door: str, target: str, mono: float) -> Verdict | None:
        """The refusal where another door of an interlock is open, out of sight or released."""
        for other, release_s in self._others.get(door, ()):
            released = self._released.get(other)
            if other in self._not_closed or (released is not None and mono - released < release_s):
                return Verdict(False, Reason.INTERLOCK, (Reason.INTERLOCK, f"door:{other}"), target=target)
        return None

    def _compile(self, declared: dict[str, Interlock]) -> None:
        self._declared = declared
        doors = {door for interlock in declared.values() for door in interlock.doors}
        self._others = {door: tuple(_others(door, declared.values())) for door in doors}
        self._released = {door: at for door, at in self._released.items() if door in doors}


def _others(door: str, declared: Iterable[Interlock]) -> Iterable[tuple[str, float]]:
    for interlock in sorted(declared, key=lambda each: each.id):
        if door in interlock.doors:
            yield from ((other, interlock.release_s) for other in interlock.doors if other != door)
