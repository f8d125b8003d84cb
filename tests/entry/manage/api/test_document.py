"""The document holds every route of both processes, and nothing else."""

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from nameplate.entry.decide.described import OPERATIONS
from nameplate.entry.operations import Who
from tests.entry.decide.asgi import process
from tests.entry.manage.managing import ask_manage

OURS = {(each.method, each.path) for each in OPERATIONS}


@pytest.fixture(name="document")
def document_fixture(world):
    return world.server.client.get("/v1/openapi.json")


def operations(document):
    return {
        (method.upper(), path): each for path, methods in document["paths"].items() for method, each in methods.items()
    }


def test_every_route_of_the_deciding_process_is_in_it(document, tmp_path):
    with process(tmp_path) as found:
        assert set(found.app.routes) == OURS
    assert set(operations(document)) >= OURS


def test_everything_else_in_it_is_answered_by_the_managing_process(world, document):
    others = {each for each, told in operations(document).items() if each not in OURS and told["tags"] == [Who.LOCAL]}
    assert ("GET", "/v1/openapi.json") in others
    for method, path in others:
        assert ask_manage(world, method, path.replace("{", "").replace("}", ""), body=b"{}").status in {400, 403}


def test_what_other_systems_call_is_in_it_and_asks_for_the_token_of_a_bridge(world, document):
    theirs = {each: told for each, told in operations(document).items() if told["tags"] == [Who.BRIDGE]}
    assert {path.split("/")[1] for _, path in theirs} == {"scim", "ssf"}
    for (method, path), told in theirs.items():
        answer = ask_manage(world, method, path.replace("{", "").replace("}", ""), body=b"{}")
        assert answer.status == (400 if path.startswith("/ssf/push/") else 401)
        assert told["security"] == [{"bridge": []}]
        assert str(answer.status) in told["responses"]


def test_a_route_that_is_not_in_it_is_not_answered(world):
    reply = ask_manage(world, "GET", "/v1/nothing")
    assert reply.status == 404


def test_every_name_is_defined_and_every_schema_is_one(document):
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    named = set(_references(document))
    assert named <= {f"#/components/schemas/{name}" for name in schemas}
    assert len({each["operationId"] for each in operations(document).values()}) == len(operations(document))


def _references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        node = list(node.values())
    for each in node if isinstance(node, list) else []:
        yield from _references(each)


def test_who_needs_a_token_and_who_a_socket_is_said_of_each(document):
    said = operations(document)
    for each in OPERATIONS:
        assert ("security" in said[each.method, each.path]) == (each.who is Who.POINT)
    for each in said.values():
        bearers = [Who.POINT], [Who.BRIDGE]
        assert each["tags"] in (bearers if "security" in each else ([Who.LOCAL], [Who.EVERYBODY], [Who.PERSON]))
        assert "401" in each["responses"] or each["tags"] == [Who.EVERYBODY]
        refused = [answer for status, answer in each["responses"].items() if int(status) >= 400]
        if each["tags"] != [Who.BRIDGE]:
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in refused)


def test_strangers_do_not_get_it(world):
    assert world.get("/v1/openapi.json").status == 401
