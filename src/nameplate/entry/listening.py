"""The HTTP server of our processes."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class QuietServer(uvicorn.Server):
    """Ends on SIGTERM and SIGINT without raising them again: there is more to close than connections."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Set the handlers on the running loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
