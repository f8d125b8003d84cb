"""What AuthZEN certification asks of searches, over real HTTP (levels Core and Properties)."""

import pytest

PATHS = {what: f"/access/v1/search/{what}" for what in ("subject", "resource", "action")}
ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
READ, WRITE = {"name": "read"}, {"name": "write"}
RECORDS, RECORD_1, RECORD_2 = (
    {"type": "record"},
    {"type": "record", "id": "record-1"},
    {"type": "record", "id": "record-2"},
)
ADMIN, ARCHIVED = {"properties": {"role": "admin"}}, {"properties": {"status": "archived"}}
USUAL = {
    "subject": {"subject": {"type": "user"}, "action": READ, "resource": RECORD_1},
    "resource": {"subject": ALICE, "action": READ, "resource": RECORDS},
    "action": {"subject": ALICE, "resource": RECORD_1},
}
# A resource is known that a contract names in full.
CATALOGUE = """
kind: Contract
id: catalogue
grants: [{actions: [read], resources: ["record:record-1", "record:record-2"]}]
"""


@pytest.fixture(autouse=True, scope="module")
def catalogue(world):
    world.apply(CATALOGUE)


def found(world, what, body, token=None):
    """All results, page after page."""
    names: list = []
    page: dict = {}
    while page.get("token") != "":
        reply = world.post(PATHS[what], body | {"page": page} if page else body, token)
        assert reply.status == 200, reply
        assert reply.body.keys() == {"page", "results"}
        names += [each["name"] if what == "action" else (each["type"], each["id"]) for each in reply.body["results"]]
        page = {"token": reply.body["page"]["next_token"]}
    return names


def test_the_users_who_may_read_a_record(world):
    names = found(world, "subject", USUAL["subject"])
    assert {("user", "alice"), ("user", "bob")} <= set(names)
    assert {kind for kind, _ in names} == {"user"}


def test_the_records_that_a_user_may_read(world):
    names = found(world, "resource", USUAL["resource"])
    assert ("record", "record-1") in names
    assert {kind for kind, _ in names} == {"record"}


def test_what_a_user_may_do_with_a_record(world):
    names = found(world, "action", USUAL["action"])
    assert {"read", "write"} <= set(names)
    assert "delete" not in names
    assert set(found(world, "action", USUAL["action"] | {"subject": BOB})) == {"read"}


def test_with_properties(world):
    writing = {"action": WRITE, "resource": RECORD_2 | ARCHIVED}
    assert ("user", "bob") in found(world, "subject", {"subject": {"type": "user"} | ADMIN} | writing)
    assert ("user", "alice") not in found(world, "subject", {"subject": {"type": "user"}} | writing)
    records = found(world, "resource", {"subject": BOB | ADMIN, "action": WRITE, "resource": RECORDS})
    assert ("record", "record-2") in records
    assert found(world, "resource", {"subject": BOB, "action": WRITE, "resource": RECORDS}) == []
    assert "write" in found(world, "action", {"subject": BOB | ADMIN, "resource": RECORD_2 | ARCHIVED})


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize("context", [{}, {"time": "1985-10-26T01:22-07:00"}, {"ip": 5, "anything": [{"deep": None}]}])
def test_the_context_is_taken_and_changes_nothing_here(world, what, context):
    for token in (world.token, world.simulating):
        assert found(world, what, USUAL[what] | {"context": context}, token) == found(world, what, USUAL[what])


@pytest.mark.parametrize("what", PATHS)
def test_the_searched_name_is_ignored_if_it_is_sent(world, what):
    named = USUAL[what] | {
        what: USUAL[what].get(what, {}) | ({"name": "nonsense"} if what == "action" else {"id": "nonsense"})
    }
    assert found(world, what, named | {"unknown": [1]}) == found(world, what, USUAL[what])


@pytest.mark.parametrize(
    ("what", "part"),
    [
        ("subject", {"subject": {"type": "device"}}),
        ("subject", {"action": {"name": "fly"}}),
        ("subject", {"resource": {"type": "planet", "id": "mars"}}),
        ("resource", {"subject": {"type": "user", "id": "nobody"}}),
        ("resource", {"subject": {"type": "device", "id": "alice"}}),
        ("resource", {"resource": {"type": "planet"}}),
        ("resource", {"resource": {"type": "rec:ord"}}),
        ("action", {"subject": {"type": "user", "id": "nobody"}}),
        ("action", {"resource": {"type": "planet", "id": "mars"}}),
    ],
)
def test_what_is_unknown_gives_no_results_and_no_error(world, what, part):
    assert found(world, what, USUAL[what] | part) == []


def missing(what):
    """Bodies of a search that lack something required."""
    body = USUAL[what]
    for name, entity in body.items():
        yield {other: body[other] for other in body if other != name}
        yield body | {name: "text"}
        for field in entity:
            yield body | {name: {other: entity[other] for other in entity if other != field}}
            yield body | {name: entity | {field: 7}}
            yield body | {name: entity | {field: ""}}


@pytest.mark.parametrize(("what", "body"), [(what, body) for what in PATHS for body in missing(what)])
def test_a_search_without_what_it_needs_is_refused_with_400(world, what, body):
    assert world.post(PATHS[what], body).status == 400


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b'"x"', b"\xff"])
def test_malformed_json_is_refused_with_400(world, what, text):
    assert world.post(PATHS[what], text).status == 400


@pytest.mark.parametrize("what", PATHS)
def test_another_content_type_is_refused_and_the_request_id_comes_back(world, what):
    assert world.post(PATHS[what], USUAL[what], Content_Type="text/plain").status == 400
    for body in (USUAL[what], {}):
        assert world.post(PATHS[what], body, X_Request_ID="r-7").headers["x-request-id"] == "r-7"


def test_pages_join_to_the_whole_without_a_gap_or_a_twin(world):
    for number in range(7):
        world.actor(f"paged-{number}")
    whole = [ident for _, ident in found(world, "subject", USUAL["subject"])]
    names, token = [], ""
    for _ in range(len(whole)):
        page = {"limit": 2} | ({"token": token} if token else {})
        reply = world.post(PATHS["subject"], USUAL["subject"] | {"page": page}).body
        assert reply["page"]["count"] == len(reply["results"]) <= 2
        names += [each["id"] for each in reply["results"]]
        token = reply["page"]["next_token"]
        if not token:
            break
    assert names == whole == sorted(set(whole))


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": -1}, {"limit": "5"}, {"limit": 1.5}, {"token": 7}, "first"])
def test_a_page_that_cannot_be_is_refused_with_400(world, page):
    assert world.post(PATHS["subject"], USUAL["subject"] | {"page": page}).status == 400


def test_a_large_limit_is_cut_down(world):
    assert world.post(PATHS["subject"], USUAL["subject"] | {"page": {"limit": 10**9}}).status == 200
