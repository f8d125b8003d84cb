from nameplate.bridges.ldap.people import People, Someone, plain
from nameplate.domain.notices import Status

ANNA, BOSS = "uid=anna,dc=x", "uid=boss,dc=x"


def told(people):
    return {notice.key: notice for notice in people.take(100)}


def test_a_manager_who_comes_later_is_known_by_then():
    people = People("dir")
    people.put("1", Someone(ANNA, Status.ACTIVE, manager=BOSS.upper()))
    assert told(people)["1"].manager == ""
    people.put("2", Someone(BOSS, Status.ACTIVE))
    assert told(people)["1"].manager == "2"
    people.put("2", Someone("uid=chief,dc=x", Status.ACTIVE))
    people.remove("2")
    assert told(people)["2"].status is Status.RETIRED


def test_a_manager_who_leaves_is_nobodys_manager():
    people = People("dir")
    people.put("2", Someone(BOSS, Status.ACTIVE))
    people.put("1", Someone(ANNA, Status.ACTIVE, manager=BOSS))
    assert told(people)["1"].manager == "2"
    people.remove("2")
    assert told(people)["1"].manager == ""


def test_only_whom_a_group_gains_or_loses_is_told_anew():
    people = People("dir")
    for key, dn in (("1", ANNA), ("2", BOSS)):
        people.put(key, Someone(dn, Status.ACTIVE))
    people.group("g", "owners", [ANNA, BOSS])
    assert {notice.groups for notice in people.take(9)} == {("owners",)}
    people.group("g", "owners", [BOSS.upper()])
    assert {key: notice.groups for key, notice in told(people).items()} == {"1": ()}
    people.group("g", "other", [BOSS])
    assert told(people)["2"].groups == ("other",)
    people.group("g", "", ())
    assert told(people)["2"].groups == ()


def test_whoever_else_was_in_a_group_is_in_it_no_more():
    people = People("ad")
    for key in ("1", "2"):
        people.put(key, Someone(f"cn={key}", Status.ACTIVE, groups=frozenset({"owners"})))
    told(people)
    people.only("owners", frozenset({"2"}))
    assert {key: notice.groups for key, notice in told(people).items()} == {"1": ()}


def test_they_are_told_some_at_a_time():
    people = People("dir")
    for number in range(5):
        people.put(str(number), Someone(f"cn={number}", Status.ACTIVE))
    assert (len(people.take(3)), len(people.take(3)), people.take(3)) == (3, 2, [])


def test_names_are_compared_without_case_and_spaces():
    assert plain("CN=A B, OU=x ,dc=Y") == "cn=a b,ou=x,dc=y"
