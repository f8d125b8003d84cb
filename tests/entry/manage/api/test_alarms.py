from tests.entry.world import World


def test_alarms_are_told_to_nobody_outside(world: World):
    assert world.get("/v1/alarms").status == 401
    assert world.get("/v1/alarms/a1").status == 401
