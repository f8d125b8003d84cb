"""Bounds, and the answers that others expect."""

import pytest
from scim2_models import InvalidFilterException, InvalidValueException, SCIMException
from scim2_server.requests import ScimRequest

from nameplate.bridges.scim.schemas import provider
from nameplate.bridges.scim.service import MAX_BODY, NameplateService, read_patch, require_paths
from tests.bridges.scim.house import PATCH, device

SERVICE = NameplateService(provider(), secret=b"s")


def patch(path):
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": "x"}]}


def test_no_request_is_without_a_limit():
    assert SERVICE.max_body_size(ScimRequest("POST", "", "/Users")) == MAX_BODY
    assert SERVICE.max_body_size(ScimRequest("POST", "", "/nowhere/at/all")) == 0
    with pytest.raises(SCIMException) as refused:
        SERVICE.require_body_size(ScimRequest("POST", "", "/Users", body=b"x" * (MAX_BODY + 1)))
    assert refused.value.status == 413


@pytest.mark.parametrize(("path", "error"), [("a" * 1_500, InvalidValueException), ("[" * 20, InvalidFilterException)])
def test_a_path_has_bounds(path, error):
    with pytest.raises(error):
        require_paths(patch(path))
    assert require_paths("no patch") == "no patch"


def test_a_patch_is_read_for_its_model():
    model = SERVICE.get_model(SERVICE.get_resource_type("Device"))
    resource = model.model_validate(device("a"))
    assert read_patch(model, patch("displayName")).patch(resource)
    with pytest.raises(SCIMException):
        read_patch(model, {"schemas": [PATCH], "Operations": [{"op": "jump"}]})
