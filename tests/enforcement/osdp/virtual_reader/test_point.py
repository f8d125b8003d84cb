import time

import pytest

from nameplate.domain.errors import Invalid, NameplateError, NotFound, Refused
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, PanelPort, Point
from nameplate.enforcement.osdp.virtual_reader import POINT, PanelPoint
from tests.enforcement.osdp.conftest import clock
from tests.enforcement.osdp.virtual_reader.conftest import CardDecisions

DOOR = Door("D1", "s", ("a", "b"), (Reader("r1", "a"),))
SPEC = Point("p", "osdp-panel", "s", (Channel("D1", "pty:/y", panel=(PanelPort("r1", "pty:/x", "panel-key"),)),))


def made(credentials):
    return PanelPoint(SPEC, {"D1": DOOR}, {"D1": bytes(16)}, credentials, CardDecisions(), clock, time.monotonic)


@pytest.mark.parametrize(
    ("credentials", "error"),
    [
        ({}, NotFound),
        ({"other": b"00" * 16}, NotFound),
        ({"panel-key": b"no hex at all"}, Invalid),
        ({"panel-key": b"\xff\xfe"}, Invalid),
        ({"panel-key": b"0011"}, Refused),
    ],
)
def test_a_key_that_is_missing_or_none_is_refused_without_being_shown(credentials, error):
    with pytest.raises(error) as caught:
        made(credentials)
    assert isinstance(caught.value, NameplateError)
    assert all(value.decode("latin-1") not in str(caught.value) for value in credentials.values())


def test_an_install_window_is_for_a_door_of_its_own_and_not_for_ever():
    point = made({"panel-key": b"00" * 16 + b"\n"})
    with pytest.raises(NotFound):
        point.begin_install("D9", 60)
    with pytest.raises(Invalid):
        point.begin_install("D1", 6000)


def test_it_says_what_it_is():
    assert (POINT.name, POINT.factory) == ("osdp-panel", PanelPoint)
