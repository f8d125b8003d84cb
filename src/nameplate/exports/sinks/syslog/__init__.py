"""Syslog (RFC 5424) over TCP with octet counting (RFC 6587)."""

from .settings import Settings, parse_target
from .sink import SyslogSink

__all__ = ["Settings", "SyslogSink", "parse_target"]
