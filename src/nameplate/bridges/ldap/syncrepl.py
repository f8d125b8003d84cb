"""LDAP Content Synchronization (RFC 4533): its controls and messages, as bytes. No sockets."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

import sansldap
from sansldap.asn1 import ASN1Reader, ASN1Writer, TagClass, TypeTagNumber

from .wire import FAULTS, Garbled

REQUEST = "1.3.6.1.4.1.4203.1.9.1.1"
STATE = "1.3.6.1.4.1.4203.1.9.1.2"
DONE = "1.3.6.1.4.1.4203.1.9.1.3"
INFO = "1.3.6.1.4.1.4203.1.9.1.4"
MAX_COOKIE = 64 * 1024


class Mode(IntEnum):
    """RFC 4533, 2.2."""

    REFRESH_ONLY = 1
    REFRESH_AND_PERSIST = 3


class Change(IntEnum):
    """RFC 4533, 2.3: what an entry with this control means."""

    PRESENT = 0
    ADD = 1
    MODIFY = 2
    DELETE = 3


@dataclass(frozen=True, slots=True)
class State:
    """The control on an entry."""

    change: Change
    uuid: str
    cookie: bytes = b""


@dataclass(frozen=True, slots=True)
class Info:
    """RFC 4533, 2.5, and 2.4 for the end of a search, in one form. `cookie`: empty if it brings none.

    `present`: the end of a present phase: whom it did not name is gone. `refreshed`: the refresh stage is over.
    `uuids`: entries that are still there, or with `gone` are not.
    """

    cookie: bytes = b""
    present: bool = False
    refreshed: bool = False
    uuids: tuple[str, ...] = ()
    gone: bool = False


def request(mode: Mode, cookie: bytes) -> sansldap.LDAPControl:
    """The control by which a search becomes a synchronization. Without a cookie it begins with everything."""
    writer = ASN1Writer()
    with writer.push_sequence() as value:
        value.write_enumerated(mode)
        if cookie:
            value.write_octet_string(cookie)
    return sansldap.LDAPControl(REQUEST, True, bytes(writer.get_data()))


def state(controls: Mapping[str, bytes]) -> State:
    """What is said of an entry. Raises Garbled: a server that does not say it does not synchronize."""
    if STATE not in controls:
        raise Garbled("an entry without its synchronization state")
    try:
        value = ASN1Reader(controls[STATE]).read_sequence()
        change = value.read_enumerated(Change)
        return State(change, str(UUID(bytes=value.read_octet_string())), _cookie(value))
    except FAULTS:
        raise Garbled("a synchronization state that is none") from None


def done(controls: Mapping[str, bytes]) -> Info:
    """What the end of a refresh says. Without the control: that nothing can be told of who is gone."""
    if DONE not in controls:
        return Info(refreshed=True)
    try:
        value = ASN1Reader(controls[DONE]).read_sequence()
        cookie = _cookie(value)
        return Info(cookie, present=not _flag(value, usual=False), refreshed=True)
    except FAULTS:
        raise Garbled("an end of synchronization that is none") from None


def info(value: bytes) -> Info:
    """A Sync Info Message. Raises Garbled."""
    try:
        return _info(ASN1Reader(value))
    except FAULTS:
        raise Garbled("a synchronization message that is none") from None


def _info(reader: ASN1Reader) -> Info:
    header = reader.peek_header()
    if header.tag.tag_class is not TagClass.CONTEXT_SPECIFIC:
        raise ValueError(header.tag)
    if header.tag.tag_number == 0:
        return Info(_bounded(reader.read_octet_string(header=header)))
    value = reader.read_sequence(header=header)
    cookie = _cookie(value)
    if header.tag.tag_number in (1, 2):
        return Info(cookie, present=header.tag.tag_number == 2, refreshed=_flag(value, usual=True))
    if header.tag.tag_number != 3:
        raise ValueError(header.tag)
    gone, named, uuids = _flag(value, usual=False), value.read_set(), []
    while named:
        uuids.append(str(UUID(bytes=named.read_octet_string())))
    return Info(cookie, uuids=tuple(uuids), gone=gone)


def _cookie(reader: ASN1Reader) -> bytes:
    """The cookie, if one is next."""
    return _bounded(reader.read_octet_string()) if _next_is(reader, TypeTagNumber.OCTET_STRING) else b""


def _bounded(cookie: bytes) -> bytes:
    if len(cookie) > MAX_COOKIE:
        raise ValueError(len(cookie))
    return cookie


def _flag(reader: ASN1Reader, *, usual: bool) -> bool:
    return reader.read_boolean() if _next_is(reader, TypeTagNumber.BOOLEAN) else usual


def _next_is(reader: ASN1Reader, kind: TypeTagNumber) -> bool:
    tag = reader.peek_header().tag if reader else None
    return tag is not None and tag.tag_class is TagClass.UNIVERSAL and tag.tag_number == kind
