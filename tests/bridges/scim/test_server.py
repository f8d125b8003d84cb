"""Who is answered, and that nothing that arrives makes the server fail."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nameplate.bridges.scim.schemas import MAX_BULK_BYTES
from nameplate.bridges.scim.service import MAX_BODY
from tests.bridges.scim.house import BULK, CORE, PATCH, device, house, replace, run, user

USERS = "/Users"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "op",
                    "path",
                    "value",
                    "active",
                    "schemas",
                    "members",
                    "emails",
                    "Operations",
                    "method",
                    "data",
                    "bulkId",
                    "meta",
                    "id",
                    "groups",
                ]
            )
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "remove", "move", 1])},
    optional={
        "path": st.sampled_from(
            [
                "active",
                "emails",
                'emails[type eq "work"]',
                'emails[type eq "work"].value',
                "name.givenName",
                "members",
                "id",
                "groups",
                "meta",
                "emails[",
                "a" * 2000,
                "((((",
                "urn:x:y",
                "",
                'x[y eq "z" and',
            ]
        )
        | st.text(max_size=30),
        "value": JSON,
    },
)
PATHS = [
    "/Users",
    "/Groups",
    "/Devices",
    "/Agents",
    "/Bulk",
    "/.search",
    "/Users" + "/.search",
    "/Me",
    "/Schemas",
    "/x",
    "/",
]
FILTERS = [
    "",
    "(",
    "a",
    "userName eq",
    'userName eq "a" and',
    "not (not (active eq true))",
    "(" * 500 + "a pr" + ")" * 500,
    "not (" * 200 + "a pr" + ")" * 200,
    'emails[type eq "x" and value co "y"]',
    "userName gt 5",
    "active eq 1e999",
    'userName eq "\\ud800"',
    'meta.created gt "x"',
    "id pr or " * 300 + "id pr",
    "members.value eq null",
    "a[b[c[d eq 1]]]",
]


def test_only_bridges_of_the_type_are_let_in(tmp_path):
    async def scenario(house):
        for caller in ("anonymous", "uid:0", "person:p-1", "bridge:", "bridge:nobody", "bridge:entra ", "entra"):
            answer = await house.call("GET", "/Users", None, caller)
            assert (answer.status, answer.body["status"]) == (401, "401")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (await house.call("GET", "/Users")).status == 200
        big = await house.call("POST", "/Users", b"x" * (MAX_BODY + 100_000), "anonymous")
        assert big.status == 401

    run(tmp_path, scenario)


def test_what_is_too_large_or_too_deep_is_refused(tmp_path):
    async def scenario(house):
        deep = b'{"a":' * 100 + b"1" + b"}" * 100
        deeper = b"[" * 100_000
        assert (await house.call("POST", "/Users", b'"' + b"x" * MAX_BODY + b'"')).status == 413
        assert (await house.call("POST", "/Bulk", b'"' + b"x" * MAX_BULK_BYTES + b'"')).status == 413
        many = [{"method": "DELETE", "path": "/Users" + "/x"}] * 10_001
        assert (await house.call("POST", "/Bulk", {"schemas": [BULK], "Operations": many})).status == 413
        operations = [{"op": "add", "path": "title", "value": "x"}] * 1_001
        ident = (await house.post("/Users", user("ada"))).body["id"]
        for body in (
            deep,
            deeper,
            b"{",
            b"",
            b"\xff\xfe",
            b'{"userName": NaN}',
            b'{"userName": "\\ud800"}',
            b"[]",
            b"null",
            b'"x"',
        ):
            assert (await house.call("POST", "/Users", body)).status == 400, body[:40]
        answer = await house.call("PATCH", f"/Users/{ident}", {"schemas": [PATCH], "Operations": operations})
        assert answer.status == 400

    run(tmp_path, scenario)


def test_no_filter_breaks_it(tmp_path):
    async def scenario(house):
        await house.post("/Users", user("ada", emails=[{"value": "a@b.example", "type": "x"}]))
        for text in FILTERS:
            for path in ("/Users", "/"):
                answer = await house.call("GET", f"{path}?filter={text}")
                assert answer.status in {200, 400}, (text, answer)
        for query in (
            "count=-5",
            "count=0",
            "count=99999999999999999999",
            "startIndex=-9",
            "startIndex=9" * 30,
            "count=x",
            "cursor=x",
            "cursor=%ff",
            "cursor=AAAA",
            "sortBy=x",
            "sortBy=emails",
            "sortOrder=up",
            "attributes=" + "x," * 900,
            "attributes=((",
        ):
            answer = await house.call("GET", f"/Users?{query}")
            assert answer.status in {200, 400}, (query, answer)

    run(tmp_path, scenario)


def test_names_of_attributes_may_have_spaces_around_them_and_nothing_else(tmp_path):
    async def scenario(house):
        ident = (await house.post("/Users", user("ada"))).body["id"]
        for where in ("/Users", f"/Users/{ident}"):
            for query, status in (("attributes=%20id%20,%20meta", 200), ("attributes=id%1C", 400)):
                assert (await house.call("GET", f"{where}?{query}")).status == status, (where, query)
            assert (await house.call("GET", f"{where}?excludedAttributes=%09meta")).status == 400

    run(tmp_path, scenario)


METHODS = st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "GET", "X"])
DATA = JSON | st.just(device("x")) | st.just({"schemas": [PATCH], "Operations": [replace("active", False)]})
WHERE = ["/Users", "/Devices", "/Users" + "/ID", "/Devices/bulkId:1", "/Me", "//", "x"]
IN_BULK = st.fixed_dictionaries(
    {},
    optional={
        "method": METHODS | st.just(1),
        "path": st.sampled_from(WHERE),
        "bulkId": st.sampled_from(["1", "2", 3]),
        "data": DATA,
        "version": st.text(max_size=4),
    },
)
HOSTILE: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(name="calling", scope="module")
def calling_fixture(tmp_path_factory):
    """Calls a house that stays, and knows a user, a group and a device in it."""
    loop, opened = asyncio.new_event_loop(), house(tmp_path_factory.mktemp("house"))
    home = loop.run_until_complete(opened.__aenter__())
    team = {"schemas": [f"{CORE}Group"], "displayName": "T"}
    bodies = {"/Users": user("ada"), "/Groups": team, "/Devices": device("amr-8")}
    made = [f"{path}/{loop.run_until_complete(home.post(path, body)).body['id']}" for path, body in bodies.items()]
    yield made, lambda *call: loop.run_until_complete(home.call(*call))
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.close()


@settings(max_examples=50, **HOSTILE)
@given(method=METHODS, path=st.sampled_from(PATHS), body=JSON)
def test_no_body_breaks_it(calling, method, path, body):
    answer = calling[1](method, path, body)
    assert answer.status < 500 or (path == "/Me" and answer.status == 501), (answer, body)


@settings(max_examples=80, **HOSTILE)
@given(which=st.integers(0, 2), operations=st.lists(OPERATION, max_size=3))
def test_no_patch_breaks_it(calling, which, operations):
    answer = calling[1]("PATCH", calling[0][which], {"schemas": [PATCH], "Operations": operations})
    assert answer.status in {200, 400, 409}, (answer, operations)


@settings(max_examples=40, **HOSTILE)
@given(operations=st.lists(IN_BULK, max_size=4))
def test_no_bulk_request_breaks_it(calling, operations):
    known = [each | {"path": calling[0][0]} if each.get("path") == "/Users" + "/ID" else each for each in operations]
    answer = calling[1]("POST", "/Bulk", {"schemas": [BULK], "Operations": known})
    assert answer.status in {200, 400}, (answer, operations)
    for each in answer.body.get("Operations", ()):
        assert int(each["status"]) < 500 or (each["status"] == "501" and each.get("location", "").endswith("/Me")), each


def test_what_is_no_text_does_no_harm(tmp_path):
    async def scenario(house):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        headers = [(b"x-nameplate-caller", b"bridge:entra"), (b"if-match", b"\xff\xfe"), (b"x", b"\x80")]
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/scim/v2/Users",
            "query_string": b"filter=\xff",
            "headers": headers,
        }
        await house.server(scope, receive, send)
        assert sent[0]["status"] == 400
        await house.server({"type": "lifespan"}, receive, send)

    run(tmp_path, scenario)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE"])
def test_what_a_place_does_not_answer_is_told(tmp_path, method):
    async def scenario(house):
        answer = await house.call(method, "/Users")
        assert (answer.status, json.loads(json.dumps(answer.body))["status"]) == (405, "405")
        assert "GET" in answer.headers["allow"]

    run(tmp_path, scenario)


def test_what_is_asked_for_never_comes_back_in_a_header(tmp_path):
    async def scenario(house):
        for path in (f"{USERS}/a\r\nset-cookie: x=y", f"{USERS}/\x02\x1c", "/Nothing\n", "/\N{PILE OF POO}"):
            answer = await house.call("GET", path)
            assert answer.status == 404
            assert "location" not in answer.headers
        made = await house.call("POST", "/Users", user("ann"))
        assert made.headers["location"] == made.body["meta"]["location"]
        assert "location" not in (await house.call("GET", "/Users")).headers

    run(tmp_path, scenario)


def test_search_is_a_place_and_no_resource(tmp_path):
    async def scenario(house):
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = await house.call(method, f"{USERS}/.search")
            assert (answer.status, answer.headers["allow"]) == (405, "POST")

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    "wrong", [{"count": False}, {"startIndex": "1"}, {"COUNT": "x"}, {"attributes": "id"}, {"excludedAttributes": "id"}]
)
def test_a_body_is_no_address(tmp_path, wrong):
    async def scenario(house):
        assert (await house.call("POST", f"{USERS}/.search", {"schemas": [SEARCH]} | wrong)).status == 400
        assert (await house.call("POST", f"{USERS}/.search", {"schemas": [SEARCH], "count": 1})).status == 200

    run(tmp_path, scenario)


def test_a_reference_that_is_none_breaks_no_answer(tmp_path):
    async def scenario(house):
        odd = {"schemas": [f"{CORE}Group"], "displayName": "odd", "members": [{"$ref": "http://["}, {"$ref": "a b"}]}
        made = await house.call("POST", "/Groups", odd)
        shown = await house.call("GET", "/Groups")
        assert (made.status, shown.status) == (201, 200)
        found = [each["$ref"] for each in made.body["members"]]
        assert found == ["http://%5B", "https://np.example/scim/v2/a%20b"]

    run(tmp_path, scenario)
