import asyncio
import re
import shutil
import stat
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.boot.deciding import node_name, open_keys
from nameplate.boot.journal import verify_journal
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Conflict, NotFound
from nameplate.domain.verdicts import Reason
from nameplate.keys.file.sealed import CHOSEN, RANDOM
from tests.boot.hearts import ask, deciding, declare, moved, stop
from tests.boot.journals import records
from tests.flows.heart import CONTRACT, READ, WORLD, robot

READERS = [{"id": "r1", "side": "hall"}]
DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"], "readers": READERS}
POINT = {"kind": "Point", "id": "p", "type": "osdp", "channels": [{"door": "d", "to": "pty:/run/x"}]}
RATED = CONTRACT | {"grants": [READ | {"rate": "2/h"}]}


def test_what_was_declared_and_ordered_holds_after_a_restart(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD, robot("amr-2"))
            await stop(parts, "quarantine")
            assert (await ask(parts, "amr-2")).permit
            assert (await ask(parts)).verdict.reason is Reason.STATE
        async with deciding(tmp_path) as parts:
            assert (await ask(parts, "amr-2")).permit
            assert (await ask(parts)).verdict.reasons == (Reason.STATE, "quarantined")
            await parts.ledger.commit(moved("activate"))
            assert (await ask(parts)).permit

    asyncio.run(main())
    assert verify_journal(tmp_path, key=None, checkpoint=None).ok


def test_permits_still_count_towards_their_rate_after_a_restart(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, RATED, robot(), robot("amr-2"))
            assert (await ask(parts)).permit
        async with deciding(tmp_path) as parts:
            assert (await ask(parts)).permit
        async with deciding(tmp_path) as parts:
            assert (await ask(parts)).verdict.reason is Reason.RATE
            assert (await ask(parts, "amr-2")).permit

    asyncio.run(main())


def test_an_old_backup_of_the_tables_brings_no_stopped_actor_back(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
        backup = await saved_tables(tmp_path)
        async with deciding(tmp_path) as parts:
            await stop(parts, "suspend")
        await saved_tables(tmp_path)
        for file in Paths(tmp_path).database.parent.iterdir():
            file.unlink()
        shutil.copy(backup, Paths(tmp_path).database)
        async with deciding(tmp_path) as parts:
            assert (await ask(parts)).verdict.reasons == (Reason.STATE, "suspended")

    asyncio.run(main())


async def saved_tables(data):
    """The tables brought up to date, and a copy of them."""
    from nameplate.boot.managing import assemble  # noqa: PLC0415 - it brings half the house along
    from nameplate.boot.settings import Settings  # noqa: PLC0415

    managing = await assemble(Settings.read(data=data))
    managing.files.close()
    return shutil.copy(Paths(data).database, data / "backup.db")


def test_two_at_once_are_refused(tmp_path):
    async def main():
        async with deciding(tmp_path):
            with pytest.raises(Conflict):
                async with deciding(tmp_path):
                    pass

    asyncio.run(main())


def test_a_node_keeps_its_name_and_every_decision_carries_it(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            name = parts.node
            assert (await ask(parts)).decision_id.startswith(f"{name}-")
        assert re.fullmatch("n[0-9a-f]{8}", name)
        assert node_name(Paths(tmp_path)) == name
        assert not list(tmp_path.glob("node.*"))

    asyncio.run(main())


def test_a_point_is_told_what_it_needs_and_its_key_is_put_on_record_once(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, DOOR, POINT)
            welcome = parts.welcome("p")
            assert [door.id for door in welcome.doors] == ["d"]
            assert {name: len(key) for name, key in welcome.keys.items()} == {"d": 16}
            for _ in range(2):
                parts.register_point("p")
            await parts.ledger.commit({"kind": "mark"})
            public = Ed25519PrivateKey.from_private_bytes(welcome.signing_key).public_key().public_bytes_raw().hex()
            assert parts.registry.callers["p"].public_key == public
            assert len(records(tmp_path, "caller")) == 1
        async with deciding(tmp_path) as again:
            assert again.welcome("p") == welcome
            again.register_point("p")
        assert len(records(tmp_path, "caller")) == 1

    asyncio.run(main())


def test_the_key_of_a_point_comes_beside_its_token_and_does_not_replace_it(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, DOOR, POINT)
            await parts.ledger.commit({"kind": "caller", "name": "p", "token_hash": "ab" * 32, "simulate": True})
            parts.register_point("p")
            caller = parts.registry.callers["p"]
            assert (caller.token_hash, caller.simulate) == ("ab" * 32, True)
            assert parts.mirror.tokens["ab" * 32] == caller

    asyncio.run(main())


def test_a_point_that_is_not_declared_or_whose_door_is_gone_learns_nothing(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            with pytest.raises(NotFound):
                parts.welcome("p")
            await declare(parts, DOOR, POINT)
            gone = {"op": "delete", "kind": "Door", "id": "d"}
            await parts.ledger.commit({"kind": "declared", "by": "uid:0", "changes": [gone]})
            with pytest.raises(NotFound, match="d of p are not declared"):
                parts.welcome("p")

    asyncio.run(main())


def test_no_secret_lies_where_others_can_read_it_or_in_the_journal(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, DOOR, POINT)
            welcome = parts.welcome("p")
            parts.register_point("p")
            await parts.ledger.commit({"kind": "mark"})
        return welcome

    welcome = asyncio.run(main())
    secrets = [welcome.signing_key, *welcome.keys.values()]
    for file in tmp_path.rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            assert not any(secret in text or secret.hex().encode() in text for secret in secrets)
            private = stat.S_IMODE(file.parent.stat().st_mode) == 0o700
            assert private or file.parent == tmp_path


def test_a_journal_that_fails_is_an_alarm_on_record_once_it_is_back(tmp_path):
    async def main():
        async with deciding(tmp_path) as parts:
            await declare(parts, *WORLD)
            full = OSError(28, "No space left on device")
            parts.journal._on_failure(full)  # noqa: SLF001 - as the journal calls it when a sync fails
            parts.journal._on_recovery()  # noqa: SLF001
            await parts.ledger.commit({"kind": "mark"})
            assert [record["finding"] for record in records(tmp_path, "finding")] == ["journal_failed"]

    asyncio.run(main())


@pytest.mark.parametrize("chosen", [True, False])
def test_a_passphrase_that_somebody_chose_is_stretched_and_one_of_its_own_need_not_be(tmp_path, monkeypatch, chosen):
    given = tmp_path / "given"
    given.touch(mode=0o600)
    given.write_text("correct horse\n")
    if chosen:
        monkeypatch.setenv("NAMEPLATE_KEYS__PASSPHRASE_FILE", str(given))
    paths = Paths(tmp_path / "data")
    paths.create()
    with closing(open_keys(paths, Settings.read(data=paths.data))) as keys:
        keys.signer("node")
    assert (paths.keys / "store").read_bytes()[14] == (CHOSEN if chosen else RANDOM)
