from nameplate.domain.drafts import drafted
from nameplate.domain.places import Zone
from nameplate.domain.registry import Registry


def test_a_draft_has_the_changes_and_the_registry_has_not():
    registry = Registry(zones={"hall": Zone("hall", "default")}, seq=7)
    put = {"op": "put", "doc": {"kind": "Zone", "id": "ward", "public": True}}
    draft = drafted(registry, [put, {"op": "delete", "kind": "Zone", "id": "hall"}])
    assert (list(draft.zones), draft.seq) == (["ward"], 7)
    assert (list(registry.zones), registry.seq) == (["hall"], 7)


def test_a_draft_without_changes_is_an_equal_copy():
    registry = Registry(zones={"hall": Zone("hall", "default")})
    draft = drafted(registry, ())
    assert draft == registry
    draft.zones.clear()
    assert registry.zones
