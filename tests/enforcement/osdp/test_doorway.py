"""The talk at one door."""

import asyncio

import osdp

from nameplate.domain.errors import NotFound
from nameplate.domain.outcomes import Happening
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Reason
from nameplate.enforcement.osdp import mapping
from nameplate.enforcement.osdp.settings import OsdpSettings


def lights(site) -> list[int]:
    return [each["on_color"] for each in site.sim.commands if each["command"] == osdp.Command.LED]


def test_the_strike_comes_first_and_then_green_light_and_one_tone(running):
    async def scenario():
        async with running() as site:
            await site.come()
            await site.command(osdp.Command.Buzzer)
            kinds = [each["command"] for each in site.sim.commands]
            command = osdp.Command
            expected = [command.Manufacturer, command.Output, command.Manufacturer, command.LED, command.Buzzer]
            assert kinds == expected
            assert lights(site) == [osdp.CommandLEDColor.Green]
            assert site.sim.commands[-1]["rep_count"] == 1

    asyncio.run(scenario())


def test_a_permit_with_a_warning_is_amber(running):
    async def scenario():
        async with running() as site:
            site.decisions.reason = Reason.WARNED
            assert (await site.come()).permit
            await site.command(osdp.Command.Buzzer)
            assert lights(site) == [osdp.CommandLEDColor.Amber]
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_refusal_is_red_and_three_tones(running):
    async def scenario():
        async with running() as site:
            site.decisions.permit = False
            await site.come()
            await site.command(osdp.Command.Buzzer)
            assert lights(site) == [osdp.CommandLEDColor.Red]
            assert site.sim.commands[-1]["rep_count"] == 3

    asyncio.run(scenario())


def test_an_error_of_the_deciding_side_is_a_refusal_with_its_code(running):
    async def scenario():
        async with running() as site:

            async def fail() -> None:
                raise NotFound("unknown_reader", "There is no such reader.")

            site.decisions.before_answer = fail
            assert (await site.come()).reason == "unknown_reader"
            assert site.sim.strikes == []

    asyncio.run(scenario())


def test_a_reader_that_is_not_declared_gets_no_challenge(running):
    async def scenario():
        async with running() as site:
            site.sim.pass_up(b"\xe0\x02")
            site.sim.tamper(active=True)
            await site.decisions.wait_for(Happening.TAMPER)
            assert site.sim.commands == []

    asyncio.run(scenario())


def test_a_second_presentation_starts_the_talk_anew_and_one_permit_follows(running):
    async def scenario():
        async with running() as site:
            site.sim.pass_up(b"\xe0\x00")
            assert (await site.come()).permit
            assert len(site.sim.strikes) == 1
            assert len(site.decisions.presented) == 1

    asyncio.run(scenario())


def test_a_second_answer_or_presentation_does_not_disturb_a_decision_under_way(running):
    async def scenario():
        async with running() as site:
            gate = asyncio.Event()
            site.decisions.before_answer = gate.wait
            coming = asyncio.create_task(site.come())
            await site.decisions.asked.wait()
            site.sim.pass_up(b"\xe2\x00" + bytes(126))
            site.sim.pass_up(b"\xe0\x00")
            site.sim.tamper(active=True)
            await site.decisions.wait_for(Happening.TAMPER)
            gate.set()
            assert (await coming).permit
            assert len(site.decisions.presented) == 1

    asyncio.run(scenario())


def test_a_permit_for_a_reader_that_went_away_meanwhile_releases_nothing(running):
    async def scenario():
        async with running() as site:

            async def vanish() -> None:
                site.sim.silence(cut=True)
                await site.decisions.wait_for(Happening.READER_OFFLINE)

            site.decisions.before_answer = vanish
            coming = asyncio.create_task(site.come())
            shown = await site.decisions.wait_for(Happening.REFUSAL_SHOWN)
            assert shown.detail["reason"] == mapping.NO_SECURE_CHANNEL
            site.sim.silence(cut=False)
            await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert site.sim.strikes == []
            coming.cancel()

    asyncio.run(scenario())


def test_a_strike_that_nobody_acknowledges_has_failed_and_does_not_come_true_later(running):
    async def scenario():
        async with running(settings=OsdpSettings(strike_ack_s=0.3, offline_after_s=30.0)) as site:

            async def cut() -> None:
                site.sim.silence(cut=True)

            site.decisions.before_answer = cut
            coming = asyncio.create_task(site.come())
            await site.decisions.wait_for(Happening.STRIKE_COMMANDED)
            async with asyncio.timeout(3):
                await site.decisions.wait_for(Happening.STRIKE_FAILED)
            site.sim.silence(cut=False)
            await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert site.sim.strikes == []
            assert not site.decisions.seen(Happening.STRIKE_ACKNOWLEDGED)
            coming.cancel()

    asyncio.run(scenario())


CARD = b"\x8a\x13\xc0\x40"


def test_a_badge_held_to_a_reader_is_told_once_with_its_reader_and_opens_nothing(running):
    async def scenario():
        async with running() as site:
            for _ in range(3):
                site.sim.badge(26, CARD, reader_no=1)
            shown = await site.decisions.wait_for(Happening.BADGE)
            assert (shown.door, shown.reader, shown.card_bits, shown.card) == ("D1", "r2", 26, CARD)
            site.sim.badge(26, bytes(4), reader_no=1)
            await site.decisions.wait_for(Happening.BADGE, 2)
            assert len(site.decisions.seen(Happening.BADGE)) == 2
            assert site.sim.commands == []

    asyncio.run(scenario())


def test_a_badge_at_a_reader_that_is_not_declared_is_not_told(running):
    async def scenario():
        async with running() as site:
            site.sim.badge(26, CARD, reader_no=5)
            site.sim.tamper(active=True)
            await site.decisions.wait_for(Happening.TAMPER)
            assert not site.decisions.seen(Happening.BADGE)

    asyncio.run(scenario())


async def gone_through(site, passages: int = 1) -> None:
    """Somebody with a grant goes through."""
    site.sim.open()
    await site.decisions.wait_for(Happening.DOOR_OPENED, passages)
    site.sim.close()
    await site.decisions.wait_for(Happening.PASSAGE, passages)


def test_when_the_leaf_has_closed_the_strike_is_taken_back(running):
    async def scenario():
        async with running(strike_s=20.0) as site:
            assert (await site.come()).permit
            assert site.sim.relocks == []
            await gone_through(site)
            await site.decisions.wait_for(Happening.RELOCKED)
            assert len(site.sim.relocks) == 1
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_FORCED)

    asyncio.run(scenario())


def test_nothing_is_locked_while_the_leaf_is_open_or_the_fire_alarm_releases_the_door(running):
    async def scenario():
        async with running(strike_s=20.0, burning=False) as site:
            site.sim.fire(active=True)
            assert (await site.decisions.wait_for(Happening.FIRE)).door == "D1"
            assert (await site.come()).permit
            await gone_through(site)
            site.sim.open()
            forced = await site.decisions.wait_for(Happening.DOOR_FORCED)
            assert forced.detail == {"fire": True}
            site.sim.close()
            await site.decisions.wait_for(Happening.DOOR_CLOSED, 2)
            site.sim.fire(active=False)
            await site.decisions.wait_for(Happening.FIRE_CLEARED)
            assert not site.decisions.seen(Happening.RELOCKED)
            assert site.sim.relocks == []

    asyncio.run(scenario())


def test_a_fire_that_ended_while_nobody_watched_is_reported_as_over(running):
    async def scenario():
        async with running(burning=True) as site:
            await site.decisions.wait_for(Happening.FIRE_CLEARED)
            assert not site.decisions.seen(Happening.FIRE)

    asyncio.run(scenario())


def test_an_input_that_is_not_declared_as_that_of_the_fire_alarm_is_none(running):
    async def scenario():
        async with running() as site:
            site.sim.fire(active=True)
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_FORCED)
            assert not site.decisions.seen(Happening.FIRE)

    asyncio.run(scenario())


def test_a_second_unit_that_presents_behind_an_open_door_is_refused_and_told(running):
    async def scenario():
        async with running(strike_s=20.0) as site:
            assert (await site.come()).permit
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED)
            site.decisions.actor = "amr-18"
            assert (await site.come()).reason == "door_in_use"
            convoy = await site.decisions.wait_for(Happening.CONVOY)
            assert (convoy.actor, convoy.detail) == ("amr-17", {"presented": "amr-18"})
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_slow_robot_gets_the_time_that_its_class_needs_and_no_more_than_is_sane(running):
    async def scenario():
        async with running(strike_s=0.5, pass_s=0.1) as site:
            site.decisions.obligations = {"strike_s": 8.0, "pass_s": 30.0}
            assert (await site.come()).permit
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED)
            site.sim.close()
            await site.decisions.wait_for(Happening.PASSAGE)
            assert not site.decisions.seen(Happening.DOOR_HELD)
            site.decisions.obligations = {"strike_s": 1e9, "pass_s": "for ever"}
            assert (await site.come()).permit
            assert [strike.seconds for strike in site.sim.strikes] == [8.0, 25.5]

    asyncio.run(scenario())


def lockdown_of(*zones: str, cut_off: int = 2**60) -> Stop:
    return Stop("lockdown-1", (), None, cut_off, "A test.", zones)


def test_a_lockdown_takes_back_a_strike_that_nobody_has_used(running):
    async def scenario():
        async with running(strike_s=20.0) as site:
            assert (await site.come()).permit
            await site.decisions.wait_for(Happening.STRIKE_ACKNOWLEDGED)
            site.point.apply_stop(lockdown_of("corridor"))
            site.point.apply_stop(lockdown_of("pharmacy"))
            relocked = await site.decisions.wait_for(Happening.RELOCKED)
            assert (relocked.actor, relocked.decision_id, relocked.detail) == ("amr-17", "d-1", {"lockdown": True})
            assert len(site.sim.relocks) == 1
            await site.decisions.wait_for(Happening.NO_PASSAGE)
            assert (await site.come()).reason == "lockdown"
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_lockdown_lets_a_crossing_be_finished_and_the_way_out_stays(running):
    async def scenario():
        async with running(strike_s=20.0) as site:
            assert (await site.come()).permit
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED)
            site.point.apply_stop(lockdown_of("pharmacy"))
            assert site.sim.relocks == []
            site.sim.close()
            passage = await site.decisions.wait_for(Happening.PASSAGE)
            assert passage.to_zone == "pharmacy"
            assert (await site.come(1)).permit

    asyncio.run(scenario())


def test_a_lockdown_takes_nothing_back_while_the_fire_alarm_releases_the_door(running):
    async def scenario():
        async with running(strike_s=20.0, burning=False) as site:
            assert (await site.come()).permit
            site.sim.fire(active=True)
            await site.decisions.wait_for(Happening.FIRE)
            site.point.apply_stop(lockdown_of("pharmacy"))
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED)
            assert site.sim.relocks == []

    asyncio.run(scenario())


def test_a_lockdown_wins_over_a_decision_under_way_into_its_zones_and_no_later_one(running):
    async def scenario():
        async with running() as site:

            async def lock() -> None:
                site.point.apply_stop(lockdown_of("pharmacy"))

            site.decisions.before_answer = lock
            assert (await site.come()).reason == "lockdown"
            assert site.sim.strikes == []
            assert (await site.come(1)).permit

    asyncio.run(scenario())


def test_a_permit_from_after_a_lockdown_counts(running):
    async def scenario():
        async with running() as site:
            site.point.apply_stop(lockdown_of("pharmacy", cut_off=1))
            assert (await site.come()).permit

    asyncio.run(scenario())
