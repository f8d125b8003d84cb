"""Against a real OpenLDAP: what holds, what changes, what is lost, and what is gone."""

import asyncio

import pytest

from nameplate.bridges.ldap.follower import LdapFollower, reconcile_s
from nameplate.bridges.ldap.known import KnownFile
from nameplate.bridges.ldap.settings import read_settings
from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import Status
from nameplate.entry.bench.slapd import READER_PASSWORD, SUFFIX, device, person
from tests.bridges.ldap.listening import Listening, following, openldap_bridge
from tests.bridges.ldap.proxies import lossy
from tests.exports.certificates import Authority

LEASE_S = 1.5


@pytest.fixture
def editor(openldap):
    editor = openldap.editor()
    yield editor
    editor.close()


@pytest.fixture
def follower(openldap, tmp_path):
    """Makes one; all of a test share what is known."""

    def make(url=openldap.url, lease_s=LEASE_S, **options):
        bridge = openldap_bridge(url, lease_s, **options)
        settings = read_settings(bridge, READER_PASSWORD.encode())
        return LdapFollower(settings, KnownFile(tmp_path / "known.json", settings.digest))

    return make


def machine(name):
    return f"cn={name},ou=machines,{SUFFIX}"


def human(uid):
    return f"uid={uid},ou=people,{SUFFIX}"


def test_a_disable_and_its_end_arrive_as_they_happen(editor, follower):
    async def main():
        editor.add(machine("amr-1"), device("amr-1"))
        async with following(follower()) as heard:
            assert heard.said("amr-1").status is Status.ACTIVE
            editor.replace(machine("amr-1"), {"employeeType": ["Disabled"]})
            await heard.until(lambda: heard.said("amr-1").status is Status.DISABLED)
            assert heard.said("amr-1").decided_at % 1_000_000
            editor.replace(machine("amr-1"), {"employeeType": []})
            await heard.until(lambda: heard.said("amr-1").status is Status.ACTIVE)
            editor.replace(machine("amr-1"), {"pwdAccountLockedTime": ["000001010000Z"]})
            await heard.until(lambda: heard.said("amr-1").status is Status.DISABLED)

    asyncio.run(main())


def test_who_is_deleted_is_disabled_or_retired_also_while_nobody_followed(editor, follower):
    async def main():
        for name in ("amr-del", "amr-off"):
            editor.add(machine(name), device(name))
        editor.add(human("del"), person("del", "Del Eted"))
        first = follower()
        async with following(first) as heard:
            keys = {name: heard.said(name).key for name in ("amr-del", "amr-off")}
            key = heard.person("Del Eted").key
            editor.delete(machine("amr-del"))
            await heard.until(lambda: heard.said(keys["amr-del"]).status is Status.DISABLED)
            assert heard.said(keys["amr-del"]).reason == "gone"
        editor.delete(machine("amr-off"))
        async with following(first) as heard:
            # From where it was: what has not changed is not told again.
            assert {each.key for each in heard.actor_notices} == {keys["amr-off"]}
        editor.delete(human("del"))
        async with following(follower()) as heard:
            assert heard.person(key).status is Status.RETIRED
            assert heard.said(keys["amr-off"]) is None

    asyncio.run(main())


def test_people_come_with_manager_mail_and_those_groups_that_mean_something(editor, follower):
    async def main():
        editor.add(human("anna"), person("anna", "Anna Berg", mail="a.berg@clinic.example", manager=human("boss")))
        editor.add(human("boss"), person("boss", "Bea Oss"))
        for name in ("owners", "choir"):
            group = {"objectClass": ["groupOfNames"], "cn": [name], "member": [human("anna").upper()]}
            editor.add(f"cn={name},ou=groups,{SUFFIX}", group)
        async with following(follower()) as heard:
            anna, boss = heard.person("Anna Berg"), heard.person("Bea Oss")
            assert (anna.manager, anna.groups, anna.addresses) == (boss.key, ("owners",), ("a.berg@clinic.example",))
            assert (boss.manager, boss.groups, boss.status) == ("", (), Status.ACTIVE)
            editor.replace(f"cn=owners,ou=groups,{SUFFIX}", {"member": [human("boss")]})
            await heard.until(lambda: heard.person("Anna Berg").groups == ())
            await heard.until(lambda: heard.person("Bea Oss").groups == ("owners",))
            editor.replace(human("boss"), {"pwdAccountLockedTime": ["000001010000Z"]})
            await heard.until(lambda: heard.person("Bea Oss").status is Status.DISABLED)
            editor.delete(f"cn=owners,ou=groups,{SUFFIX}")
            await heard.until(lambda: heard.person("Bea Oss").groups == ())
            editor.delete(human("boss"))
            await heard.until(lambda: heard.person("Anna Berg").manager == "")

    asyncio.run(main())


def test_a_disable_of_which_the_message_is_lost_is_found_within_the_lease(openldap, editor, follower):
    async def main():
        editor.add(machine("amr-lost"), device("amr-lost"))
        with lossy(openldap.port) as proxy:
            async with following(follower(f"ldap://127.0.0.1:{proxy.port}")) as heard:
                await heard.again()
                proxy.losing = True
                editor.replace(machine("amr-lost"), {"employeeType": ["disabled"]})
                while not proxy.lost:  # noqa: ASYNC110 - another thread loses it
                    await asyncio.sleep(0.01)
                assert heard.said("amr-lost").status is Status.ACTIVE
                proxy.losing = False
                await heard.until(lambda: heard.said("amr-lost").status is Status.DISABLED)

    asyncio.run(main())
    assert reconcile_s(LEASE_S) < LEASE_S / 2


def test_a_directory_that_stands_still_and_one_that_ends_are_noticed(openldap, editor, follower, monkeypatch):
    monkeypatch.setattr("nameplate.bridges.ldap.follower.SILENT_S", 0.5)
    monkeypatch.setattr("nameplate.bridges.ldap.follower.BEAT_S", 0.2)

    async def main(lease_s):
        hears = Listening()
        task = asyncio.create_task(follower(lease_s=lease_s).run(hears))
        await hears.until(lambda: hears.ages)
        openldap.freeze()
        try:
            with pytest.raises(Unavailable, match="does not answer any more"):
                await task
        finally:
            openldap.thaw()

    for lease_s in (0.0, LEASE_S):
        asyncio.run(main(lease_s))


def test_what_nobody_took_is_told_again_from_the_beginning(editor, follower):
    async def main():
        editor.add(machine("amr-deaf"), device("amr-deaf"))
        made, hears = follower(), Listening()
        task = asyncio.create_task(made.run(hears))
        await hears.until(lambda: hears.ages)
        hears.deaf = True
        editor.replace(machine("amr-deaf"), {"employeeType": ["disabled"]})
        with pytest.raises(Unavailable, match="Nobody decides"):
            await task
        async with following(made) as heard:
            assert heard.said("amr-deaf").status is Status.DISABLED

    asyncio.run(main())


def test_a_name_that_no_actor_can_have_is_counted_and_ends_what_it_was(editor, follower):
    async def main():
        editor.add(machine("amr-name"), device("amr-name", serialNumber="amr-name"))
        editor.add(machine("amr-none"), device("amr-none", serialNumber="two words"))
        made = follower(actor_name="serialNumber")
        async with following(made) as heard:
            assert made.status()["unusable_names"] >= 1
            key = heard.said("amr-name").key
            assert heard.said("two words") is None
            editor.replace(machine("amr-name"), {"serialNumber": ["no name"]})
            await heard.until(lambda: heard.said(key).status is Status.DISABLED)

    asyncio.run(main())


def test_what_member_of_says_counts_where_it_is_asked_for(editor, follower):
    async def main():
        editor.add(human("memo"), person("memo", "Memo Of"))
        members = {"objectClass": ["groupOfNames"], "cn": ["owners"], "member": [human("memo")]}
        editor.add(f"cn=owners,ou=machines,{SUFFIX}", members)
        async with following(follower(groups="memberOf")) as heard:
            assert heard.person("Memo Of").groups == ("owners",)

    asyncio.run(main())


def test_over_tls_starttls_and_a_unix_socket_it_is_the_same(openldap, authority, editor, follower):
    async def main():
        editor.add(machine("amr-tls"), device("amr-tls"))
        ca = {"ca": str(authority.cert)}
        path = str(openldap.socket).replace("/", "%2F")
        for url, more in [
            (f"ldaps://127.0.0.1:{openldap.tls_port}", ca),
            (openldap.url, ca),
            (f"ldapi://{path}", {}),
        ]:
            async with following(follower(url, **more)) as heard:
                assert heard.said("amr-tls").status is Status.ACTIVE

    asyncio.run(main())


def test_a_certificate_of_somebody_else_and_a_wrong_password_are_refused(openldap, follower, tmp_path):
    async def main():
        other = tmp_path / "other"
        other.mkdir()
        ca = str(Authority(other).cert)
        for url in (f"ldaps://127.0.0.1:{openldap.tls_port}", openldap.url):
            with pytest.raises(Unavailable, match="certificate is not accepted"):
                async with following(follower(url, ca=ca)):
                    pass
        settings = read_settings(openldap_bridge(openldap.url), b"wrong-secret")
        with pytest.raises(Unavailable, match="code 49") as refused:
            async with following(LdapFollower(settings, KnownFile(tmp_path / "known", ""))):
                pass
        assert "wrong-secret" not in str(refused.value)
        assert "wrong-secret" not in repr(settings)

    asyncio.run(main())


def test_a_reconciliation_comes_well_within_the_lease_and_never_too_seldom():
    assert (reconcile_s(0), reconcile_s(30), reconcile_s(3600)) == (60, 10, 60)
