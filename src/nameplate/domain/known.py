"""Names that are known: those declared, and those that contracts name in full."""

from collections.abc import Iterable, Iterator

from .contracts import Contract


def actions(contracts: Iterable[Contract]) -> frozenset[str]:
    """The actions that can be permitted: those that contracts name, and to enter a public zone."""
    grants = (grant for contract in contracts for grant in contract.grants)
    return frozenset(("enter", *(action for grant in grants for action in grant.actions)))


def resources(contract: Contract) -> Iterator[str]:
    """The resources that a contract names without `*`."""
    for grant in contract.grants:
        yield from (resource for resource in grant.resources if not resource.endswith("*"))
