"""What an existing panel tells of itself: a growing CSV file, syslog, or webhooks -> events."""

from .following import Open, follow
from .mapping import read_event

__all__ = ["Open", "follow", "read_event"]
