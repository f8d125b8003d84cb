import json

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from scim2_models import BulkRequest, Error, PatchOp, User

from nameplate.bridges.scim.json_schemas import answered, asked
from nameplate.bridges.scim.schemas import Device, EnterpriseUser, Group


def members(found, named, model):
    schema = found[model]
    return named[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def test_what_is_asked_must_hold_what_is_required_and_may_hold_anything_else():
    user = members(*asked([User[EnterpriseUser], Group]), User[EnterpriseUser])
    assert user["required"] == ["userName"]
    assert "additionalProperties" not in user
    assert user["properties"]["userName"]["type"] == "string"
    assert user["properties"]["id"]["readOnly"]
    base = "urn:ietf:params:scim:schemas:core:2.0:User"
    assert user["properties"]["schemas"]["anyOf"] == [{"maxItems": 0}, {"contains": {"const": base}}]


def test_what_is_answered_holds_what_always_is_and_nothing_else():
    device = members(*answered([Device, Group]), Device)
    assert device["required"] == ["id", "schemas"]
    assert device["additionalProperties"] is False
    assert device["properties"]["id"] == device["properties"]["id"] | {"type": "string", "readOnly": True}


def test_a_status_is_answered_as_a_text():
    assert members(*answered([Error, Group]), Error)["properties"]["status"]["type"] == "string"


def test_what_no_type_says_is_told():
    found, named = asked([PatchOp[User], BulkRequest[User], User[EnterpriseUser]])
    assert members(found, named, PatchOp[User])["properties"]["Operations"]["minItems"] == 1
    assert members(found, named, BulkRequest[User])["properties"]["failOnErrors"]["minimum"] == 1
    manager = named["ScimEnterpriseUserIn"]["properties"]["manager"]
    assert {"type": "string"} in manager["anyOf"]


def test_of_several_values_one_is_primary():
    found, named = asked([User[EnterpriseUser]])
    emails = members(found, named, User[EnterpriseUser])["properties"]["emails"]
    whole = {**emails, "$defs": {name: {} for name in named}}
    told = Draft202012Validator(json.loads(json.dumps(whole).replace("#/components/schemas/", "#/$defs/")))
    first, second = {"value": "a", "primary": True}, {"value": "b", "primary": False}
    assert all(told.is_valid(each) for each in ([], [second, second], [second, first], None))
    assert not told.is_valid([first, second, first])


def test_only_references_to_elsewhere_must_be_whole():
    _, named = asked([Group, User])
    assert "format" not in str(named["ScimGroupMemberIn"]["properties"]["$ref"])
    assert "uri" in str(named["ScimUserIn"]["properties"]["profileUrl"])
