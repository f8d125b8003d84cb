"""Choosing actors by what they are, as in `model=T3,supplier=Acme`."""

from collections.abc import Mapping

from .actors import Actor
from .errors import Invalid

FIELDS = (
    "type",
    "site",
    "owner",
    "sponsor",
    "environment",
    "tier",
    "contract",
    "manufacturer",
    "model",
    "serial",
    "supplier",
    "firmware",
)
_AS_IN = "Write NAME=VALUE,NAME=VALUE as in model=T3,supplier=Acme."
_OF_UNIT = frozenset({"manufacturer", "model", "serial", "supplier", "firmware"})


def parse_selector(text: str) -> dict[str, str]:
    """`model=T3,supplier=Acme` as a mapping; raises Invalid. An empty selector would mean everybody: it is refused."""
    pairs = [part.partition("=") for part in text.split(",")]
    selector = {name.strip(): value.strip() for name, equals, value in pairs if equals}
    if len(selector) != len(pairs):
        raise Invalid("selector", f"{text!r} is not a selector.", _AS_IN)
    return check_selector(selector)


def check_selector(selector: Mapping[str, str]) -> dict[str, str]:
    """The selector, if it names known fields, at least one, each with a value; raises Invalid."""
    unknown = sorted(set(selector) - set(FIELDS))
    if unknown:
        message = f"Actors cannot be chosen by {', '.join(unknown)}."
        raise Invalid("selector", message, f"Choose by {', '.join(FIELDS)}.")
    if not selector or not all(selector.values()):
        raise Invalid("selector", "A selector names at least one field, and a value for each.", _AS_IN)
    return dict(selector)


def selects(selector: Mapping[str, str], actor: Actor) -> bool:
    """Whether every field of the selector is exactly that of the actor."""
    return all(field_of(actor, name) == value for name, value in selector.items())


def field_of(actor: Actor, name: str) -> str:
    """One of FIELDS of an actor; the supplier of a unit is its manufacturer unless another is stated."""
    if name not in _OF_UNIT:
        return str(getattr(actor, name))
    if actor.unit is None:
        return ""
    return str(getattr(actor.unit, name)) or (actor.unit.manufacturer if name == "supplier" else "")
