import msgspec
import pytest

from nameplate.domain.links import Hello, Welcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, Point

DOOR = Door("d", "clinic", ("a", "b"), (Reader("r1", "a"),))
WELCOME = Welcome(
    Point("p", "osdp", "clinic", (Channel("d", "pty:x"),)), (DOOR,), {"d": b"0123456789abcdef"}, b"s" * 32
)


@pytest.mark.parametrize("value", [WELCOME, Hello("p", "a-token")])
def test_what_travels_arrives_as_it_was(value):
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=type(value)) == value


def test_what_is_secret_does_not_show_when_a_value_is_printed():
    assert "0123456789abcdef" not in repr(WELCOME)
    assert "ssss" not in repr(WELCOME)
    assert "a-token" not in repr(Hello("p", "a-token"))
