"""Actors."""

from nameplate.domain.actors import Actor, ActorType, State, Tier, Unit

from .fields import Fields
from .quantities import format_days, parse_days

MAX_PURPOSE = 1_000
MAX_CO_SPONSORS = 10
_TYPES = {str(each): each for each in ActorType}
_TIERS = {str(each): each for each in Tier}
_INITIAL = {str(each): each for each in (State.STAGED, State.ACTIVE)}


def read_actor(fields: Fields, ident: str, site: str) -> Actor:
    """An actor as declared."""
    actor = Actor(
        id=ident,
        type=fields.choice("type", _TYPES, ActorType.WORKLOAD, required=True),
        site=fields.name("site") or site,
        unit=_unit(fields),
        owner=fields.name("owner"),
        sponsor=fields.text("sponsor"),
        purpose=fields.text("purpose", limit=MAX_PURPOSE),
        environment=fields.text("environment"),
        tier=fields.choice("tier", _TIERS, Tier.MEDIUM),
        initial=fields.choice("state", _INITIAL, State.STAGED),
        contract=fields.name("contract"),
        review_every_days=fields.quantity("review_every", parse_days, "a number of days such as 90d"),
        retire_by=fields.day("retire_by"),
        succeeds=fields.name("succeeds"),
        escort=fields.flag("escort"),
        co_sponsors=fields.texts("co_sponsors", limit=MAX_CO_SPONSORS),
    )
    _check(fields, actor)
    return actor


def _unit(fields: Fields) -> Unit | None:
    section = fields.section("unit")
    if section is None:
        return None
    manufacturer, model, serial = (section.text(key, required=True) for key in ("manufacturer", "model", "serial"))
    unit = Unit(manufacturer, model, serial, section.text("supplier"), section.text("firmware"))
    section.done()
    return unit


def _check(fields: Fields, actor: Actor) -> None:
    if actor.type is ActorType.ROBOT and "unit" not in fields.source:
        fields.fail(
            "unit",
            "A robot is one physical unit, and this one has none.",
            "Add `unit: {manufacturer: ..., model: ..., serial: ...}`.",
        )
    for key in ("owner", "purpose"):
        if actor.initial is State.ACTIVE and not getattr(actor, key):
            fields.fail(
                key,
                f"An actor that starts active needs an {key}."
                if key == "owner"
                else "An actor that starts active needs a purpose.",
                f"Add `{key}:`, or leave `state:` out.",
            )
    if actor.succeeds and "unit" not in fields.source:
        fields.fail(
            "succeeds",
            "Only a physical unit can succeed another actor.",
            "Add `unit:` with the serial number, or leave `succeeds:` out.",
        )
    if actor.succeeds and actor.succeeds == actor.id:
        fields.fail("succeeds", "An actor cannot succeed itself.", "Name the retired actor of this unit.")


def write_actor(actor: Actor) -> dict[str, object]:
    """The inverse of `read_actor`."""
    return {
        "type": str(actor.type),
        "site": actor.site,
        "unit": None if actor.unit is None else _written_unit(actor.unit),
        "owner": actor.owner,
        "sponsor": actor.sponsor,
        "purpose": actor.purpose,
        "environment": actor.environment,
        "tier": None if actor.tier is Tier.MEDIUM else str(actor.tier),
        "state": None if actor.initial is State.STAGED else str(actor.initial),
        "contract": actor.contract,
        "review_every": None if actor.review_every_days is None else format_days(actor.review_every_days),
        "retire_by": actor.retire_by and actor.retire_by.isoformat(),
        "succeeds": actor.succeeds,
        "escort": actor.escort,
        "co_sponsors": list(actor.co_sponsors),
    }


def _written_unit(unit: Unit) -> dict[str, str]:
    written = {
        "manufacturer": unit.manufacturer,
        "model": unit.model,
        "serial": unit.serial,
        "supplier": unit.supplier,
        "firmware": unit.firmware,
    }
    return {key: text for key, text in written.items() if text}
