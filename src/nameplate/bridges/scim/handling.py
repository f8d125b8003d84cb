"""Requests carried out: each change alone with the resource that it changes; Bulk in slices."""

from typing import Any

from scim2_models import PatchOp, Resource, ResourceType
from scim2_server.conditions import Conditions
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation

from .bulk import Batch, plan_of, read_operations, response, told
from .service import NameplateService
from .storage import DirectoryStorage


class NameplateHandler(AsyncScimHandler):
    """See `scim2_server.handler`."""

    service: NameplateService
    storage: DirectoryStorage

    async def handle(self, request: ScimRequest) -> ScimResponse:
        """See the handler."""
        self.service.require_body_size(request)
        return await super().handle(request)

    async def create(self, request: ScimRequest) -> ScimResponse:
        """See the handler."""
        async with self.storage.changing():
            return await super().create(request)

    async def replace(self, request: ScimRequest) -> ScimResponse:
        """See the handler."""
        async with self.storage.changing():
            return await super().replace(request)

    async def patch(self, request: ScimRequest) -> ScimResponse:
        """See the handler."""
        async with self.storage.changing():
            return await super().patch(request)

    async def delete(self, request: ScimRequest) -> ScimResponse:
        """See the handler."""
        async with self.storage.changing():
            return await super().delete(request)

    async def replace_resource(
        self, resource_type: ResourceType, current: Resource[Any], replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any]:
        """See the handler. Also what changes nothing is put in force again."""
        version = current.meta.version if current.meta else None
        replaced = self.service.apply_replacement(current, replacement, conditions)
        if replaced is None:
            return await self.storage.reassert(resource_type, current)
        return await self.storage.update(resource_type, replaced, expected_version=version)

    async def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """See the handler. Also what changes nothing is put in force again."""
        current = await self.storage.get(resource_type, resource_id)
        version = current.meta.version if current.meta else None
        patched = self.service.apply_patch(current, patch_op, conditions)
        if patched is None:
            return await self.storage.reassert(resource_type, current)
        return await self.storage.update(resource_type, patched, expected_version=version)

    # -- Bulk ---------------------------------------------------------------------------------------------------

    async def bulk(self, request: ScimRequest) -> ScimResponse:
        """See the handler. What needs nothing of its neighbours is carried out together, a few hundred at a time."""
        with self.service.provider:
            self.service.route(request, Operation.bulk)
            self.service.ensure_bulk_payload_size(len(request.body))
            operations, patience = read_operations(self.service, request)
            if b"bulkId:" in request.body:
                return await self._whole(request, operations, patience)
            outcomes: list[dict[str, Any]] = []
            batch = Batch(self.service, self.storage, request, alone=patience is not None)
            for operation in operations:
                if not batch.takes(operation):
                    outcomes += await self._flush(batch)
                    if not batch.takes(operation):
                        outcomes += await self._alone(request, operation)
                if batch.is_full:
                    outcomes += await self._flush(batch)
                if patience is not None and _errors(outcomes) >= patience:
                    break
            outcomes += await self._flush(batch)
            return response(outcomes)

    async def _flush(self, batch: Batch) -> list[dict[str, Any]]:
        async with self.storage.changing():
            return await batch.carry_out()

    async def _alone(self, request: ScimRequest, operation: Any) -> list[dict[str, Any]]:
        plan = plan_of(self.service, [operation], None)
        async with self.storage.changing():
            for step in plan:
                plan.record(step, *await self.run_bulk_step(request, plan, step))
        return told(self.service, plan)

    async def _whole(self, request: ScimRequest, operations: list[Any], patience: int | None) -> ScimResponse:
        plan = plan_of(self.service, operations, patience)
        for step in plan:
            async with self.storage.changing():
                plan.record(step, *await self.run_bulk_step(request, plan, step))
        return response(told(self.service, plan))


def _errors(outcomes: list[dict[str, Any]]) -> int:
    return sum(1 for each in outcomes if int(each["status"]) >= 400)
