"""What AuthZEN certification asks of batches, over real HTTP (levels Core and Properties)."""

import pytest

from tests.entry.decide.test_authzen_basic import EIGHT
from tests.entry.world import question

PATH = "/access/v1/evaluations"
ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
READ, WRITE = {"name": "read"}, {"name": "write"}
RECORD = {"type": "record", "id": "record-1"}
USUAL = {"subject": ALICE, "action": READ, "resource": RECORD}
SEMANTIC = "evaluations_semantic"


def decisions(world, body):
    reply = world.post(PATH, body)
    assert reply.status == 200, reply
    assert reply.body.keys() == {"evaluations"}
    return [each["decision"] for each in reply.body["evaluations"]]


def test_the_eight_decisions_in_one_batch_keep_their_order(world):
    batch = {"evaluations": [body for body, _ in EIGHT]}
    assert decisions(world, batch) == [decision for _, decision in EIGHT]


@pytest.mark.parametrize(
    ("defaults", "items", "expected"),
    [
        ({"subject": ALICE, "action": WRITE}, [{"resource": RECORD}], [True]),
        (USUAL, [{"action": WRITE}, {"subject": BOB}, {"subject": BOB, "action": WRITE}], [True, True, False]),
        (USUAL, [{}], [True]),
        # An entity takes the place of the default whole: the properties of the default are gone.
        (
            USUAL | {"action": WRITE, "resource": RECORD | {"properties": {"status": "archived"}}},
            [{}, {"resource": RECORD}, {"resource": {"id": "record-2"}}],
            [False, True, True],
        ),
        # A type or an id that is missing is taken from the default.
        (USUAL | {"action": WRITE}, [{"subject": {"id": "bob"}}, {"subject": {"type": "user"}}], [False, True]),
        ({"action": READ, "resource": RECORD}, [{"subject": {"id": "alice"}}], [False]),
        (USUAL, [{"action": {"properties": {"soft": True}}}], [True]),
        (USUAL | {"context": {"time": "1985-10-26T01:22"}}, [{}, {"context": {}}], [True, True]),
    ],
)
def test_defaults_fill_what_an_item_lacks(world, defaults, items, expected):
    assert decisions(world, defaults | {"evaluations": items}) == expected


@pytest.mark.parametrize("item", [42, "alice", None, [], {"subject": "alice"}, {"action": {"name": 1}}, {"context": 1}])
def test_a_faulty_item_is_denied_and_spoils_no_other(world, item):
    reply = world.post(PATH, USUAL | {"evaluations": [{}, item, {}]})
    assert [each["decision"] for each in reply.body["evaluations"]] == [True, False, True]
    assert reply.body["evaluations"][1]["context"]["error"]["status"] == 400
    assert reply.body["evaluations"][1]["context"]["reason"] == "malformed"


@pytest.mark.parametrize("lack", ["subject", "action", "resource"])
def test_an_item_without_something_required_is_denied(world, lack):
    body = {name: value for name, value in USUAL.items() if name != lack}
    assert decisions(world, body | {"evaluations": [{}, USUAL]}) == [False, True]


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_semantic_says_where_to_stop(world, semantic, expected):
    items = [{}, {"subject": BOB, "action": WRITE}, {}, 42]
    assert decisions(world, USUAL | {"evaluations": items, "options": {SEMANTIC: semantic}}) == expected


def test_permit_on_first_permit_goes_on_over_denials_and_faults(world):
    items = [42, {"subject": BOB, "action": WRITE}, {}, {}]
    body = USUAL | {"evaluations": items, "options": {SEMANTIC: "permit_on_first_permit"}}
    assert decisions(world, body) == [False, False, True]


def test_deny_on_first_deny_stops_at_a_fault(world):
    body = USUAL | {"evaluations": [{}, 42, {}], "options": {SEMANTIC: "deny_on_first_deny"}}
    assert decisions(world, body) == [True, False]


@pytest.mark.parametrize("options", [{SEMANTIC: "whatever"}, {SEMANTIC: 1}, "execute_all", [1]])
def test_an_unknown_semantic_is_refused(world, options):
    assert world.post(PATH, USUAL | {"evaluations": [{}], "options": options}).status == 400


@pytest.mark.parametrize("options", [None, {}, {"another": 1}])
def test_without_a_semantic_everything_is_decided(world, options):
    assert decisions(world, USUAL | {"evaluations": [{"subject": BOB, "action": WRITE}, {}], "options": options}) == [
        False,
        True,
    ]


@pytest.mark.parametrize("more", [{}, {"evaluations": []}, {"evaluations": None}])
def test_without_items_it_is_a_single_evaluation(world, more):
    for body, decision in EIGHT:
        reply = world.post(PATH, body | more)
        assert (reply.status, reply.body["decision"]) == (200, decision)
    assert world.post(PATH, {"subject": ALICE} | more).status == 400


@pytest.mark.parametrize("size", [100, 1000])
def test_large_batches_are_decided_whole(world, size):
    items = [{"subject": BOB, "action": WRITE} if number % 3 else {} for number in range(size)]
    reply = world.post(PATH, USUAL | {"evaluations": items})
    assert [each["decision"] for each in reply.body["evaluations"]] == [not number % 3 for number in range(size)]
    assert len({each["context"]["decision_id"] for each in reply.body["evaluations"]}) == size


def test_a_batch_over_the_limit_is_refused_whole(world):
    reply = world.post(PATH, USUAL | {"evaluations": [{}] * 1001})
    assert (reply.status, reply.body["type"]) == (400, "urn:nameplate:problem:too_many_evaluations")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"evaluations":1}', b'{"evaluations":[{]}', b'{"subject":"alice"}']
)
def test_a_malformed_batch_is_refused(world, body):
    assert world.post(PATH, body).status == 400


def test_the_content_type_and_the_request_id_count_here_too(world):
    body = {"evaluations": [question("alice", "read", "record-1")]}
    assert world.post(PATH, body, Content_Type="text/plain").status == 400
    assert world.post(PATH, body, X_Request_ID="a1").headers["x-request-id"] == "a1"
