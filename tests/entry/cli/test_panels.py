def test_feeds_are_listed_with_what_is_wrong_with_them(world):
    world.apply("{kind: Zone, id: c1}\n---\n{kind: Zone, id: c2}\n---\n{kind: Door, id: cd, joins: [c1, c2]}")
    world.apply("{kind: Feed, id: cli-feed, to: 'csv:/no/such.csv', doors: {a: cd}}")
    listed = {each["id"]: each for each in world.run("panel", "feeds", "--json").json["items"]}
    assert listed["cli-feed"]["to"] == "csv:/no/such.csv"
    assert "cli-feed" in world.run("panel", "feeds").out
