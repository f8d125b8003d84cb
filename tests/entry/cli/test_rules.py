from tests.entry.world import Told

RULE = """
kind: Rule
id: cli-rule
scope: {actions: [read], resources: ["record:cli-*"], types: [agent]}
cedar: forbid (principal, action, resource);
"""


def test_rules_are_listed_for_people_and_programs(world):
    world.apply(RULE)
    lines = world.run("rule", "list").out.splitlines()
    assert lines[0].split() == ["RULE", "SCOPE"]
    assert any("actions: read; resources: record:cli-*; types: agent" in line for line in lines)
    listed = {each["id"]: each for each in world.run("rule", "list", "--json").json["items"]}
    assert listed["cli-rule"]["cedar"] == "forbid (principal, action, resource);"


def test_the_schema_is_printed(world):
    told: Told = world.run("rule", "schema")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("// ")
    assert world.run("rule", "schema", "--json").json["schema"].rstrip() == told.out.rstrip()


def test_a_rule_that_permits_ends_with_1_and_says_where(world, tmp_path):
    file = tmp_path / "rule.yaml"
    file.write_text(RULE.replace("forbid", "permit"))
    told = world.run("apply", "-f", file)
    assert told.code == 1
    assert f"{file}:5: cedar: A rule can only `forbid`" in told.err
