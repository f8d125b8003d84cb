"""Events as mail for people."""

from .settings import Settings, parse_target
from .sink import MailSink

__all__ = ["MailSink", "Settings", "parse_target"]
