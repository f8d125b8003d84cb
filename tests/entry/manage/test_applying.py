"""The same plan stands behind `diff`, `apply` and the page of a proposal."""

import asyncio

import pytest

from nameplate.domain.manifests.problems import InvalidManifests
from nameplate.entry.manage.applying import Applying
from tests.entry.manage.managing import beside


def test_what_manifests_would_change_is_told_and_nothing_is_changed(world, tmp_path):
    async def main():
        async with beside(world, tmp_path) as process:
            applying, teams = Applying(process.parts), dict(process.projection.registry.teams)
            made = applying.planned([("a.yaml", "{kind: Team, id: applying-1, name: A}")], prune=False)
            (operation,) = applying.told(made)["operations"]
            assert (operation["op"], operation["kind"], operation["id"]) == ("create", "Team", "applying-1")
            with pytest.raises(InvalidManifests):
                applying.planned([("a.yaml", "{kind: Nothing, id: applying-2}")], prune=False)
            assert process.projection.registry.teams == teams

    asyncio.run(main())
