"""Telling the enforcement points of a stop, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from nameplate.domain.stops import Receipt, Stop

RECEIPT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """Who answered: verified receipts, points that ask online each time, points that did not answer."""

    receipts: tuple[Receipt, ...] = ()
    online: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Points(Protocol):
    """The enforcement points that must be told."""

    async def push(self, stop: Stop, timeout: float, heard: Callable[[Receipt], None]) -> Told:
        """Tell every connected point at once and gather what they answer within `timeout` seconds.

        `heard` takes each verified receipt as it arrives.
        """
        ...
