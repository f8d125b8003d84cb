"""The plan of a site's building comes on record. It grants nothing: doors and zones stay what manifests say."""

from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger


def require_site(registry: Registry, site: str) -> None:
    """Raises NotFound for a site that nothing is declared of."""
    if site not in registry.sites and all(zone.site != site for zone in registry.zones.values()):
        raise NotFound("site", f"There is no site {site[:100]}.", "Declare it, and its zones: `nameplate apply`.")


async def give_plan(
    registry: Registry, ledger: Ledger, site: str, sha256: str, scale: float | None, *, by: str
) -> None:
    """The site has that plan from now on. Raises NotFound: see `require_site`."""
    require_site(registry, site)
    await ledger.commit({"kind": "floor_plan", "site": site, "sha256": sha256, "scale": scale, "by": by})
