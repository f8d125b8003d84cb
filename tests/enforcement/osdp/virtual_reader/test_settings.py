import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, PanelPort
from nameplate.enforcement.osdp.virtual_reader.settings import check_panel_channel

DOOR = Door("D1", "s", ("a", "b"), (Reader("r1", "a"), Reader("r2", "b")))


def port(reader):
    return PanelPort(reader, "pty:/x", "k")


def test_a_port_for_each_reader_or_for_one_of_them_will_do():
    check_panel_channel(Channel("D1", "pty:/y", panel=(port("r1"), port("r2"))), DOOR)
    check_panel_channel(Channel("D1", "pty:/y", panel=(port("r2"),)), DOOR)


@pytest.mark.parametrize("ports", [(), (port("r9"),), (port("r1"), port("r1"))])
def test_no_port_or_one_that_fits_no_reader_is_refused(ports):
    with pytest.raises(Invalid):
        check_panel_channel(Channel("D1", "pty:/y", panel=ports), DOOR)


def test_what_a_door_controller_cannot_drive_a_virtual_reader_cannot_either():
    with pytest.raises(Invalid):
        check_panel_channel(Channel("D1", "pty:/y", address=127, panel=(port("r1"),)), DOOR)
