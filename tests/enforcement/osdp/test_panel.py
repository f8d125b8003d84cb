"""The wrapper around libosdp, against libosdp's own peripheral."""

import binascii
import os
import time

import osdp
import pytest

from nameplate.domain.errors import Refused
from nameplate.enforcement.osdp import mapping, panel
from nameplate.enforcement.osdp.lines import Line, opener
from nameplate.enforcement.osdp.panel import FrameChannel, Panel
from nameplate.enforcement.osdp.sim import SimulatedDoor

KEY = bytes(range(16))
PATIENCE_S = 10.0


def until(subject: Panel, reached, patience_s: float = PATIENCE_S) -> bool:
    ends = time.monotonic() + patience_s
    while not reached() and time.monotonic() < ends:
        subject.channel.pump()
        subject.refresh()
        time.sleep(0.002)
    return bool(reached())


@pytest.fixture
def sim(tmp_path):
    with SimulatedDoor(KEY, tmp_path) as door:
        yield door


@pytest.fixture
def connected(sim):
    subject = Panel(0, KEY, time.monotonic)
    until(subject, lambda: False, 0.1)
    subject.look_again(Line(opener(f"pty:{sim.path}")()))
    assert until(subject, lambda: subject.secure)
    yield subject
    if (line := subject.let_go()) is not None:
        line.close()


def test_a_command_is_acknowledged_once(connected, sim):
    told: list[bool] = []
    assert connected.send(mapping.strike(0.3), told.append)
    assert until(connected, lambda: told)
    assert told == [True]
    assert [strike.seconds for strike in sim.strikes] == [0.3]


def test_each_command_gets_its_own_word(connected):
    told = []
    assert connected.send(mapping.strike(0.3), lambda ok: told.append(("first", ok)))
    assert connected.send(mapping.light(0, 1.0, permit=True), lambda ok: told.append(("second", ok)))
    assert until(connected, lambda: len(told) == 2)
    assert told == [("first", True), ("second", True)]


def test_what_is_under_way_when_the_reader_is_let_go_failed_and_speaks_for_nothing_later(connected, sim):
    told = []
    connected.send(mapping.strike(0.3), lambda ok: told.append(("on the wire", ok)))
    connected.send(mapping.strike(0.4), lambda ok: told.append(("waiting", ok)))
    for _ in range(3):
        connected.refresh()
    line = connected.let_go()
    assert sorted(told) == [("on the wire", False), ("waiting", False)]
    assert not connected.secure
    assert not connected.send(mapping.strike(0.5))
    until(connected, lambda: False, 0.2)
    connected.look_again(line)
    assert until(connected, lambda: connected.secure)
    assert connected.send(mapping.strike(0.6), lambda ok: told.append(("new", ok)))
    assert until(connected, lambda: len(told) > 2)
    until(connected, lambda: False, 0.3)
    assert told[2:] == [("new", True)]
    assert not {0.4, 0.5} & {strike.seconds for strike in sim.strikes}
    assert sim.strikes[-1].seconds == 0.6


def test_data_that_would_overrun_libosdp_is_refused(connected):
    command = {"command": osdp.Command.Manufacturer, "vendor_code": 1, "data": bytes(65)}
    with pytest.raises(Refused):
        connected.send(command)
    assert connected.send({**command, "data": bytes(64)})


def test_nothing_is_sent_before_the_secure_channel_is_up():
    assert not Panel(0, KEY, time.monotonic).send(mapping.strike(1.0))


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_transport_key_of_another_size_is_refused_and_not_shown(size):
    with pytest.raises(Refused) as refused:
        Panel(0, b"\xab" * size, time.monotonic)
    assert "ab" * 8 not in str(refused.value)


def test_a_reader_that_cannot_show_lights_is_not_asked_to(tmp_path):
    with SimulatedDoor(KEY, tmp_path, can=(osdp.Capability.AudibleControl,)) as sim:
        subject = Panel(0, KEY, time.monotonic)
        until(subject, lambda: False, 0.1)
        subject.look_again(Line(opener(f"pty:{sim.path}")()))
        assert until(subject, lambda: subject.secure)
        assert not subject.send(mapping.light(0, 1.0, permit=True))
        assert subject.send(mapping.sound(0, permit=True))
        line = subject.let_go()
        assert line is not None
        line.close()


def test_the_package_that_hides_libosdp_is_noticed(monkeypatch):
    panel.refuse_name_clash()
    monkeypatch.setattr("importlib.metadata.version", lambda _: "1.6")
    with pytest.raises(Refused, match="pip uninstall osdp"):
        panel.refuse_name_clash()


def test_a_long_frame_is_read_in_pieces_without_a_gap():
    near, far = os.pipe()
    channel = FrameChannel(frozenset({0x80}), lambda: 0.0, Line(near))
    frame = intact_frame(100)
    os.write(far, frame + intact_frame(8))
    assert channel.pump() == 2
    read = [channel.read(64) for _ in range(4)]
    assert [len(piece) for piece in read] == [64, 36, 8, 0]
    assert read[0] + read[1] == frame
    os.close(near)
    os.close(far)


def intact_frame(size: int) -> bytes:
    head = b"\x53\x80" + size.to_bytes(2, "little") + b"\x04" + bytes(size - 7)
    return head + binascii.crc_hqx(head, 0x1D0F).to_bytes(2, "little")


def test_a_channel_without_a_line_is_silent_and_takes_nothing():
    channel = FrameChannel(frozenset({0x80}), lambda: 0.0)
    assert (channel.pump(), channel.read(64), channel.write(b"x")) == (0, b"", 0)
