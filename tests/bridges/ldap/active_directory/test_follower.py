"""Against a real domain controller (Samba), over TLS: changes, groups, deletions, and who may see them."""

import asyncio
import os
import time

import pytest

from nameplate.bridges.ldap.active_directory.follower import ActiveDirectoryFollower
from nameplate.bridges.ldap.known import KnownFile
from nameplate.bridges.ldap.settings import read_settings
from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import Status
from nameplate.entry.bench.samba_dc import (
    ADMIN,
    COMPUTER,
    DISABLED,
    DOMAIN,
    INSTALL,
    NORMAL,
    PASSWORD,
    READER,
    READER_PASSWORD,
    SambaDc,
    computer,
    running_samba,
    user,
)
from nameplate.entry.bench.slapd import Tls
from tests.bridges.ldap.listening import Listening, following
from tests.exports.certificates import Authority

pytestmark = pytest.mark.timeout(300)  # a domain is made first
MACHINES, STAFF = f"OU=Machines,{DOMAIN}", f"OU=Staff,{DOMAIN}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def samba(require_peer, tmp_path_factory, authority):
    require_peer("samba", INSTALL)
    if os.geteuid():
        pytest.skip("a domain controller has ports below 1024; run the tests as root")
    host = SambaDc(tmp_path_factory.mktemp("nowhere")).host
    pair = authority.issue("dc", host=host)
    with running_samba(tmp_path_factory.mktemp("samba") / "s", Tls(authority.cert, pair.cert, pair.key)) as domain:
        yield domain


@pytest.fixture
def editor(samba):
    editor = samba.editor()
    yield editor
    editor.close()


@pytest.fixture
def follower(samba, authority, tmp_path):
    def make(bind=READER, password=READER_PASSWORD, lease_s=2.0, **options):
        usual = {"base": DOMAIN, "bind": bind, "ca": str(authority.cert), "actors_in": MACHINES, "people_in": STAFF}
        roles = {"owners": Role.OWNER}
        bridge = Bridge("ad", "s", BridgeType.ACTIVE_DIRECTORY, samba.url, "c", lease_s, {}, roles, usual | options)
        settings = read_settings(bridge, password.encode())
        return ActiveDirectoryFollower(settings, KnownFile(tmp_path / "known.json", settings.digest))

    return make


def test_an_account_that_is_disabled_is_told_within_the_interval_and_one_read(editor, follower):
    async def main():
        editor.add(f"CN=amr-1,{MACHINES}", computer("amr-1"))
        editor.add(f"CN=svc-1,{MACHINES}", user("svc-1"))
        async with following(follower()) as heard:
            assert heard.said("amr-1").status is Status.ACTIVE
            for name, flags in (("amr-1", COMPUTER), ("svc-1", NORMAL | 0x20)):
                editor.replace(f"CN={name},{MACHINES}", {"userAccountControl": [str(flags | DISABLED)]})
                await heard.until(lambda name=name: heard.said(name).status is Status.DISABLED)
                editor.replace(f"CN={name},{MACHINES}", {"userAccountControl": [str(flags)]})
                await heard.until(lambda name=name: heard.said(name).status is Status.ACTIVE)

    asyncio.run(main())


def test_an_account_that_is_given_a_date_is_told_with_it_and_without_one_again(editor, follower):
    async def main():
        editor.add(f"CN=amr-2,{MACHINES}", computer("amr-2"))
        async with following(follower()) as heard:
            assert heard.said("amr-2").valid_until == 0
            editor.replace(f"CN=amr-2,{MACHINES}", {"accountExpires": ["134000000000000000"]})
            await heard.until(lambda: heard.said("amr-2").valid_until == 1_755_526_400_000_000)
            editor.replace(f"CN=amr-2,{MACHINES}", {"accountExpires": ["0"]})
            await heard.until(lambda: heard.said("amr-2").valid_until == 0)

    asyncio.run(main())


def test_people_come_with_manager_mail_and_groups_and_groups_change(editor, follower):
    async def main():
        editor.add(f"CN=Bea Oss,{STAFF}", user("boss", displayName="Bea Oss"))
        more = {"mail": "anna@clinic.example", "displayName": "Anna Berg", "manager": f"CN=Bea Oss,{STAFF}"}
        editor.add(f"CN=Anna Berg,{STAFF}", user("anna", **more))
        members = {"member": [f"CN=Anna Berg,{STAFF}"]}
        editor.add(f"CN=owners,{STAFF}", {"objectClass": ["group"], "sAMAccountName": ["owners"], **members})
        async with following(follower()) as heard:
            await heard.until(lambda: heard.person("Anna Berg").groups == ("owners",))
            anna, boss = heard.person("Anna Berg"), heard.person("Bea Oss")
            assert (anna.manager, anna.addresses, boss.groups) == (boss.key, ("anna@clinic.example",), ())
            editor.replace(f"CN=owners,{STAFF}", {"member": [f"CN=Bea Oss,{STAFF}"]})
            await heard.until(lambda: heard.person("Anna Berg").groups == ())
            await heard.until(lambda: heard.person("Bea Oss").groups == ("owners",))
            editor.replace(f"CN=Anna Berg,{STAFF}", {"userAccountControl": [str(NORMAL | 0x20 | DISABLED)]})
            await heard.until(lambda: heard.person("Anna Berg").status is Status.DISABLED)
            editor.delete(f"CN=owners,{STAFF}")
            await heard.until(lambda: heard.person("Bea Oss").groups == ())
            editor.delete(f"CN=Bea Oss,{STAFF}")
            await heard.until(lambda: heard.person(boss.key).status is Status.RETIRED)

    asyncio.run(main())


async def sees_deleted(made, heard):
    await heard.again()
    await heard.until(lambda: made.status()["sees_deleted"])
    return True


@pytest.mark.parametrize(("bind", "password"), [(ADMIN, PASSWORD), (READER, READER_PASSWORD)])
def test_who_is_deleted_is_found_at_once_or_by_the_next_reconciliation(editor, follower, bind, password):
    async def main():
        editor.add(f"CN=amr-gone,{MACHINES}", computer("amr-gone"))
        made = follower(bind, password, lease_s=2.0)
        async with following(made) as heard:
            key = heard.said("amr-gone").key
            editor.delete(f"CN=amr-gone,{MACHINES}")
            await heard.until(lambda: heard.said(key).status is Status.DISABLED)
            assert heard.said(key).reason == "gone"
            # Whoever is shown one that is deleted will be shown the next one, too.
            assert bind != ADMIN or await sees_deleted(made, heard)

    asyncio.run(main())


def test_who_was_deleted_while_nobody_followed_is_found_at_the_start(editor, follower):
    async def main():
        editor.add(f"CN=amr-off,{MACHINES}", computer("amr-off"))
        async with following(follower()) as heard:
            key = heard.said("amr-off").key
        editor.delete(f"CN=amr-off,{MACHINES}")
        async with following(follower()) as heard:
            assert heard.said(key).status is Status.DISABLED

    asyncio.run(main())


def test_an_account_elsewhere_is_nobody_here(editor, follower):
    async def main():
        editor.add(f"CN=stray,CN=Users,{DOMAIN}", computer("stray"))
        async with following(follower()) as heard:
            assert heard.said("stray") is None

    asyncio.run(main())


def test_a_wrong_password_and_a_controller_that_is_gone_are_told(samba, follower):
    async def main():
        with pytest.raises(Unavailable, match="code 49") as refused:
            async with following(follower(password="Wrong-secret-1")):
                pass
        assert "Wrong-secret-1" not in str(refused.value)
        hears = Listening()
        task = asyncio.create_task(follower().run(hears))
        await hears.until(lambda: hears.ages)
        samba.stop()
        with pytest.raises(Unavailable):
            await task
        samba.start()
        began = time.monotonic()
        async with following(follower()) as heard:
            assert heard.ages
        assert time.monotonic() > began

    asyncio.run(main())
