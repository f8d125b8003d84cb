def test_every_route_below_v1_knows_its_caller(world):
    """Beside the list of routes: whoever adds one without a caller gives it to everybody who gets that far."""
    paths = world.server.client.get("/v1/openapi.json")["paths"]
    routes = [(path, method, each) for path, methods in paths.items() for method, each in methods.items()]
    assert len(routes) >= 8
    lacking = [
        (path, method)
        for path, method, each in routes
        if "x-nameplate-caller" not in {parameter["name"] for parameter in each.get("parameters", ())}
    ]
    assert lacking == []
