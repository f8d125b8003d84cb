"""What a proposal to apply manifests would change now, for whoever approves it."""

from typing import Any, NamedTuple

from pydantic import ValidationError

from nameplate.domain.errors import NameplateError, NotFound
from nameplate.domain.proposals import Proposal
from nameplate.entry.manage.api.manifests import ApplyIn

from .shown import Shown

MOST = 200
"""Objects on a page; how many more there are is told."""
TROUBLE = "It could not be applied as things stand now"


class Changes(NamedTuple):
    """`operations`: as `diff` tells them. `more`: how many are left out. `trouble`: why there could be none at all."""

    operations: tuple[dict[str, Any], ...] = ()
    more: int = 0
    unchanged: int = 0
    trouble: str = ""


async def changes(shown: Shown, proposal: Proposal) -> Changes | None:
    """None where the act is another, or is not known any more."""
    try:
        body = await shown.commands.proposed_manifests(proposal.id)
    except NotFound:
        return None
    try:
        wanted = ApplyIn.model_validate_json(body)
        made = shown.applying.planned(((each.name, each.text) for each in wanted.files), prune=wanted.prune)
    except ValidationError:
        return Changes(trouble=f"{TROUBLE}: it is malformed.")
    except NameplateError as error:
        return Changes(trouble=f"{TROUBLE}: {error.message}")
    found = tuple(each for each in shown.applying.told(made)["operations"] if each["op"] != "unchanged")
    return Changes(found[:MOST], max(0, len(found) - MOST), len(made.unchanged))
