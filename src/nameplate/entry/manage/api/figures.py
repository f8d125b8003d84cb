"""What the managing process tells of itself; the deciding process passes it on."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from nameplate.domain.figures import Family, Sample, gauge, told
from nameplate.domain.registry import Registry
from nameplate.entry.manage.exporting import Exporting


def routes(registry: Registry, exporting: Exporting) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(told(_families(registry, exporting)))

    return router


def _families(registry: Registry, exporting: Exporting) -> Iterator[Family]:
    yield gauge("nameplate_manage_records", "Records of the journal that the tables follow up to.", registry.seq)
    sinks = exporting.status()
    for name, meaning, key in (
        ("nameplate_sink_lag_records", "Records that a sink has not got yet.", "lag_records"),
        ("nameplate_sink_lag_seconds", "Age of the oldest record that a sink has not got yet.", "lag_seconds"),
    ):
        yield Family(name, "gauge", meaning, [Sample(name, each[key], {"sink": each["id"]}) for each in sinks])
    name = "nameplate_sink_up"
    samples = [Sample(name, int(each["status"] == "ok"), {"sink": each["id"]}) for each in sinks]
    yield Family(name, "gauge", "1 while a sink takes events.", samples)
