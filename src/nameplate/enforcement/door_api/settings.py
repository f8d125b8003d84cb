"""Settings of doors that are opened by a call. Times are seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DoorApiSettings:
    """`connect_s`, `answer_s`: how long the vendor's server may take to be reached, and to answer."""

    connect_s: float = 2.0
    answer_s: float = 5.0
