from nameplate.domain.contracts import Contract, Grant
from nameplate.domain.known import actions, resources

CONTRACT = Contract("c", (Grant(("read", "list"), ("app:x", "app:*")), Grant(("write",), ("record:1", "zone:w*"))))


def test_the_actions_that_contracts_name_and_entering():
    assert actions([CONTRACT]) == {"enter", "read", "list", "write"}
    assert actions([]) == {"enter"}


def test_the_resources_that_a_contract_names_in_full():
    assert list(resources(CONTRACT)) == ["app:x", "record:1"]
