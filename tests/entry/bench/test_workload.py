"""The workload of the server benchmarks is made of manifests that apply."""

from nameplate.boot.manifests import read_manifests
from nameplate.domain.registry import Registry, fold
from nameplate.entry.bench.workload import CHUNK, CONTRACTS, actor, free_port, manifests
from nameplate.flows.apply import plan


def test_all_of_it_applies_and_every_actor_has_its_contract():
    registry = Registry()
    for text in manifests(CHUNK + 3):
        changes = plan(registry, read_manifests(text, "bench.yaml"), is_timezone=lambda _: True).changes
        fold(registry, {"kind": "declared", "seq": 1, "at": "2026-01-01T00:00:00Z", "changes": list(changes)})
    assert len(registry.actors) == CHUNK + 3
    assert len(registry.contracts) == CONTRACTS
    assert {each.contract for each in registry.actors.values()} == set(registry.contracts)


def test_an_actor_with_another_purpose_is_a_change():
    assert actor(1) != actor(1, "Carries more")


def test_a_free_port_can_be_taken():
    assert 1024 < free_port() < 65536
