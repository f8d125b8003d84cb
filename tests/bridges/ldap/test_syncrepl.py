from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sansldap.asn1 import ASN1Reader, ASN1Tag, ASN1Writer, TagClass

from nameplate.bridges.ldap.syncrepl import (
    DONE,
    MAX_COOKIE,
    STATE,
    Change,
    Info,
    Mode,
    State,
    done,
    info,
    request,
    state,
)
from nameplate.bridges.ldap.wire import Garbled

SOMEBODY = UUID("5c41414e-800c-1041-9ffe-27a1efe9c4ed")


def sequence(write, tag=None):
    writer = ASN1Writer()
    with writer.push_sequence(ASN1Tag(TagClass.CONTEXT_SPECIFIC, tag, is_constructed=True) if tag else None) as value:
        write(value)
    return bytes(writer.get_data())


def nothing(value):
    assert value


def test_a_search_becomes_a_synchronization():
    control = request(Mode.REFRESH_AND_PERSIST, b"rid=000")
    value = ASN1Reader(control.value or b"").read_sequence()
    assert (control.critical, value.read_enumerated(Mode), value.read_octet_string()) == (True, 3, b"rid=000")
    assert not _rest(request(Mode.REFRESH_ONLY, b"").value)


def _rest(value):
    reader = ASN1Reader(value).read_sequence()
    reader.read_enumerated(Mode)
    return reader.get_remaining_data()


def test_states_and_ends_are_read():
    def write(value):
        value.write_enumerated(Change.DELETE)
        value.write_octet_string(SOMEBODY.bytes)
        value.write_octet_string(b"c")

    assert state({STATE: sequence(write)}) == State(Change.DELETE, str(SOMEBODY), b"c")
    assert done({DONE: sequence(lambda value: value.write_octet_string(b"c"))}) == Info(
        b"c", present=True, refreshed=True
    )
    assert done({DONE: sequence(lambda value: value.write_boolean(True))}) == Info(refreshed=True)
    assert done({}) == Info(refreshed=True)


def test_messages_between_are_read():
    def uuids(value):
        value.write_octet_string(b"c")
        value.write_boolean(True)
        with value.push_set() as named:
            named.write_octet_string(SOMEBODY.bytes)

    cookie = ASN1Writer()
    cookie.write_octet_string(b"c", tag=ASN1Tag(TagClass.CONTEXT_SPECIFIC, 0, is_constructed=False))
    assert info(bytes(cookie.get_data())) == Info(b"c")
    assert info(sequence(nothing, 1)) == Info(refreshed=True)
    assert info(sequence(lambda value: value.write_boolean(False), 2)) == Info(present=True)
    assert info(sequence(uuids, 3)) == Info(b"c", uuids=(str(SOMEBODY),), gone=True)


@pytest.mark.parametrize(
    "controls",
    [{}, {STATE: b""}, {STATE: b"\x30\x00"}, {STATE: b"\x30\x06\x0a\x01\x01\x04\x01x"}, {STATE: b"\xff" * 9}],
)
def test_a_state_that_is_none_is_refused(controls):
    with pytest.raises(Garbled):
        state(controls)


def test_a_cookie_without_measure_is_refused():
    with pytest.raises(Garbled):
        done({DONE: sequence(lambda value: value.write_octet_string(b"c" * (MAX_COOKIE + 1)))})


@given(st.binary(max_size=100))
def test_hostile_bytes_are_refused_or_read(data):
    for read in (info, lambda value: state({STATE: value}), lambda value: done({DONE: value})):
        with suppress(Garbled):
            read(data)
