"""Pools of card numbers."""

from nameplate.domain.cards import LAYOUTS, CardPool

from .fields import Fields

_FORMATS = {name: name for name in LAYOUTS}
MAX_POOL = 1_000_000


def read_card_pool(fields: Fields, ident: str, site: str) -> CardPool:
    """A pool of card numbers."""
    form = fields.choice("format", _FORMATS, "wiegand-26", required=True)
    layout = LAYOUTS[form]
    numbers = range(1, 1 << layout.number)
    pool = CardPool(
        ident,
        fields.name("site") or site,
        form,
        fields.integer("facility", 0, range(1 << layout.facility)),
        fields.integer("from", 1, numbers),
        fields.integer("to", 1, numbers),
    )
    if "to" not in fields.source:
        fields.fail("to", "The field is missing.", "Add the last number of the pool.")
    elif pool.last < pool.first:
        fields.fail(
            "to", f"The pool ends at {pool.last}, before its first number {pool.first}.", "Correct one of them."
        )
    elif pool.last - pool.first >= MAX_POOL:
        fields.fail("to", f"A pool holds at most {MAX_POOL} numbers.", "Split it.")
    return pool


def write_card_pool(pool: CardPool) -> dict[str, object]:
    """The inverse of `read_card_pool`."""
    first = None if pool.first == 1 else pool.first
    return {"site": pool.site, "format": pool.format, "facility": pool.facility, "from": first, "to": pool.last}
