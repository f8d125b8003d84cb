from tests.entry.manage.managing import ask_manage


def test_only_a_known_caller_may_clone(world):
    assert ask_manage(world, "POST", "/v1/actors/alice/clone", "anonymous", body=b'{"id": "x"}').status == 403
