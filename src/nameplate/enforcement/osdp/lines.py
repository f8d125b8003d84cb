"""Byte lines to door hardware: pseudo terminals, serial ports and TCP-to-RS-485 gateways."""

import contextlib
import os
import socket
import struct
import termios
import tty
from collections.abc import Callable
from urllib.parse import parse_qs

import serial

from nameplate.domain.errors import Invalid

CONNECT_S = 3.0
READ_SIZE = 4096
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Opener = Callable[[], int]


class LineLost(Exception):
    """The other end is gone: open the line again."""


class Line:
    """One open line, as a non-blocking file descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        os.set_blocking(fd, False)

    def receive(self) -> bytes:
        """What has arrived, possibly nothing. Raises LineLost."""
        try:
            data = os.read(self.fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LineLost from error
        if not data:
            raise LineLost
        return data

    def send(self, data: bytes) -> int:
        """Send what fits now; returns how many bytes. Raises LineLost."""
        try:
            return os.write(self.fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise LineLost from error

    def close(self) -> None:
        """Close and drop unsent bytes: an old command must never reach a door later."""
        with contextlib.suppress(termios.error, OSError):
            termios.tcflush(self.fd, termios.TCIOFLUSH)
        with contextlib.suppress(OSError):
            os.close(self.fd)


def opener(to: str) -> Opener:
    """How to open `to` (see `points.Channel`); raises Invalid on bad text.

    The opener may take seconds, raises OSError and returns a file descriptor.
    """
    kind, colon, rest = to.partition(":")
    if colon and rest and kind == "pty":
        return lambda: _open_pty(rest)
    if colon and rest and kind == "serial":
        path, _, query = rest.partition("?")
        baud = _number(parse_qs(query).get("baud", ["9600"])[-1], to)
        return lambda: _open_serial(path, baud)
    if colon and kind == "tcp":
        host, _, port = rest.rpartition(":")
        number = _number(port, to)
        return lambda: _open_tcp(host, number)
    raise Invalid(
        "malformed", f"The line {to!r} cannot be understood.", "Use pty:PATH, serial:PATH?baud=38400 or tcp:HOST:PORT."
    )


def _number(text: str, to: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Invalid("malformed", f"The line {to!r} needs a whole number where it says {text!r}.")
    return int(text)


def _open_pty(path: str) -> int:
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(fd)
    except termios.error as error:
        os.close(fd)
        raise OSError(f"{path} is no terminal") from error
    return fd


def _open_serial(path: str, baud: int) -> int:
    port = serial.Serial(path, baud, timeout=0, write_timeout=0, exclusive=True)
    try:
        # The duplicate keeps the settings and the lock; the object is not needed any more.
        return os.dup(port.fileno())
    finally:
        port.close()


def _open_tcp(host: str, port: int) -> int:
    with socket.create_connection((host, port), timeout=CONNECT_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        return connection.detach()
