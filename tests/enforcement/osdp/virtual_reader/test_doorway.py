"""What reaches the panel, and what does not, with libosdp at both ends."""

import asyncio

import osdp
import pytest

from nameplate.domain.actors import State
from nameplate.domain.outcomes import Happening
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Reason
from nameplate.enforcement.osdp.mapping import light
from nameplate.enforcement.osdp.virtual_reader.settings import PanelSettings
from tests.enforcement.osdp.virtual_reader.conftest import NUMBER, PORT, until

HASTY = PanelSettings(take_s=0.4, verdict_s=0.4)


def stop_of(actor, cut_off=2**60):
    return Stop("s-1", (actor,), State.QUARANTINED, cut_off)


def test_a_permit_presents_the_units_own_number_once_and_the_panels_light_is_its_word(bridged):
    async def scenario():
        async with bridged() as site:
            told = await site.come()
            assert (told.permit, told.reason) == (True, "granted")
            shown = await site.decisions.wait_for(Happening.CARD_PRESENTED)
            assert (shown.door, shown.reader, shown.actor, shown.decision_id) == ("D1", "r1", "amr-17", "d-1")
            granted = await site.decisions.wait_for(Happening.PANEL_GRANTED)
            assert (granted.decision_id, granted.detail["signal"]) == ("d-1", "green")
            await asyncio.sleep(0.5)
            assert site.cards == [NUMBER.id]
            assert site.door.strikes == []
            assert all(NUMBER.id not in str(each) and "0601f" not in str(each) for each in site.decisions.outcomes)

    asyncio.run(scenario())


@pytest.mark.parametrize("reason", [Reason.WINDOW, Reason.STATE, Reason.NOT_IN_CONTRACT])
def test_a_refusal_presents_nothing(bridged, reason):
    async def scenario():
        async with bridged() as site:
            site.decisions.permit, site.decisions.reason = False, reason
            assert (await site.come()).reason == reason
            await asyncio.sleep(0.5)
            assert site.cards == []
            assert not site.decisions.seen(Happening.CARD_PRESENTED)

    asyncio.run(scenario())


def test_a_permit_that_the_panel_refuses_is_told_and_recorded_as_that(bridged):
    async def scenario():
        async with bridged(cards=()) as site:
            told = await site.come()
            assert (told.permit, told.reason) == (False, "panel_refused")
            refused = await site.decisions.wait_for(Happening.PANEL_REFUSED)
            assert (refused.actor, refused.decision_id, refused.detail["signal"]) == ("amr-17", "d-1", "red")
            assert not site.decisions.seen(Happening.PANEL_GRANTED)

    asyncio.run(scenario())


def test_a_panel_that_shows_nothing_is_known_as_silent(bridged):
    async def scenario():
        async with bridged(says=False, settings=HASTY) as site:
            told = await site.come()
            assert (told.permit, told.reason) == (True, "panel_silent")
            await site.decisions.wait_for(Happening.PANEL_SILENT)
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("lights", "answer"),
    [
        ({"granted": ("blue",), "refused": ("red",)}, "panel_silent"),
        ({"granted": ("beep-1",), "refused": ("beep-3",)}, "granted"),
        ({"granted": ("blue",), "refused": ("green",)}, "panel_refused"),
    ],
)
def test_what_the_lights_and_tones_mean_is_declared(bridged, lights, answer):
    async def scenario():
        async with bridged(lights=lights, settings=HASTY) as site:
            assert (await site.come()).reason == answer

    asyncio.run(scenario())


def test_a_stop_before_the_panel_asks_takes_the_number_back(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.deaf = True
            await asyncio.sleep(0.1)
            coming = asyncio.create_task(site.come())
            async with asyncio.timeout(5):
                await site.decisions.asked.wait()
            await asyncio.sleep(0.05)
            site.point.apply_stop(stop_of("amr-17"))
            assert (await coming).reason == "stopped"
            taken_back = await site.decisions.wait_for(Happening.CARD_WITHDRAWN)
            assert (taken_back.actor, taken_back.detail) == ("amr-17", {"reason": "stopped"})
            site.panel.deaf = False
            await asyncio.sleep(1.0)
            assert site.cards == []
            site.decisions.actor = "amr-18"
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_a_lockdown_before_the_panel_asks_takes_the_number_back(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.deaf = True
            await asyncio.sleep(0.1)
            coming = asyncio.create_task(site.come())
            async with asyncio.timeout(5):
                await site.decisions.asked.wait()
            await asyncio.sleep(0.05)
            site.point.apply_stop(Stop("lockdown-1", (), None, 2**60, "A test.", ("corridor",)))
            site.point.apply_stop(Stop("lockdown-2", (), None, 2**60, "A test.", ("pharmacy",)))
            assert (await coming).reason == "lockdown"
            taken_back = await site.decisions.wait_for(Happening.CARD_WITHDRAWN)
            assert taken_back.detail == {"reason": "lockdown"}

    asyncio.run(scenario())


def test_a_stop_while_the_decision_is_under_way_presents_nothing(bridged):
    async def scenario():
        async with bridged() as site:

            async def stop() -> None:
                site.point.apply_stop(stop_of("amr-17"))

            site.decisions.before_answer = stop
            assert (await site.come()).reason == "stopped"
            await asyncio.sleep(0.3)
            assert site.cards == []

    asyncio.run(scenario())


def test_a_stop_of_another_unit_takes_nothing_back(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.deaf = True
            await asyncio.sleep(0.1)
            coming = asyncio.create_task(site.come())
            async with asyncio.timeout(5):
                await site.decisions.asked.wait()
            site.point.apply_stop(stop_of("amr-18"))
            site.point.apply_stop(stop_of("amr-17", cut_off=1))
            site.panel.deaf = False
            assert (await coming).permit
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


def test_a_number_that_the_panel_does_not_ask_for_in_time_never_comes_out_later(bridged):
    async def scenario():
        async with bridged(settings=HASTY) as site:
            site.panel.deaf = True
            await asyncio.sleep(0.1)
            assert (await site.come()).reason == "panel_offline"
            withdrawn = await site.decisions.wait_for(Happening.CARD_WITHDRAWN)
            assert withdrawn.detail == {"reason": "panel_offline"}
            site.panel.deaf = False
            await asyncio.sleep(1.0)
            assert site.cards == []

    asyncio.run(scenario())


def test_without_a_panel_nobody_is_let_in_and_both_are_reported(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.deaf = True
            await site.decisions.wait_for(Happening.PANEL_OFFLINE)
            assert (await site.come()).reason == "panel_offline"
            site.panel.deaf = False
            await site.decisions.wait_for(Happening.PANEL_ONLINE, 2)
            assert (await site.come()).permit
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


def test_a_unit_without_a_number_is_refused(bridged):
    async def scenario():
        async with bridged() as site:
            site.decisions.card = None
            assert (await site.come()).reason == "no_card"
            assert site.cards == []

    asyncio.run(scenario())


def test_a_reader_that_has_no_port_at_the_panel_lets_nobody_in(bridged):
    async def scenario():
        async with bridged() as site:
            assert (await site.come(reader_no=1)).reason == "panel_offline"

    asyncio.run(scenario())


def test_one_number_at_a_time(bridged):
    async def scenario():
        async with bridged() as site:
            assert (await site.come()).permit
            site.decisions.actor = "amr-18"
            assert (await site.come()).reason == "door_in_use"
            assert site.cards == [NUMBER.id]

    asyncio.run(scenario())


def test_a_permit_without_a_name_or_past_its_time_presents_nothing(bridged):
    async def scenario():
        async with bridged() as site:
            site.decisions.actor = ""
            assert (await site.come()).reason == "nameless"
            site.decisions.actor, site.decisions.lifetime_us = "amr-17", -1
            assert (await site.come()).reason == "expired"
            assert site.cards == []

    asyncio.run(scenario())


def test_people_pass_the_door_without_an_alarm_and_the_robot_by_its_grant(bridged):
    async def scenario():
        async with bridged() as site:
            site.door.open()
            opened = await site.decisions.wait_for(Happening.DOOR_OPENED)
            site.door.close()
            await site.decisions.wait_for(Happening.DOOR_CLOSED)
            assert (opened.actor, site.decisions.seen(Happening.DOOR_FORCED)) == ("", [])
            assert (await site.come()).permit
            site.door.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED, 2)
            site.door.close()
            passage = await site.decisions.wait_for(Happening.PASSAGE)
            assert (passage.actor, passage.from_zone, passage.to_zone) == ("amr-17", "corridor", "pharmacy")

    asyncio.run(scenario())


def test_lights_that_follow_from_nobodys_card_mean_nothing(bridged):
    async def scenario():
        async with bridged() as site:
            site.panel.command(PORT, light(0, 1.0, permit=True))
            site.panel.command(
                PORT,
                {
                    "command": osdp.Command.Buzzer,
                    "reader": 0,
                    "control_code": 2,
                    "on_count": 1,
                    "off_count": 1,
                    "rep_count": 1,
                },
            )
            await asyncio.sleep(0.3)
            assert not site.decisions.seen(Happening.PANEL_GRANTED)
            await until(lambda: site.panel.secure(PORT))

    asyncio.run(scenario())
