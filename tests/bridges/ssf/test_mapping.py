import pytest

from nameplate.bridges.ssf.events import Kind, Signal
from nameplate.bridges.ssf.mapping import SECOND, actor_of, meaning
from nameplate.bridges.ssf.sets import Refusal
from nameplate.bridges.ssf.subjects import Subject
from nameplate.domain.actors import Actor, ActorType
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.notices import Status
from nameplate.domain.registry import Registry
from nameplate.domain.upstreams import Upstream

ISSUER = "https://idp.example"
BRIDGE = Bridge("idp", "s", BridgeType.SSF, options={"issuer": ISSUER, "subjects": "iam"})
ALONE = Bridge("idp", "s", BridgeType.SSF, options={"issuer": ISSUER})
ROBOT = Subject("amr-1", ISSUER)
ADA = Subject("u-77", ISSUER)
MAIL = Subject("ada@clinic.example", is_address=True)


def known():
    registry = Registry()
    registry.actors["amr-1"] = Actor("amr-1", ActorType.ROBOT, "s")
    registry.bridges["iam"] = Bridge("iam", "s", BridgeType.SCIM)
    registry.upstreams.put(Upstream("iam", "scim-1", "amr-1"))
    return registry


def said(kind, subject=ROBOT, bridge=BRIDGE, **fields):
    return meaning(Signal(kind, 5, fields), [subject], bridge, known())


def test_an_actor_is_found_by_its_id_or_by_the_key_of_the_bridge_that_brought_it():
    for subject in (ROBOT, Subject("amr-1"), Subject("scim-1", ISSUER), Subject("amr-1", ISSUER, "device")):
        assert actor_of(subject, BRIDGE, known()) == "amr-1"


def test_a_subject_of_another_issuer_means_nobody_here():
    assert actor_of(Subject("amr-1", "https://evil.example"), BRIDGE, known()) == ""
    found = said(Kind.ACCOUNT_DISABLED, Subject("amr-1", "https://evil.example"))
    assert (found.actors, found.people, found.strangers) == ([], [], 1)
    named = Bridge("idp", "s", BridgeType.SSF, options={"issuer": ISSUER, "subject_issuer": "https://sso.example"})
    assert actor_of(Subject("amr-1", "https://sso.example"), named, known()) == "amr-1"


def test_an_address_is_never_an_actor_and_an_unknown_device_is_remembered():
    assert actor_of(Subject("amr-1", is_address=True), BRIDGE, known()) == ""
    assert actor_of(Subject("amr-9", ISSUER, "device"), BRIDGE, known()) == "amr-9"
    assert actor_of(Subject("amr-9", ISSUER), BRIDGE, known()) == ""


ACTOR_CASES = [
    (Kind.ACCOUNT_DISABLED, {}, {"status": Status.DISABLED}),
    (Kind.ACCOUNT_ENABLED, {}, {"status": Status.ACTIVE}),
    (Kind.ACCOUNT_PURGED, {}, {"status": Status.RETIRED}),
    (Kind.IDENTIFIER_RECYCLED, {}, {"status": Status.DISABLED}),
    (Kind.SESSION_REVOKED, {}, {"cut_off": 5 * SECOND}),
    (Kind.SESSIONS_REVOKED, {}, {"cut_off": 5 * SECOND}),
    (Kind.CLAIMS_CHANGE, {}, {"cut_off": 5 * SECOND}),
    (Kind.CHANGE_REQUIRED, {}, {"cut_off": 5 * SECOND}),
    (Kind.CREDENTIAL_CHANGE, {"change_type": "revoke"}, {"cut_off": 5 * SECOND}),
    (Kind.CREDENTIAL_CHANGE, {"change_type": "update"}, {"cut_off": 5 * SECOND}),
    (Kind.CREDENTIAL_CHANGE, {"change_type": "delete"}, {"cut_off": 5 * SECOND}),
    (Kind.COMPROMISE, {"credential_type": "app"}, {"compromised": True, "cut_off": 5 * SECOND}),
    (Kind.COMPLIANCE_CHANGE, {"current_status": "not-compliant"}, {"status": Status.DISABLED}),
    (Kind.COMPLIANCE_CHANGE, {"current_status": "compliant"}, {"status": Status.ACTIVE}),
    (Kind.RISK_CHANGE, {"current_level": "HIGH"}, {"status": Status.DISABLED}),
    (Kind.RISK_CHANGE, {"current_level": "MEDIUM"}, {"status": Status.ACTIVE}),
    (Kind.RISK_CHANGE, {"current_level": "LOW"}, {"status": Status.ACTIVE}),
    (Kind.GOVERNED_AGENT, {"version": "7", "status": "disabled"}, {"status": Status.DISABLED, "version": 7}),
]


@pytest.mark.parametrize(("kind", "fields", "becomes"), ACTOR_CASES)
def test_each_event_becomes_what_the_table_says_for_an_actor(kind, fields, becomes):
    (notice,) = said(kind, **fields).actors
    assert {name: getattr(notice, name) for name in becomes} == becomes
    assert (notice.name, notice.bridge, notice.decided_at) == ("amr-1", "idp", 5 * SECOND)


def test_what_concerns_no_actor_changes_none():
    created = said(Kind.CREDENTIAL_CHANGE, change_type="create")
    stepped = said(Kind.ASSURANCE_CHANGE, namespace="x", current_level="1")
    assert (created.actors, stepped.actors) == ([], [])


def test_each_kind_of_hold_is_lifted_by_its_own_kind_only():
    keys = {
        kind: said(kind, **fields).actors[0].key
        for kind, fields in (
            (Kind.ACCOUNT_DISABLED, {}),
            (Kind.COMPLIANCE_CHANGE, {"current_status": "not-compliant"}),
            (Kind.RISK_CHANGE, {"current_level": "HIGH"}),
            (Kind.GOVERNED_AGENT, {"version": "1", "status": "disabled"}),
        )
    }
    assert len(set(keys.values())) == 4
    assert said(Kind.ACCOUNT_ENABLED).actors[0].key == keys[Kind.ACCOUNT_DISABLED]


def test_a_cut_off_of_a_governed_agent_is_never_ahead_of_the_event():
    (late,) = said(
        Kind.GOVERNED_AGENT, version="1", status="active", authorizationNotBefore="2999-01-01T00:00:00Z"
    ).actors
    assert late.cut_off == 5 * SECOND


PEOPLE_CASES = [
    (Kind.ACCOUNT_DISABLED, {}, Status.DISABLED, True),
    (Kind.ACCOUNT_PURGED, {}, Status.DISABLED, True),
    (Kind.COMPROMISE, {"credential_type": "password"}, Status.DISABLED, True),
    (Kind.ACCOUNT_ENABLED, {}, Status.ACTIVE, False),
    (Kind.SESSION_REVOKED, {}, None, True),
    (Kind.CLAIMS_CHANGE, {}, None, True),
    (Kind.CREDENTIAL_CHANGE, {"change_type": "delete"}, None, True),
    (Kind.ASSURANCE_CHANGE, {"change_direction": "decrease"}, None, True),
    (Kind.ASSURANCE_CHANGE, {}, None, True),
    (Kind.RISK_CHANGE, {"current_level": "HIGH"}, None, True),
]


@pytest.mark.parametrize(("kind", "fields", "status", "ends"), PEOPLE_CASES)
@pytest.mark.parametrize("subject", [ADA, MAIL])
def test_each_event_becomes_what_the_table_says_for_a_person(kind, fields, status, ends, subject):
    (notice,) = said(kind, subject, **fields).people
    assert (notice.status, notice.end_sessions, notice.bridge) == (status, ends, "iam")
    assert (notice.key, notice.addresses) == (("u-77", None) if subject is ADA else ("", ("ada@clinic.example",)))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Kind.CREDENTIAL_CHANGE, {"change_type": "create"}),
        (Kind.ASSURANCE_CHANGE, {"change_direction": "increase"}),
        (Kind.RISK_CHANGE, {"current_level": "LOW"}),
        (Kind.COMPLIANCE_CHANGE, {"current_status": "compliant"}),
    ],
)
def test_what_makes_nothing_worse_ends_no_session(kind, fields):
    assert said(kind, MAIL, **fields).people == []


def test_without_a_bridge_that_brought_people_only_addresses_mean_somebody():
    assert said(Kind.ACCOUNT_DISABLED, ADA, ALONE).strangers == 1
    assert said(Kind.ACCOUNT_DISABLED, MAIL, ALONE).people[0].bridge == "idp"


@pytest.mark.parametrize(
    "value",
    ["ada", "a b@clinic.example", "@clinic.example", "ada@", "a@b@c", "Ada <a@b.example>", f"{'a' * 254}@b", "a\n@b"],
)
def test_another_name_that_is_no_mail_address_is_refused(value):
    with pytest.raises(Refusal, match="no mail address"):
        said(Kind.IDENTIFIER_CHANGED, MAIL, **{"new-value": value})


def test_another_name_that_is_not_told_or_not_of_a_mail_address_changes_nobody():
    assert said(Kind.IDENTIFIER_CHANGED, MAIL).people == []
    assert said(Kind.IDENTIFIER_CHANGED, ADA, **{"new-value": "x@clinic.example"}).people == []
    assert said(Kind.IDENTIFIER_CHANGED, **{"new-value": "x@clinic.example"}).actors == []


def test_another_name_is_a_finding_that_does_not_tell_it():
    found = said(Kind.IDENTIFIER_CHANGED, MAIL, **{"new-value": "ada.new@clinic.example"})
    assert [each.finding for each in found.findings] == ["identifier_changed"]
    assert "@" not in found.findings[0].text
    (notice,) = found.people
    assert (notice.addresses, notice.renamed, notice.bridge) == (
        ("ada@clinic.example",),
        "ada.new@clinic.example",
        "iam",
    )
    assert (notice.status, notice.end_sessions) == (None, False)
    recycled = said(Kind.IDENTIFIER_RECYCLED)
    assert (recycled.findings[0].actor, recycled.actors[0].status) == ("amr-1", Status.DISABLED)
