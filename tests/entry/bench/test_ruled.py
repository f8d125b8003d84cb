from nameplate.boot.timezones import transitions
from nameplate.domain.index import Index
from nameplate.entry.bench import ruled
from nameplate.entry.bench.decisions import workload
from tests.domain.index.worlds import wall


def test_each_engine_can_be_asked_and_no_rule_errs():
    work = workload(20, 50)
    index = Index(transitions)
    index.fill(work)
    engines = ruled.engines(work, index, wall)
    assert set(engines) == {"index_10_rules", "index_10_rules_again", "index_1000_rules_elsewhere"}
    for count, ask in engines.values():
        ask(0)
        assert count == 50
