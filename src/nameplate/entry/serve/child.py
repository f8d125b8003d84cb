"""One child process that is kept alive."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

import structlog

FIRST_PAUSE_S, LONGEST_PAUSE_S, GOOD_RUN_S = 0.1, 5.0, 10.0
GRACE_S = 10.0

log = structlog.get_logger()


class Child:
    """Starts `python -m MODULE ARGS` again whenever it ends, a little later each time. `stdin` is asked each time."""

    def __init__(self, name: str, module: str, args: Sequence[str], stdin: Callable[[], bytes] | None = None) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module, "--parent", str(os.getpid()), *args]
        self._stdin = stdin
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Begin to keep it alive."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    def signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.pid is not None:
            os.kill(self.pid, number)

    async def stop(self) -> None:
        """End it: politely, then by force."""
        if self._task is not None:
            self._task.cancel()
            # A start under way is undone before anything else may take its place.
            await asyncio.wait([self._task])
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        # Not `timeout`: before Python 3.11.3 it takes the end of its time for a cancellation while all is being ended.
        gone = asyncio.ensure_future(process.wait())
        await asyncio.wait({gone}, timeout=GRACE_S)
        if not gone.done():
            process.kill()
            await gone

    async def _keep(self) -> None:
        pause, loop = FIRST_PAUSE_S, asyncio.get_running_loop()
        while True:
            began = loop.time()
            code = await self._run_once_or_fail()
            pause = FIRST_PAUSE_S if loop.time() - began > GOOD_RUN_S else min(pause * 2, LONGEST_PAUSE_S)
            log.error("a process ended and is started again", child=self.name, code=code, pause_s=pause)
            self.restarts += 1
            await asyncio.sleep(pause)

    async def _run_once_or_fail(self) -> int | str:
        try:
            return await self._run_once()
        except OSError as error:  # no memory or no process left now: that passes
            return f"cannot be started: {error.strerror}"

    async def _run_once(self) -> int:
        given = self._stdin() if self._stdin else b""
        pipe = asyncio.subprocess.PIPE if self._stdin else asyncio.subprocess.DEVNULL
        # A session of its own: Ctrl-C is for the supervisor, which ends everything in order.
        self._process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, start_new_session=True)
        if self._process.stdin is not None:
            self._process.stdin.write(given)
            self._process.stdin.close()
        return await self._process.wait()
