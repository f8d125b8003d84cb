"""The commands, against a real server."""

DECLARED = "{kind: Team, id: badge-guards}\n---\n{kind: Badge, id: badge-1, holder: badge-guards, escort: true}"


def listed(world):
    return {each["id"]: each for each in world.run("badge", "list", "--json").json["items"]}


def test_a_badge_gets_its_number_from_standard_input_and_loses_it_again(world):
    world.apply(DECLARED)
    assert listed(world)["badge-1"]["numbered"] is False
    bound = world.run("badge", "bind", "badge-1", "--json", stdin="26:8a13c040\n")
    assert (bound.code, bound.json) == (0, {"badge": "badge-1"})
    assert listed(world)["badge-1"]["numbered"] is True
    assert "badge-guards" in world.run("badge", "list").out
    assert world.run("badge", "withdraw", "badge-1", "--reason", "lost").code == 0
    assert listed(world)["badge-1"]["numbered"] is False


def test_what_cannot_be_done_says_why_and_never_the_number(world):
    world.apply(DECLARED)
    assert world.run("badge", "bind", "nobody", stdin="26:8a13c040\n").code == 3
    wrong = world.run("badge", "bind", "badge-1", stdin="8a13c0405\n")
    assert wrong.code == 1
    assert "8a13" not in wrong.out + wrong.err
    assert world.run("badge", "bind", "badge-1", "--seen", "abc").code == 1
    assert world.run("badge", "bind", "badge-1", stdin="").code == 1
    assert world.run("badge", "withdraw", "badge-1", "--reason", "lost").code == 3
