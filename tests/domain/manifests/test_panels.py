from typing import Any

import pytest

from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.points import PanelPort, Point

R1 = {"reader": "r1", "to": "pty:/run/r1", "key": "panel/d1-r1"}
R2 = {"reader": "r2", "to": "tcp:gw:4001", "key": "panel/d1-r2", "address": 3}
SHOWN = {"granted": ["blue", "beep-1"], "refused": ["red", "beep-3"]}


def point(*ports: Any, to: str = "pty:/run/d1") -> dict[str, Any]:
    return {
        "kind": "Point",
        "id": "b",
        "type": "osdp-panel",
        "channels": [{"door": "d1", "to": to, "panel": list(ports)}],
    }


def told(*ports: Any, to: str = "pty:/run/d1") -> set[str]:
    return {problem.where for problem in read_document(point(*ports, to=to))[1]}


def test_ports_are_read_and_written():
    value = from_document(point(R1, R2 | SHOWN))
    assert isinstance(value, Point)
    assert value.channels[0].panel == (
        PanelPort("r1", "pty:/run/r1", "panel/d1-r1"),
        PanelPort("r2", "tcp:gw:4001", "panel/d1-r2", 3, ("blue", "beep-1"), ("red", "beep-3")),
    )
    assert to_document(value)["channels"] == point(R1, R2 | SHOWN)["channels"]
    assert value.needed_credentials == ("panel/d1-r1", "panel/d1-r2")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": ""}, "key"),
        ({"key": "not a name"}, "key"),
        ({"key": None}, "key"),
        ({"to": "usb:1"}, "to"),
        ({"address": 127}, "address"),
        ({"granted": ["purple"]}, "granted[0]"),
        ({"granted": ["beep-0"]}, "granted[0]"),
        ({"granted": ["greenish"]}, "granted[0]"),
        ({"granted": ["red"]}, "granted"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_a_port_is_refused_at_its_field(change, field):
    assert f"channels[0].panel[0].{field}" in told(R1 | change)


def test_a_reader_has_one_port_and_a_port_its_own_line():
    assert "channels[0].panel" in told(R1, R1 | {"to": "pty:/run/other"})
    assert "channels" in told(R1, R2 | {"to": "pty:/run/r1"})
    assert "channels" in told(R1, to="pty:/run/r1")


def test_the_key_itself_in_the_place_of_its_name_is_not_shown():
    _, problems = read_document(point(R1 | {"key": "00112233445566778899aabbccddeeff!"}))
    assert "0011" not in str(problems)
