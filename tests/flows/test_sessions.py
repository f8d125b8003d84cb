"""Whoever is signed in is so for a while, by a token that nobody can read from what is kept."""

import asyncio
import hashlib
import json
from contextlib import asynccontextmanager

import pytest

from nameplate.domain.timestamps import rfc3339
from nameplate.flows.sessions import MAX_EACH, TOKEN, Sessions
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import beating

MINUTE = 60 * 1_000_000
IDLE, LIFE = 30 * MINUTE, 600 * MINUTE


@asynccontextmanager
async def signing(folder):
    async with beating(folder) as heart:
        yield heart, Sessions(heart.registry, heart.ledger, heart.clock, IDLE, LIFE)


def run(folder, scene):
    async def main():
        async with signing(folder) as (heart, sessions):
            await scene(heart, sessions)
            await heart.ledger.commit({"kind": "mark"})
            assert heart.replayed() == heart.registry

    asyncio.run(main())


def hashed(token):
    return hashlib.sha256(token.encode()).hexdigest()


def gone(heart, by, reason):
    return [(each["by"], each["reason"]) for each in heart.records("session_ended")] == [(by, reason)]


def inactive(person="p-ada", **more):
    return {"kind": "person", "person": person, "bridge": "iam", "active": False, **more}


def test_who_signs_in_is_found_by_the_token_of_which_only_the_hash_is_kept(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey", {"passkey": "k1"})
        assert token.startswith(TOKEN)
        assert len(token) >= len(TOKEN) + 43
        session = sessions.find(token)
        assert (session.id, session.person, session.client) == (hashed(token), "p-ada", "console")
        assert token not in json.dumps(heart.records())
        (record,) = heart.records("session_started")
        assert (record["by"], record["passkey"], record["session"]) == ("passkey", "k1", session.id)
        assert await sessions.begin("p-ada", "console", "passkey") != token

    run(tmp_path, scene)


def test_no_other_text_is_a_token(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        wrong = ["", TOKEN, token[:-1], token + "x", token.upper(), " " + token, token.removeprefix(TOKEN)]
        for text in (*wrong, hashed(token), TOKEN + hashed(token), "\ud7ff", TOKEN + "\0"):
            assert sessions.find(text) is None
        assert sessions.find(token)

    run(tmp_path, scene)


def test_a_session_that_is_used_lasts_to_its_end_and_no_longer(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        until = heart.registry.sessions[hashed(token)].until
        while heart.now + IDLE < until:
            heart.now += IDLE - MINUTE
            assert sessions.find(token)
        heart.now = until - 2
        assert sessions.find(token)
        assert sessions.find(token) is None
        assert heart.registry.sessions == {}
        await heart.ledger.commit({"kind": "mark"})
        assert gone(heart, "system", "over")

    run(tmp_path, scene)


def test_a_session_that_is_not_used_is_over(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        sessions.find(token)
        heart.now += IDLE - 2
        assert sessions.find(token)
        heart.now += IDLE
        assert sessions.find(token) is None
        heart.now -= IDLE
        assert sessions.find(token) is None

    run(tmp_path, scene)


def test_a_new_proof_counts_as_use_and_prolongs_no_life(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        heart.now += IDLE - MINUTE
        await heart.ledger.commit({"kind": "session_proved", "session": hashed(token), "person": "p-ada"})
        heart.now += IDLE - MINUTE
        assert sessions.find(token)
        heart.now += LIFE - IDLE
        await heart.ledger.commit({"kind": "session_proved", "session": hashed(token), "person": "p-ada"})
        heart.now += 2 * MINUTE
        assert sessions.find(token) is None

    run(tmp_path, scene)


def test_who_signs_out_is_out_at_once_also_when_nothing_can_be_written(tmp_path):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        other = await sessions.begin("p-ada", "cli", "passkey")
        heart.files.hold()
        ending = asyncio.ensure_future(sessions.end(hashed(token), "p-ada", "signed out"))
        await heart.sync_reached()
        assert sessions.find(token) is None
        assert sessions.find(other)
        heart.files.let_go()
        assert await ending
        assert gone(heart, "p-ada", "signed out")
        assert not await sessions.end(hashed(token), "p-ada", "signed out")
        assert not await sessions.end("unknown", "p-ada", "signed out")
        assert len(heart.records("session_ended")) == 1

    run(tmp_path, scene)


def test_ending_all_of_one_person_leaves_the_others(tmp_path):
    async def scene(_, sessions):
        tokens = [await sessions.begin("p-ada", "console", "passkey") for _ in range(3)]
        other = await sessions.begin("p-eve", "console", "passkey")
        assert await sessions.end_all("p-ada", "person:p-eve", "lost laptop") == 3
        assert [sessions.find(token) for token in tokens] == [None] * 3
        assert sessions.find(other)
        assert await sessions.end_all("p-ada", "person:p-eve", "lost laptop") == 0

    run(tmp_path, scene)


def test_one_person_has_so_many_and_the_oldest_gives_way(tmp_path):
    async def scene(heart, sessions):
        other = await sessions.begin("p-eve", "console", "passkey")
        tokens = [await sessions.begin("p-ada", "console", "passkey") for _ in range(MAX_EACH + 2)]
        assert [sessions.find(token) is None for token in tokens[:3]] == [True, True, False]
        assert all(sessions.find(token) for token in tokens[2:])
        assert sessions.find(other)
        assert {each["reason"] for each in heart.records("session_ended")} == {"too many"}

    run(tmp_path, scene)


@pytest.mark.parametrize("record", [inactive(), inactive(active=True, end_sessions=True)])
def test_who_may_no_longer_be_here_is_signed_out(tmp_path, record):
    async def scene(heart, sessions):
        token = await sessions.begin("p-ada", "console", "passkey")
        other = await sessions.begin("p-eve", "console", "passkey")
        await heart.ledger.enforce(record)
        assert sessions.find(token) is None
        assert sessions.find(other)
        await heart.ledger.enforce(inactive(active=True))
        assert sessions.find(token) is None

    run(tmp_path, scene)


def test_who_is_disabled_while_signing_in_is_not_signed_in(tmp_path):
    async def scene(heart, sessions):
        await heart.ledger.commit(inactive(active=True))
        heart.files.hold()
        beginning = asyncio.ensure_future(sessions.begin("p-ada", "console", "passkey"))
        await heart.sync_reached()
        disabling = asyncio.ensure_future(heart.ledger.enforce(inactive()))
        await asyncio.sleep(0)
        heart.files.let_go()
        token = await beginning
        await disabling
        assert sessions.find(token) is None
        assert heart.registry.sessions == {}

    run(tmp_path, scene)


def test_what_is_not_on_record_is_no_session(tmp_path):
    async def scene(heart, sessions):
        heart.files.fail("sync")
        with pytest.raises(JournalUnavailable):
            await sessions.begin("p-ada", "console", "passkey")
        assert heart.registry.sessions == {}
        await heart.recovered()
        assert heart.registry.sessions == {}

    run(tmp_path, scene)


def test_after_a_start_it_counts_from_when_it_began(tmp_path):
    async def first():
        async with signing(tmp_path) as (heart, sessions):
            token = await sessions.begin("p-ada", "console", "passkey")
            ended = await sessions.begin("p-ada", "cli", "passkey")
            await sessions.end(hashed(ended), "p-ada", "signed out")
            heart.now += IDLE - MINUTE
            assert sessions.find(token)
            return token, ended, heart.now

    async def second(token, ended, now):
        async with signing(tmp_path) as (heart, sessions):
            heart.now = now
            assert sessions.find(ended) is None
            assert sessions.find(token)
            heart.now += IDLE
            assert sessions.find(token) is None

    async def third(token, _, now):
        async with signing(tmp_path) as (heart, sessions):
            heart.now = now
            assert sessions.find(token) is None

    known = asyncio.run(first())
    asyncio.run(second(*known))
    asyncio.run(third(*known))


def test_how_long_it_lasts_is_on_record(tmp_path):
    async def scene(heart, sessions):
        before = heart.now
        await sessions.begin("p-ada", "console", "passkey")
        (record,) = heart.records("session_started")
        assert record["until"] == rfc3339(before + 1 + LIFE)

    run(tmp_path, scene)
