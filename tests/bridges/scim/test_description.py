import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from scim2_server.routing import ROUTES

from nameplate.bridges.scim.description import description


@pytest.fixture(name="told", scope="module")
def told_fixture():
    return description()


def test_every_route_is_told_for_every_resource_type(told):
    paths = {
        f"/scim/v2{route.pattern.replace('{endpoint}', endpoint)}"
        for route in ROUTES
        for endpoint in ("Users", "Groups", "Devices", "Agents")
        if not route.pattern.startswith("/Me")
    }
    assert set(told["paths"]) == paths
    assert set(told["paths"]["/scim/v2/Users/{resource_id}"]) == {"get", "put", "patch", "delete"}


def test_every_schema_is_one_and_every_name_is_defined(told):
    for schema in told["schemas"].values():
        Draft202012Validator.check_schema(schema)
    text = repr(told)
    names = {each.partition("'")[0] for each in text.split("#/components/schemas/")[1:]}
    assert names <= {*told["schemas"], "Problem"}


def test_what_must_be_sent_and_what_is_always_answered_is_told(told):
    create = told["paths"]["/scim/v2/Users"]["post"]
    asked = _resolved(told, create["requestBody"]["content"]["application/scim+json"]["schema"])
    assert "userName" in asked["required"]
    assert asked["properties"]["meta"]["readOnly"]
    assert asked["properties"]["userName"]["type"] == "string"
    answered = _resolved(told, create["responses"]["201"]["content"]["application/scim+json"]["schema"])
    assert {"id", "schemas"} <= set(answered["required"])


def test_each_refusal_has_the_body_of_the_standard(told):
    for methods in told["paths"].values():
        for each in methods.values():
            for status, answer in each["responses"].items():
                assert int(status) < 400 or "application/scim+json" in answer["content"]


def _resolved(told, schema):
    return told["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
