"""The protocol of scim2-server, with what other clients expect and with bounds."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from scim2_models import (
    Context,
    InvalidValueException,
    PatchOp,
    PatchOperation,
    Path,
    PayloadTooLargeException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
)
from scim2_server.conditions import Conditions
from scim2_server.errors import MethodNotAllowedException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Target
from scim2_server.service import ModelT, ScimService, scim_exception_of
from scim2_server.storage import SearchPage
from scim2_server.utils import parametrize

from . import forms, naming
from .filters import require_bounded

MAX_BODY = 4 * 1024 * 1024
MAX_PATH = 1_024
_NAMES = ("attributes", "excludedattributes")
_NOT_IN_A_BODY: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("count", "startindex"), (bool, str)),
    **dict.fromkeys(_NAMES, (str,)),
}
FAR = 2**31
"""No list is that long; what asks for more is answered as if it had asked for that."""


class NameplateService(ScimService):
    """See `scim2_server.service`."""

    @staticmethod
    def match(request: ScimRequest) -> Target:
        """See the service, which would take `.search` for the id of a resource where it is not posted to."""
        is_search = request.path.rstrip("/").endswith("/.search")
        if is_search and request.method.upper() != "POST":
            raise MethodNotAllowedException(allowed=["POST"])
        return ScimService.match(request)

    def reference_location(self, base_url: str, reference: str) -> str:
        """See the service, which would answer whatever a client has written there."""
        return super().reference_location(base_url, naming.reference(reference))

    def max_body_size(self, request: ScimRequest) -> int | None:
        """No request is without a limit."""
        limit = super().max_body_size(request)
        return MAX_BODY if limit is None else limit

    def require_body_size(self, request: ScimRequest) -> None:
        """Raises PayloadTooLargeException."""
        limit = self.max_body_size(request)
        is_bulk = request.path.strip("/") == "Bulk"
        if limit and not is_bulk and len(request.body) > limit:
            raise PayloadTooLargeException(detail=f"A body may have {limit} bytes")

    def read_body(self, model: type[ModelT], body: bytes, content_type: str | None, scim_ctx: Context) -> ModelT:
        """See the service; other clients' forms are made those of the standard first."""
        self.ensure_json(content_type)
        value = forms.read_json(body)
        return validated(model, self._plain(value, scim_ctx), scim_ctx)

    @staticmethod
    def _plain(value: Any, scim_ctx: Context) -> Any:
        if scim_ctx in {Context.RESOURCE_CREATION_REQUEST, Context.RESOURCE_REPLACEMENT_REQUEST}:
            return forms.resource_body(value)
        return require_paths(forms.patch_body(value)) if scim_ctx is Context.RESOURCE_PATCH_REQUEST else value

    def decode_body(self, body: bytes, content_type: str | None) -> Any:
        """See the service."""
        self.ensure_json(content_type)
        return forms.read_json(body)

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        """See the service; a filter has bounds."""
        if isinstance(payload, dict):
            for name, value in payload.items():
                if name.lower() in {"filter", "sortby", *_NAMES} and isinstance(value, str):
                    require_bounded(value)
            _require_names(payload)
        try:
            wanted, position = super().read_search(resource_types, payload)
        except RecursionError:
            raise InvalidValueException(detail="The search is nested too deeply") from None
        if wanted.start_index is not None:
            wanted.start_index = min(wanted.start_index, FAR)
        return wanted, position

    def read_response_parameters(
        self, resource_type: ResourceType, query: Mapping[str, str]
    ) -> ResponseParameters[Any]:
        """See the service, which takes all that Python counts as white space for the end of a name."""
        _require_names(query)
        return super().read_response_parameters(resource_type, query)

    def read_search_body(
        self, resource_types: list[ResourceType], body: bytes, content_type: str | None
    ) -> tuple[SearchRequest[Any], Any]:
        """See the service, which would take what stands in an address for what stands in a body."""
        payload = self.decode_body(body, content_type)
        for name, value in payload.items() if isinstance(payload, dict) else ():
            if isinstance(value, _NOT_IN_A_BODY.get(name.lower(), ())):
                raise InvalidValueException(detail=f"{name} cannot be so (RFC 7644, section 3.4.3)")
        return self.read_search(resource_types, payload)

    def search_response(
        self,
        base_url: str,
        resource_types: list[ResourceType],
        page: SearchPage,
        search_request: SearchRequest[Any],
    ) -> ScimResponse:
        """See the service, which would leave out of a list what is returned on request only."""
        bare = SearchPage(page.total, [], page.next, page.previous)
        response = super().search_response(base_url, resource_types, bare, search_request)
        found = [
            self.publish(base_url, resource).model_dump(
                scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=search_request
            )
            for resource in page.resources
        ]
        response.body = {**(response.body or {}), "itemsPerPage": len(found), "Resources": found}
        return response

    def apply_replacement(
        self, current: Resource[Any], replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any] | None:
        """See the service. Without a word about `active` it stays: silence stops nobody, and starts nobody either."""
        if hasattr(current, "active") and getattr(replacement, "active", None) is None:
            replacement.active = current.active  # type: ignore[attr-defined]
        return super().apply_replacement(current, replacement, conditions)

    def apply_patch(
        self, current: Resource[Any], patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any] | None:
        """See the service. What is selected and not there is made, or is gone already."""
        operations = [each for operation in patch_op.operations or () for each in _possible(current, operation)]
        return super().apply_patch(current, patch_op.model_copy(update={"operations": operations}), conditions)

    def patch_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """Always the resource: who has changed something sees what has come of it."""
        published = self.publish(base_url, resource)
        return self.resource_response(
            published, Context.RESOURCE_REPLACEMENT_RESPONSE, response_parameters, HTTPStatus.OK
        )


def _require_names(asked: Mapping[str, Any]) -> None:
    """Raises where names of attributes come with more than spaces around them."""
    for name, value in asked.items():
        if name.lower() in _NAMES and isinstance(value, str) and not value.isprintable():
            raise InvalidValueException(detail=f"{name} holds a character that no name of an attribute has")


def validated(model: type[ModelT], value: Any, scim_ctx: Context) -> ModelT:
    """The value as a model; raises SCIMException."""
    try:
        return model.model_validate(value, scim_ctx=scim_ctx)
    except ValidationError as error:
        raise scim_exception_of(error) from None
    except RecursionError:
        raise InvalidValueException(detail="It is nested too deeply") from None


def read_patch(model: type[Resource[Any]], value: Any) -> "PatchOp[Any]":
    """A PATCH whose JSON has been read; see `forms.patch_body`."""
    return validated(parametrize(PatchOp, model), require_paths(value), Context.RESOURCE_PATCH_REQUEST)


def require_paths(patch: Any) -> Any:
    """The same; raises where a path is too long or too deep."""
    operations = patch.get("Operations") if isinstance(patch, dict) else None
    for each in operations if isinstance(operations, list) else ():
        path = each.get("path") if isinstance(each, dict) else None
        if isinstance(path, str):
            require_bounded(path)
            if len(path) > MAX_PATH:
                raise InvalidValueException(detail=f"A path may have {MAX_PATH} characters")
    return patch


def _possible(current: Resource[Any], operation: "PatchOperation[Any]") -> "list[PatchOperation[Any]]":
    path = str(operation.path) if operation.path is not None else ""
    if "[" not in path:
        return [operation]
    chosen = path[: path.rindex("]") + 1]
    found = parametrize(Path, type(current))(chosen).get(current, strict=False)
    if found:
        return [operation]
    if operation.op == PatchOperation.Op.remove:
        return []
    new = forms.selected(path, operation.value)
    if new is None:
        return [operation]
    return [
        operation.model_copy(
            update={
                "op": PatchOperation.Op.add,
                "path": parametrize(Path, type(current))(new[0]),
                "value": new[1],
            }
        )
    ]
