from contextlib import suppress

import pytest
import sansldap
from hypothesis import given
from hypothesis import strategies as st
from sansldap.asn1 import ASN1Tag, ASN1Writer, TagClass

from nameplate.bridges.ldap.wire import MAX_MESSAGE, Done, Elsewhere, Entry, Garbled, Search, Session, Told, is_filter


def asked():
    """A session with one search under way, and a server that knows it."""
    session, server = Session(), sansldap.LDAPServer()
    number, data = session.search(Search("dc=x", "(cn=a)", ("cn",)))
    (request,) = server.receive(data)
    assert isinstance(request, sansldap.SearchRequest)
    assert (request.message_id, request.base_object, request.attributes) == (number, "dc=x", ["cn"])
    return session, server, number


def told(number, *parts):
    """An intermediate response."""
    writer = ASN1Writer()
    with writer.push_sequence() as message:
        message.write_integer(number)
        with message.push_sequence(ASN1Tag(TagClass.APPLICATION, 25, is_constructed=True)) as body:
            for tag, value in parts:
                body.write_octet_string(value, tag=ASN1Tag(TagClass.CONTEXT_SPECIFIC, tag, is_constructed=False))
    return bytes(writer.get_data())


def test_results_are_read_whatever_the_pieces_they_come_in():
    session, server, number = asked()
    server.search_result_entry(number, "cn=a", [sansldap.PartialAttribute("CN", [b"a"])])
    server.search_result_reference(number, ["ldap://x"])
    server.search_result_done(number, diagnostics_message="well\x1b")
    data = server.data_to_send() + told(number + 1, (0, b"1.2.3"), (1, b"v"), (5, b"new"))
    found = [message for byte in data for message in session.receive(bytes([byte]))]
    entry = Entry(number, "cn=a", {"cn": (b"a",)})
    assert found == [entry, Elsewhere(number), Done(number, 0, "well"), Told(number + 1, "1.2.3", b"v")]
    assert session.empty


def test_an_attribute_that_comes_twice_has_all_of_its_values():
    session, server, number = asked()
    twice = [sansldap.PartialAttribute("cn", [b"a"]), sansldap.PartialAttribute("CN", [b"b", b"c"])]
    server.search_result_entry(number, "cn=a", twice)
    (entry,) = session.receive(server.data_to_send())
    assert entry.attributes == {"cn": (b"a", b"b", b"c")}


@pytest.mark.parametrize(
    "data",
    [
        b"\x04\x02ab",
        b"\x30\x80\x00\x00",
        b"\x30\x84" + (MAX_MESSAGE + 1).to_bytes(4, "big"),
        b"\x30" + b"\xff" * 20,
        b"\x30\x03\x02\x01\x01",
        b"\x30\x00",
        b"\xff" * 12,
        told(1, (0, b"\xff\xfe")),
    ],
)
def test_what_is_no_message_ends_the_line(data):
    session, _, _ = asked()
    with pytest.raises(Garbled):
        list(session.receive(data))


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 255))
def test_hostile_bytes_are_a_message_or_garbled(noise, place, byte):
    _, server, number = asked()
    server.search_result_entry(number, "cn=a", [sansldap.PartialAttribute("cn", [b"a"])])
    mutated = bytearray(server.data_to_send())
    mutated[place % len(mutated)] = byte
    for data in (bytes(mutated) + noise, noise):
        line = asked()[0]
        with suppress(Garbled):
            list(line.receive(data))


def test_filters_are_known_before_they_are_sent():
    assert is_filter("(&(objectClass=device)(!(cn=x)))")
    for text in ("(cn=x", "", "(&", "(" * 900, "(!" * 500):
        assert not is_filter(text)


def test_what_a_password_is_is_not_shown():
    session = Session()
    _, data = session.bind("cn=x", "geheim")
    assert b"geheim" in data
    assert "geheim" not in repr(session)
