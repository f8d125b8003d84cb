"""A writer to be killed: appends for ever from several tasks and prints the number of each record that was kept.

Arguments: the folder, and `limit` or `stop`. With `limit` no file may grow beyond 1,500 bytes.
"""

import asyncio
import resource
import sys
from pathlib import Path

from nameplate.ports.journal import JournalUnavailable
from tests.journals.segments.samples import AT, body, open_journal


async def appender(journal, number):
    while True:
        seq = journal.next_seq
        await journal.append(body(number), AT)
        sys.stdout.write(f"{seq}\n")
        sys.stdout.flush()


async def main(directory, mode):
    journal = open_journal(directory)
    if mode == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, resource.RLIM_INFINITY))
    try:
        await asyncio.gather(*(appender(journal, number) for number in range(16)))
    except JournalUnavailable:
        if mode == "stop":
            seq = journal.next_seq
            await journal.append(b'{"kind":"stop"}', AT, urgent=True)
            sys.stdout.write(f"{seq}\n")
        sys.stdout.write("refused\n")
        sys.stdout.flush()
        await journal.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "kill"))
