"""Calls between processes of one machine: length-prefixed msgpack frames over Unix sockets."""

from .connector import connect, keep_connected
from .listener import Listener
from .peer import Handler, Peer

__all__ = ["Handler", "Listener", "Peer", "connect", "keep_connected"]
