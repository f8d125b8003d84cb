"""What a permit asks of the point that enforces it: words that both sides know, and numbers within sane limits."""

from collections.abc import Mapping
from typing import Any

Obligations = Mapping[str, Any]

# A plain dict, since it travels as msgpack, which knows no read-only mapping. Nobody changes it.
NO_OBLIGATIONS: Obligations = {}

STRIKE_S = "strike_s"
"""How long the strike stays released, in seconds; it wins over the door's own time."""
OPEN_S = "pass_s"
"""How long the leaf may then stand open, in seconds, before it counts as held."""
CARD = "card"
"""The unit's number in an existing access system. Only for the point that presents it there."""

_SECRET = frozenset({CARD})


def recordable(obligations: Obligations) -> Obligations | None:
    """What of it may stand in the journal, or None: whoever reads a card number can make the card."""
    return {name: value for name, value in obligations.items() if name not in _SECRET} or None
