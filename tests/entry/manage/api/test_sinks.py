from tests.entry.manage.managing import ask_manage


def test_a_sink_that_gets_its_events_says_so(world, tmp_path):
    world.apply(f"{{kind: Sink, id: api-sink, format: ocsf, to: 'file:{tmp_path}/e.ndjson'}}")
    listed = world.server.client.get("/v1/sinks")["items"]
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert "api-sink" in {each["id"] for each in listed}


def test_strangers_learn_and_order_nothing(world):
    for method, path in [
        ("GET", "/v1/sinks"),
        ("GET", "/v1/sinks/api-sink/dead-letters"),
        ("POST", "/v1/sinks/api-sink/dead-letters/retry"),
        ("POST", "/v1/sinks/api-sink/replay"),
    ]:
        body = b'{"from": "2026-01-01T00:00:00Z"}'
        assert ask_manage(world, method, path, "uid:12345", body=body).status == 403


def test_a_replay_needs_times_and_nothing_else(world):
    for body in (b'{"from": "soon"}', b'{"from": "2026-01-01T00:00:00Z", "to": "late"}', b"{}", b'{"from":"x","a":1}'):
        reply = ask_manage(world, "POST", "/v1/sinks/api-sink/replay", "uid:0", body=body)
        assert reply.status in (400, 422)
