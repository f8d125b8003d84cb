import pytest

from nameplate.domain.bridges import Bridge
from nameplate.domain.manifests.bridges import read_bridge, write_bridge
from nameplate.domain.manifests.fields import Fields


def read(**fields):
    problems: list = []
    return read_bridge(Fields({"type": "ssf"} | fields, problems), "idp", "s"), [each.where for each in problems]


HEARS = {"issuer": "https://idp.example/realm", "audience": "us"}


def test_a_bridge_that_hears_and_one_that_is_only_told_can_be_declared():
    assert read()[1] == []
    bridge, problems = read(
        **HEARS, delivery="poll", subjects="iam", private="10.0.0.0/8, fd00::/8", lease="5m", credential="c"
    )
    assert problems == []
    assert isinstance(bridge, Bridge)
    assert (bridge.option("audience"), bridge.option("delivery"), bridge.lease_s) == ("us", "poll", 300.0)
    written = {name: value for name, value in write_bridge(bridge).items() if value and name != "site"}
    assert read(**written)[0] == bridge


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"issuer": "https://idp.example"}, "audience"),
        ({"issuer": "http://idp.example", "audience": "us"}, "issuer"),
        (HEARS | {"delivery": "pigeon"}, "delivery"),
        ({"alg": "none"}, "alg"),
        ({"alg": "HS256"}, "alg"),
        (HEARS | {"subjects": "no id"}, "subjects"),
        (HEARS | {"lease": "5m"}, "lease"),
        ({"private": "home"}, "private"),
        ({"private": "10.0.0.1/8"}, "private"),
    ],
)
def test_what_cannot_be_is_told_by_its_field(fields, field):
    assert read(**fields)[1] == [field]
