"""Orders that stop actors everywhere, or everybody at a place, and the receipts that prove it."""

from dataclasses import dataclass

from .actors import State
from .timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class Stop:
    """An order in force. Nothing issued to `actors` at or before `cut_off` is honoured any more (microseconds, UTC).

    Nor anything that leads into `zones`, whoever it was issued to: these are locked down. `state`: of the actors.
    """

    id: str
    actors: tuple[str, ...]
    state: State | None
    cut_off: int
    reason: str = ""
    zones: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Whom and what it stops: ids of actors, and `zone:ID`, which no actor can be called."""
        return (*self.actors, *(f"zone:{zone}" for zone in self.zones))


@dataclass(frozen=True, slots=True)
class Receipt:
    """A point's signed word that it has applied a stop. Times: microseconds since the epoch, UTC, by its clock.

    `signature`: Ed25519 over `receipt_text`, hex; `key`: the point's public key, hex.
    """

    stop: str
    point: str
    received_at: int
    applied_at: int
    key: str = ""
    signature: str = ""


def receipt_text(receipt: Receipt) -> bytes:
    """The bytes that a point signs. Must never change: receipts are kept for years."""
    lines = ("nameplate-receipt/1", receipt.stop, receipt.point, str(receipt.received_at), str(receipt.applied_at))
    return "\n".join(lines).encode()


def receipt_fields(receipt: Receipt, stop: Stop) -> dict[str, object]:
    """A receipt as the record tells it. `ms`: after the order."""
    return {
        "stop": receipt.stop,
        "point": receipt.point,
        "received_at": rfc3339(receipt.received_at),
        "applied_at": rfc3339(receipt.applied_at),
        "ms": (receipt.applied_at - stop.cut_off) / 1000,
        "key": receipt.key,
        "signature": receipt.signature,
    }
