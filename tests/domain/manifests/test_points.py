from datetime import date
from typing import Any

import pytest

from nameplate.domain.manifests.documents import from_document, read_document, to_document
from nameplate.domain.points import Channel, Exemption, Point


def point(**fields: object) -> dict[str, Any]:
    return {"kind": "Point", "id": "controller", "type": "osdp"} | fields


def told(**fields: object) -> set[str]:
    return {problem.where for problem in read_document(point(**fields))[1]}


def test_a_point_is_read_with_its_channels():
    channels = [
        {"door": "d1", "to": "pty:/run/d1"},
        {"door": "d2", "to": "serial:/dev/ttyS0?baud=38400", "address": 3, "strike": "0.5s", "pass": "40s"},
    ]
    assert from_document(point(channels=channels)) == Point(
        "controller",
        "osdp",
        "default",
        (Channel("d1", "pty:/run/d1"), Channel("d2", "serial:/dev/ttyS0?baud=38400", 3, 0.5, 40.0)),
    )
    assert to_document(from_document(point(channels=channels)))["channels"] == channels


def test_a_mode_is_read_and_written():
    observe = [{"resources": ["door:L2-*"], "until": "2027-01-31"}]
    mode = {"default": "warn", "until": "2027-02-28", "observe": observe, "enforce": ["door:L2-main"]}
    value = from_document(point(mode=mode))
    assert isinstance(value, Point)
    assert (value.default_mode, value.until, value.enforce) == ("warn", date(2027, 2, 28), ("door:L2-main",))
    assert value.observe == (Exemption(("door:L2-*",), date(2027, 1, 31)),)
    assert to_document(value)["mode"] == mode


def test_a_default_without_an_end_can_be_read_as_former_versions_wrote_it():
    assert isinstance(from_document(point(mode={"default": "observe"})), Point)


@pytest.mark.parametrize(
    ("mode", "place"),
    [
        ({"default": "off"}, "mode.default"),
        ({"observe": [{"resources": ["door:L2-*"]}]}, "mode.observe[0].until"),
        ({"observe": [{"until": "2027-01-31"}]}, "mode.observe[0].resources"),
        ({"warn": [{"resources": ["*"], "until": "2027-01-31"}]}, "mode.warn[0].resources[0]"),
        ({"enforce": True}, "mode.enforce"),
        ("observe", "mode"),
    ],
)
def test_a_mode_that_is_not_understood_is_refused(mode, place):
    assert place in told(mode=mode)


@pytest.mark.parametrize(
    "to",
    [
        "pty:run/d1",
        "pty:/a b",
        "serial:/dev/x?baud=fast",
        "tcp:host",
        "tcp:host:0",
        "tcp:host:70000",
        "udp:host:1",
        "exec:/bin/sh",
        "tcp:a;b:1",
    ],
)
def test_a_line_that_cannot_be_opened_is_refused(to):
    assert told(channels=[{"door": "d", "to": to}]) == {"channels[0].to"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("address", 127), ("address", -1), ("strike", "0s"), ("strike", "2h"), ("pass", 15), ("relay", 1)],
)
def test_a_channel_with_a_wrong_figure_is_refused(key, value):
    assert told(channels=[{"door": "d", "to": "pty:/x", key: value}]) == {f"channels[0].{key}"}


def test_two_doors_on_one_line_need_two_addresses():
    both = [{"door": "a", "to": "pty:/x"}, {"door": "b", "to": "pty:/x"}]
    assert told(channels=both) == {"channels"}
    assert told(channels=[both[0], both[1] | {"address": 1}]) == set()


def test_points_name_the_credentials_that_they_may_be_given():
    names = ["panel/token", "panel-key"]
    value = from_document(point(credentials=names))
    assert isinstance(value, Point)
    assert value.credentials == tuple(names)
    assert to_document(value)["credentials"] == names


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["../a"], "credentials[0]"),
        (["a", "a b"], "credentials[1]"),
        ("a", "credentials"),
        ([], "credentials"),
        ([f"a{number}" for number in range(17)], "credentials"),
    ],
)
def test_a_credential_without_a_proper_name_is_refused(names, place):
    assert told(credentials=names) == {place}
