"""The transport key of one reader. While it is being changed there are two, and either may be in force: no I/O."""


class TransportKeys:
    """`current` is the one to be tried now. Shows nothing of itself."""

    def __init__(self, key: bytes) -> None:
        self.current = key
        self._other = self._fresh = b""

    @property
    def open(self) -> bool:
        """Whether it is not known which of two is in force."""
        return bool(self._other)

    def offer(self, fresh: bytes) -> None:
        """From now on the reader may have taken `fresh`."""
        self._other = self._fresh = fresh

    def swap(self) -> None:
        """Try the other one."""
        self.current, self._other = self._other, self.current

    def withdraw(self) -> None:
        """The new one was never sent."""
        self._other = self._fresh = b""

    def settle(self) -> bool:
        """The reader is up with the current one; returns whether that is the new one. The other is forgotten."""
        changed, self._other = self.current == self._fresh, b""
        self._fresh = b""
        return changed
