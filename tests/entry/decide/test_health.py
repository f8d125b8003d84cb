import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.entry.decide.asgi import process


def figures(world):
    """What `/metrics` tells, as Prometheus reads it: values by name and labels."""
    text = world.get("/metrics").body
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.items())): sample.value for sample in samples}


def total(told, name, **labels):
    wanted = set(labels.items())
    return sum(value for (each, *pairs), value in told.items() if each == name and wanted <= set(pairs))


def test_healthz_readyz_and_metrics_answer_everybody_on_this_machine(world):
    assert world.get("/healthz").body == {"status": "ok"}
    assert world.get("/readyz").body == {"status": "ok"}
    assert world.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    told = figures(world)
    assert told["nameplate_journal_healthy",] == 1
    assert told["nameplate_actors",] >= 2
    assert told["nameplate_connections",] >= 1
    assert total(told, "nameplate_build_info") == 1


def test_decisions_are_counted_by_reason_and_timed(world):
    before = figures(world)
    world.permits("alice")
    world.permits("bob", "write")
    after = figures(world)
    for labels in ({"decision": "permit", "reason": "granted"}, {"decision": "deny"}):
        assert total(after, "nameplate_decisions_total", **labels) > total(
            before, "nameplate_decisions_total", **labels
        )
    for name, more in (("decision_seconds_count", 2), ("journal_records", 2), ("journal_sync_seconds_count", 1)):
        assert after[f"nameplate_{name}",] - before[f"nameplate_{name}",] >= more
    assert after["nameplate_decision_seconds_sum",] > before["nameplate_decision_seconds_sum",]


def test_the_managing_process_adds_its_own_and_how_far_sinks_are(world, tmp_path):
    world.apply(f"{{kind: Sink, id: figured, format: ocsf, to: 'file:{tmp_path}/x'}}")
    told = figures(world)
    assert told["nameplate_manage_up",] == 1
    assert told["nameplate_sink_lag_records", ("sink", "figured")] >= 0


def test_without_the_managing_process_the_rest_is_told(tmp_path):
    with process(tmp_path) as found:
        answer = found.call("GET", "/metrics", [], [], client=("127.0.0.1", 1))
        assert (answer.status, b"nameplate_manage_up 0" in answer.body) == (200, True)


@pytest.mark.parametrize("client", ["10.20.0.9", "192.168.1.1", "fe80::1%eth0", "::ffff:10.0.0.1", "nonsense"])
def test_other_machines_need_the_token(tmp_path, client):
    with process(tmp_path) as found:

        def asked(*shown):
            headers = [(b"authorization", each) for each in shown]
            return found.call("GET", "/metrics", [], headers, client=(client, 1), authorized=False).status

        assert [asked(), asked(b"Bearer "), asked(b"Bearer secret")] == [401, 401, 401]
        found.parts.keys.put_credential("metrics", b"secret")
        assert asked(b"Bearer secret") == 200
        for wrong in (b"Bearer", b"Bearer ", b"Bearer secre", b"Bearer secrets", b"Basic secret", b"secret"):
            assert asked(wrong) == 401
        assert found.call("GET", "/metrics", [], [], client=("::1", 1)).status == 200


def test_an_empty_post_is_answered_with_nothing(world):
    reply = world.call("POST", "/healthz", b"", {})
    assert (reply.status, reply.body) == (204, "")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_tells_no_names_of_actors(world, path):
    world.permits("alice")
    assert "alice" not in str(world.get(path).body)
