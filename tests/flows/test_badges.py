"""A card becomes a badge and ceases to be one; its number is nowhere."""

import asyncio

import pytest

from nameplate.domain.badges import card_read
from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.flows.badges import Badges
from nameplate.flows.report import record_outcome
from tests.flows.heart import beating
from tests.journals.segments.samples import AT

TEAM = {"kind": "Team", "id": "guards"}
BADGES = [{"kind": "Badge", "id": ident, "holder": "guards"} for ident in ("b1", "b2")]
CARD, OTHER = card_read(26, b"\x8a\x13\xc0\x40"), card_read(26, b"\x8a\x13\xc0\x80")


def shown(card=CARD):
    return Outcome(Happening.BADGE, AT, "d", "r1", card=card.data, card_bits=card.bits)


def with_badges(tmp_path, scenario):
    async def main():
        async with beating(tmp_path, TEAM, *BADGES) as heart:
            await scenario(heart, Badges(heart.registry, heart.ledger, bytes(32)))
            assert heart.replayed() == heart.registry

    asyncio.run(main())


def test_a_number_that_is_nobodys_is_known_by_its_hash_and_can_become_a_badge(tmp_path):
    async def scenario(heart, badges):
        stranger = badges.shown(shown())
        await badges.bind("b1", stranger["number_hash"], "uid:0")
        assert badges.shown(shown()) == {"badge": "b1"}
        assert badges.shown(shown(OTHER)).keys() == {"number_hash"}

    with_badges(tmp_path, scenario)


def test_the_record_of_a_reading_names_the_badge_and_never_the_number(tmp_path):
    async def scenario(heart, badges):
        await badges.bind("b1", CARD, "uid:0")
        for card in (CARD, OTHER):
            record_outcome(heart.ledger, "p", shown(card), "", badges.shown(shown(card)))
        await heart.ledger.commit({"kind": "mark"})
        known, unknown = heart.records("outcome")
        assert (known["badge"], known["door"], known["reader"], known["happening"]) == ("b1", "d", "r1", "badge")
        assert "number_hash" not in known
        assert "badge" not in unknown
        written = repr(heart.records()).lower()
        assert "8a13c0" not in written
        assert not {"card", "card_bits"} & (known.keys() | unknown.keys())
        assert "8a13" not in repr(shown())

    with_badges(tmp_path, scenario)


def test_a_badge_has_one_number_and_a_number_one_badge(tmp_path):
    async def scenario(heart, badges):
        await badges.bind("b1", CARD, "uid:0")
        with pytest.raises(Conflict, match="b1"):
            await badges.bind("b2", CARD, "uid:0")
        await badges.bind("b1", OTHER, "uid:0")
        assert badges.shown(shown()).keys() == {"number_hash"}
        assert badges.shown(shown(OTHER)) == {"badge": "b1"}

    with_badges(tmp_path, scenario)


def test_of_two_that_bind_one_number_at_the_same_moment_one_gets_it(tmp_path):
    async def scenario(heart, badges):
        asked = [badges.bind(ident, CARD, "uid:0") for ident in ("b1", "b2")]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in answers] == [type(None), Conflict]
        assert badges.shown(shown()) == {"badge": "b1"}

    with_badges(tmp_path, scenario)


def test_a_badge_that_was_lost_counts_for_nothing(tmp_path):
    async def scenario(heart, badges):
        await badges.bind("b1", CARD, "uid:0")
        with pytest.raises(Refused):
            await badges.withdraw("b1", "uid:0", " ")
        await badges.withdraw("b1", "uid:0", "lost")
        assert badges.shown(shown()).keys() == {"number_hash"}
        with pytest.raises(NotFound):
            await badges.withdraw("b1", "uid:0", "again")

    with_badges(tmp_path, scenario)


def test_a_badge_that_is_deleted_leaves_no_number_to_whoever_bears_its_name_next(tmp_path):
    async def scenario(heart, badges):
        await badges.bind("b1", CARD, "uid:0")
        delete = {"op": "delete", "kind": "Badge", "id": "b1"}
        await heart.ledger.commit({"kind": "declared", "by": "uid:0", "changes": [delete]})
        await heart.declare(BADGES[0])
        assert badges.shown(shown()).keys() == {"number_hash"}

    with_badges(tmp_path, scenario)


def test_a_badge_that_is_not_declared_and_a_hash_that_is_none_are_refused(tmp_path):
    async def scenario(heart, badges):
        for ident in ("nobody", ""):
            with pytest.raises(NotFound):
                await badges.bind(ident, CARD, "uid:0")
            with pytest.raises(NotFound):
                await badges.withdraw(ident, "uid:0", "why")
        with pytest.raises(Invalid):
            await badges.bind("b1", "8a13c040", "uid:0")

    with_badges(tmp_path, scenario)


@pytest.mark.parametrize(("bits", "data"), [(0, b"x"), (600, bytes(80)), (16, b"x")])
def test_a_point_that_makes_up_a_card_is_refused(tmp_path, bits, data):
    async def scenario(heart, badges):
        with pytest.raises(Invalid):
            badges.shown(Outcome(Happening.BADGE, AT, "d", card=data, card_bits=bits))

    with_badges(tmp_path, scenario)
