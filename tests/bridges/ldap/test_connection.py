"""Hostile directories: whatever they say ends in an error within bounds, never in a crash or without an end."""

import asyncio
import ssl
import tracemalloc

import pytest
import sansldap

from nameplate.bridges.ldap.connection import check, connected, unavailable
from nameplate.bridges.ldap.follower import LdapFollower
from nameplate.bridges.ldap.known import KnownFile
from nameplate.bridges.ldap.settings import read_settings
from nameplate.bridges.ldap.wire import BASE, MAX_MESSAGE, Done, Search
from nameplate.domain.errors import Unavailable
from tests.bridges.ldap.hostile import evil
from tests.bridges.ldap.listening import Listening, openldap_bridge

SECRET = b"not-for-anybody"


def settings(port, **options):
    return read_settings(openldap_bridge(f"ldap://127.0.0.1:{port}", **options), SECRET)


async def follow(port, tmp_path):
    made = settings(port)
    async with asyncio.timeout(30):
        await LdapFollower(made, KnownFile(tmp_path / "known", made.digest)).run(Listening())


async def garbage(writer, server, number):
    writer.write(b"\x16\x03\x01 HTTP/1.1 400 Bad Request\r\n\r\n" * 10)


async def truncated(writer, server, number):
    writer.write(b"\x30\x05\x02\x01\x02\x64")
    writer.close()


async def too_long(writer, server, number):
    writer.write(b"\x30\x84\x7f\xff\xff\xff" + b"\0" * 100)


async def endless_length(writer, server, number):
    writer.write(b"\x30" + b"\xff" * 64)


async def another_number(writer, server, number):
    server.search_result_done(number)
    said = bytearray(server.data_to_send())
    said[4] += 77
    writer.write(bytes(said))


async def no_state(writer, server, number):
    entry = sansldap.PartialAttribute("cn", [b"amr-1"])
    server.search_result_entry(number, "cn=amr-1", [entry])
    writer.write(server.data_to_send())


async def wrong_state(writer, server, number):
    control = sansldap.LDAPControl("1.3.6.1.4.1.4203.1.9.1.2", False, b"\x30\x03\x02\x01\x07")
    server.search_result_entry(number, "cn=amr-1", [], controls=[control])
    writer.write(server.data_to_send())


async def referral(writer, server, number):
    server.search_result_done(number, sansldap.LDAPResultCode.REFERRAL)
    writer.write(server.data_to_send())


async def ends_at_once(writer, server, number):
    server.search_result_done(number)
    writer.write(server.data_to_send())


async def request_back(writer, server, number):
    client = sansldap.LDAPClient()
    client.search_request("")
    writer.write(client.data_to_send())


async def bad_text(writer, server, number):
    server.search_result_done(number, sansldap.LDAPResultCode.OTHER, diagnostics_message="\x1b[2J" + "x" * 5000)
    writer.write(server.data_to_send())


@pytest.mark.parametrize(
    "script",
    [
        garbage,
        truncated,
        too_long,
        endless_length,
        another_number,
        no_state,
        wrong_state,
        referral,
        ends_at_once,
        request_back,
        bad_text,
    ],
)
def test_whatever_a_server_says_ends_in_an_error_that_tells_no_secret(tmp_path, script):
    async def main():
        async with evil(script) as port:
            with pytest.raises(Unavailable) as failed:
                await follow(port, tmp_path)
        return str(failed.value)

    said = asyncio.run(main())
    assert SECRET.decode() not in said
    assert len(said) < 500
    assert said.isprintable()


def test_references_without_end_are_neither_followed_nor_kept():
    async def endless(writer, server, number):
        while not writer.is_closing():
            server.search_result_reference(number, ["ldap://elsewhere.example/"])
            writer.write(server.data_to_send())
            await asyncio.sleep(0)

    async def main():
        async with evil(endless) as port, connected(settings(port)) as connection:
            with pytest.raises(Unavailable, match="more than was asked"):
                await connection.found(Search("", scope=BASE))

    asyncio.run(main())


def test_a_huge_entry_costs_bounded_memory():
    async def huge(writer, server, number):
        # It says that it is as long as may be, and comes in small pieces that never end it.
        writer.write(b"\x30\x84" + MAX_MESSAGE.to_bytes(4, "big"))
        for _ in range(MAX_MESSAGE // 65_536 - 1):
            writer.write(b"\0" * 65_536)
            await writer.drain()
        writer.close()

    async def main():
        async with evil(huge) as port, connected(settings(port)) as connection:
            tracemalloc.start()
            with pytest.raises(Unavailable, match="closed"):
                await connection.found(Search("", scope=BASE))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 8 * MAX_MESSAGE

    asyncio.run(main())


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr("nameplate.bridges.ldap.connection.ANSWER_S", 0.2)

    async def silent(writer, server, number):
        await asyncio.sleep(0)

    async def main():
        async with evil(silent, binds=False) as port:
            with pytest.raises(Unavailable, match="in time"):
                async with connected(settings(port)):
                    pass

    asyncio.run(main())


def test_what_was_slipped_in_before_tls_is_refused(authority):
    async def inject(writer, server, number):
        server.extended_response(number, "1.3.6.1.4.1.1466.20037")
        client = sansldap.LDAPServer()
        client.receive(sansldap_bind())
        client.bind_response(1)
        writer.write(server.data_to_send() + client.data_to_send())
        await writer.start_tls(server_side(authority))

    async def main():
        async with evil(inject) as port:
            with pytest.raises(Unavailable):
                async with connected(settings(port, ca=str(authority.cert))):
                    pytest.fail("it took what was not protected")

    asyncio.run(main())


def sansldap_bind():
    client = sansldap.LDAPClient()
    client.bind_simple("cn=x", "y")
    return client.data_to_send()


def server_side(authority):
    pair = authority.issue("evil")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    return context


def test_a_server_that_is_not_there_says_so():
    async def main():
        with pytest.raises(Unavailable, match="cannot be followed"):
            async with connected(settings(1)):
                pass

    asyncio.run(main())


def test_a_refusal_is_told_with_its_code():
    with pytest.raises(Unavailable, match="code 50 \\(no\\)"):
        check(Done(1, 50, "no"))
    check(Done(1, 0))
    assert "tried again" in str(unavailable("x"))
