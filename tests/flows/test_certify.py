import asyncio
from contextlib import closing
from datetime import UTC, datetime

import pytest

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.flows.certify import DAY_US, Certifier
from nameplate.keys.file import FileKeyStore
from nameplate.keys.x509 import CertificateFiles
from tests.flows.heart import WORLD, beating

NOW = int(datetime.now(UTC).timestamp()) * 1_000_000


class Clock:
    now = NOW

    def __call__(self):
        return self.now


def run(tmp_path, scenario):
    async def main():
        async with beating(tmp_path / "heart", *WORLD) as heart:
            with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
                clock = Clock()
                files = CertificateFiles(tmp_path / "tls", keys)
                await scenario(heart, Certifier(files, heart.ledger, "n1", clock), clock)

    (tmp_path / "heart").mkdir()
    asyncio.run(main())


def test_everything_that_is_issued_is_on_record(tmp_path):
    async def scenario(heart, certifier, clock):
        changes = []
        certifier.on_change = lambda: changes.append(certifier.server())
        await certifier.init("uid:0")
        made = await certifier.issue(["a", "127.0.0.1"], "uid:1")
        assert changes == [made] == [certifier.server()]
        first, second = heart.records("certificate")
        assert (first["role"], first["by"]) == ("authority", "uid:0")
        assert (second["role"], second["by"], second["names"]) == ("server", "uid:1", ["a", "127.0.0.1"])
        assert (second["serial"], second["sha256"]) == (made.serial, made.sha256)
        with pytest.raises(Conflict):
            await certifier.init("uid:0")

    run(tmp_path, scenario)


def test_without_an_authority_or_names_nothing_is_issued(tmp_path):
    async def scenario(heart, certifier, clock):
        with pytest.raises(NotFound):
            await certifier.issue(["a"], "uid:0")
        await certifier.init("uid:0")
        with pytest.raises(Invalid):
            await certifier.issue([], "uid:0")
        with pytest.raises(Invalid, match="tls issue"):
            await certifier.rotate("uid:0")
        assert certifier.server() is None
        assert not await certifier.renew_if_due()

    run(tmp_path, scenario)


def test_it_is_renewed_thirty_days_before_its_end_and_not_earlier(tmp_path):
    async def scenario(heart, certifier, clock):
        await certifier.init("uid:0")
        first = await certifier.issue(["a"], "uid:0")
        clock.now = first.not_after - 30 * DAY_US
        assert not await certifier.renew_if_due()
        clock.now += 1_000_000
        assert await certifier.renew_if_due()
        renewed = certifier.server()
        assert (renewed.names, renewed.serial == first.serial) == (first.names, False)
        assert renewed.not_after >= clock.now + 89 * DAY_US
        assert heart.records("certificate")[-1]["by"] == "system"
        assert not await certifier.renew_if_due()

    run(tmp_path, scenario)


def test_a_rotation_keeps_the_names(tmp_path):
    async def scenario(heart, certifier, clock):
        await certifier.init("uid:0")
        first = await certifier.issue(["a", "b"], "uid:0")
        second = await certifier.rotate("uid:0")
        assert (second.names, second.sha256 == first.sha256) == (("a", "b"), False)

    run(tmp_path, scenario)
