import pytest

from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.points import DoorApi, Point

API = {"template": "unifi-access", "key": "unifi/token", "values": {"door": "d-7"}, "ca": "unifi/ca"}


def point(to="https://10.0.0.5:12445", **api):
    channel = {"door": "d", "to": to, "api": API | api}
    return {"kind": "Point", "id": "p", "type": "door-api", "channels": [channel]}


def test_a_call_is_read_and_written():
    value = from_document(point())
    assert isinstance(value, Point)
    assert value.channels[0].api == DoorApi("unifi-access", "unifi/token", {"door": "d-7"}, "unifi/ca")
    assert value.needed_credentials == ("unifi/token", "unifi/ca")
    assert to_document(value)["channels"] == point()["channels"]


@pytest.mark.parametrize("to", ["http://h", "https://u:p@h", "https://h/path", "https://h:0", "pty:/x", "https://h?x"])
def test_only_a_server_over_https_can_be_called(to):
    assert "channels[0].to" in {problem.where for problem in read_document(point(to))[1]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "no name!"}, "key"),
        ({"key": None}, "key"),
        ({"ca": "no name!"}, "ca"),
        ({"template": ""}, "template"),
        ({"values": ["d"]}, "values"),
        ({"values": {"door": ["d"]}}, "values"),
        ({"values": {"door": "a\nb"}}, "values"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_called_is_refused_at_its_field(change, field):
    assert f"channels[0].api.{field}" in {problem.where for problem in read_document(point(**change))[1]}
