def test_points_are_those_declared_and_those_with_a_token(world):
    world.apply("{kind: Point, id: declared-point, type: mqtt}")
    world.point("token-point")
    listed = {each["id"]: each for each in world.server.client.get("/v1/points")["items"]}
    assert (listed["declared-point"]["type"], listed["token-point"]["type"]) == ("mqtt", "authzen")
    assert not listed["declared-point"]["connected"]
    assert "token" not in "".join(listed["token-point"].keys())
