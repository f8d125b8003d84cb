from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.people import (
    LOCAL,
    Passkey,
    Person,
    Session,
    address_hash,
    ended_with,
    passkey_bound,
    passkey_told,
    person_id,
    roles_of,
    session_told,
    told,
)
from tests.domain.journal_records import at

SECRET = bytes(32)
BRIDGES = {"iam": Bridge("iam", "s", BridgeType.SCIM, roles={"sec": Role.SECURITY, "ops": Role.OPERATOR})}


def person(**more):
    return {"kind": "person", "person": "p-1", "bridge": "iam", "at": at(1)} | more


def session(kind="session_started", ident="s1", minute=1, **more):
    return {"kind": kind, "session": ident, "person": "p-1", "client": "console", "at": at(minute)} | more


def test_a_pseudonym_is_the_same_for_the_same_person_and_tells_no_name():
    assert person_id(SECRET, "iam", "ada") == person_id(SECRET, "iam", "ada")
    assert person_id(SECRET, "iam", "ada") != person_id(SECRET, "ldap", "ada")
    assert person_id(SECRET, "iam", "ada") != person_id(bytes([1] * 32), "iam", "ada")
    # What joins two texts cannot stand in the first: no bridge has such a name.
    assert person_id(SECRET, "iam", "a")[:2] == "p-"
    assert "ada" not in person_id(SECRET, "iam", "ada")


def test_an_address_is_the_same_in_any_case_and_with_its_scheme():
    same = {
        address_hash(SECRET, each)
        for each in ("Ada@Clinic.example", " ada@clinic.example", "mailto:ada@clinic.example")
    }
    assert len(same) == 1
    assert address_hash(SECRET, "bob@clinic.example") not in same


def test_roles_are_those_of_the_groups_that_the_manifest_names():
    assert roles_of(Person("p-1", "iam", groups=("sec", "lunch")), BRIDGES) == {Role.SECURITY}
    assert roles_of(Person(LOCAL, ""), BRIDGES) == {Role.OWNER}


def test_who_is_not_active_or_vouched_for_by_nobody_has_no_role():
    assert roles_of(None, BRIDGES) == frozenset()
    assert roles_of(Person("p-1", "iam", active=False, groups=("sec",)), BRIDGES) == frozenset()
    assert roles_of(Person("p-1", "gone", groups=("sec",)), BRIDGES) == frozenset()
    assert roles_of(Person(LOCAL, "", active=False), BRIDGES) == frozenset()


def test_what_a_record_does_not_name_stays_as_it_was():
    people: dict[str, Person] = {}
    groups: dict[str, int] = {}
    first = person(groups=["sec"], addresses=["h"], manager="p-2")
    assert list(told(people, groups, first)) == [("person", "p-1"), ("group", "sec")]
    assert list(told(people, groups, person(at=at(5), active=False))) == [("person", "p-1")]
    assert people["p-1"].groups == ("sec",)
    assert (people["p-1"].manager, people["p-1"].addresses, people["p-1"].active) == ("p-2", ("h",), False)
    since = people["p-1"].since
    assert list(told(people, groups, person(at=at(9), groups=["new"], bridge="other"))) == [("person", "p-1")]
    assert list(groups) == ["sec"], "nobody who is here has been in the other one"
    list(told(people, groups, person(at=at(9), groups=[])))
    later = people["p-1"]
    assert (list(later.groups), later.since, later.bridge) == ([], since, "iam")


def test_a_passkey_on_record_is_never_bound_again():
    passkeys: dict[str, Passkey] = {}
    bound = {"passkey": "k", "person": "p-1", "public": "aa", "counter": 3, "at": at(1)}
    passkey_bound(passkeys, bound)
    passkey_bound(passkeys, bound | {"person": "p-2", "counter": 0})
    assert (passkeys["k"].person, passkeys["k"].counter) == ("p-1", 3)


def test_a_passkey_counts_up_until_it_is_removed():
    passkeys: dict[str, Passkey] = {}
    bound = {"kind": "passkey_bound", "passkey": "k", "person": "p-1", "public": "aa", "counter": 3, "at": at(1)}
    used, removed = (bound | {"kind": f"passkey_{word}", "counter": 2} for word in ("used", "removed"))
    told = [list(passkey_told(passkeys, each)) for each in (bound, used, used | {"counter": 4}, removed, removed)]
    assert told == [["k"], [], ["k"], ["k"], []]
    assert passkeys == {}


def test_a_session_begins_is_proved_again_and_ends():
    sessions: dict[str, Session] = {}
    session_told(sessions, session(until=at(60)))
    session_told(sessions, session("session_proved", minute=5))
    assert sessions["s1"].proved_at > sessions["s1"].since
    session_told(sessions, session("session_proved", ident="unknown"))
    session_told(sessions, session("session_ended"))
    session_told(sessions, session("session_ended"))
    assert sessions == {}


def test_sessions_end_with_their_person_and_with_their_time():
    sessions = {
        "a": Session("a", "p-1", "cli", 0, 100, 0),
        "b": Session("b", "p-2", "cli", 0, 100, 0),
        "c": Session("c", "p-2", "cli", 0, 40, 0),
    }
    assert sorted(ended_with(sessions, "p-1", 40)) == ["a", "c"]
    assert list(sessions) == ["b"]
    assert list(ended_with(sessions, "", 40)) == []
