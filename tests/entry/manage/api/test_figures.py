from prometheus_client.parser import text_string_to_metric_families

from tests.entry.manage.managing import ask_manage


def test_sinks_tell_how_far_they_are_and_whether_they_take_events(world, tmp_path):
    world.apply(f"{{kind: Sink, id: told, format: ocsf, to: 'file:{tmp_path}/none/x'}}")
    reply = ask_manage(world, "GET", "/metrics")
    families = {family.name: family for family in text_string_to_metric_families(reply.body)}
    assert families.keys() >= {"nameplate_manage_records", "nameplate_sink_lag_records", "nameplate_sink_up"}
    assert {"told"} <= {sample.labels["sink"] for sample in families["nameplate_sink_up"].samples}
