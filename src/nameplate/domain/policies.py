"""Rules: what the people of a site forbid beyond contracts, in Cedar. A rule never permits anything."""

from dataclasses import dataclass, field

from .actors import Actor, ActorType


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule holds. An empty field is no limit, all others must fit. `resources` may end in `*`."""

    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    types: tuple[ActorType, ...] = ()
    owners: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def fits(self, action: str, actor: Actor) -> bool:
        """Whether the rule can apply to what this actor does. Resources are for the rulebook to find."""
        return (
            (not self.actions or action in self.actions)
            and (not self.actors or actor.id in self.actors)
            and (not self.types or actor.type in self.types)
            and (not self.owners or actor.owner in self.owners)
            and (not self.sites or actor.site in self.sites)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """`forbid` statements in Cedar. Where they cannot be evaluated everything in the scope is denied."""

    id: str
    scope: Scope
    cedar: str
    revision: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """`quiet-hours@2`: what reasons and findings quote."""
        return f"{self.id}@{self.revision}"
