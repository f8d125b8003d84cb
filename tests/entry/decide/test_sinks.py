import pytest

from nameplate.domain.errors import NotFound


def test_a_test_is_put_on_record_with_who_ordered_it(world, tmp_path):
    world.apply(f"{{kind: Sink, id: decide-sink, format: ocsf, to: 'file:{tmp_path}/e.ndjson'}}")
    told = world.server.client.post("/v1/sinks/decide-sink/test", {})
    assert told["uid"].endswith(f"-{told['seq']}")


def test_a_sink_that_is_not_declared_is_not_tested(world):
    with pytest.raises(NotFound):
        world.server.client.post("/v1/sinks/nowhere/test", {})


def test_nobody_orders_a_test_from_the_network(world):
    assert world.post("/v1/sinks/decide-sink/test", {}).status in (401, 403)
