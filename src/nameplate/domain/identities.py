"""Who stands at a reader, as far as it is proven."""

from typing import NamedTuple

from .verdicts import Reason


class Identified(NamedTuple):
    """Proven: the unit of `actor` holds the key `handle`. `credential_at`: when it was bound (microseconds, UTC)."""

    actor: str
    handle: str
    counter: int
    credential_at: int


class Unproven(NamedTuple):
    """Not proven. `actor` only where a key spoke for it all the same (relay, clone); `detail` holds no secret."""

    reason: Reason
    actor: str = ""
    detail: str = ""
