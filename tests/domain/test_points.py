from nameplate.domain.points import Channel, PanelPort, Point


def test_a_point_needs_its_own_credentials_and_those_of_its_panels_once_each():
    ports = (PanelPort("r1", "pty:/1", "panel/a"), PanelPort("r2", "pty:/2", "panel/a"))
    channel = Channel("d", "pty:/0", panel=ports)
    point = Point("p", "osdp-panel", "s", (channel,), credentials=("api", "panel/a"))
    assert point.needed_credentials == ("api", "panel/a")
    assert Point("p", "osdp", "s").needed_credentials == ()
