"""What somebody should look at."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be. `finding` is a stable name, `text` a sentence for people."""

    finding: str
    severity: Severity
    text: str
    actor: str = ""
    unit: str = ""
    door: str = ""
    decision_id: str = ""
    point: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """As the record tells it: what is empty is left out."""
        return {name: str(value) for name in self.__slots__ if (value := getattr(self, name))}
