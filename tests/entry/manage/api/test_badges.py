from tests.entry.world import World


def test_badges_are_told_to_nobody_outside(world: World):
    assert world.get("/v1/badges").status == 401
