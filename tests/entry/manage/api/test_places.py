def test_zones_are_listed_by_page_with_who_is_inside_and_what_locks_them(world):
    world.apply("{kind: Zone, id: listed-a, public: true}\n---\n{kind: Zone, id: listed-b}")
    client = world.server.client
    client.post("/v1/zones/lockdown", {"zones": ["listed-b"], "reason": "Leak."})
    try:
        first = client.get("/v1/zones?limit=1&after=listed")
        (zone,) = first["items"]
        assert (zone["id"], zone["public"], zone["inside"], zone["lockdown"]) == ("listed-a", True, 0, None)
        (zone,) = client.get(f"/v1/zones?limit=1&after={first['next']}")["items"]
        assert (zone["id"], zone["lockdown"]["reason"]) == ("listed-b", "Leak.")
    finally:
        client.post("/v1/zones/release", {"zones": ["listed-b"], "reason": "Over."})


def test_a_site_is_listed_with_its_threat_level(world):
    sites = {each["id"]: each for each in world.server.client.get("/v1/sites")["items"]}
    assert all(each["threat"] == {"level": "normal"} for each in sites.values())
