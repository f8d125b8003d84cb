"""Which attribute tells that somebody is disabled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOT_SET = frozenset({b"false", b"no", b"0", b""})


@dataclass(frozen=True, slots=True)
class Disabled:
    """`attribute` in lower case. Without a value: whatever stands there, but for a plain no."""

    attribute: str
    value: bytes | None = None

    def holds(self, attributes: Mapping[str, Sequence[bytes]]) -> bool:
        """Whether it says so of somebody with these attributes."""
        values = [value.lower() for value in attributes.get(self.attribute, ())]
        return self.value in values if self.value is not None else any(value not in NOT_SET for value in values)


def read_disabled(text: str) -> tuple[Disabled, ...]:
    """`pwdAccountLockedTime`, `employeeType=disabled`, or several with commas between them: any of them is enough."""
    return tuple(_one(part.strip()) for part in text.split(",") if part.strip())


def _one(text: str) -> Disabled:
    attribute, equals, value = text.partition("=")
    return Disabled(attribute.strip().lower(), value.strip().lower().encode() if equals else None)
