"""Who administers a directory, for measurements and tests: binds and changes entries, and waits for each answer."""

import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from typing import Self

import sansldap
from sansldap.asn1 import ASN1Reader, ASN1Tag, ASN1Writer, TagClass

PATIENCE_S = 20.0
MODIFY, ADD, DELETE = 6, 8, 10
REPLACE = 2
Values = Mapping[str, Sequence[str | bytes]]


class LdapEditor:
    """A blocking connection of its own. sansldap has no requests that change anything: they are written here."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._number = line, 1000
        line.settimeout(PATIENCE_S)

    @classmethod
    def over_tcp(cls, port: int, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Self:
        """To a port of this machine."""
        line = socket.create_connection((host, port), timeout=PATIENCE_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(context.wrap_socket(line, server_hostname=host) if context else line)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def bind(self, dn: str, password: str) -> None:
        """As whom."""
        client = sansldap.LDAPClient()
        client.bind_simple(dn, password)
        self._line.sendall(client.data_to_send())
        self._expect_success()

    def replace(self, dn: str, values: Values) -> int:
        """Give attributes these values, or none. Returns when the change was sent (wall clock, microseconds)."""
        writer = ASN1Writer()
        with self._operation(writer, MODIFY) as body:
            body.write_octet_string(dn.encode())
            with body.push_sequence() as changes:
                for name, given in values.items():
                    with changes.push_sequence() as change:
                        change.write_enumerated(REPLACE)
                        _attribute(change, name, given)
        return self._carry_out(writer)

    def add(self, dn: str, values: Values) -> int:
        """A new entry."""
        writer = ASN1Writer()
        with self._operation(writer, ADD) as body:
            body.write_octet_string(dn.encode())
            with body.push_sequence() as attributes:
                for name, given in values.items():
                    _attribute(attributes, name, given)
        return self._carry_out(writer)

    def delete(self, dn: str) -> int:
        """An entry is gone."""
        writer = ASN1Writer()
        with writer.push_sequence() as message:
            message.write_integer(self._next())
            message.write_octet_string(dn.encode(), tag=ASN1Tag(TagClass.APPLICATION, DELETE, is_constructed=False))
        return self._carry_out(writer)

    def _operation(self, writer: ASN1Writer, operation: int) -> "_Operation":
        return _Operation(writer, self._next(), operation)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _carry_out(self, writer: ASN1Writer) -> int:
        at = time.time_ns() // 1000
        self._line.sendall(bytes(writer.get_data()))
        self._expect_success()
        return at

    def _expect_success(self) -> None:
        data = b""
        while len(data) < 2 or len(data) < _size(data):
            piece = self._line.recv(4096)
            if not piece:
                raise ConnectionError("The directory has hung up.")
            data += piece
        message = ASN1Reader(data).read_sequence()
        message.read_integer()
        result = message.read_sequence(header=message.peek_header())
        code = result.read_enumerated(sansldap.LDAPResultCode)
        result.read_octet_string()
        if code:
            raise ValueError(f"The directory refuses: {code} {result.read_octet_string().decode()}")


class _Operation:
    """An envelope and an operation in it, both closed at the end of the block."""

    def __init__(self, writer: ASN1Writer, number: int, operation: int) -> None:
        self._envelope = writer.push_sequence()
        self._number, self._operation = number, operation

    def __enter__(self) -> ASN1Writer:
        message = self._envelope.__enter__()
        message.write_integer(self._number)
        self._body = message.push_sequence(ASN1Tag(TagClass.APPLICATION, self._operation, is_constructed=True))
        return self._body.__enter__()

    def __exit__(self, *_: object) -> None:
        self._body.__exit__(None, None, None)
        self._envelope.__exit__(None, None, None)


def _attribute(writer: ASN1Writer, name: str, values: Sequence[str | bytes]) -> None:
    with writer.push_sequence() as attribute:
        attribute.write_octet_string(name.encode())
        with attribute.push_set() as given:
            for value in values:
                given.write_octet_string(value if isinstance(value, bytes) else value.encode())


def _size(data: bytes) -> int:
    header = ASN1Reader(data).peek_header()
    return header.tag_length + header.length
