import pytest

from nameplate.enforcement.door_api.sim import SimulatedAccessSystem


@pytest.mark.parametrize(
    ("method", "path", "authorization", "status", "unlocked"),
    [
        ("PUT", "/api/v1/developer/doors/7/unlock", "Bearer k", 200, ["7"]),
        ("PUT", "/api/v1/developer/doors/8/unlock", "Bearer k", 200, []),
        ("PUT", "/api/v1/developer/doors/7/unlock", "Bearer x", 200, []),
        ("POST", "/locks/7/unlock", "KISI-LOGIN k", 200, ["7"]),
        ("POST", "/locks/7/unlock", "Bearer k", 401, []),
        ("POST", "/locks/8/unlock", "KISI-LOGIN k", 403, []),
        ("PUT", "/locks/7/unlock", "KISI-LOGIN k", 404, []),
        ("POST", "/", "", 404, []),
    ],
)
def test_it_opens_only_on_the_documented_call(method, path, authorization, status, unlocked):
    with SimulatedAccessSystem("k", ("7",)) as system:
        answered, _ = system.answer(method, path, authorization)
        assert (answered, system.unlocked) == (status, unlocked)
