"""What an operator may set."""

from typing import NamedTuple


class Settings(NamedTuple):
    """Sizes in bytes, times in seconds."""

    segment_bytes: int = 64 * 1024 * 1024
    reserve_bytes: int = 1024 * 1024
    retry_seconds: float = 0.5
