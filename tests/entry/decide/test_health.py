import pytest


def test_healthz_readyz_and_metrics_answer_everybody(world):
    assert world.get("/healthz").body == {"status": "ok"}
    assert world.get("/readyz").body == {"status": "ok"}
    reply = world.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = {name: float(value) for name, value in (line.split(" ") for line in reply.body.splitlines())}
    assert figures["nameplate_journal_healthy"] == 1
    assert figures["nameplate_actors"] >= 2


def test_the_metrics_count_what_was_answered(world):
    def figures():
        return dict(line.split(" ") for line in world.get("/metrics").body.splitlines())

    before = figures()
    world.permits("alice")
    world.permits("bob", "write")
    after = figures()
    for name, more in (("permits_total", 1), ("denials_total", 1), ("journal_records", 2)):
        assert int(after[f"nameplate_{name}"]) - int(before[f"nameplate_{name}"]) >= more


def test_an_empty_post_is_answered_with_nothing(world):
    reply = world.call("POST", "/healthz", b"", {})
    assert (reply.status, reply.body) == (204, "")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_tells_no_names(world, path):
    world.permits("alice")
    assert "alice" not in str(world.get(path).body)
