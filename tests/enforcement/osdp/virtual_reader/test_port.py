"""A port of the panel in trouble: other keys, restarts, noise, commands that no reader should obey."""

import asyncio
import os

import osdp
import pytest

from nameplate.domain.errors import Refused
from nameplate.domain.outcomes import Happening
from nameplate.domain.points import PanelPort
from nameplate.enforcement.osdp.virtual_reader.port import Port
from nameplate.enforcement.osdp.virtual_reader.settings import PanelSettings
from tests.enforcement.osdp.conftest import Tap
from tests.enforcement.osdp.virtual_reader.conftest import NUMBER, PORT, until

CARD_FRAME_REPLY = 0x80


def test_a_panel_with_another_key_is_presented_nothing(bridged):
    async def scenario():
        async with bridged(key=bytes(16), wait=False) as site:
            await site.decisions.wait_for(Happening.READER_ONLINE)
            await asyncio.sleep(1.0)
            assert not site.decisions.seen(Happening.PANEL_ONLINE)
            assert (await site.come()).reason == "panel_offline"
            assert site.cards == []

    asyncio.run(scenario())


def test_a_panel_that_restarts_is_served_again(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.restart()
            await asyncio.sleep(0.5)
            await until(lambda: site.panel.secure(PORT))
            assert (await site.come()).permit
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "command",
    [
        {"command": osdp.Command.Keyset, "type": 1, "data": bytes(16)},
        {"command": osdp.Command.Comset, "address": 9, "baud_rate": 9600},
        {"command": osdp.Command.Output, "output_no": 0, "control_code": 5, "timer_count": 9},
    ],
)
def test_a_command_that_would_change_the_reader_is_not_obeyed(bridged, command):
    async def scenario():
        async with bridged() as site:
            site.panel.command(PORT, command)
            await asyncio.sleep(0.5)
            await until(lambda: site.panel.secure(PORT))
            assert (await site.come()).permit
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


def test_on_the_wire_a_refusal_looks_like_nothing_at_all_and_a_permit_does_not(bridged):
    """What goes to the panel is encrypted; that nothing is said shows in the lengths of the replies."""
    taps: list[Tap] = []

    def tapped(path: str) -> str:
        taps.append(Tap(path))
        taps[-1].start()
        return f"pty:{taps[-1].path}"

    async def scenario():
        async with bridged(to=tapped) as site:
            (tap,) = taps
            tap.to_door.clear()
            await asyncio.sleep(0.5)
            idle = replies(tap)
            assert len(idle) == 1
            tap.to_door.clear()
            site.decisions.permit = False
            assert not (await site.come()).permit
            await asyncio.sleep(0.5)
            assert replies(tap) == idle
            tap.to_door.clear()
            site.decisions.permit = True
            assert (await site.come()).permit
            # The card, in one block more of the cipher; what else there is are acknowledgements.
            assert len(replies(tap)) == 2
            assert bytes.fromhex("0601f500") not in b"".join(tap.to_door)

    try:
        asyncio.run(scenario())
    finally:
        for tap in taps:
            tap.stop()


def replies(tap: Tap) -> set[int]:
    """The lengths of all frames that went to the panel (IEC 60839-11-5: start byte, address, length)."""
    data, lengths = b"".join(tap.to_door), set[int]()
    while len(data) > 4:
        assert (data[0], data[1]) == (0x53, CARD_FRAME_REPLY)
        size = int.from_bytes(data[2:4], "little")
        lengths.add(size)
        data = data[size:]
    return lengths


def test_noise_on_the_line_presents_nothing_and_passes(bridged):
    async def scenario():
        async with bridged() as site:
            noise = os.open(site.panel.paths[PORT], os.O_RDWR | os.O_NOCTTY)
            for _ in range(20):
                os.write(noise, os.urandom(50))
                await asyncio.sleep(0.01)
            os.close(noise)
            assert site.cards == []
            await asyncio.sleep(0.5)
            await until(lambda: site.panel.secure(PORT))
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_a_key_of_another_size_is_refused():
    with pytest.raises(Refused) as caught:
        Port(
            PanelPort("r1", "pty:/x", "k"),
            bytes(15),
            PanelSettings(),
            lambda: 0.0,
            lambda: None,
            lambda _: None,
            lambda _: None,
        )
    assert caught.value.code == "bad_key"
