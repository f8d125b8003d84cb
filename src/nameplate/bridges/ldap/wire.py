"""Bytes <-> LDAP messages (RFC 4511), as much as whoever reads a directory needs. No sockets.

BER is read by sansldap. What it is given is one whole message of bounded size, so that nothing grows with what a
server sends; whatever it makes of hostile bytes ends here as `Garbled`.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sansldap
from sansldap.asn1 import ASN1Reader, ASN1Tag, NotEnougData, TagClass

MAX_MESSAGE = 4 * 1024 * 1024
MAX_HEADER = 10
START_TLS = "1.3.6.1.4.1.1466.20037"
INTERMEDIATE = 25
BASE, SUBTREE = sansldap.SearchScope.BASE, sansldap.SearchScope.SUBTREE
SUCCESS, REFERRAL, REFRESH_REQUIRED = 0, 10, 4096
FAULTS = (
    sansldap.LDAPError,
    NotEnougData,
    struct.error,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What sansldap raises on bytes that are no message, found by trying."""


class Garbled(Exception):
    """What came is no LDAP, or more than anybody sends: the line is worth nothing any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A search result (RFC 4511, 4.5.2). Names of attributes in lower case. `controls`: value by OID."""

    id: int
    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    controls: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The end of an operation: a result code (0: success) and the server's words. `pages`: cookie of RFC 2696."""

    id: int
    code: int
    text: str = ""
    controls: Mapping[str, bytes] = field(default_factory=dict)
    pages: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """Something between results (RFC 4511, 4.13), by the OID of its name."""

    id: int
    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A continuation reference. It is not followed."""

    id: int


Message = Entry | Done | Told | Elsewhere


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for. Without attributes (`1.1`) only who is there."""

    base: str
    filter: str = "(objectClass=*)"
    attributes: Sequence[str] = ("1.1",)
    scope: sansldap.SearchScope = SUBTREE
    controls: Sequence[sansldap.LDAPControl] = ()


class Session:
    """Both directions of one connection."""

    def __init__(self) -> None:
        self._client = sansldap.LDAPClient()
        self._buffer = bytearray()

    def bind(self, dn: str, password: str) -> tuple[int, bytes]:
        """A simple bind (RFC 4513, 5.1): the number of the request, and its bytes."""
        return self._client.bind_simple(dn, password), self._client.data_to_send()

    def start_tls(self) -> tuple[int, bytes]:
        """Ask for TLS."""
        return self._client.extended_request(START_TLS), self._client.data_to_send()

    def search(self, search: Search) -> tuple[int, bytes]:
        """Ask for entries."""
        number = self._client.search_request(
            search.base,
            scope=search.scope,
            filter=sansldap.LDAPFilter.from_string(search.filter),
            attributes=list(search.attributes),
            controls=list(search.controls),
        )
        return number, self._client.data_to_send()

    @property
    def empty(self) -> bool:
        """Whether no part of a message is waiting for its rest."""
        return not self._buffer

    def receive(self, data: bytes) -> Iterator[Message]:
        """The messages that are whole with this. Raises Garbled."""
        self._buffer += data
        while (size := _size(self._buffer)) and len(self._buffer) >= size:
            frame = bytes(self._buffer[:size])
            del self._buffer[:size]
            try:
                yield self._read(frame)
            except FAULTS as error:
                raise Garbled(_words(error)) from None

    def _read(self, frame: bytes) -> Message:
        envelope = ASN1Reader(frame).read_sequence()
        number = envelope.read_integer()
        if envelope.peek_header().tag == ASN1Tag(TagClass.APPLICATION, INTERMEDIATE, is_constructed=True):
            return _told(number, envelope)
        (message,) = self._client.receive(frame)
        return _message(message)


def is_filter(text: str) -> bool:
    """Whether `text` is a search filter (RFC 4515)."""
    try:
        sansldap.LDAPFilter.from_string(text)
    except FAULTS:
        return False
    return True


def _size(buffer: bytearray) -> int:
    """How long the message is that begins here; 0 while that cannot be told."""
    try:
        header = ASN1Reader(bytes(buffer[:MAX_HEADER])).peek_header()
    except NotEnougData:
        if len(buffer) >= MAX_HEADER:
            raise Garbled("a length of more bytes than any message has") from None
        return 0
    except FAULTS as error:
        raise Garbled(_words(error)) from None
    if header.tag.tag_class is not TagClass.UNIVERSAL or header.tag.tag_number != 16:
        raise Garbled("no LDAP message")
    if header.length > MAX_MESSAGE:
        raise Garbled(f"a message of more than {MAX_MESSAGE} bytes")
    return header.tag_length + header.length


def _told(number: int, envelope: ASN1Reader) -> Told:
    """IntermediateResponse ::= [APPLICATION 25] SEQUENCE { responseName [0] OPTIONAL, responseValue [1] OPTIONAL }."""
    body, name, value = envelope.read_sequence(header=envelope.peek_header()), "", b""
    while body:
        header = body.peek_header()
        if header.tag.tag_number == 0:
            name = body.read_octet_string(header=header).decode("ascii")
        elif header.tag.tag_number == 1:
            value = body.read_octet_string(header=header)
        else:
            body.skip_value(header)
    return Told(number, name, value)


def _message(message: sansldap.LDAPMessage) -> Message:
    number, controls = message.message_id, {each.control_type: each.value or b"" for each in message.controls}
    if isinstance(message, sansldap.SearchResultEntry):
        found: dict[str, list[bytes]] = {}
        for each in message.attributes:
            found.setdefault(each.name.lower(), []).extend(each.values)
        return Entry(number, message.object_name, {name: tuple(values) for name, values in found.items()}, controls)
    if isinstance(message, sansldap.SearchResultReference):
        return Elsewhere(number)
    if isinstance(message, sansldap.BindResponse | sansldap.ExtendedResponse | sansldap.SearchResultDone):
        result = message.result
        pages = (each.cookie for each in message.controls if isinstance(each, sansldap.PagedResultControl))
        text = _printable(result.diagnostics_message)
        return Done(number, int(result.result_code), text, controls, next(pages, b""))
    raise ValueError("an operation that servers do not send")


def _words(error: Exception) -> str:
    return _printable(str(error)) or type(error).__name__


def _printable(text: str) -> str:
    """What a server says, fit for a log: one short line."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:200]).strip()
