"""Each figure has a meaning and belongs to one family; what they count is tested in `test_health`."""

from prometheus_client.parser import text_string_to_metric_families

from nameplate.boot import clocks
from nameplate.domain.figures import told
from nameplate.entry.decide.connections import Connections
from nameplate.entry.decide.figures import Figures
from nameplate.flows.stop import Lifecycle
from nameplate.ports.certificates import Certificate
from tests.entry.decide.asgi import process
from tests.keys.x509.made import NOW


def test_names_are_ours_and_told_once_each_with_a_meaning(tmp_path):
    with process(tmp_path) as found:
        connections = Connections(found.parts.registry)
        lifecycle = Lifecycle(found.parts.registry, found.parts.ledger, connections, clocks.wall, lambda: "s")
        families = list(text_string_to_metric_families(told(Figures(found.parts, connections, lifecycle).families())))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert all(family.name.startswith("nameplate_") and family.documentation.endswith(".") for family in families)


def test_the_end_of_the_certificate_is_told_in_seconds(tmp_path):
    shown = Certificate(("a",), 0, NOW, "1", "2")
    with process(tmp_path) as found:
        connections = Connections(found.parts.registry)
        lifecycle = Lifecycle(found.parts.registry, found.parts.ledger, connections, clocks.wall, lambda: "s")
        text = told(Figures(found.parts, connections, lifecycle, lambda: shown).families())
    (value,) = [line.split()[1] for line in text.splitlines() if line.startswith("nameplate_tls_not_after_seconds ")]
    assert float(value) == NOW / 1_000_000
